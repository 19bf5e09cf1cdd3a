// 110 services rolled out to 4 targets at once, in real time: how long, how many calls, what it costs this machine, and how
// soon baf tells what is steady in AWS. Then one service, side by side with `aws ecs update-service` and its waiter.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const SERVICES = Number(process.env.BENCH_SERVICES ?? 110);
const TARGETS = ['111111111111/eu-west-1', '222222222222/eu-west-1', '333333333333/eu-west-1', '333333333333/us-east-1'];
/** As the engine has it (src/lib/engine/poller.ts), milliseconds. */
const POLL_MS = 5_000;
/** AWS's buckets for each account and region: calls at once, and a second (the sandbox's are the same). */
const BUCKETS = {
  DescribeTaskDefinition: [50, 20],
  RegisterTaskDefinition: [20, 1],
  PutParameter: [3, 3],
  UpdateService: [50, 5],
};
/** The plan is read before anything is written; the writes go on beside each other. */
const FIRST = 'DescribeTaskDefinition';

const root = resolve(import.meta.dirname, '..', '..');
const bin = join(root, 'bin', 'run.cjs');
const dir = mkdtempSync(join(tmpdir(), 'baf-bench-'));
const ids = [...new Set(TARGETS.map((t) => t.split('/')[0]))];
const names = Array.from({ length: SERVICES }, (_, i) => `service-${String(i + 1).padStart(3, '0')}`);
writeFileSync(
  join(dir, 'baf.platform.yaml'),
  [
    'platform: bench',
    'identity: { role: "arn:aws:iam::{account}:role/baf-deploy" }',
    `accounts: { ${ids.map((id) => `a${id}: "${id}"`).join(', ')} }`,
    `environments: { prod: { targets: [${TARGETS.map((t) => `a${t}`).join(', ')}] } }`,
  ].join('\n'),
);
writeFileSync(
  join(dir, 'baf.yaml'),
  [
    'project: bench',
    'platform: ./baf.platform.yaml',
    'services:',
    ...names.map((n) => `  ${n}: { template: backend-service, image: ${n}, port: 8080, health: /health, count: 2 }`),
  ].join('\n'),
);
// The process itself tells what it took, when it ends.
const usageFile = join(dir, 'usage.json');
writeFileSync(
  join(dir, 'usage.cjs'),
  `process.on('exit', () => { const { user, system } = process.cpuUsage(); require('node:fs').writeFileSync(${JSON.stringify(usageFile)}, JSON.stringify({ cpuMs: (user + system) / 1000, peakMb: process.resourceUsage().maxRSS / 1024 })); });`,
);
const env = { ...process.env, BAF_ACTOR: 'bench' };
for (const name of ['NODE_EXTRA_CA_CERTS', 'NODE_OPTIONS', 'BAF_SANDBOX', 'AWS_PROFILE', 'GITHUB_STEP_SUMMARY']) delete env[name];

