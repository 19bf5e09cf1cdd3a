/** One ticket for all services of a deploy: what it takes, whom it keeps off, and whom it does not. */
import { expect, it } from 'vitest';
import { takeLock } from '../../../src/lib/engine/lock.js';
import { listLocks, takeAway } from '../../../src/lib/engine/lock-hand.js';
import type { HeldLock } from '../../../src/lib/engine/lock-held.js';
import { calm, lockWorld, type Process } from './lock-world.js';

const home = { name: 'hub/eu-west-1', account: 'hub', accountId: '111111111111', region: 'eu-west-1' };
const place = { environment: 'prod', home };
const HOUR_MS = 3_600_000;

function scene() {
  const world = lockWorld(calm);
  const settled = async <T>(work: Promise<T>): Promise<T> => {
    await world.settle(work);
    return work;
  };
  const take = (process: Process, services: readonly string[], forMs: number | null = null): Promise<HeldLock> =>
    settled(
      takeLock(
        { place, services, contender: process.contender(), waitMs: 0, forMs },
        process.here,
        process.effects,
        () => undefined,
        new AbortController().signal,
      ),
    );
  return { world, settled, take };
}

const many = (count: number, length = 0): string[] =>
  Array.from({ length: count }, (_, i) => `service-${String(i).padStart(3, '0')}`.padEnd(length, 'x'));

it('110 services are locked by one write, and given back by one', async () => {
  const { world, settled, take } = scene();
  const ana = world.join('ana');
  const lock = await take(ana, many(110));
  expect(world.writes).toEqual(['/baf/locks/prod/1']);
  const listed = await settled(listLocks(place, [], ana.here, ana.effects));
  expect(listed.map((l) => [l.service, l.ticket])).toEqual(many(110).map((service) => [service, 1]));
  expect(await settled(lock.release())).toBe(true);
  expect(world.writes).toHaveLength(2);
  expect(await settled(listLocks(place, [], ana.here, ana.effects))).toEqual([]);
});

it('keeps off who wants one of them, and nobody else', async () => {
  const { world, take } = scene();
  await take(world.join('ana'), ['catalog', 'ui']);
  await expect(take(world.join('ben'), ['orders', 'ui'])).rejects.toMatchObject({
    code: 'LockBusy',
    message: expect.stringMatching(/^ui in prod is locked by ana/) as string,
  });
  const lock = await take(world.join('cleo'), ['orders']);
  expect(lock.services).toEqual(['orders']);
});

it('services whose names have no room in a ticket lock the whole environment', async () => {
  const { world, settled, take } = scene();
  const ana = world.join('ana');
  const lock = await take(ana, many(200, 60));
  expect(world.value('/baf/locks/prod/1')!.length).toBeLessThan(4096);
  await expect(take(world.join('ben'), ['ui'])).rejects.toMatchObject({ code: 'LockBusy' });
  expect((await settled(listLocks(place, [], ana.here, ana.effects))).map((l) => l.service)).toEqual(['*']);
  await settled(lock.release());
  await take(world.join('cleo'), ['ui']);
});

it('a holder loses all of its services when one is taken away, and the others are free once it has noticed', async () => {
  const { world, settled, take } = scene();
  const [ana, ben] = [world.join('ana'), world.join('ben')];
  const lock = await take(ana, ['catalog', 'ui']);
  const [ui] = await settled(listLocks(place, ['ui'], ben.here, ben.effects));
  expect(await settled(takeAway(place, [ui!], ben.contender(), ben.here, ben.effects))).toEqual([ui]);
  // Whose lock it was has not noticed yet: what it holds besides is not taken from it.
  await expect(take(ben, ['catalog'])).rejects.toMatchObject({ code: 'LockBusy' });
  await take(ben, ['ui']);
  await settled(ana.effects.clock.sleep(6_000));
  await expect(settled(lock.check())).rejects.toMatchObject({ code: 'LockLost' });
  await settled(lock.release());
  await take(ben, ['catalog']);
});

it('old tickets are cleared away, but not those that are held, nor the newest', async () => {
  const { world, settled, take } = scene();
  const ana = world.join('ana');
  await take(ana, ['catalog'], 48 * HOUR_MS);
  for (let i = 0; i < 3; i++) await settled((await take(ana, ['ui'])).release());
  await settled(ana.effects.clock.sleep(3 * HOUR_MS));
  await settled((await take(ana, ['orders'])).release());
  expect(world.names().sort()).toEqual(['/baf/locks/prod/1', '/baf/locks/prod/4', '/baf/locks/prod/5']);
  await expect(take(world.join('ben'), ['catalog'])).rejects.toMatchObject({ code: 'LockBusy' });
});

it('who slept through its lease goes on where only others were locked meanwhile', async () => {
  for (const [theirs, goesOn] of [
    ['orders', true],
    ['ui', false],
  ] as const) {
    const { world, settled, take } = scene();
    const ana = world.join('ana');
    const lock = await take(ana, ['ui']);
    const ben = world.join('ben');
    const slept = ana.sleep(400_000);
    // Past the end of its lease, and what others wait besides.
    await settled(ben.effects.clock.sleep(250_000));
    await settled((await take(ben, [theirs])).release());
    await settled(slept);
    await settled(lock.check()).catch((error: unknown) => expect(error).toMatchObject({ code: 'LockLost' }));
    expect(lock.isValid()).toBe(goesOn);
    expect(world.names()).toHaveLength(goesOn ? 3 : 2);
  }
});
