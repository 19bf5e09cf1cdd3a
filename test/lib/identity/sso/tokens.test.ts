/** Logins against the sandbox: what is kept, when it is refreshed, and who is asked. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ListAccountsCommand, SSOClient } from '@aws-sdk/client-sso';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Oidc } from '../../../../src/lib/identity/sso/effects.js';
import { stamp } from '../../../../src/lib/identity/sso/token-file.js';
import { scene, SESSION, type Scene } from './scene.js';

let s: Scene;
beforeEach(async () => void (s = await scene()));
afterEach(() => s.close());

const signIn = () => s.tokens({ person: s.person() }).obtain();
const accounts = (accessToken: string) => new SSOClient(s.sandbox.config(null)).send(new ListAccountsCommand({ accessToken }));
/** All that a refresh or a login asks IAM Identity Center. */
const tokenCalls = () => s.calls('CreateToken');

describe('a login in the browser', () => {
  it('leaves the file that the AWS tools share, for the owner only', async () => {
    const { how, accessToken, expiresAt } = await signIn();
    expect(how).toBe('signed-in');
    expect(expiresAt.getTime()).toBe(Math.floor((s.now() + s.oidc.skewMs()) / 1000) * 1000 + 3_600_000);
    expect(s.held()).toEqual({
      startUrl: SESSION.startUrl,
      region: 'eu-west-1',
      accessToken,
      expiresAt: stamp(expiresAt.getTime()),
      clientId: expect.any(String) as string,
      clientSecret: expect.any(String) as string,
      registrationExpiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string,
      refreshToken: expect.any(String) as string,
    });
    expect(statSync(s.file()).mode & 0o777).toBe(0o600);
    expect(await accounts(accessToken)).toMatchObject({ accountList: expect.any(Array) as unknown[] });
  });

  it('registers the redirect without a port and comes back with one, with S256 and a state', async () => {
    await signIn();
    const url = new URL(s.prompts[0]!.address);
    expect(url.origin + url.pathname).toBe(`${s.sandbox.endpoint}/authorize`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: 'code',
      client_id: s.held()['clientId'],
      redirect_uri: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/oauth\/callback$/) as string,
      state: expect.stringMatching(/^[\w-]{43}$/) as string,
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/) as string,
      scopes: 'sso:account:access',
    });
  });

  it('keeps its registration as a client for the next time', async () => {
    await signIn();
    await s.tokens({ person: s.person() }).obtain({ anew: true });
    expect([s.calls('RegisterClient'), s.prompts.length, tokenCalls()]).toEqual([1, 2, 2]);
  });

  it('with a client that IAM Identity Center no longer knows registers anew', async () => {
    const unknown: Oidc = {
      ...s.oidc,
      createToken: (client, grant) =>
        s.calls('RegisterClient') === 1 ? Promise.resolve({ refused: 'invalid-client' }) : s.oidc.createToken(client, grant),
    };
    expect(await s.tokens({ person: s.person(), oidc: unknown }).obtain()).toMatchObject({ how: 'signed-in' });
    expect(s.calls('RegisterClient')).toBe(2);
  });

  it('with a wrong state is refused, and goes on with the right one', async () => {
    const answers: [number, string][] = [];
    const person = s.person('browser', async (address) => {
      const back = (await fetch(address, { redirect: 'manual' })).headers.get('location')!;
      for (const change of [{ state: 'forged' }, { state: '' }, { state: 'forged', error: 'access_denied' }]) {
        const forged = new URL(back);
        for (const [key, value] of Object.entries(change)) forged.searchParams.set(key, value);
        const answer = await fetch(forged);
        answers.push([answer.status, await answer.text()]);
      }
      expect(tokenCalls()).toBe(0);
      answers.push([(await fetch(new URL('/favicon.ico', back))).status, '']);
      await fetch(back);
    });
    expect(await s.tokens({ person }).obtain()).toMatchObject({ how: 'signed-in' });
    const forged = [400, expect.stringContaining('no answer to the login')];
    expect(answers).toEqual([forged, forged, forged, [404, '']]);
    expect(tokenCalls()).toBe(1);
  });

  it('that is refused there, is refused here', async () => {
    const person = s.person('browser', async (address) => {
      const { searchParams } = new URL(address);
      await fetch(`${searchParams.get('redirect_uri')}?error=access_denied&state=${searchParams.get('state')}`);
    });
    await expect(s.tokens({ person }).obtain()).rejects.toMatchObject({ code: 'LoginDenied', exitCode: 3 });
  });

  it('is left by Ctrl-C, without a lock and without a listener', async () => {
    const controller = new AbortController();
    let port = '';
    const open = async (address: string) => {
      port = new URL(new URL(address).searchParams.get('redirect_uri')!).port;
      controller.abort(new Error('SIGINT'));
    };
    const person = { ...s.person('browser', open), signal: controller.signal };
    await expect(s.tokens({ person }).obtain()).rejects.toThrow('SIGINT');
    expect(readdirSync(s.dir).filter((n) => /lock|tmp/.test(n))).toEqual([]);
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
  });
});

