// `baf doctor` for 80 targets (40 accounts, two regions each) with AWS 80 ms away: in seconds, and against node -e 0.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fleetPlatform } from '../fleet-platform.mjs';

const LATENCY_MS = 80;
const root = resolve(import.meta.dirname, '..', '..');
const bin = join(root, 'bin', 'run.cjs');
const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const dir = mkdtempSync(join(tmpdir(), 'baf-bench-'));
cpSync(join(root, 'examples', 'retail-store'), dir, { recursive: true, filter: (path) => !path.includes('.baf/') });
writeFileSync(join(dir, 'baf.platform.yaml'), fleetPlatform(40));
const env = { ...process.env, BAF_ACTOR: 'bench' };
for (const name of ['NODE_EXTRA_CA_CERTS', 'NODE_OPTIONS', 'BAF_SANDBOX', 'AWS_PROFILE']) delete env[name];

const server = spawn(process.execPath, [bin, 'sandbox', 'start', '--latency', String(LATENCY_MS), '--json'], {
  cwd: dir,
  env,
  stdio: ['ignore', 'pipe', 'inherit'],
});
await new Promise((done, fail) => {
  server.stdout.once('data', done);
  server.once('exit', () => fail(new Error('the sandbox did not start')));
});
const timed = (command, args) => {
  const begun = performance.now();
  const run = spawnSync(command, args, { cwd: dir, env, encoding: 'utf8' });
  const ms = performance.now() - begun;
  if (run.status !== 0) throw new Error(`exit ${run.status}: ${run.stdout}${run.stderr}`);
  return { ms, stdout: run.stdout };
};
const bare = [];
const cold = [];
for (let round = 0; round < rounds; round++) {
  bare.push(timed(process.execPath, ['-e', '0']).ms);
  // No sessions that an earlier round left: every role is assumed.
  rmSync(join(dir, '.baf', 'sandbox', 'credentials'), { recursive: true, force: true });
  const { ms, stdout } = timed(process.execPath, [bin, 'doctor', '--sandbox']);
  if (!stdout.includes('80 of 80 targets: role assumed')) throw new Error(stdout);
  cold.push(ms);
}
server.removeAllListeners('exit');
server.kill('SIGTERM');
await new Promise((gone) => server.once('exit', gone));
rmSync(dir, { recursive: true, force: true });

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const seconds = median(cold) / 1000;
console.log(
  `baf doctor, 80 targets at ${LATENCY_MS} ms   ${seconds.toFixed(2)} s, ${((seconds * 1000) / median(bare)).toFixed(1)} times node -e 0  (at most 3 s${seconds <= 3 ? '' : ': MISSED'})`,
);
