// Deploy tags of 110 services, AWS 80 ms away. All desired tags of 80 targets in 40 accounts: against the longest chain of
// calls that must follow one another, in this process as in credentials.mjs (start-up is measured in start.mjs). One target:
// the command against `aws ssm get-parameters-by-path`. Then a promotion to four targets, under AWS's limits.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { rolldown } from 'rolldown';
import { fleetPlatform } from '../fleet-platform.mjs';

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
const LATENCY_MS = 80;
const SERVICES = 110;
/** Names that GetParameters takes at most. */
const PAGE = 10;
/** At most so many assumes are under way (src/lib/identity/gate.ts): the rest has to follow. */
const ASSUMES_AT_ONCE = 10;
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);

const root = resolve(import.meta.dirname, '../..');
const bin = join(root, 'bin', 'run.cjs');
const dir = mkdtempSync(join(tmpdir(), 'baf-bench-'));
const env = { ...process.env, BAF_ACTOR: 'bench' };
for (const name of ['NODE_EXTRA_CA_CERTS', 'NODE_OPTIONS', 'BAF_SANDBOX', 'AWS_PROFILE', 'AWS_ENDPOINT_URL']) delete env[name];

const names = Array.from({ length: SERVICES }, (_, i) => `service-${String(i + 1).padStart(3, '0')}`);
const project = (folder, platform) => {
  const made = join(dir, folder);
  mkdirSync(made);
  writeFileSync(join(made, 'baf.platform.yaml'), platform);
  const services = names.map(
    (name) => `  ${name}: { template: backend-service, image: ${name}, port: 80, health: /, cpu: 256, memory: 512 }`,
  );
  writeFileSync(join(made, 'baf.yaml'), `project: bench\nplatform: ./baf.platform.yaml\nservices:\n${services.join('\n')}\n`);
  return made;
};

