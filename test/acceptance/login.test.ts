/** Logging in and out with the built CLI: one browser and one refresh for all, nobody asked where nobody is, nothing left behind. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ListAccountsCommand, SSOClient } from '@aws-sdk/client-sso';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { computer, leftovers, START_URL, type Computer } from './sign-in.js';

const PAST = '2020-01-01T00:00:00Z';
let here: Computer;
beforeAll(async () => void (here = await computer()));
afterAll(() => here.leave());
beforeEach(() => {
  for (const name of ['CI', 'SSH_CONNECTION', 'AWS_PROFILE', 'BAF_PLATFORM']) delete here.env[name];
});

/** Twenty processes at once on whatever machine this is. */
const MANY = { timeout: 600_000 };
/** The browser's way also in a container, as this test may run in one. */
const BROWSER = '--no-device';

describe('baf login', () => {
  it('signs in with the browser, says so once, and keeps quiet about tokens', async () => {
    const first = await here.run('login', BROWSER);
    expect([first.code, first.stdout]).toEqual([0, expect.stringMatching(/^You are signed in to acme, until \S+Z, and renewed/)]);
    expect(here.opened()).toEqual([expect.stringContaining(`${here.endpoint}/authorize?`)]);
    expect(first.stderr).toContain(here.opened()[0]);
    for (const secret of [here.token()['accessToken']!, here.token()['refreshToken']!, here.token()['clientSecret']!])
      expect(first.stdout + first.stderr).not.toContain(secret);
    expect(statSync(here.file()).mode & 0o777).toBe(0o600);
    const second = await here.run('login');
    expect([second.code, second.stderr]).toEqual([0, '']);
    expect(second.stdout).toMatch(/^You are signed in to acme already, until /);
    const { code, value } = await here.json('login');
    expect([code, value]).toEqual([
      0,
      {
        login: {
          session: 'acme',
          startUrl: START_URL,
          region: 'eu-west-1',
          status: 'kept',
          signedIn: false,
          refreshed: false,
          expiresAt: here.token()['expiresAt']!.replace('Z', '.000Z'),
          renewable: true,
        },
        warnings: [],
      },
    ]);
    expect(here.opened()).toHaveLength(1);
  });

  it('--force signs in anew, --no-browser opens nothing', async () => {
    const before = here.token()['accessToken'];
    const opened = here.opened().length;
    const running = here.start('login', '--force', '--no-browser', BROWSER);
    await running.sees(/authorize\?\S+\n/);
    running.child.kill('SIGINT');
    const stopped = await running.done;
    expect([stopped.code, stopped.stderr]).toEqual([130, expect.stringContaining('Stopped: nobody was signed in.')]);
    expect(here.token()['accessToken']).toBe(before);
    expect((await here.run('login', '--force', BROWSER)).code).toBe(0);
    expect(here.token()['accessToken']).not.toBe(before);
    // The second only.
    expect(here.opened()).toHaveLength(opened + 1);
    expect(leftovers(here.cache)).toEqual([]);
  });

  it('chooses the device code in an SSH session', async () => {
    here.env['SSH_CONNECTION'] = '10.0.0.1 50000 10.0.0.2 22';
    const run = await here.run('login', '--force');
    expect(run.code).toBe(0);
    expect(run.stderr).toContain('(by a code, because this is an SSH session)');
    expect(run.stderr).toMatch(/code [A-Z]{4}-[A-Z]{4}/);
    expect(here.opened().at(-1)).toContain('user_code=');
  });

  it('refreshes without a person, and asks nobody in CI', async () => {
    here.change({ expiresAt: PAST });
    here.env['CI'] = 'true';
    expect(await here.json('login')).toMatchObject({ code: 0, value: { login: { status: 'refreshed', refreshed: true } } });
    here.change({ expiresAt: PAST, refreshToken: 'spent' });
    const { code, value } = await here.json('login');
    expect([code, value]).toEqual([
      3,
      {
        error: expect.objectContaining({
          code: 'LoginNeeded',
          nextSteps: expect.arrayContaining([expect.stringContaining('baf login')]),
        }),
        warnings: [],
      },
    ]);
    delete here.env['CI'];
    expect(await here.json('login', '--no-input')).toMatchObject({ code: 3, value: { error: { code: 'LoginNeeded' } } });
  });

  it('20 at once with a login that has ended cause one browser and one refresh', MANY, async () => {
    here.change({ expiresAt: PAST, refreshToken: 'spent' });
    const [opened, tokens] = [here.opened().length, await here.calls('CreateToken')];
    const ran = await Promise.all(Array.from({ length: 20 }, () => here.json('login', BROWSER)));
    expect(ran.map((r) => r.code)).toEqual(Array.from({ length: 20 }, () => 0));
    const status = ran.map((r) => (r.value['login'] as { status: string }).status).sort();
    expect(status).toEqual([...Array.from({ length: 19 }, () => 'kept'), 'signed-in']);
    expect(here.opened()).toHaveLength(opened + 1);
    // The refresh that was refused, and the code of the browser.
    expect((await here.calls('CreateToken')) - tokens).toBe(2);
  });

  it('20 at once with a token that has ended cause one refresh, and no browser', MANY, async () => {
    here.change({ expiresAt: PAST });
    const [opened, tokens] = [here.opened().length, await here.calls('CreateToken')];
    const ran = await Promise.all(Array.from({ length: 20 }, () => here.json('login', BROWSER)));
    const status = ran.map((r) => (r.value['login'] as { status: string }).status).sort();
    expect(status).toEqual([...Array.from({ length: 19 }, () => 'kept'), 'refreshed']);
    expect(here.opened()).toHaveLength(opened);
    expect((await here.calls('CreateToken')) - tokens).toBe(1);
  });

  it.each(['--device', '--no-device'])('killed in the middle (%s) leaves no lock behind', async (way) => {
    here.change({ expiresAt: PAST, refreshToken: 'spent' });
    const running = here.start('login', way, '--no-browser');
    await running.sees(/Sign in to acme/);
    expect(leftovers(here.cache)).toContainEqual(expect.stringMatching(/\.lock$/));
    running.child.kill('SIGKILL');
    await running.done;
    writeFileSync(`${here.file()}.begun.tmp`, '{"accessTok');
    const began = Date.now();
    expect((await here.run('login', way)).code).toBe(0);
    // Not the half minute after which any lock counts as left.
    expect(Date.now() - began).toBeLessThan(30_000);
    expect(leftovers(here.cache)).toEqual([]);
  });
});