describe('a login by device code', () => {
  it('waits as long as it is told, five seconds longer after SlowDown, and goes on while it is pending', async () => {
    const refusals = ['pending', 'slow-down', 'pending', 'slow-down'] as const;
    let polls = 0;
    const oidc: Oidc = {
      ...s.oidc,
      createToken: (client, grant) => {
        const refused = refusals[polls++];
        return refused ? Promise.resolve({ refused }) : s.oidc.createToken(client, grant);
      },
    };
    expect(await s.tokens({ person: s.person('device'), oidc }).obtain()).toMatchObject({ how: 'signed-in' });
    expect(s.slept).toEqual([1000, 1000, 6000, 6000, 11_000]);
    expect(s.prompts).toMatchObject([{ userCode: expect.stringMatching(/^[A-Z]{4}-[A-Z]{4}$/) as string }]);
    expect(s.held()['refreshToken']).toBeDefined();
  });

  it('waits until the page was opened, and goes on when an answer is lost', async () => {
    let polls = 0;
    let address = '';
    const oidc: Oidc = {
      ...s.oidc,
      async createToken(client, grant) {
        if (++polls === 2) throw new Error('socket hang up');
        if (polls === 4) await fetch(address);
        return s.oidc.createToken(client, grant);
      },
    };
    const person = s.person('device', async (shown) => void (address = shown));
    expect(await s.tokens({ person, oidc }).obtain()).toMatchObject({ how: 'signed-in' });
    expect(polls).toBe(4);
  });

  it('ends when it was refused, and when its ten minutes are over', async () => {
    const no = s.person('device', (address) => fetch(`${address}&deny=true`));
    await expect(s.tokens({ person: no }).obtain()).rejects.toMatchObject({ code: 'LoginDenied', exitCode: 3 });
    const nobody = s.person('device', async () => undefined);
    await expect(s.tokens({ person: nobody }).obtain()).rejects.toMatchObject({ code: 'LoginTimedOut', exitCode: 3 });
  });

  it("has a client of its own beside the browser's", async () => {
    await signIn();
    await s.tokens({ person: s.person('device') }).obtain({ anew: true });
    expect(s.calls('RegisterClient')).toBe(2);
  });
});