/** The sandbox of a folder, in a process of its own. */
async function sandbox(cwd, ...flags) {
  const server = spawn(process.execPath, [bin, 'sandbox', 'start', '--json', ...flags], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { endpoint } = await new Promise((done, fail) => {
    let text = '';
    server.stdout.on('data', (part) => {
      text += part;
      if (text.includes('\n')) done(JSON.parse(text.slice(0, text.indexOf('\n'))).sandbox);
    });
    server.on('exit', () => fail(new Error('the sandbox did not start')));
  });
  return {
    endpoint,
    async stop() {
      server.removeAllListeners('exit');
      const gone = new Promise((done) => server.once('exit', done));
      server.kill('SIGTERM');
      await gone;
    },
  };
}

/** A call without the SDK and without baf. */
const plainCall = (endpoint, agent, { account, region }, operation, input) =>
  new Promise((done, fail) => {
    const body = JSON.stringify(input);
    const sent = request(
      endpoint,
      {
        method: 'POST',
        agent,
        headers: {
          'content-type': 'application/x-amz-json-1.1',
          'content-length': Buffer.byteLength(body),
          'x-amz-target': `AmazonSSM.${operation}`,
          authorization: `AWS4-HMAC-SHA256 Credential=${account}/20260101/${region}/ssm/aws4_request, SignedHeaders=host, Signature=0`,
        },
      },
      (answer) => {
        answer.resume();
        answer.on('end', () => (answer.statusCode === 200 ? done() : fail(new Error(`${operation}: HTTP ${answer.statusCode}`))));
      },
    );
    sent.on('error', fail);
    sent.end(body);
  });

async function seed(cwd, cells) {
  const { endpoint, stop } = await sandbox(cwd, '--no-throttle');
  const agent = new Agent({ keepAlive: true, maxSockets: 800 });
  const put = (cell, name) =>
    plainCall(endpoint, agent, cell, 'PutParameter', {
      Name: `/baf/tags/${cell.environment}/${name}`,
      Value: '1.0.0',
      Type: 'String',
    });
  await Promise.all(cells.flatMap((cell) => names.map((name) => put(cell, name))));
  agent.destroy();
  await stop();
}

const callsOf = async (endpoint) => (await (await fetch(`${endpoint}/_baf/calls`)).json()).calls;
const count = (calls, operation, key = 'count') =>
  calls.filter((c) => c.operation === operation).reduce((sum, c) => sum + c[key], 0);
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const say = (name, figure, asked, ok) =>
  console.log(`${name}: ${figure}${asked ? ` (asked: ${asked}${ok ? '' : '; MISSED'})` : ''}`);

// ---- All desired tags.
const wide = project('wide', fleetPlatform(40));
const cells = Array.from({ length: 80 }, (_, i) => ({
  account: String(900_000_000_001 + Math.floor(i / 2)),
  region: i % 2 === 0 ? 'eu-west-1' : 'us-east-1',
  environment: 'prod',
}));
await seed(wide, cells);

const bundle = await rolldown({
  input: {
    clients: join(root, 'src/lib/aws/clients.ts'),
    gateways: join(root, 'src/lib/aws/gateways.ts'),
    labels: join(root, 'src/lib/identity/labels.ts'),
    tags: join(root, 'src/lib/engine/tags.ts'),
    clock: join(root, 'src/lib/system/clock.ts'),
  },
  platform: 'node',
  resolve: { mainFields: ['module', 'main'] },
  logLevel: 'silent',
  external: [/^node:/],
});
await bundle.write({
  dir: join(dir, 'dist'),
  format: 'cjs',
  exports: 'named',
  entryFileNames: '[name].cjs',
  chunkFileNames: '[name]-[hash].cjs',
});
await bundle.close();
const load = createRequire(join(dir, 'dist', 'x.cjs'));
const { createClients } = load('./clients.cjs');
const { createGateways } = load('./gateways.cjs');
const { labelsOf } = load('./labels.cjs');
const { observeTags } = load('./tags.cjs');
const { createClock } = load('./clock.cjs');

const far = await sandbox(wide, '--speed', '1', '--latency', String(LATENCY_MS));
const connect = () => {
  const clock = createClock();
  const aws = createClients({
    endpoint: far.endpoint,
    sessions: async () => ({
      way: { base: { kind: 'sandbox' }, key: [], warnings: [] },
      rules: {
        role: 'arn:aws:iam::{account}:role/baf-deploy',
        sso: null,
        ci: { provider: 'none', audience: '', tokenVariable: '', role: '' },
        via: null,
        externalId: null,
      },
      labels: () => labelsOf('bench', null, 'bench', (text) => text.padEnd(8, '0')),
      asksWho: false,
      stsRegion: 'eu-west-1',
      now: Date.now,
      store: null,
      token: () => Promise.reject(new Error('no token')),
      ssoTokens: null,
      baseEndsAt: null,
      warn: () => {},
    }),
  });
  return { at: createGateways(aws.clients, clock), clock, actor: 'bench' };
};
const wanted = {
  project: 'bench',
  services: names,
  cells: cells.map(({ account, region }) => ({
    environment: 'prod',
    target: { name: `${account}/${region}`, account, accountId: account, region },
  })),
  desiredOnly: true,
};
/** Milliseconds that something takes, and of the processor in this process. */
async function measured(act) {
  const processor = process.cpuUsage();
  const began = performance.now();
  const made = await act();
  const ms = performance.now() - began;
  const { user, system } = process.cpuUsage(processor);
  return { made, ms, processorMs: (user + system) / 1000 };
}
async function list(effects) {
  const before = await callsOf(far.endpoint);
  const { made: seen, ms, processorMs } = await measured(() => observeTags(wanted, effects));
  const { tags, denied, failed } = seen;
  if (tags.length !== SERVICES * cells.length || tags.some((t) => t.tag !== '1.0.0') || denied.length + failed.length > 0)
    throw new Error(`not all tags were read: ${denied.length} denied, ${failed.length} failed`);
  const after = await callsOf(far.endpoint);
  const made = (operation) => count(after, operation) - count(before, operation);
  const all = after.reduce((sum, c) => sum + c.count, 0) - before.reduce((sum, c) => sum + c.count, 0);
  return { ms, processorMs, reads: made('GetParameters'), assumes: made('AssumeRole'), all };
}
/** The same reads as plain requests: what this machine, and the sandbox on it, take for them just now. */
const agent = new Agent({ keepAlive: true, maxSockets: 250 });
const plain = () =>
  measured(() =>
    Promise.all(
      cells.flatMap((cell) =>
        Array.from({ length: SERVICES / PAGE }, (_, i) =>
          plainCall(far.endpoint, agent, cell, 'GetParameters', {
            Names: names.slice(i * PAGE, (i + 1) * PAGE).map((name) => `/baf/tags/prod/${name}`),
          }),
        ),
      ),
    ),
  );
console.log(`deploy tags of ${SERVICES} services, ${LATENCY_MS} ms away, median of ${ROUNDS}`);
await list(connect());
const cold = [];
const warm = [];
const floor = [];
for (let round = 0; round < ROUNDS; round++) {
  const effects = connect();
  cold.push(await list(effects));
  warm.push(await list(effects));
  floor.push(await plain());
}
agent.destroy();
const reads = cells.length * Math.ceil(SERVICES / PAGE);
const accounts = new Set(cells.map((c) => c.account)).size;
for (const r of [...cold, ...warm]) if (r.reads !== reads) throw new Error(`${r.reads} reads where ${reads} were expected`);
for (const r of cold) if (r.assumes !== accounts) throw new Error(`${r.assumes} assumes where ${accounts} were expected`);
for (const [name, rounds, chain] of [
  ['list 80 targets, roles to assume', cold, Math.ceil(accounts / ASSUMES_AT_ONCE) + 1],
  ['list 80 targets, roles held', warm, 1],
]) {
  const ms = median(rounds.map((r) => r.ms));
  const ratio = ms / (chain * LATENCY_MS);
  const { assumes, all } = rounds[0];
  say(
    name,
    `${reads} GetParameters, ${assumes} AssumeRole, ${all - reads - assumes} others; ${chain} one after another; ${ms.toFixed(0)} ms, ${ratio.toFixed(2)} times the chain`,
    'at most 1.3',
    ratio <= 1.3,
  );
}
// Unsigned, unread and by nothing but node:http: what no client falls below on this machine, with the sandbox on it (decision 10).
const of = (rounds, figure) => median(rounds.map((r) => r[figure]));
const [floorMs, heldMs] = [of(floor, 'ms'), of(warm, 'ms')];
console.log(
  `the same requests, plain: ${floorMs.toFixed(0)} ms, ${(floorMs / LATENCY_MS).toFixed(2)} times the chain; the list with roles held takes ${(heldMs / floorMs).toFixed(2)} times that`,
);
console.log(
  `processor time of the client: ${of(warm, 'processorMs').toFixed(0)} ms with roles held, ${of(floor, 'processorMs').toFixed(0)} ms for the plain requests`,
);

// ---- The command: memory, and one target against the aws command line.
// Of the process itself: what `getrusage` tells a child of begins with what its parent had.
const peak = join(dir, 'peak.cjs');
writeFileSync(
  peak,
  "process.on('exit', () => { try { process.stderr.write(/VmHWM:.*/.exec(require('fs').readFileSync('/proc/self/status', 'utf8'))[0]); } catch {} });\n",
);
const timed = (command, args, more = {}) => {
  const began = performance.now();
  const run = spawnSync(command, args, { cwd: wide, env: { ...env, ...more }, encoding: 'utf8', maxBuffer: 1 << 26 });
  if (run.status !== 0) throw new Error(`exit ${run.status}: ${run.stderr.slice(0, 500)}`);
  return { ms: performance.now() - began, stdout: run.stdout, stderr: run.stderr };
};
const baf = (...args) => timed(process.execPath, [bin, 'ssm', 'tags', '--desired', '--sandbox', ...args]);
const whole = timed(process.execPath, ['--require', peak, bin, 'ssm', 'tags', '--desired', '--sandbox', '--json']);
if (JSON.parse(whole.stdout).tags.length !== SERVICES * cells.length) throw new Error('the command did not list all tags');
const held = /VmHWM:\s+(\d+)/.exec(whole.stderr);
if (held) {
  const mb = Number(held[1]) / 1024;
  say('memory of baf ssm tags --desired', `${mb.toFixed(0)} MB`, 'under 200 MB', mb < 200);
} else console.log('memory: SKIPPED, it is read from /proc, which is not here');

if (spawnSync('aws', ['--version'], { stdio: 'ignore' }).status === 0) {
  const [{ account, region }] = cells;
  const path = ['ssm', 'get-parameters-by-path', '--path', '/baf/tags/prod', '--recursive'];
  const keys = { AWS_ACCESS_KEY_ID: account, AWS_SECRET_ACCESS_KEY: 'sandbox', AWS_EC2_METADATA_DISABLED: 'true' };
  const ratios = [];
  for (let round = 0; round < ROUNDS; round++) {
    const theirs = timed('aws', ['--endpoint-url', far.endpoint, '--region', region, ...path], keys);
    if (JSON.parse(theirs.stdout).Parameters.length !== SERVICES) throw new Error('aws did not list all tags');
    ratios.push(baf('--targets', 'fleet-01/eu-west-1').ms / theirs.ms);
  }
  const ratio = median(ratios);
  say('list one target, baf / aws', ratio.toFixed(2), 'at most 0.5', ratio <= 0.5);
} else console.log('SKIPPED: the aws command line is not installed here');
await far.stop();

// ---- A promotion. Twice as fast, and so twice as near: as many calls a second of its own time as on AWS.
const SPEED = 2;
const place = (n) => `p${n}/eu-west-1`;
const narrow = project(
  'narrow',
  [
    'platform: bench',
    'identity: { role: "arn:aws:iam::{account}:role/baf-deploy" }',
    `accounts: { ${[1, 2, 3, 4, 5].map((n) => `p${n}: "${500_000_000_000 + n}"`).join(', ')} }`,
    'environments:',
    `  staging: { targets: [${place(1)}] }`,
    `  prod: { promoteFrom: staging, targets: [${[2, 3, 4, 5].map(place).join(', ')}] }`,
    '',
  ].join('\n'),
);
await seed(narrow, [{ account: '500000000001', region: 'eu-west-1', environment: 'staging' }]);
const near = await sandbox(narrow, '--speed', String(SPEED), '--latency', String(LATENCY_MS / SPEED));
const began = performance.now();
const promoted = spawnSync(
  process.execPath,
  [bin, 'ssm', 'tags', 'promote', '--all', '--to', 'prod', '--yes', '--json', '--progress', 'jsonl', '--sandbox'],
  { cwd: narrow, env, encoding: 'utf8', maxBuffer: 1 << 26 },
);
const tookMs = performance.now() - began;
const { promotion } = JSON.parse(promoted.stdout);
const written = promotion.tags.filter((t) => t.status === 'written').length;
if (promoted.status !== 0 || written !== SERVICES * 4) throw new Error(`${written} written: ${promoted.stderr.slice(-500)}`);
const steps = promoted.stderr
  .split('\n')
  .filter((line) => line.startsWith('{'))
  .map((line) => JSON.parse(line))
  .filter((event) => event.type === 'step' && event.name === 'tags');
const seconds = (steps.at(-1).at - steps[0].at) / 1000;
const made = await callsOf(near.endpoint);
await near.stop();
rmSync(dir, { recursive: true, force: true });
const refused = made.filter((c) => c.throttled > 0).map((c) => `${c.throttled} ${c.operation} in ${c.account}`);
const throttled = made.reduce((sum, c) => sum + c.throttled, 0);
say(
  'promote 110 services to 4 targets',
  `${written} tags in ${seconds.toFixed(0)} s of AWS's time, ${(SERVICES / seconds).toFixed(2)} a second in each target; the whole ${((tookMs * SPEED) / 1000).toFixed(0)} s`,
  'just under 3 a second',
  SERVICES / seconds < 3.05 && SERVICES / seconds > 2.5,
);
say(
  'throttled calls',
  `${throttled} of ${made.reduce((sum, c) => sum + c.count, 0)}, ${count(made, 'PutParameter')} of them puts${refused.length > 0 ? ` (${refused.join(', ')})` : ''}`,
  'none',
  throttled === 0,
);
