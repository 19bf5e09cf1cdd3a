// Holds the import rule, and fails when the linter saw no modules at all.
import { spawnSync } from 'node:child_process';

const run = spawnSync(
  process.execPath,
  [
    'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
    'src',
    '--config',
    '.dependency-cruiser.cjs',
    '--output-type',
    'json',
  ],
  {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  },
);
let report;
try {
  report = JSON.parse(run.stdout);
} catch {
  console.error('dependency-cruiser did not run:', run.stderr);
  process.exit(1);
}
const { totalCruised, violations } = report.summary;
const own = report.modules.filter((m) => m.source.startsWith('src/'));
const edges = own.reduce((n, m) => n + m.dependencies.filter((d) => d.resolved.startsWith('src/')).length, 0);
for (const v of violations) console.error(`${v.rule.name}: ${v.from} -> ${v.to}`);
if (own.length < 20 || edges < 20) {
  console.error(`The import rule saw ${own.length} modules and ${edges} imports of ours: it checked nothing.`);
  process.exit(1);
}
console.log(
  `import rule: ${own.length} modules of ours, ${edges} imports among them (${totalCruised} in all), ${violations.length} violations`,
);
process.exit(violations.length === 0 ? 0 : 1);
