// The test command of the README: build, types, lint, tests with coverage; the last line is `N passed, N failed`.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { clientLines } from './clients.mjs';

const node = process.execPath;
let broken = 0;
/** Settled when it has ended; what it printed comes in one piece, beside the others. */
const step = (name, args) =>
  new Promise((ended) => {
    const run = spawn(node, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const printed = [];
    run.stdout.on('data', (piece) => printed.push(piece));
    run.stderr.on('data', (piece) => printed.push(piece));
    run.on('error', (error) => printed.push(Buffer.from(`${error.message}\n`)));
    run.on('close', (code) => {
      process.stdout.write(Buffer.concat(printed));
      if (code !== 0) {
        broken++;
        console.error(`FAILED: ${name}`);
      }
      ended();
    });
  });
const scratch = mkdtempSync(join(tmpdir(), 'baf-test-'));
const report = join(scratch, 'report.json');
/** One line for each part of a client that nobody here wrote: see test/clients/client.ts. */
const clients = join(scratch, 'clients.jsonl');
// One for each core, the longest first; the manifest is of what was built.
const waiting = [
  () => step('format', ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.']),
  () => step('types', ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json']),
  () => step('eslint', ['node_modules/eslint/bin/eslint.js', '.']),
  () => step('build', ['scripts/build.mjs']).then(() => step('manifest', ['scripts/manifest.mjs', '--check'])),
  () => step('import rule', ['scripts/check-imports.mjs']),
];
const lane = async () => {
  for (let next = waiting.shift(); next; next = waiting.shift()) await next();
};
await Promise.all(Array.from({ length: availableParallelism() }, lane));
const tests = spawnSync(
  node,
  ['node_modules/vitest/vitest.mjs', 'run', '--coverage', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
  { stdio: 'inherit', env: { ...process.env, BAF_CLIENTS_REPORT: clients } },
);
let passed = 0;
let failed = broken;
let skipped = 0;
try {
  const result = JSON.parse(readFileSync(report, 'utf8'));
  passed = result.numPassedTests;
  failed += result.numFailedTests;
  skipped = result.numPendingTests;
  const crashed = result.testResults.filter(
    (suite) => suite.status === 'failed' && suite.assertionResults.every((a) => a.status !== 'failed'),
  ).length;
  failed += crashed;
} catch {
  failed++;
}
if (tests.status !== 0 && failed === 0) {
  console.error('FAILED: tests or the coverage threshold (85 % of the lines of src/lib)');
  failed++;
}
for (const line of clientLines(clients)) console.log(line);
rmSync(scratch, { recursive: true, force: true });
if (skipped > 0) console.log(`${skipped} SKIPPED: a program they need is not installed here (named above)`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
