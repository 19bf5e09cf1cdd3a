/** Settings and secrets by the built CLI, as a user has them: values from stdin, none on the command line or in any output. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { record } from '../runs.js';
import { place, type Place, type Ran } from './harness.js';

const secret = 'Tr0ub4dor&3 of the "acceptance" run';
const fast = ['--sandbox', '--speed', '60'];
let here: Place;
beforeAll(() => {
  here = place();
  const file = join(here.dir, 'baf.yaml');
  const from = 'secrets: { RETAIL_CATALOG_PERSISTENCE_PASSWORD: retail/catalog-db-password }';
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(from);
  writeFileSync(
    file,
    text.replace(from, 'settings: { LOG_LEVEL: log-level }\n    secrets: { DB_PASSWORD: { key: db-password } }'),
  );
});
afterAll(() => here.remove());

/** With something on stdin; written down for the watch over the suite with the secret that no output may have. */
function typed(input: string, ...args: string[]): Ran {
  const env = { PATH: process.env['PATH'], HOME: here.dir, BAF_ACTOR: 'ana' };
  const ran = spawnSync(process.execPath, [resolve('bin/run.cjs'), ...args, ...fast], {
    cwd: here.dir,
    env,
    input,
    encoding: 'utf8',
  });
  record({ args, stdout: ran.stdout, stderr: ran.stderr, secrets: [secret] });
  expect(ran.stdout + ran.stderr).not.toContain(secret);
  return { code: ran.status, signal: ran.signal, stdout: ran.stdout, stderr: ran.stderr };
}

describe('settings', () => {
  it('are set by an argument or from stdin, listed, got and compared', () => {
    expect(typed('', 'ssm', 'settings', 'set', 'catalog', 'log-level', 'debug', '--env', 'staging').code).toBe(0);
    const set = typed('info\n', 'ssm', 'settings', 'set', 'catalog', 'log-level', '--env', 'prod', '--yes');
    expect(set.stdout).toMatch(/log-level of catalog in shop-prod\/us-east-1: written \(version 1\)/);
    expect(typed('', 'ssm', 'settings', 'get', 'catalog', 'log-level', '--env', 'prod').stdout).toBe('info\n');
    expect(typed('', 'ssm', 'settings', 'catalog').stdout).toMatch(/catalog\s+prod\s+log-level\s+info\s+same\s+shop-canary/);
    expect(typed('', 'ssm', 'settings', 'diff', 'staging', 'prod', '--exit-code').code).toBe(6);
    const refused = typed('', 'ssm', 'settings', 'set', 'catalog', 'log-level', '{{x}}', '--env', 'staging');
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(/\{\{[\s\S]*Parameter Store/)]);
    expect(typed('x', 'ssm', 'settings', 'set', 'catalog', 'log-level', '--env', 'prod').code).toBe(2);
  });
});

