/** Hooks against a sandbox in process: tasks before a wave, checks after a rollout. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openSandbox, readFiles } from '../../../src/lib/app.js';
import { deployServices } from '../../../src/lib/command/deploy.js';
import { clearFaults, faultCall, faultCapacity, faultImage } from '../../../src/lib/command/faults.js';
import { sandboxCalls } from '../../../src/lib/command/sandbox.js';
import { listTags } from '../../../src/lib/command/tags.js';
import type { DeployOutcome } from '../../../src/lib/model/outcome.js';
import type { TagRow } from '../../../src/lib/model/tag-row.js';
import type { OpenSandbox } from '../../../src/lib/sandbox/start.js';

let dir: string;
let sandbox: OpenSandbox;
let original: string;
const warnings: string[] = [];
const base = () => ({
  dir,
  sandbox: true,
  speed: 60,
  yes: true,
  'no-input': true,
  'no-color': true,
  verbose: false,
  progress: 'lines',
  notify: (text: string) => void warnings.push(text),
});
const settings = { env: 'prod', plan: false, 'exit-code': false, timeout: '30m', 'on-failure': 'rollback' as const, json: true };

let written = '';
const stderr = process.stderr.write.bind(process.stderr);
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'baf-hooks-'));
  cpSync(resolve('examples/retail-store'), dir, { recursive: true, filter: (path) => !path.includes('.baf/') });
  process.env['BAF_ACTOR'] = 'ana';
  original = readFileSync(join(dir, 'baf.yaml'), 'utf8');
  const { project, platform } = await readFiles(base());
  sandbox = await openSandbox(project, platform, base());
  await deploy(['catalog', 'ui'], '1.0.0');
});
afterAll(async () => {
  await sandbox.close();
  rmSync(dir, { recursive: true, force: true });
});
beforeEach(() => {
  written = '';
  warnings.length = 0;
  process.stderr.write = ((text: string) => ((written += text), true)) as typeof process.stderr.write;
});
afterEach(async () => {
  process.stderr.write = stderr;
  delete process.env['BAF_SMOKE_BASE'];
  await clearFaults(undefined, base());
});

/** The example, with `deploy:` of one service or more. */
function hooks(of: Readonly<Record<string, string>>): void {
  let text = original;
  for (const [service, deployPart] of Object.entries(of)) {
    const next = text.replace(`\n  ${service}:\n`, `\n  ${service}:\n    deploy: ${deployPart}\n`);
    expect(next).not.toBe(text);
    text = next;
  }
  writeFileSync(join(dir, 'baf.yaml'), text);
}
const deploy = async (services: string[], tag: string, more: object = {}) => {
  const done = await deployServices({ ...base(), ...settings, services, tag: [tag], ...more });
  return { ...done, outcome: (done.json as { deploy: DeployOutcome }).deploy };
};
const count = async (operation: string): Promise<number> => {
  const { calls } = (await sandboxCalls(base())).json as {
    calls: { operation: string; count: number; failed: number }[];
  };
  return calls.filter((c) => c.operation === operation).reduce((sum, c) => sum + c.count - c.failed, 0);
};
const ends = (outcome: DeployOutcome) =>
  outcome.rollouts.map((r) => `${r.service} ${r.target} ${r.status} ${r.cause?.code ?? ''}`.trim());
const catalogTags = async () =>
  ((await listTags(['catalog'], { ...base(), env: ['prod'] })).json as { tags: TagRow[] }).tags.map(
    (t) => `${t.tag} ${t.running}`,
  );
const taskIds = () => [...new Set([...written.matchAll(/task ([0-9a-f]{32})/g)].map((m) => m[1]))];

const canary = { targets: ['shop-canary'] };
const migrate = '{ before: [{ name: migrate, command: [bin/migrate, up] }] }';

