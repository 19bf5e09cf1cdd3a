/** What is written down is read back; what has no room is left out and counted, never more than SSM takes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatRecord, MOST_BYTES, parseRecord } from '../../../src/lib/records/format.js';
import type { RecordedRollout } from '../../../src/lib/records/record.js';
import { record, rollout } from './scene.js';

const again = (r: ReturnType<typeof record>) => parseRecord(r.environment, r.id, formatRecord(r));

describe('a record as a parameter', () => {
  it('is read back as it was, with revisions and causes', () => {
    const cause = { code: 'ContainerExited', message: 'exit code 1 {{x}}', advice: 'look at the log' };
    const whole = record({
      rollouts: [
        rollout(),
        rollout({ target: 'shop-prod/eu-west-1', wave: 1, status: 'failed', cause }),
        rollout({ target: 'shop-prod/us-east-1', wave: 1, status: 'queued', from: null, to: { tag: '1.4.0' } }),
      ],
    });
    expect(again(whole)).toEqual(whole);
    expect(formatRecord(whole)).not.toMatch(/\{\{/);
  });

  it('keeps every rollout of a fleet that went alike', () => {
    const rollouts = Array.from({ length: 110 }, (_, s) =>
      [0, 1, 2, 3].map((t) => rollout({ service: `service-${s}`, target: `a${t}/eu-west-1`, wave: t > 0 ? 1 : 0 })),
    ).flat();
    const text = formatRecord(record({ rollouts }));
    expect(new TextEncoder().encode(text).length).toBeLessThanOrEqual(MOST_BYTES);
    const read = parseRecord('prod', 'd-20261119140000-k3x9', text)!;
    expect(read.rollouts).toHaveLength(440);
    expect(read.cut).toEqual({});
  });

  it('keeps what failed before what went well, and counts the rest', () => {
    const rollouts = Array.from({ length: 300 }, (_, s): RecordedRollout =>
      rollout({
        service: `service-with-a-long-name-${s}`,
        to: { tag: `2.0.${s}` },
        status: s % 50 === 0 ? 'failed' : 'unchanged',
      }),
    );
    const read = again(record({ rollouts }))!;
    expect(read.rollouts.filter((r) => r.status === 'failed')).toHaveLength(6);
    expect(read.rollouts.length + read.cut['unchanged']!).toBe(300);
  });

  it('never is longer than a parameter, and loses no rollout uncounted', () => {
    const text = fc.string({ maxLength: 300, unit: 'grapheme' });
    const one = fc.record({
      service: fc.integer({ min: 0, max: 200 }).map((n) => `service-${n}`),
      tag: fc.string({ minLength: 1, maxLength: 40 }),
      status: fc.constantFrom('succeeded', 'failed', 'unchanged', 'queued', 'running') as fc.Arbitrary<RecordedRollout['status']>,
      cause: fc.option(fc.record({ code: fc.constant('X'), message: text, advice: text })),
    });
    fc.assert(
      fc.property(fc.uniqueArray(one, { selector: (r) => r.service, maxLength: 150 }), text, (some, by) => {
        const rollouts = some.map(({ service, tag, status, cause }) =>
          rollout({ service, to: { tag }, status, ...(cause ? { cause } : {}) }),
        );
        const written = formatRecord(record({ rollouts, by }));
        expect(new TextEncoder().encode(written).length).toBeLessThanOrEqual(MOST_BYTES);
        expect(written).not.toMatch(/\{\{.*\}\}/s);
        const read = parseRecord('prod', 'd-20261119140000-k3x9', written)!;
        const cut = Object.values(read.cut).reduce((sum, n) => sum + n, 0);
        expect(read.rollouts.length + cut).toBe(rollouts.length);
      }),
      { numRuns: 60 },
    );
  });

  it.each(['', 'null', '[]', '{"baf":2}', '{"baf":1,"rows":3}', 'not json'])('is none where the value is %j', (value) =>
    expect(parseRecord('prod', 'd-20261119140000-k3x9', value)).toBeNull(),
  );
});