describe('secrets', () => {
  it('are refused on the command line, in words that do not repeat them', () => {
    for (const args of [
      [`db-password`, secret],
      [`db-password=${secret}`],
      ['db-password', `--value=${secret}`],
      ['db-password', '--value', secret],
    ])
      for (const json of [[], ['--json']]) {
        const ran = typed('', 'ssm', 'secrets', 'set', 'catalog', ...args, '--env', 'staging', ...json);
        expect([ran.code, ran.stdout + ran.stderr]).toEqual([2, expect.stringMatching(/not taken from the command line/)]);
      }
  });

  it('are not asked for without a terminal', () => {
    const ran = typed('', 'ssm', 'secrets', 'set', 'catalog', 'db-password', '--env', 'staging');
    expect([ran.code, ran.stderr]).toEqual([2, expect.stringMatching(/stdin is empty, and there is no terminal to ask on/)]);
  });

  it('are said to be missing, set from stdin, and given to a command', () => {
    const out = join(here.dir, 'seen');
    const script = `require('fs').writeFileSync(${JSON.stringify(out)}, process.env.DB_PASSWORD + process.env.LOG_LEVEL); process.exit(7)`;
    const exec = () => spawnExec(script);
    const missing = exec();
    expect([missing.code, missing.stderr]).toEqual([
      1,
      expect.stringMatching(/DB_PASSWORD[\s\S]*baf ssm secrets set catalog db-password --env staging/),
    ]);
    expect(typed(`${secret}\n`, 'ssm', 'secrets', 'set', 'catalog', 'db-password', '--env', 'staging').code).toBe(0);
    expect(exec().code).toBe(7);
    expect(readFileSync(out, 'utf8')).toBe(`${secret}debug`);
  });

  it('come over from a file, all at once, and are a whole environment to a command', () => {
    const values = JSON.stringify({ 'db-password': secret, api_key: secret });
    const planned = typed(
      '{"zone": "eu", "retries": 3}',
      'ssm',
      'settings',
      'import',
      'catalog',
      '-',
      '--env',
      'staging',
      '--plan',
    );
    expect(planned.stdout).toBe('~ zone of catalog: none -> eu\n~ retries of catalog: none -> 3\n');
    expect(typed('{"zone": "eu", "retries": 3}', 'ssm', 'settings', 'import', 'catalog', '-', '--env', 'staging').code).toBe(0);
    const exported = typed('', 'ssm', 'settings', 'export', 'catalog', '--env', 'staging');
    expect(JSON.parse(exported.stdout)).toEqual({ 'log-level': 'debug', zone: 'eu', retries: '3' });
    const set = typed(values, 'ssm', 'secrets', 'import', 'catalog', '-', '--env', 'staging');
    expect([set.code, set.stdout]).toEqual([0, expect.stringMatching(/db-password .*unchanged[\s\S]*api_key .*written/)]);
    const out = join(here.dir, 'whole');
    const script = `require('fs').writeFileSync(${JSON.stringify(out)}, Object.keys(process.env).sort().join())`;
    expect(spawnExec(script, '--pristine').code).toBe(0);
    expect(readFileSync(out, 'utf8')).toBe('DB_PASSWORD,LOG_LEVEL,PATH');
  });

  it('go with a command that has its signals and its end for itself', async () => {
    const run = (script: string) =>
      here.start('ssm', 'exec', 'catalog', '--env', 'staging', ...fast, '--', process.execPath, '-e', script);
    const own = run(`process.on('SIGTERM', () => process.exit(7)); console.log('ready'); setInterval(() => {}, 1000)`);
    await own.sees(/ready/);
    own.child.kill('SIGTERM');
    expect((await own.done).code).toBe(7);
    expect((await run(`process.kill(process.pid, 'SIGKILL')`).done).code).toBe(137);
  });

  it('are listed, shown to nobody off a terminal, and checked', () => {
    expect(typed('', 'ssm', 'secrets', 'catalog', '--env', 'staging').stdout).toMatch(/db-password\s+ssm\s+set\s+1/);
    expect(typed('', 'ssm', 'secrets', 'get', 'catalog', 'db-password', '--env', 'staging', '--show').code).toBe(4);
    const check = typed('', 'ssm', 'secrets', 'rotate-check', 'catalog', '--env', 'staging', '--json');
    expect((JSON.parse(check.stdout) as { secrets: object[] }).secrets).toEqual([
      expect.objectContaining({
        variable: 'DB_PASSWORD',
        secret: '/baf/secrets/staging/catalog/db-password',
        state: 'current',
        fix: null,
      }),
    ]);
  });
});

const spawnExec = (script: string, ...more: string[]): Ran => {
  const args = ['ssm', 'exec', 'catalog', '--env', 'staging', ...more, ...fast, '--', process.execPath, '-e', script];
  const env = { PATH: process.env['PATH'], HOME: here.dir, BAF_ACTOR: 'ana' };
  const ran = spawnSync(process.execPath, [resolve('bin/run.cjs'), ...args], { cwd: here.dir, env, encoding: 'utf8' });
  record({ args, stdout: ran.stdout, stderr: ran.stderr, secrets: [secret] });
  return { code: ran.status, signal: ran.signal, stdout: ran.stdout, stderr: ran.stderr };
};
