/** `baf doctor` as a user runs it: in the sandbox, against an endpoint with files of one's own, and where there is nothing. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { tokenFileName } from '../../src/lib/identity/sso/token-file.js';
import { place, type Place, type Running } from './harness.js';
import { fleetPlatform } from '../fleet-platform.mjs';

interface Check {
  id: string;
  title: string;
  outcome: 'ok' | 'warning' | 'problem' | 'skipped';
  target?: string;
  message: string;
  fix: string | null;
}
interface Examined {
  checks: Check[];
  summary: Record<Check['outcome'], number>;
  warnings: string[];
}
const examined = async (at: Place, ...args: string[]) => {
  const { code, value } = await at.json('doctor', ...args);
  const { checks, summary } = value as unknown as Examined;
  const of = (id: string) => checks.filter((check) => check.id === id);
  return { code, checks, summary, of, outcomes: (id: string) => of(id).map((check) => check.outcome) };
};

describe('in the sandbox', () => {
  let here: Place;
  beforeEach(() => (here = place()));
  afterEach(() => here.remove());

  it('all is well: one line a check, exit 0', async () => {
    const { code, summary, checks } = await examined(here, '--sandbox');
    expect([code, summary.problem, summary.warning]).toEqual([0, 0, 0]);
    expect(checks.filter((c) => c.id === 'role').map((c) => c.target)).toEqual([
      'shop-staging/eu-west-1',
      'shop-canary/eu-west-1',
      'shop-prod/eu-west-1',
      'shop-prod/us-east-1',
    ]);
    const { stdout, code: again } = await here.run('doctor', '--sandbox');
    expect(again).toBe(0);
    expect(stdout).toMatch(/targets {3}✓ role {9}4 of 4 targets: role assumed\n {10}✓ offer/);
  });

  it('three of four that refuse are named, the fourth goes on, exit 5', async () => {
    for (const target of ['shop-staging/eu-west-1', 'shop-prod/eu-west-1', 'shop-prod/us-east-1']) {
      const fault = ['--kind', 'denied', '--times', '2', '--target', target];
      await here.run('sandbox', 'fault', 'call', 'ssm:GetParameters', ...fault);
    }
    const { code, outcomes, of } = await examined(here, '--sandbox');
    await here.run('sandbox', 'fault', 'clear');
    expect(code).toBe(5);
    expect(outcomes('role')).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(outcomes('offer').filter((o) => o === 'problem')).toHaveLength(3);
    expect(of('offer').find((c) => c.outcome === 'problem')!.fix).toMatch(/ssm:GetParameters/);
  });

  it('roles that nobody may assume are exit 3, and what depends on them is skipped', async () => {
    await here.run('sandbox', 'fault', 'call', 'sts:AssumeRole', '--kind', 'denied', '--times', '3');
    const { code, outcomes } = await examined(here, '--sandbox');
    expect(code).toBe(3);
    expect(outcomes('role')).toEqual(['problem', 'problem', 'problem', 'problem']);
    expect(outcomes('offer')).toEqual(['skipped', 'skipped', 'skipped', 'skipped']);
  });

  it('a clock that is 20 minutes off is told with its direction', async () => {
    await here.run('sandbox', 'fault', 'clock', '--skew', '20m');
    const { of } = await examined(here, '--sandbox');
    expect(of('clock')).toMatchObject([
      { outcome: 'problem', message: expect.stringMatching(/^.* 20 minutes behind/) as string },
    ]);
    await here.run('sandbox', 'fault', 'clear');
    await here.run('sandbox', 'fault', 'clock', '--skew', '-3m');
    expect((await examined(here, '--sandbox')).of('clock')).toMatchObject([
      { outcome: 'warning', message: expect.stringMatching(/3 minutes ahead of/) as string },
    ]);
  });

  it('goes on where baf.yaml is broken: every line of it, and the targets all the same', async () => {
    const file = join(here.dir, 'baf.yaml');
    const text = readFileSync(file, 'utf8').replace(/^# yaml-language-server.*\n/, '');
    writeFileSync(file, text.replaceAll('health:', 'heatlh:').replace('port: 8080', 'port: http'));
    const { code, of, outcomes } = await examined(here, '--sandbox');
    expect(code).toBe(2);
    const [project] = of('project');
    expect(project!.outcome).toBe('problem');
    expect(project!.message.split('\n').length).toBeGreaterThan(3);
    expect(project!.message).toMatch(/^baf\.yaml:\d+:\d+: .*heatlh/m);
    expect(outcomes('role')).toEqual(['ok', 'ok', 'ok', 'ok']);
    rmSync(join(here.dir, 'baf.platform.yaml'));
    const without = await examined(here, '--sandbox');
    expect([without.code, ...without.outcomes('platform'), ...without.outcomes('role')]).toEqual([2, 'problem', 'skipped']);
  });

  it('names the line that makes a file known to editors', async () => {
    const file = join(here.dir, 'baf.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^# yaml-language-server.*\n/, ''));
    const { code, of } = await examined(here, '--sandbox');
    expect(code).toBe(0);
    expect(of('project')).toMatchObject([
      { outcome: 'warning', fix: expect.stringContaining('schemas/baf.schema.json') as string },
    ]);
  });
});

describe('with AWS files and an endpoint of one’s own', () => {
  let home: string;
  let here: Place;
  let server: Running;
  let endpoint = '';
  const env = (more: Record<string, string> = {}) => ({
    HOME: home,
    AWS_ENDPOINT_URL: endpoint,
    AWS_SECRET_ACCESS_KEY: '',
    ...more,
  });
  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'baf-home-'));
    mkdirSync(join(home, '.aws', 'sso', 'cache'), { recursive: true });
    here = place();
    server = here.start('sandbox', 'start', '--json');
    await server.sees(/endpoint/);
    endpoint = (JSON.parse(readFileSync(join(here.dir, '.baf', 'sandbox', 'server.json'), 'utf8')) as { endpoint: string })
      .endpoint;
  });
  afterAll(async () => {
    server.child.kill('SIGTERM');
    await server.done;
    here.remove();
    rmSync(home, { recursive: true, force: true });
  });
  const write = (name: string, text: string, mode = 0o600) => {
    writeFileSync(join(home, '.aws', name), text);
    chmodSync(join(home, '.aws', name), mode);
  };
  const examinedWith = async (more: Record<string, string> = {}) => {
    const own = place(env(more));
    try {
      return await examined(own);
    } finally {
      own.remove();
    }
  };

  it('keys in the environment work, win over the login, and the endpoint is named', async () => {
    const keys = { AWS_ACCESS_KEY_ID: '111111111111', AWS_SECRET_ACCESS_KEY: 'any-secret-at-all', BAF_NO_CREDENTIAL_CACHE: '1' };
    const { code, of, outcomes } = await examinedWith(keys);
    expect(of('keys')).toMatchObject([{ outcome: 'warning', message: expect.stringContaining('acme') as string }]);
    expect(of('endpoint')[0]).toMatchObject({ outcome: 'warning', fix: 'unset AWS_ENDPOINT_URL' });
    expect(outcomes('role')).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(code).toBe(0);
    // In CI baf takes the token, as it says; other tools would take the keys.
    const job = await examinedWith({ ...keys, CI: 'true', AWS_WEB_IDENTITY_TOKEN_FILE: '/nowhere/token' });
    expect(job.of('keys')[0]!.message).toContain('win over the web identity token in /nowhere/token');
    expect(job.of('login')).toMatchObject([
      { outcome: 'skipped', message: 'not needed: baf takes the web identity token in /nowhere/token' },
    ]);
    expect([job.code, job.of('role')[0]!.message]).toEqual([3, expect.stringContaining('/nowhere/token cannot be read')]);
  });

  it('a login is read from the shared cache: none, one that lasts, one that is over', async () => {
    expect((await examinedWith()).of('login')).toMatchObject([{ outcome: 'problem', fix: 'baf login' }]);
    const file = join('sso', 'cache', tokenFileName({ name: 'acme', startUrl: '' }));
    const token = { startUrl: 'https://acme.awsapps.com/start', region: 'eu-west-1', accessToken: 'a-token-of-this-test' };
    write(file, JSON.stringify({ ...token, expiresAt: new Date(Date.now() + 3_600_000).toISOString() }));
    expect((await examinedWith()).of('login')).toMatchObject([{ outcome: 'ok' }]);
    write(file, JSON.stringify({ ...token, expiresAt: new Date(Date.now() - 1000).toISOString() }));
    const ended = await examinedWith();
    expect(ended.of('login')).toMatchObject([{ outcome: 'problem', message: expect.stringContaining('ended') as string }]);
    expect(ended.code).toBe(3);
    write('credentials', '[default]\naws_access_key_id = 111111111111\naws_secret_access_key = any-secret-at-all\n');
    const other = await examinedWith({ BAF_NO_CREDENTIAL_CACHE: '1' });
    expect([other.code, ...other.outcomes('login'), ...other.outcomes('role')]).toEqual([0, 'skipped', 'ok', 'ok', 'ok', 'ok']);
    write('credentials', '');
  });

  it('files are judged by line, and by who may read them', async () => {
    write('config', '[profile ok]\nregion = eu-west-1\n[profile half]\nrole_arn = arn:aws:iam::111111111111:role/a\n');
    write(
      'credentials',
      '[keys]\naws_access_key_id = AKIAQWERTYUIOPASDFGH\naws_secret_access_key = planted-in-a-file-of-keys\n',
      0o644,
    );
    const { of, checks } = await examinedWith();
    expect(of('aws-files').map((c) => `${c.outcome} ${c.fix}`)).toEqual([
      `warning chmod 600 ${join(home, '.aws', 'credentials')}`,
      'warning Correct the profile there, or choose another with AWS_PROFILE.',
    ]);
    expect(of('aws-files')[1]!.message).toContain(`${join(home, '.aws', 'config')}:4: `);
    expect(JSON.stringify(checks)).not.toContain('planted-in-a-file-of-keys');
    const used = await examinedWith({ AWS_PROFILE: 'half' });
    expect(used.code).toBe(3);
    expect(used.outcomes('aws-files')).toContain('problem');
    write('config', '[profile x\n');
    expect((await examinedWith()).of('aws-files').map((c) => c.message)).toContainEqual(
      expect.stringMatching(/config:1: Profile definition must end/),
    );
    write('config', '');
    write('credentials', '');
  });
});

describe('outside of a project', () => {
  it('checks the rest, says why not the others, and asks no target', async () => {
    const own = place({ AWS_ENDPOINT_URL: 'http://127.0.0.1:9', HOME: tmpdir(), AWS_SECRET_ACCESS_KEY: '' });
    rmSync(join(own.dir, 'baf.yaml'));
    rmSync(join(own.dir, 'baf.platform.yaml'));
    const { code, outcomes, of } = await examined(own);
    expect([...outcomes('node'), ...outcomes('project'), ...outcomes('platform')]).toEqual(['ok', 'skipped', 'skipped']);
    expect([...outcomes('role'), ...outcomes('offer'), ...outcomes('login')]).toEqual(['skipped', 'skipped', 'skipped']);
    expect(of('clock')[0]!.message).toContain('ECONNREFUSED');
    expect(code).toBe(3);
    own.remove();
  });
});

describe('of eighty targets', () => {
  it('asks for forty roles and eighty offers, and nothing else', async () => {
    const here = place();
    writeFileSync(join(here.dir, 'baf.platform.yaml'), fleetPlatform(40));
    const { code, summary, outcomes } = await examined(here, '--sandbox');
    expect([code, summary.problem, outcomes('role').length]).toEqual([0, 0, 80]);
    const { value } = await here.json('sandbox', 'calls', '--sandbox');
    const counts: Record<string, number> = {};
    for (const call of (value as unknown as { calls: { service: string; operation: string; count: number }[] }).calls)
      counts[`${call.service}:${call.operation}`] = (counts[`${call.service}:${call.operation}`] ?? 0) + call.count;
    expect(counts).toEqual({ 'sts:AssumeRole': 40, 'ssm:GetParameters': 80 });
    const { stdout } = await here.run('doctor', '--sandbox');
    expect(stdout).toContain('80 of 80 targets: role assumed');
    expect(stdout.split('\n').length).toBeLessThanOrEqual(24);
    here.remove();
  });
});
