import { describe, expect, it } from 'vitest';
import type { DeployOutcome } from '../../../src/lib/model/outcome.js';
import { jobSummary } from '../../../src/lib/output/job-summary.js';

const logs = ['starting', '', '</pre> <b>no</b> & \u001b[31mred\nline'];
const outcome: DeployOutcome = {
  id: 'd-20261119140000-k3x9',
  environment: 'prod',
  status: 'rolled-back',
  startedAt: '2026-11-19T14:00:00.000Z',
  finishedAt: '2026-11-19T14:04:10.000Z',
  rollouts: [
    {
      service: 'ui',
      target: 'a/eu-west-1',
      status: 'rolled-back',
      from: { tag: '1.3.0' },
      to: { tag: '1.4.0' },
      cause: { code: 'ContainerExited', message: 'exit code 1 | <script>\n# x', advice: 'Look at the log.', logs },
    },
    { service: 'ui', target: 'b/eu-west-1', status: 'skipped', from: { tag: '1.3.0' }, to: { tag: '1.4.0' } },
    { service: 'api', target: 'a/eu-west-1', status: 'unchanged', from: null, to: { tag: '2' } },
  ],
};

describe('the summary of a job', () => {
  it('is a table by service and target, with the cause', () => {
    expect(jobSummary(outcome, { kind: 'deploy', by: 'ana' })).toBe(
      [
        '### Deploy to prod: rolled-back',
        '',
        '`d-20261119140000-k3x9` by ana, 4m 10s',
        '',
        '| service | a/eu-west-1 | b/eu-west-1 |',
        '| --- | --- | --- |',
        '| ui | ❌ 1.3.0 -> 1.4.0 rolled-back to 1.3.0 | ➖ 1.3.0 -> 1.4.0 skipped |',
        '| api | ✅ 2 unchanged |  |',
        '',
        '**ui** in a/eu-west-1: exit code 1 \\| \\<script> \\# x',
        '',
        '<pre>',
        'starting',
        '&lt;/pre> &lt;b>no&lt;/b> &amp; red line',
        '</pre>',
        '',
        '> Look at the log.',
        '',
      ].join('\n'),
    );
  });

  it('names each service of a cause that several have', () => {
    const cause = { code: 'X', message: 'gone', advice: '' };
    const rollouts = ['ui', 'api'].map((service) => ({ ...outcome.rollouts[0]!, service, cause }));
    const text = jobSummary({ ...outcome, rollouts }, { kind: 'deploy', by: 'ana' });
    expect(text).toMatch(/\n\*\*ui\*\* in a\/eu-west-1; \*\*api\*\* in a\/eu-west-1: gone\n$/);
  });

  it('stays far below what a page takes, whatever the causes and logs', () => {
    const lines = Array.from({ length: 400 }, (_, i) => `<${i}>${'&'.repeat(50_000)}`);
    const rollouts = Array.from({ length: 440 }, (_, i) => ({
      ...outcome.rollouts[0]!,
      ...{ service: `s${i}`, target: `t${i % 4}` },
      cause: { code: 'X', message: `${i} ${'_'.repeat(9_000)}`, advice: '*'.repeat(9_000), logs: lines },
    }));
    const text = jobSummary({ ...outcome, rollouts }, { kind: 'deploy', by: 'ana' });
    expect(Buffer.byteLength(text)).toBeLessThan(1024 * 1024);
    expect(text).toMatch(/\nand 4\d\d causes more\n$/);
    expect(text).toMatch(/and 240 services more/);
  });
});
