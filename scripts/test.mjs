// The test command of the README: build, types, lint, tests with coverage; the last line is `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clientLines } from './clients.mjs';

const node = process.execPath;
let broken = 0;
const step = (name, args) => {
  const run = spawnSync(node, args, { stdio: 'inherit' });
  if (run.status !== 0) {
    broken++;
    console.error(`FAILED: ${name}`);
  }
};
const scratch = mkdtempSync(join(tmpdir(), 'baf-test-'));
const report = join(scratch, 'report.json');
/** One line for each part of a client that nobody here wrote: see test/clients/client.ts. */
const clients = join(scratch, 'clients.jsonl');
step('build', ['scripts/build.mjs']);
step('manifest', ['scripts/manifest.mjs', '--check']);
step('types', ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json']);
step('eslint', ['node_modules/eslint/bin/eslint.js', '.']);
step('import rule', ['scripts/check-imports.mjs']);
step('format', ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.']);
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