describe('a token', () => {
  it('is taken from the file while it lasts, without a call', async () => {
    const { accessToken } = await signIn();
    const before = tokenCalls();
    s.sandbox.pass(54 * 60);
    expect(await s.tokens().token()).toMatchObject({ accessToken });
    expect(tokenCalls()).toBe(before);
  });

  it('4 minutes before its end is refreshed once, however many ask', async () => {
    await signIn();
    s.sandbox.pass(56 * 60);
    const before = tokenCalls();
    const processes = Array.from({ length: 20 }, () => s.tokens());
    const given = await Promise.all(processes.flatMap((p) => [p.token(), p.token()]));
    expect(new Set(given.map((t) => t.accessToken)).size).toBe(1);
    expect(tokenCalls() - before).toBe(1);
    expect(given[0]!.expiresAt.getTime()).toBeGreaterThan(s.now() + 59 * 60_000);
  });

  it('4 minutes before its end is still used where IAM Identity Center cannot be reached', async () => {
    const { accessToken } = await signIn();
    s.sandbox.pass(56 * 60);
    const away: Oidc = { ...s.oidc, createToken: () => Promise.reject(new Error('getaddrinfo ENOTFOUND')) };
    expect(await s.tokens({ oidc: away }).token()).toMatchObject({ accessToken });
    s.sandbox.pass(5 * 60);
    await expect(s.tokens({ oidc: away }).token()).rejects.toThrow('ENOTFOUND');
  });

  it('4 minutes before its end, and refused there, is still used; who insists signs in', async () => {
    const { accessToken } = await signIn();
    s.sandbox.pass(56 * 60);
    s.hold({ refreshToken: 'spent' });
    expect(await s.tokens({ person: s.person() }).token()).toMatchObject({ accessToken });
    expect(await s.tokens({ person: s.person() }).obtain({ insist: true })).toMatchObject({ how: 'signed-in' });
  });

  it('that has ended is refreshed, and what the file had besides stays, the refresh token too', async () => {
    await signIn();
    s.hold({ note: 'of another tool' });
    const { refreshToken, accessToken } = s.held();
    s.sandbox.pass(2 * 3600);
    const omits: Oidc = {
      ...s.oidc,
      async createToken(client, grant) {
        const answer = await s.oidc.createToken(client, grant);
        return 'refused' in answer ? answer : { ...answer, refreshToken: null };
      },
    };
    expect(await s.tokens({ oidc: omits }).obtain()).toMatchObject({ how: 'refreshed' });
    expect(s.held()).toMatchObject({ refreshToken, note: 'of another tool' });
    expect(s.held()['accessToken']).not.toBe(accessToken);
  });

  it('in a torn file is read again until it is whole', async () => {
    const { accessToken } = await signIn();
    const whole = readFileSync(s.file(), 'utf8');
    writeFileSync(s.file(), whole.slice(0, whole.length / 2));
    setTimeout(() => writeFileSync(s.file(), whole), 60);
    expect(await s.tokens().token()).toMatchObject({ accessToken });
  });

  it('in a file that stays torn is as good as none', async () => {
    await signIn();
    writeFileSync(s.file(), readFileSync(s.file(), 'utf8').slice(0, 40));
    await expect(s.tokens().token()).rejects.toMatchObject({ code: 'LoginNeeded', exitCode: 3, nextSteps: ['baf login'] });
    expect(await s.tokens({ person: s.person() }).obtain()).toMatchObject({ how: 'signed-in' });
  });

  it('after invalid_grant is the newer one that somebody else has put on disk', async () => {
    await signIn();
    s.sandbox.pass(2 * 3600);
    const newer = { accessToken: 'newer', expiresAt: stamp(s.now() + 3_600_000), refreshToken: 'newer-refresh' };
    const spent: Oidc = {
      ...s.oidc,
      async createToken() {
        s.hold(newer);
        return { refused: 'invalid-grant' };
      },
    };
    const person = s.person();
    expect(await s.tokens({ oidc: spent, person }).token()).toMatchObject({ accessToken: 'newer' });
    expect(s.held()).toMatchObject(newer);
    expect(s.prompts).toHaveLength(1);
  });

  it('after invalid_grant and nothing newer needs a login', async () => {
    await signIn();
    s.sandbox.pass(9 * 3600);
    await expect(s.tokens().token()).rejects.toMatchObject({ code: 'LoginNeeded', details: { reason: 'ended-there' } });
    expect(await s.tokens({ person: s.person() }).obtain()).toMatchObject({ how: 'signed-in' });
  });

  it('of the wrong scope for the same start URL is not taken', async () => {
    const session = { ...SESSION, name: null };
    const other = { ...session, scopes: ['codewhisperer:completions'] };
    const client = await s.oidc.register({ clientName: 'assistant', scopes: other.scopes, browser: null });
    const device = await s.oidc.startDevice(client, session.startUrl);
    if ('refused' in device) throw new Error('refused');
    await fetch(device.addressWithCode);
    const made = await s.oidc.createToken(client, { kind: 'device', deviceCode: device.deviceCode });
    if ('refused' in made) throw new Error('refused');
    const file = {
      startUrl: session.startUrl,
      region: session.region,
      accessToken: made.accessToken,
      expiresAt: stamp(s.now() + 3_600_000),
      clientId: client.id,
      clientSecret: client.secret,
      registrationExpiresAt: stamp(client.expiresAt),
      refreshToken: made.refreshToken,
    };
    await expect(accounts(made.accessToken)).rejects.toMatchObject({ name: 'UnauthorizedException' });
    // The assistant says what its token is for: it is not taken.
    writeFileSync(s.file(session), JSON.stringify({ ...file, scopes: other.scopes }));
    await expect(s.tokens({ session }).token()).rejects.toMatchObject({ details: { reason: 'wrong-scope' } });
    // It says nothing: AWS refuses the token, and the one that its refresh gives; then somebody signs in.
    writeFileSync(s.file(session), JSON.stringify(file));
    const tokens = s.tokens({ session, person: s.person('device') });
    const first = await tokens.token();
    expect(first.accessToken).toBe(made.accessToken);
    const second = await tokens.token(first.accessToken);
    expect(s.prompts).toEqual([]);
    const third = await tokens.token(second.accessToken);
    expect(s.prompts).toHaveLength(1);
    expect(await accounts(third.accessToken)).toBeDefined();
  });

  it('of another start URL under the same name is not taken', async () => {
    await signIn();
    const session = { ...SESSION, startUrl: 'https://other.awsapps.com/start' };
    await expect(s.tokens({ session }).token()).rejects.toMatchObject({ details: { reason: 'other-place' } });
    expect(await s.tokens({ session: { ...SESSION, startUrl: `${SESSION.startUrl}/#/` } }).token()).toBeDefined();
  });

  it('ends by the clock of the server, also where this one is 20 minutes off', async () => {
    s.sandbox.sandbox.store.state.faults.skewMs = 20 * 60_000;
    const { expiresAt, accessToken } = await signIn();
    expect(expiresAt.getTime() - s.now()).toBeGreaterThan(79 * 60_000);
    expect(await s.tokens().token()).toMatchObject({ accessToken });
  });
});

