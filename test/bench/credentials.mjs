// Credentials for 80 targets in 40 accounts, 80 ms away: wall time against the longest chain of calls that must follow one
// another. The code is bundled as the commands are, and its modules are loaded before: start-up is measured in start.mjs.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { rolldown } from 'rolldown';

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
const LATENCY_MS = 80;
const ACCOUNTS = 40;
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 9);
const LIMIT = 1.3;

const root = resolve(import.meta.dirname, '../..');
const dir = mkdtempSync(join(tmpdir(), 'baf-bench-'));
const ids = Array.from({ length: ACCOUNTS }, (_, i) => String(100_000_000_000 + i));
const targets = ids.flatMap((id) => [`a${id}/eu-west-1`, `a${id}/us-east-1`]);
writeFileSync(
  join(dir, 'baf.platform.yaml'),
  [
    'platform: bench',
    'identity: { role: "arn:aws:iam::{account}:role/baf-deploy" }',
    `accounts: { ${ids.map((id) => `a${id}: "${id}"`).join(', ')} }`,
    // What stands in the other targets has no say here, and a small state is quickly on disk.
    `environments: { prod: { targets: [${targets[0]}] } }`,
  ].join('\n'),
);
writeFileSync(
  join(dir, 'baf.yaml'),
  'project: bench\nplatform: ./baf.platform.yaml\nservices: { ui: { template: web-service, image: ui, port: 80, health: / } }\n',
);

const bundle = await rolldown({
  input: Object.fromEntries(
    ['aws/clients', 'identity/labels', 'identity/gate'].map((name) => [name.split('/')[1], join(root, `src/lib/${name}.ts`)]),
  ),
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
const { labelsOf } = load('./labels.cjs');
/** At most so many assumes are under way: the rest has to follow. */
const { AT_ONCE } = load('./gate.cjs');

const env = { ...process.env, BAF_ACTOR: 'bench' };
for (const name of ['NODE_OPTIONS', 'BAF_SANDBOX', 'AWS_PROFILE', 'AWS_ENDPOINT_URL']) delete env[name];
const server = spawn(
  process.execPath,
  [join(root, 'bin', 'run.cjs'), 'sandbox', 'start', '--json', '--speed', '1', '--latency', String(LATENCY_MS)],
  { cwd: dir, env, stdio: ['ignore', 'pipe', 'inherit'] },
);
const endpoint = await new Promise((done, fail) => {
  let text = '';
  server.stdout.on('data', (part) => {
    text += part;
    if (text.includes('\n')) done(JSON.parse(text.slice(0, text.indexOf('\n'))).sandbox.endpoint);
  });
  server.on('exit', () => fail(new Error('the sandbox did not start')));
});
/** As `baf sandbox calls` tells them: how often STS was called, by operation. */
function calls() {
  const bin = join(root, 'bin', 'run.cjs');
  const run = spawnSync(process.execPath, [bin, 'sandbox', 'calls', '--json'], { cwd: dir, env, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.stderr);
  const rows = JSON.parse(run.stdout).calls.filter((c) => c.service === 'sts');
  const of = (operation) => rows.filter((c) => c.operation === operation).reduce((sum, c) => sum + c.count, 0);
  const assumes = of('AssumeRole');
  return { assumes, others: rows.reduce((sum, c) => sum + c.count, 0) - assumes };
}

const HUB = 'arn:aws:iam::100000000000:role/hub';
const rules = (via) => ({
  role: 'arn:aws:iam::{account}:role/baf-deploy',
  sso: null,
  ci: { provider: 'none', audience: '', tokenVariable: '', role: '' },
  via: via ? { role: HUB, externalId: null } : null,
  externalId: null,
});
const hash = (text) => text.padEnd(8, '0');

async function round(via) {
  const aws = createClients({
    endpoint,
    sessions: async () => ({
      way: { base: { kind: 'sandbox' }, key: [], warnings: [] },
      rules: rules(via),
      labels: () => labelsOf('bench', null, 'bench', hash),
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
  const began = performance.now();
  await Promise.all(targets.map((target) => aws.credentials(target.slice(1, 13))));
  return performance.now() - began;
}

/** The same calls without the SDK and without baf: what this machine takes for them just now. */
async function plain() {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const call = (id) =>
    new Promise((done, fail) => {
      const sent = request(
        endpoint,
        {
          method: 'POST',
          agent,
          headers: {
            'content-type': 'application/x-www-form-urlencoded',
            authorization:
              'AWS4-HMAC-SHA256 Credential=AKIABENCH/20260101/eu-west-1/sts/aws4_request, SignedHeaders=host, Signature=0',
          },
        },
        (answer) => {
          answer.resume();
          answer.on('end', () => (answer.statusCode === 200 ? done() : fail(new Error(`HTTP ${answer.statusCode}`))));
        },
      );
      sent.on('error', fail);
      const role = encodeURIComponent(`arn:aws:iam::${id}:role/baf-deploy`);
      sent.end(`Action=AssumeRole&Version=2011-06-15&RoleSessionName=bench&RoleArn=${role}`);
    });
  const began = performance.now();
  await Promise.all(ids.map(call));
  agent.destroy();
  return performance.now() - began;
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
await round(false);
console.log(
  `credentials for ${targets.length} targets in ${ACCOUNTS} accounts, ${LATENCY_MS} ms away, at most ${AT_ONCE} assumes at once, median of ${ROUNDS}`,
);
for (const [name, via, expected] of [
  ['AssumeRole in each account', false, ACCOUNTS],
  ['through a hub', true, ACCOUNTS + 1],
]) {
  const before = calls();
  const rounds = [];
  const floor = [];
  for (let i = 0; i < ROUNDS; i++) {
    rounds.push(await round(via));
    floor.push(await plain());
  }
  const after = calls();
  const assumes = (after.assumes - before.assumes) / ROUNDS - ids.length;
  const others = (after.others - before.others) / ROUNDS;
  if (assumes !== expected || others !== 0) throw new Error(`${assumes} assumes and ${others} other calls a round`);
  // The hub's session before all others; then ten accounts after ten.
  const hops = via ? 1 : 0;
  const chain = Math.ceil((assumes - hops) / AT_ONCE) + hops;
  const ratio = median(rounds) / (chain * LATENCY_MS);
  const machine = median(floor) / (Math.ceil(ACCOUNTS / AT_ONCE) * LATENCY_MS);
  console.log(
    `${name.padEnd(28)} ${assumes} assumes, ${chain} one after another: ${median(rounds).toFixed(0)} ms, ${ratio.toFixed(2)} times that  (at most ${LIMIT}${ratio <= LIMIT ? '' : ': MISSED'}; forty plain requests ${machine.toFixed(2)} times theirs)`,
  );
}
server.removeAllListeners('exit');
server.kill('SIGTERM');
await new Promise((done) => (server.exitCode === null ? server.once('exit', done) : done()));
rmSync(dir, { recursive: true, force: true });