describe('tasks before a wave', () => {
  it('run once in each target, their lines are told, and the rollout follows', async () => {
    hooks({ catalog: migrate });
    const before = await count('RunTask');
    const { outcome, exitCode } = await deploy(['catalog'], '1.1.0');
    expect([outcome.status, exitCode]).toEqual(['succeeded', 0]);
    expect((await count('RunTask')) - before).toBe(3);
    expect(written).toMatch(
      /catalog shop-canary\/eu-west-1: before migrate task [0-9a-f]{32}\n[\s\S]*migrate\| starting\n[\s\S]*migrate\| working\n[\s\S]*migrate\| done\n[\s\S]*catalog shop-canary\/eu-west-1: migrate succeeded\n[\s\S]*catalog shop-canary\/eu-west-1: tag 1\.1\.0/,
    );
  });

  it('run in the first target only with once, and not at all with --skip-hooks', async () => {
    hooks({ catalog: migrate.replace('name:', 'once: true, name:') });
    let before = await count('RunTask');
    expect((await deploy(['catalog'], '1.2.0')).outcome.status).toBe('succeeded');
    expect((await count('RunTask')) - before).toBe(1);
    before = await count('RunTask');
    expect((await deploy(['catalog'], '1.2.1', { 'skip-hooks': true })).outcome.status).toBe('succeeded');
    expect((await count('RunTask')) - before).toBe(0);
    expect(warnings).toEqual(['--skip-hooks: the hooks of catalog do not run.']);
  });

  it('are in the plan, with where they run', async () => {
    hooks({ catalog: migrate.replace('name:', 'once: true, name:'), ui: '{ after: [{ http: { path: /health } }] }' });
    const { text, json } = await deployServices({
      ...base(),
      ...settings,
      services: ['catalog', 'ui'],
      tag: ['1.3.0'],
      plan: true,
    });
    expect(text).toMatch(/catalog before: migrate \(bin\/migrate up\), once in shop-canary\/eu-west-1\n/);
    expect(text).toMatch(/ui after: GET \/health in shop-canary\/eu-west-1/);
    const { waves } = (json as { plan: { waves: { rollouts: { service: string; hooks: { before: object[] } }[] }[] } }).plan;
    expect(waves.map((w) => w.rollouts.map((r) => `${r.service} ${r.hooks.before.length}`))).toEqual([
      ['catalog 1', 'ui 0'],
      ['catalog 0', 'ui 0', 'catalog 0', 'ui 0'],
    ]);
  });

  it('that fail stop everything before a service is touched, with the last lines', async () => {
    hooks({ catalog: migrate });
    await faultImage('retail-store-sample-catalog:6.0', { ...base(), outcome: 'exits' });
    const [updates, tags] = [await count('UpdateService'), await catalogTags()];
    const { outcome, exitCode } = await deploy(['catalog', 'ui'], '6.0');
    expect(ends(outcome)).toEqual([
      'catalog shop-canary/eu-west-1 failed HookFailed',
      'ui shop-canary/eu-west-1 skipped',
      'catalog shop-prod/eu-west-1 skipped',
      'ui shop-prod/eu-west-1 skipped',
      'catalog shop-prod/us-east-1 skipped',
      'ui shop-prod/us-east-1 skipped',
    ]);
    expect(exitCode).toBe(1);
    expect(outcome.rollouts[0]!.cause!.message).toBe(
      'migrate ended with exit code 1. Its last lines: starting | fatal: cannot start: exiting with code 1',
    );
    expect([await count('UpdateService'), await catalogTags()]).toEqual([updates, tags]);
    // Put right, it is run anew: what failed is not taken for what is wanted.
    await clearFaults(undefined, base());
    const before = await count('RunTask');
    expect((await deploy(['catalog'], '6.0', canary)).outcome.status).toBe('succeeded');
    expect((await count('RunTask')) - before).toBe(2);
  });

  it('that cannot start, and that take too long, tell so', async () => {
    hooks({ catalog: migrate });
    await faultImage('retail-store-sample-catalog:6.1', { ...base(), outcome: 'missing' });
    const missing = await deploy(['catalog'], '6.1', { ...canary, 'skip-checks': ['all'] });
    expect(ends(missing.outcome)).toEqual(['catalog shop-canary/eu-west-1 failed HookNotStarted']);
    expect(missing.outcome.rollouts[0]!.cause!.message).toMatch(/migrate did not run: CannotPullContainerError/);
    hooks({ catalog: migrate.replace('name:', 'timeout: 20s, name:') });
    const stops = await count('StopTask');
    const late = await deploy(['catalog'], '6.2', canary);
    expect(ends(late.outcome)).toEqual(['catalog shop-canary/eu-west-1 failed HookTimeout']);
    expect((await count('StopTask')) - stops).toBe(1);
    await faultCapacity({ ...base(), target: 'shop-canary/eu-west-1', tasks: 1 });
    const full = await deploy(['catalog'], '6.3', { ...canary, 'skip-checks': ['all'] });
    expect(ends(full.outcome)).toEqual(['catalog shop-canary/eu-west-1 failed NoCapacity']);
  });

  it('are started once when the answer is lost', async () => {
    hooks({ catalog: migrate });
    await faultCall('ecs:RunTask', { ...base(), kind: 'lost', times: 2 } as never);
    const { outcome } = await deploy(['catalog'], '6.4', canary);
    expect(outcome.status).toBe('succeeded');
    expect(taskIds()).toHaveLength(1);
    expect(written.match(/migrate\| done/g)).toHaveLength(1);
  });

  it('are not run again for a version for which they went well', async () => {
    hooks({ catalog: '{ before: [{ name: migrate, command: [up] }], after: [{ run: [node, -e, "process.exit(3)"] }] }' });
    expect((await deploy(['catalog'], '6.5', canary)).outcome.status).toBe('rolled-back');
    const [first] = taskIds();
    hooks({ catalog: '{ before: [{ name: migrate, command: [up] }] }' });
    written = '';
    expect((await deploy(['catalog'], '6.5', canary)).outcome.status).toBe('succeeded');
    expect(written).toContain(`migrate succeeded: ran before, as task ${first}`);
    expect(written).not.toMatch(/migrate\|/);
  });
});

