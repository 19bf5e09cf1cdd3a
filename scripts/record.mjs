// Records docs/tour.svg: runs the commands of the README's tour in a copy of the example and draws what they print.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const dir = mkdtempSync(join(tmpdir(), 'baf-record-'));
cpSync('examples/retail-store', dir, { recursive: true, filter: (path) => !path.includes('.baf') });
const bin = join(process.cwd(), 'bin', 'run.cjs');
const run = (line) => {
  const args = line.split(' ').slice(1);
  const ran = spawnSync(process.execPath, [bin, ...args, '--progress', 'none'], {
    cwd: dir,
    encoding: 'utf8',
    env: { ...process.env, BAF_SANDBOX: '1', BAF_ACTOR: 'ana', NO_COLOR: '1' },
  });
  return [`$ ${line}`, ...(ran.stdout + ran.stderr).trimEnd().split('\n'), ''];
};
run('baf deploy --all --env prod --tag 1.3.0 --yes --speed 1000');
const lines = [
  ...run('baf staging up demo'),
  ...run('baf deploy ui --env prod --tag 1.4.0 --yes'),
  ...run('baf ssm tags ui'),
  ...run('baf sandbox fault image retail-store-sample-ui:1.5.0 --outcome exits'),
  ...run('baf deploy ui --env prod --tag 1.5.0 --yes'),
];
rmSync(dir, { recursive: true, force: true });
const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const width = 24 + Math.max(...lines.map((line) => line.length)) * 8;
const height = 24 + lines.length * 18;
const rows = lines.map((line, index) => {
  const fill = line.startsWith('$')
    ? '#8be9fd'
    : /✗|why:|failed|rolled-back/.test(line)
      ? '#ff8080'
      : /✓|ready|in-sync/.test(line)
        ? '#8fe08f'
        : '#d8d8d8';
  return `<text x="12" y="${24 + index * 18}" fill="${fill}" xml:space="preserve">${escape(line)}</text>`;
});
writeFileSync(
  'docs/tour.svg',
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="13"><rect width="100%" height="100%" rx="8" fill="#1c1f26"/>${rows.join('\n')}</svg>\n`,
);
