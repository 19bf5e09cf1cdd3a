// Start-up as ratios, side by side in one run: to `node -e 0`, and to the aws command line against the same endpoint.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const bin = join(root, 'bin', 'run.cjs');
const rounds = Number(process.env.BENCH_ROUNDS ?? 15);
const dir = mkdtempSync(join(tmpdir(), 'baf-bench-'));
cpSync(join(root, 'examples', 'retail-store'), dir, { recursive: true, filter: (path) => !path.includes('.baf/') });
const env = { ...process.env, BAF_ACTOR: 'bench' };
for (const name of ['NODE_EXTRA_CA_CERTS', 'NODE_OPTIONS', 'BAF_SANDBOX', 'AWS_PROFILE']) delete env[name];

const baf = (...args) => [process.execPath, [bin, ...args]];
const setUp = spawnSync(...baf('deploy', '--all', '--env', 'prod', '--yes', '--sandbox', '--speed', '40'), {
  cwd: dir,
  env,
  stdio: 'ignore',
});
if (setUp.status !== 0) throw new Error(`the deploy that the bench reads failed: exit ${setUp.status}`);
const server = spawn(process.execPath, [bin, 'sandbox', 'start', '--json'], {
  cwd: dir,
  env,
  stdio: ['ignore', 'pipe', 'inherit'],
});
const endpoint = await new Promise((done, fail) => {
  let text = '';
  server.stdout.on('data', (part) => {
    text += part;
    if (text.includes('\n')) done(JSON.parse(text.slice(0, text.indexOf('\n'))).sandbox.endpoint);
  });
  server.on('exit', () => fail(new Error('the sandbox did not start')));
});
const hasAws = spawnSync('aws', ['--version'], { stdio: 'ignore' }).status === 0;
const aws = [
  'aws',
  ['--endpoint-url', endpoint, '--region', 'eu-west-1', 'ssm', 'get-parameters-by-path', '--path', '/baf', '--recursive'],
];
const awsEnv = { ...env, AWS_ACCESS_KEY_ID: '333333333333', AWS_SECRET_ACCESS_KEY: 'sandbox', AWS_EC2_METADATA_DISABLED: 'true' };

const cases = [
  { name: 'node -e 0', command: [process.execPath, ['-e', '0']] },
  { name: 'baf --version', command: baf('--version'), limit: 3 },
  { name: 'baf --help', command: baf('--help'), limit: 3.5 },
  { name: 'baf ssm tags', command: baf('ssm', 'tags', '--sandbox'), limit: 6 },
  ...(hasAws ? [{ name: 'aws ssm get-parameters-by-path', command: aws, env: awsEnv }] : []),
];
const times = new Map(cases.map((c) => [c.name, []]));
for (let round = 0; round < rounds; round++)
  for (const c of cases) {
    const began = process.hrtime.bigint();
    const run = spawnSync(...c.command, { cwd: dir, env: c.env ?? env, stdio: ['ignore', 'ignore', 'pipe'] });
    if (run.status !== 0) throw new Error(`${c.name}: exit ${run.status}: ${run.stderr}`);
    times.get(c.name).push(Number(process.hrtime.bigint() - began) / 1e6);
  }
server.removeAllListeners('exit');
server.kill('SIGTERM');
await new Promise((done) => (server.exitCode === null && server.signalCode === null ? server.once('exit', done) : done()));
rmSync(dir, { recursive: true, force: true });

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const base = median(times.get('node -e 0'));
console.log(`start-up, median of ${rounds} rounds, as a ratio to node -e 0 (${base.toFixed(0)} ms here)`);
for (const c of cases) {
  const ratio = median(times.get(c.name)) / base;
  console.log(
    `${c.name.padEnd(34)} ${ratio.toFixed(2)}${c.limit ? `  (at most ${c.limit}${ratio <= c.limit ? '' : ': MISSED'})` : ''}`,
  );
}
if (hasAws) {
  const ratio = median(times.get('baf ssm tags')) / median(times.get('aws ssm get-parameters-by-path'));
  console.log(`${'baf ssm tags / aws'.padEnd(34)} ${ratio.toFixed(2)}  (at most 0.45${ratio <= 0.45 ? '' : ': MISSED'})`);
} else console.log('SKIPPED: the aws command line is not installed here');