describe('checks after a rollout', () => {
  let server: Server;
  const asked: string[] = [];
  let answer = (): { status: number; body: string } => ({ status: 200, body: 'all is well' });
  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(`${request.headers.host} ${request.url}`);
      const { status, body } = answer();
      response.writeHead(status).end(body);
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  });
  afterAll(() => server.close());
  beforeEach(() => void (asked.length = 0));
  const serve = () => (process.env['BAF_SMOKE_BASE'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`);

  it('ask the host of the service until it answers as it should', async () => {
    serve();
    hooks({ ui: '{ after: [{ http: { path: "/health?deep=1", contains: well, retries: 3 } }] }' });
    let left = 2;
    answer = () => (left-- > 0 ? { status: 503, body: '' } : { status: 200, body: 'all is well' });
    expect((await deploy(['ui'], '2.0.0', canary)).outcome.status).toBe('succeeded');
    expect(asked).toEqual(Array(3).fill('ui.prod.acme.example /health?deep=1'));
    expect(written).toMatch(/GET \/health\?deep=1\| answered with status 503\n/);
  });

  it('bring the version back that does not', async () => {
    serve();
    hooks({ ui: '{ after: [{ http: { path: /health, contains: well, retries: 1 } }, { run: [never] }] }' });
    answer = () => ({ status: 200, body: 'all is lost' });
    const { outcome, exitCode } = await deploy(['ui'], '2.1.0');
    expect(ends(outcome)).toEqual([
      'ui shop-canary/eu-west-1 rolled-back SmokeCheckFailed',
      'ui shop-prod/eu-west-1 skipped',
      'ui shop-prod/us-east-1 skipped',
    ]);
    expect(exitCode).toBe(1);
    expect(outcome.rollouts[0]!.cause!.message).toMatch(
      /^GET http:\S+\/health answered with status 200, and "well" is not in its 11 characters; expected: status 200 with "well" in it \(2 attempts\)\.$/,
    );
    const tags = ((await listTags(['ui'], { ...base(), env: ['prod'] })).json as { tags: TagRow[] }).tags;
    expect(`${tags[0]!.tag} ${tags[0]!.running} ${tags[0]!.live}`).toBe('2.0.0 2.0.0 2.0.0');
    expect(written).not.toContain('never');
  });

  it('leave it with --on-failure stop, and its label where it was', async () => {
    serve();
    answer = () => ({ status: 500, body: '' });
    hooks({ ui: '{ after: [{ http: { path: /health, retries: 0 } }] }' });
    const { outcome } = await deploy(['ui'], '2.2.0', { ...canary, 'on-failure': 'stop' });
    expect(ends(outcome)).toEqual(['ui shop-canary/eu-west-1 failed SmokeCheckFailed']);
    const [row] = ((await listTags(['ui'], { ...base(), env: ['prod'] })).json as { tags: TagRow[] }).tags;
    expect(`${row!.running} ${row!.live}`).toBe('2.2.0 2.0.0');
  });

  it('are skipped loudly where nothing answers', async () => {
    hooks({ ui: '{ after: [{ http: { path: /health } }] }' });
    expect((await deploy(['ui'], '2.3.0', canary)).outcome.status).toBe('succeeded');
    expect(warnings.join()).toMatch(/The http checks of ui are skipped: nothing answers HTTP in the sandbox/);
    expect(written).toMatch(/GET \/health skipped: nothing answers HTTP in the sandbox/);
    expect(asked).toEqual([]);
  });

  it('run commands with what they need to know, and tell what they write', async () => {
    serve();
    const script = `console.log(['SERVICE','TAG','ENVIRONMENT','TARGET','URL','SANDBOX'].map(k => process.env['BAF_' + k]).join(' '))`;
    hooks({ ui: `{ after: [{ name: told, run: [node, -e, ${JSON.stringify(script)}] }] }` });
    expect((await deploy(['ui'], '2.4.0', canary)).outcome.status).toBe('succeeded');
    expect(written).toContain(`told| ui 2.4.0 prod shop-canary/eu-west-1 ${process.env['BAF_SMOKE_BASE']} 1\n`);
  });

  it.each([
    ['[node, -e, "console.error(1); process.exit(3)"]', '', /ended with exit code 3\. Its last lines: 1$/],
    ['[no-such-program]', '', /cannot be run: there is no program no-such-program/],
    ['[node, -e, "setTimeout(() => {}, 60000)"]', ', timeout: 1s', /had not ended after 1 s, and was stopped/],
  ])('of which a command %s fails make the rollout fail', async (command, more, message) => {
    hooks({ ui: `{ after: [{ name: check, run: ${command}${more} }] }` });
    const { outcome } = await deploy(['ui'], '2.5.0', canary);
    expect(ends(outcome)).toEqual(['ui shop-canary/eu-west-1 rolled-back CheckFailed']);
    expect(outcome.rollouts[0]!.cause!.message).toMatch(message);
  });
});