async function serve(speed) {
  const server = spawn(
    process.execPath,
    [bin, 'sandbox', 'start', '--speed', String(speed), '--fleet', `services=${SERVICES},targets=${TARGETS.length}`, '--json'],
    { cwd: dir, env, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const { sandbox } = JSON.parse(
    await new Promise((done, fail) => {
      server.stdout.once('data', (data) => done(String(data)));
      server.once('exit', () => fail(new Error('the sandbox did not start')));
    }),
  );
  const leave = () => server.kill('SIGTERM');
  process.once('exit', leave);
  return {
    endpoint: sandbox.endpoint,
    async stop() {
      process.off('exit', leave);
      server.removeAllListeners('exit');
      leave();
      await new Promise((gone) => (server.exitCode === null ? server.once('exit', gone) : gone()));
    },
  };
}

/** Runs baf to its end; the events with their times, the result, and what the process took. */
async function baf(args) {
  const began = performance.now();
  const profile = process.env.BENCH_NODE_FLAGS?.split(' ') ?? [];
  const child = spawn(process.execPath, [...profile, '--require', join(dir, 'usage.cjs'), bin, ...args], {
    cwd: dir,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr']) child[stream].on('data', (part) => (said[stream] += part));
  const status = await new Promise((done) => child.once('close', done));
  const ms = performance.now() - began;
  if (status !== 0) throw new Error(`exit ${status}: ${said.stdout.slice(0, 2000)}${said.stderr.slice(-2000)}`);
  const events = said.stderr
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
  return { ms, events, usage: JSON.parse(readFileSync(usageFile, 'utf8')) };
}
const deployArgs = (services, tag) => [
  'deploy',
  ...services,
  '--env',
  'prod',
  '--tag',
  tag,
  '--yes',
  '--sandbox',
  '--json',
  '--progress',
  'jsonl',
];

const agent = new Agent({ keepAlive: true, maxSockets: 8 });
const ask = (endpoint, options, body) =>
  new Promise((done, fail) => {
    const sent = request(endpoint, { agent, ...options }, (answer) => {
      let text = '';
      answer.on('data', (part) => (text += part));
      answer.on('end', () => done({ status: answer.statusCode, body: JSON.parse(text) }));
      answer.on('error', fail);
    });
    sent.on('error', fail);
    sent.end(body);
  });
const callsSoFar = async ({ endpoint }) => (await ask(`${endpoint}/_baf/calls`, {})).body.calls;
/** What was called between two readings, by operation. */
function callsBetween(before, after) {
  const key = (c) => `${c.service} ${c.operation} ${c.account} ${c.region}`;
  const was = new Map(before.map((c) => [key(c), c]));
  const found = new Map();
  for (const c of after) {
    const then = was.get(key(c)) ?? { count: 0, throttled: 0 };
    const sum = found.get(c.operation) ?? { count: 0, throttled: 0 };
    found.set(c.operation, { count: sum.count + c.count - then.count, throttled: sum.throttled + c.throttled - then.throttled });
  }
  return [...found].filter(([, c]) => c.count > 0).sort((a, b) => b[1].count - a[1].count);
}
const ecs = async ({ endpoint }, target, operation, input) => {
  const [account, region] = target.split('/');
  for (;;) {
    const { status, body } = await ask(
      endpoint,
      {
        method: 'POST',
        headers: {
          'content-type': 'application/x-amz-json-1.1',
          'x-amz-target': `AmazonEC2ContainerServiceV20141113.${operation}`,
          authorization: `AWS4-HMAC-SHA256 Credential=${account}/20260101/${region}/ecs/aws4_request, SignedHeaders=host, Signature=0`,
        },
      },
      JSON.stringify(input),
    );
    if (status === 200) return body;
    if (!/Throttling/.test(JSON.stringify(body))) throw new Error(JSON.stringify(body));
    await new Promise((again) => setTimeout(again, 200));
  }
};
/** The newest deployment of each service, as AWS tells it: when it was begun and when it was steady. */
async function steadyTimes(sandbox, target, services) {
  const found = new Map();
  for (const name of services) {
    const { serviceDeployments } = await ecs(sandbox, target, 'ListServiceDeployments', {
      cluster: 'baf',
      service: `bench-prod-${name}`,
    });
    const [last] = serviceDeployments.toSorted((a, b) => b.createdAt - a.createdAt);
    found.set(`${name} ${target}`, { startedAt: last.startedAt * 1000, finishedAt: last.finishedAt * 1000, status: last.status });
  }
  return found;
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;
const line = (name, figure, limit = '', missed = false) =>
  console.log(`${name.padEnd(38)} ${figure}${limit && `  (${limit}${missed ? ': MISSED' : ''})`}`);

// Made ready three times faster: stacks and a first version by these templates.
let sandbox = await serve(3);
await baf([...deployArgs(names, '1.1.0'), '--skip-checks', 'all']);
// A deploy looks at everything twice where another has just ended: that is over after a minute.
await new Promise((later) => setTimeout(later, 21_000));
await sandbox.stop();

sandbox = await serve(1);
const before = await callsSoFar(sandbox);
const fleet = await baf(deployArgs(names, '1.2.0'));
const after = await callsSoFar(sandbox);
const calls = callsBetween(before, after);
const steady = new Map((await Promise.all(TARGETS.map((t) => steadyTimes(sandbox, t, names)))).flatMap((m) => [...m]));
const ends = fleet.events.filter((e) => e.type === 'rollout.ended');
const lags = ends.map((e) => e.at - steady.get(`${e.service} ${e.target.slice(1)}`).finishedAt);
if (ends.length !== names.length * TARGETS.length || ends.some((e) => e.status !== 'succeeded'))
  throw new Error(`${ends.length} rollouts ended: ${JSON.stringify(ends.find((e) => e.status !== 'succeeded'))}`);
const slowest = Math.max(...[...steady.values()].map((s) => s.finishedAt - s.startedAt));
const forced = Object.entries(BUCKETS).map(([name, [burst, refill]]) => [name, (Math.max(0, SERVICES - burst) / refill) * 1000]);
const pacing = Object.fromEntries(forced)[FIRST] + Math.max(...forced.filter(([name]) => name !== FIRST).map(([, ms]) => ms));
const throttled = calls.reduce((sum, [, c]) => sum + c.throttled, 0);
const count = ends.length;

console.log(`${SERVICES} services to ${TARGETS.length} targets in one wave, real time, no latency`);
line('the slowest rollout by itself', seconds(slowest));
for (const [name, ms] of forced)
  line(`  ${name}`, `${SERVICES} in each target take ${seconds(ms)} (${BUCKETS[name][0]} at once, ${BUCKETS[name][1]} a second)`);
const written = ['PutParameter', 'LabelParameterVersion'].reduce(
  (sum, n) => sum + (calls.find(([name]) => name === n)?.[1].count ?? 0),
  0,
);
const eachWrites = Math.round(written / TARGETS.length);
line(
  '  all writes to SSM',
  `${eachWrites} in each target take ${seconds(((eachWrites - 3) / 3) * 1000)}; the labels beside the rollouts`,
);
line(
  'wall time',
  `${seconds(fleet.ms)}, ${(fleet.ms / (slowest + pacing)).toFixed(3)} of the slowest and what the buckets force (${seconds(slowest + pacing)})`,
  'at most 1.05',
  fleet.ms > 1.05 * (slowest + pacing),
);
const first = (type) => fleet.events.find((e) => e.type === type)?.at;
const start = fleet.events[0].at;
line(
  '  until',
  `pre-flight ended ${seconds(first('preflight.ended') - start)}, lock ${seconds(first('lock.taken') - start)}, last rollout begun ${seconds(Math.max(...fleet.events.filter((e) => e.type === 'rollout.step' && e.step === 'watching').map((e) => e.at)) - start)}, after the first event`,
);
line('throttled calls', String(throttled), 'none', throttled > 0);
line(
  'processor',
  `${((fleet.usage.cpuMs / fleet.ms) * 100).toFixed(0)} % of one core (${seconds(fleet.usage.cpuMs)})`,
  'at most 60 %',
  fleet.usage.cpuMs > 0.6 * fleet.ms,
);
line('memory', `${fleet.usage.peakMb.toFixed(0)} MB at most`, 'at most 250 MB', fleet.usage.peakMb > 250);
line(
  'from steady to success',
  `median ${seconds(median(lags))}, at most ${seconds(Math.max(...lags))}`,
  `at most ${seconds(POLL_MS)}, median half of it`,
  Math.max(...lags) > POLL_MS || median(lags) > POLL_MS / 2,
);
line('calls for each rollout', (calls.reduce((sum, [, c]) => sum + c.count, 0) / count).toFixed(2));
for (const [name, c] of calls)
  line(`  ${name}`, `${(c.count / count).toFixed(2)}${c.throttled ? `, ${c.throttled} throttled` : ''}`);

// One service, at the same time in two targets: by baf in one, by the aws command line in the other.
const [ours, theirs] = TARGETS;
const [one] = names;
const hasAws = spawnSync('aws', ['--version'], { stdio: 'ignore' }).status === 0;
const callsOf = async (target) => (await callsSoFar(sandbox)).filter((c) => `${c.account}/${c.region}` === target);
const wasOurs = await callsOf(ours);
const wasTheirs = await callsOf(theirs);
const awsEnv = {
  ...env,
  AWS_ENDPOINT_URL: sandbox.endpoint,
  AWS_ACCESS_KEY_ID: theirs.split('/')[0],
  AWS_SECRET_ACCESS_KEY: 'sandbox',
  AWS_DEFAULT_REGION: theirs.split('/')[1],
  AWS_EC2_METADATA_DISABLED: 'true',
};
const run = (command, args) =>
  new Promise((done, fail) =>
    spawn(command, args, { env: awsEnv, stdio: ['ignore', 'ignore', 'inherit'] }).once('close', (status) =>
      status === 0 ? done() : fail(new Error(`${command} ${args.join(' ')}: exit ${status}`)),
    ),
  );
async function byAws() {
  const began = performance.now();
  const of = ['--cluster', 'baf', '--region', theirs.split('/')[1]];
  await run('aws', ['ecs', 'update-service', ...of, '--service', `bench-prod-${one}`, '--force-new-deployment']);
  await run('aws', ['ecs', 'wait', 'services-stable', ...of, '--services', `bench-prod-${one}`]);
  return { ms: performance.now() - began, endedAt: Date.now() };
}
const [single, aws] = await Promise.all([
  baf([...deployArgs([one], '1.3.0'), '--targets', `a${ours}`]).then((done) => ({ ...done, endedAt: Date.now() })),
  hasAws ? byAws() : null,
]);
const total = (list) => list.reduce((sum, [, c]) => sum + c.count, 0);
// Reads trail writes: who looks once, just after the update, sees the version before, which is steady.
const ended = (ms) =>
  ms < 0
    ? `ended ${seconds(-ms)} BEFORE it was steady: it had read what was there before the update`
    : `ended ${seconds(ms)} after it was steady`;
const told = (name, ms, rollout, endedAt, made) =>
  line(
    name,
    `${seconds(ms)}, of which the rollout ${seconds(rollout.finishedAt - rollout.startedAt)}; ${ended(endedAt - rollout.finishedAt)}; ${total(made)} calls: ${made.map(([n, c]) => `${n} ${c.count}`).join(', ')}`,
  );
// The sandbox's clock is not this machine's: the difference is taken out.
const skew = (await ask(`${sandbox.endpoint}/_baf/health`, {})).body.now - Date.now();
console.log('\none service to one target');
const steadyAt = async (target) => (await steadyTimes(sandbox, target, [one])).get(`${one} ${target}`);
const oneEnd = single.events.findLast((e) => e.type === 'rollout.ended').at;
told('baf deploy', single.ms, await steadyAt(ours), single.endedAt + skew, callsBetween(wasOurs, await callsOf(ours)));
line(
  '  success told',
  `${seconds(oneEnd - (await steadyAt(ours)).finishedAt)} after it was steady`,
  `at most ${seconds(POLL_MS)}`,
  oneEnd - (await steadyAt(ours)).finishedAt > POLL_MS,
);
if (aws)
  told(
    'aws ecs update-service, wait',
    aws.ms,
    await steadyAt(theirs),
    aws.endedAt + skew,
    callsBetween(wasTheirs, await callsOf(theirs)),
  );
else console.log('SKIPPED: the aws command line is not installed here');
await sandbox.stop();
agent.destroy();
if (process.env.BENCH_KEEP) console.log(dir);
else rmSync(dir, { recursive: true, force: true });