describe('several at once', () => {
  it('with a login that has ended cause one browser and one refresh', async () => {
    await signIn();
    s.sandbox.pass(9 * 3600);
    const before = tokenCalls();
    const given = await Promise.all(Array.from({ length: 20 }, () => s.tokens({ person: s.person() }).token()));
    expect(new Set(given.map((t) => t.accessToken)).size).toBe(1);
    expect(s.prompts).toHaveLength(2);
    // One refresh that was refused, one code.
    expect(tokenCalls() - before).toBe(2);
    expect(readdirSync(s.dir).every((name) => name.endsWith('.json'))).toBe(true);
  });

  it('ask once, also where the answer is no', async () => {
    const no = () => s.person('device', (address) => fetch(`${address}&deny=true`));
    const ended = await Promise.allSettled(Array.from({ length: 5 }, () => s.tokens({ person: no() }).token()));
    const codes = ended.map((e) => (e.status === 'rejected' ? (e.reason as { code: string }).code : 'fulfilled')).sort();
    expect(codes).toEqual(['LoginDenied', ...Array.from({ length: 4 }, () => 'LoginNeeded')]);
    expect(s.prompts).toHaveLength(1);
    // Who comes later asks again.
    expect(await s.tokens({ person: s.person() }).obtain()).toMatchObject({ how: 'signed-in' });
  });

  it('find no lock of a process that is gone', async () => {
    await signIn();
    s.sandbox.pass(2 * 3600);
    const lock = `${s.file()}.lock`;
    writeFileSync(lock, JSON.stringify({ pid: 2 ** 22 - 3, host: (await import('node:os')).hostname(), id: 'gone' }));
    writeFileSync(join(s.dir, `${s.file().split('/').at(-1)}.1234.tmp`), 'begun');
    const began = Date.now();
    const before = tokenCalls();
    await Promise.all(Array.from({ length: 20 }, () => s.tokens().token()));
    expect(tokenCalls() - before).toBe(1);
    // Not the half minute after which any lock counts as left.
    expect(Date.now() - began).toBeLessThan(30_000);
    expect(readdirSync(s.dir).every((name) => name.endsWith('.json'))).toBe(true);
  });
});
