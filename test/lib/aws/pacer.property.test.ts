/** Calls that are paced fit into AWS's bucket, wherever on their way they are held up: not one is refused. Time is virtual. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createPacer, type Pace } from '../../../src/lib/aws/pacer.js';
import { ECS, WRITES } from '../../../src/lib/aws/paces.js';
import { virtualTime } from '../virtual-time.js';

/** AWS's: calls at once, and calls a second after that. */
const BUCKETS: readonly { name: string; pace: Pace; capacity: number; perSecond: number }[] = [
  { name: 'writes to SSM', pace: WRITES, capacity: 3, perSecond: 3 },
  { name: 'RegisterTaskDefinition', pace: ECS.registerDefinition, capacity: 20, perSecond: 1 },
  { name: 'DescribeTaskDefinition', pace: ECS.definition, capacity: 50, perSecond: 20 },
  { name: 'UpdateService', pace: ECS.writeService, capacity: 50, perSecond: 5 },
];

interface Way {
  /** Milliseconds after which it is asked for, and those of its way there and back. */
  readonly after: number;
  readonly there: number;
  readonly back: number;
}

/** What of these calls is refused, and when the last has its answer. */
async function made(pace: Pace, bucket: { capacity: number; perSecond: number }, ways: readonly Way[]) {
  const { clock, until } = virtualTime();
  const pacer = createPacer(pace, clock);
  let tokens = bucket.capacity;
  let at = 0;
  const take = (): boolean => {
    const now = clock.now();
    tokens = Math.min(bucket.capacity, tokens + ((now - at) / 1000) * bucket.perSecond);
    at = now;
    // Sums of fractions.
    if (tokens < 1 - 1e-6) return false;
    tokens -= 1;
    return true;
  };
  let refused = 0;
  let answered = 0;
  let endedAt = 0;
  for (const { after, there, back } of ways)
    void (async () => {
      if (after > 0) await clock.sleep(after);
      await pacer.run(async () => {
        if (there > 0) await clock.sleep(there);
        if (!take()) refused++;
        if (back > 0) await clock.sleep(back);
      });
      answered++;
      endedAt = clock.now();
    })();
  await until(10_000_000);
  expect(answered).toBe(ways.length);
  return { refused, endedAt };
}

const time = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 5_000 }));
const way = fc.record({ after: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 20_000 })), there: time, back: time });

it.each(BUCKETS)('$name', async ({ pace, capacity, perSecond }) => {
  await fc.assert(
    fc.asyncProperty(fc.array(way, { minLength: 1, maxLength: 120 }), async (ways) => {
      expect((await made(pace, { capacity, perSecond }, ways)).refused).toBe(0);
    }),
    { numRuns: 40 },
  );
});

it.each(BUCKETS)('$name, many at once: they take hardly longer than the bucket forces', async ({ pace, capacity, perSecond }) => {
  const ways = Array.from({ length: 110 }, () => ({ after: 0, there: 2, back: 3 }));
  const { endedAt } = await made(pace, { capacity, perSecond }, ways);
  expect(endedAt).toBeLessThan(((110 - capacity) / perSecond) * 1_000 * 1.05 + 1_300);
});