describe('the session', () => {
  it('is that of a platform file, of the profile, or the only one there is', async () => {
    const empty = join(here.home, 'empty');
    mkdirSync(empty);
    const login = async (...args: string[]) => (await here.json('login', '-C', empty, ...args)).value;
    expect(await login()).toMatchObject({ login: { session: 'acme', status: 'kept' } });
    here.env['AWS_PROFILE'] = 'dev';
    expect(await login()).toMatchObject({ login: { session: 'acme' } });
    here.env['AWS_PROFILE'] = 'dew';
    expect(await login()).toMatchObject({ error: { code: 'ProfileUnknown', nextSteps: ['Did you mean: dev', 'Profiles: dev'] } });
    expect(await login('--platform', join(here.dir, 'baf.platform.yaml'))).toMatchObject({ login: { session: 'acme' } });
    here.env['BAF_PLATFORM'] = join(here.dir, 'baf.platform.yaml');
    expect(await login()).toMatchObject({ login: { session: 'acme' } });
    here.env['AWS_CONFIG_FILE'] = join(empty, 'none');
    delete here.env['BAF_PLATFORM'];
    delete here.env['AWS_PROFILE'];
    expect(await login()).toMatchObject({ error: { code: 'SsoSessionMissing' } });
    delete here.env['AWS_CONFIG_FILE'];
  });
});

describe('with --sandbox', () => {
  it("keeps the login in the project's sandbox, and touches no other", async () => {
    const before = readFileSync(here.file(), 'utf8');
    const names = readdirSync(here.cache).sort();
    expect(await here.json('login', '--sandbox', BROWSER)).toMatchObject({ code: 0, value: { login: { status: 'signed-in' } } });
    expect(existsSync(join(here.dir, '.baf', 'sandbox', 'sso', 'cache'))).toBe(true);
    expect(await here.json('logout', '--sandbox')).toMatchObject({ code: 0, value: { logout: { removed: true, ended: true } } });
    expect([readFileSync(here.file(), 'utf8'), readdirSync(here.cache).sort()]).toEqual([before, names]);
  });
});

describe('baf logout', () => {
  it('ends the login there and here, and says what it did', async () => {
    const { accessToken } = here.token();
    const accounts = () =>
      new SSOClient({ region: 'eu-west-1', endpoint: here.endpoint }).send(new ListAccountsCommand({ accessToken }));
    expect((await accounts()).accountList).toHaveLength(3);
    const run = await here.run('logout');
    expect([run.code, run.stdout]).toEqual([0, expect.stringContaining('has ended at IAM Identity Center')]);
    expect(existsSync(here.file())).toBe(false);
    await expect(accounts()).rejects.toMatchObject({ name: 'UnauthorizedException' });
    expect(await here.json('logout')).toMatchObject({
      code: 0,
      value: { logout: { removed: false, ended: false }, warnings: [] },
    });
  });
});
