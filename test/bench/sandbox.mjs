// The sandbox at fleet size: how soon it is up, how many calls it answers, what 440 rollouts at once and rest cost it.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const SERVICES = 110;
const PLACES = ['111111111111/eu-west-1', '222222222222/eu-west-1', '333333333333/eu-west-1', '333333333333/us-east-1'];
const root = resolve(import.meta.dirname, '..', '..');
const dir = mkdtempSync(join(tmpdir(), 'baf-bench-'));
cpSync(join(root, 'examples', 'retail-store'), dir, { recursive: true, filter: (path) => !path.includes('.baf') });
const env = { ...process.env };
for (const name of ['NODE_EXTRA_CA_CERTS', 'NODE_OPTIONS', 'BAF_SANDBOX', 'AWS_PROFILE']) delete env[name];

const median = (times) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
const bare = median(
  Array.from({ length: 9 }, () => {
    const begun = performance.now();
    spawnSync(process.execPath, ['-e', '0'], { env });
    return performance.now() - begun;
  }),
);

const begun = performance.now();
const server = spawn(
  process.execPath,
  [
    join(root, 'bin', 'run.cjs'),
    'sandbox',
    'start',
    '--speed',
    '20',
    '--fleet',
    `services=${SERVICES},targets=${PLACES.length}`,
    '--json',
  ],
  { cwd: dir, env, stdio: ['ignore', 'pipe', 'inherit'] },
);
const { sandbox } = JSON.parse(
  await new Promise((done, fail) => {
    server.stdout.once('data', (data) => done(String(data)));
    server.once('exit', () => fail(new Error('the sandbox did not start')));
  }),
);
const upMs = performance.now() - begun;

const agent = new Agent({ keepAlive: true, maxSockets: 16 });
const call = (place, operation, input) =>
  new Promise((done, fail) => {
    const [account, region] = place.split('/');
    const sent = request(
      sandbox.endpoint,
      {
        method: 'POST',
        agent,
        headers: {
          'content-type': 'application/x-amz-json-1.1',
          'x-amz-target': `AmazonEC2ContainerServiceV20141113.${operation}`,
          authorization: `AWS4-HMAC-SHA256 Credential=${account}/20260101/${region}/ecs/aws4_request, SignedHeaders=host, Signature=0`,
        },
      },
      (answer) => {
        const parts = [];
        answer.on('data', (part) => parts.push(part));
        answer.on('end', () => done({ status: answer.statusCode, body: Buffer.concat(parts) }));
        answer.on('error', fail);
      },
    );
    sent.on('error', fail);
    sent.end(JSON.stringify(input));
  });
const named = (place, number) =>
  `retail-store-${place.startsWith('111111111111') ? 'staging' : 'prod'}-service-${String(number).padStart(3, '0')}`;

/** CPU seconds and memory of the server, from /proc; null where there is none. */
const usage = () => {
  try {
    const stat = readFileSync(`/proc/${server.pid}/stat`, 'utf8').split(') ')[1].split(' ');
    const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'));
    return { cpuSeconds: (Number(stat[11]) + Number(stat[12])) / 100, peakMb: Number(peak[1]) / 1024 };
  } catch {
    return null;
  }
};

// Calls a second: ten services each, sixteen at a time, for four seconds after one to get warm.
// The buckets would refuse most of them, as AWS does: what is counted is what is answered, refusals apart.
async function rate(seconds) {
  let answered = 0;
  let refused = 0;
  const end = performance.now() + seconds * 1000;
  let turn = 0;
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      while (performance.now() < end) {
        const number = turn++;
        const place = PLACES[number % PLACES.length];
        const services = Array.from({ length: 10 }, (_, i) => named(place, ((number * 10 + i) % SERVICES) + 1));
        const { status, body } = await call(place, 'DescribeServices', { cluster: 'baf', services });
        if (status === 200) answered++;
        else if (/ThrottlingException/.test(String(body))) refused++;
        else throw new Error(String(body));
      }
    }),
  );
  return { answered: answered / seconds, refused: refused / seconds };
}
await rate(1);
const calls = await rate(4);

const rolling = [];
for (const place of PLACES)
  for (let number = 1; number <= SERVICES; number++)
    rolling.push(
      (async () => {
        for (;;) {
          const { status, body } = await call(place, 'UpdateService', {
            cluster: 'baf',
            service: named(place, number),
            forceNewDeployment: true,
          });
          if (status === 200) return;
          if (!/ThrottlingException/.test(String(body))) throw new Error(String(body));
          await new Promise((again) => setTimeout(again, 100));
        }
      })(),
    );
await Promise.all(rolling);
const under = usage();
// All of them steady again, then three seconds in which nothing happens.
for (;;) {
  const pages = await Promise.all(
    PLACES.map(async (place) => {
      const services = Array.from({ length: 10 }, (_, i) => named(place, SERVICES - i));
      return JSON.parse(String((await call(place, 'DescribeServices', { cluster: 'baf', services })).body)).services ?? [];
    }),
  );
  if (
    pages.every(
      (page) =>
        page.length === 10 && page.every((s) => s.deployments.length === 1 && s.deployments[0].rolloutState === 'COMPLETED'),
    )
  )
    break;
  await new Promise((again) => setTimeout(again, 500));
}
await new Promise((settle) => setTimeout(settle, 1000));
const before = usage();
await new Promise((rest) => setTimeout(rest, 3000));
const after = usage();

server.kill('SIGTERM');
agent.destroy();
await new Promise((gone) => server.once('exit', gone));
rmSync(dir, { recursive: true, force: true });

console.log(
  `the sandbox with a fleet of ${SERVICES} services in ${PLACES.length} targets (node -e 0 takes ${bare.toFixed(0)} ms here)`,
);
console.log(
  `up in                              ${(upMs / 1000).toFixed(1)} s, ${(upMs / bare).toFixed(0)} times node -e 0  (at most 10 s)`,
);
console.log(
  `DescribeServices, ten services     ${calls.answered.toFixed(0)} answered and ${calls.refused.toFixed(0)} throttled a second  (at least 1500 together)`,
);
if (under) {
  console.log(`memory with ${rolling.length} rollouts at once   ${under.peakMb.toFixed(0)} MB at most  (at most 400 MB)`);
  console.log(
    `processor at rest                  ${(((after.cpuSeconds - before.cpuSeconds) / 3) * 100).toFixed(1)} % of one core`,
  );
} else console.log('memory and processor: SKIPPED, they are read from /proc, which is not here');
