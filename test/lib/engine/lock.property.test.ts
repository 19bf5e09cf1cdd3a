/** At most one holder at every moment, whatever the store, the clocks and the processes do. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { takeLock } from '../../../src/lib/engine/lock.js';
import type { HeldLock } from '../../../src/lib/engine/lock-held.js';
import { UserError } from '../../../src/lib/errors/user-error.js';
import { lockWorld, type Process, type Troubles } from './lock-world.js';

const SERVICES = ['catalog', 'orders', 'ui'];
const home = { name: 'hub/eu-west-1', account: 'hub', accountId: '111111111111', region: 'eu-west-1' };
const place = { environment: 'prod', home };

interface Plan {
  readonly seed: number;
  readonly contenders: readonly {
    services: string[];
    waitMs: number;
    startMs: number;
    workMs: number;
    skewMs: number;
    dies: boolean;
  }[];
  readonly troubles: Troubles;
}

const plan: fc.Arbitrary<Plan> = fc.record({
  seed: fc.nat(),
  contenders: fc.array(
    fc.record({
      services: fc.subarray(SERVICES, { minLength: 1 }),
      waitMs: fc.constantFrom(0, 60_000, 3_600_000),
      startMs: fc.nat(400_000),
      workMs: fc.nat(600_000),
      skewMs: fc.integer({ min: -40_000, max: 40_000 }),
      dies: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
    }),
    { minLength: 2, maxLength: 5 },
  ),
  troubles: fc.record({
    lagMs: fc.constantFrom(0, 1000, 20_000),
    slowMs: fc.constantFrom(20, 2000),
    failing: fc.constantFrom(0, 10),
    losing: fc.constantFrom(0, 10),
    sleeping: fc.constantFrom(0, 2),
    sleepMs: fc.constantFrom(60_000, 400_000),
  }),
});

async function play({ seed, contenders, troubles }: Plan): Promise<{ held: number }> {
  const world = lockWorld(troubles, seed);
  const holding = new Map<Process, HeldLock>();
  const dead = new Set<Process>();
  let held = 0;
  const check = () => {
    for (const service of SERVICES) {
      const valid = [...holding].filter(([p, lock]) => !dead.has(p) && lock.services.includes(service) && lock.isValid());
      if (valid.length > 1) throw new Error(`${service} is held by ${valid.map(([p]) => p.name).join(' and ')}`);
    }
  };
  const lives = contenders.map(async ({ services, waitMs, startMs, workMs, skewMs, dies }, index) => {
    const process = world.join(`p${index}`, { skewMs });
    const { clock } = process.effects;
    await clock.sleep(startMs);
    try {
      const request = { place, services, contender: process.contender(), waitMs, forMs: null };
      const lock = await takeLock(request, process.here, process.effects, () => undefined, new AbortController().signal);
      holding.set(process, lock);
      held++;
      expect([...lock.services].sort()).toEqual([...services].sort());
      const end = clock.now() + workMs;
      while (clock.now() < end) {
        await clock.sleep(world.upTo(40_000));
        await lock.check();
        check();
        // A valid check means that nobody has taken a later number.
        expect(lock.isValid()).toBe(true);
      }
      if (dies) {
        dead.add(process);
        process.kill();
        return;
      }
      await lock.release();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      expect(['LockBusy', 'LockLost', 'Throttled', 'TooManyUpdates']).toContain(error.code);
      await holding.get(process)?.release();
    }
  });
  await world.settle(Promise.all(lives), check);
  await Promise.all(lives);
  return { held };
}

it('at most one holds a valid ticket of a service at every moment', async () => {
  let held = 0;
  await fc.assert(
    fc.asyncProperty(plan, async (given) => {
      held += (await play(given)).held;
    }),
    { numRuns: 200, endOnFailure: true },
  );
  // Otherwise it would hold of locks that nobody ever gets.
  expect(held).toBeGreaterThan(200);
}, 120_000);

/** Many at once, for one service each: what one of them made is read before what another made earlier. */
const crowd: fc.Arbitrary<Plan> = fc.record({
  seed: fc.nat(),
  contenders: fc.array(
    fc.record({
      services: fc.constantFrom(...SERVICES).map((service) => [service]),
      waitMs: fc.constantFrom(0, 600_000),
      startMs: fc.nat(20_000),
      workMs: fc.constantFrom(30_000, 200_000),
      skewMs: fc.constant(0),
      dies: fc.constant(false),
    }),
    { minLength: 4, maxLength: 8 },
  ),
  troubles: fc.constant({ lagMs: 20_000, slowMs: 50, failing: 0, losing: 0, sleeping: 0, sleepMs: 0 }),
});

it('tickets of other services hide nobody', async () => {
  let held = 0;
  await fc.assert(
    fc.asyncProperty(crowd, async (given) => {
      held += (await play(given)).held;
    }),
    { numRuns: 60, endOnFailure: true },
  );
  expect(held).toBeGreaterThan(100);
}, 120_000);

it('without troubles everybody who waits long enough gets it', async () => {
  await fc.assert(
    fc.asyncProperty(plan, async ({ seed, contenders }) => {
      const troubles = { lagMs: 1000, slowMs: 50, failing: 0, losing: 0, sleeping: 0, sleepMs: 0 };
      const patient = contenders.map((c) => ({ ...c, waitMs: 10 * 3_600_000 }));
      expect((await play({ seed, contenders: patient, troubles })).held).toBe(contenders.length);
    }),
    { numRuns: 50 },
  );
}, 120_000);
