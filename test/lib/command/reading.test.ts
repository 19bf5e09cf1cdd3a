/** What is told while a plan is being made. Time is virtual. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { reading } from '../../../src/lib/command/reading.js';
import type { BafEvent } from '../../../src/lib/model/event.js';
import type { DeployPlan } from '../../../src/lib/rollout/plan.js';

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

async function told(observe: (read: () => void) => Promise<DeployPlan>) {
  const from = Date.now();
  const events: BafEvent[] = [];
  const all = (async () => {
    const stream = reading(observe, { rollouts: 6, targets: 2 }, { now: Date.now });
    for (;;) {
      const next = await stream.next();
      if (next.done) return next.value;
      events.push(next.value);
    }
  })();
  const ended = all.then(
    () => 'made',
    (error: Error) => error.message,
  );
  await vi.advanceTimersByTimeAsync(60_000);
  return { end: await ended, steps: events.map((e) => e.type === 'step' && `${e.at - from} ${e.state} ${e.detail}`) };
}
const after = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const plan = {} as DeployPlan;

it('is nothing where it is quick, and how far it is where it is not', async () => {
  expect(await told(async () => (await after(900), plan))).toEqual({ end: 'made', steps: [] });
  const slow = async (read: () => void) => {
    for (let i = 0; i < 6; i++) await after(700).then(read);
    return plan;
  };
  expect((await told(slow)).steps).toEqual([
    '1000 started 1 of 6 rollouts in 2 targets',
    '3000 started 4 of 6 rollouts in 2 targets',
    '4200 succeeded 6 of 6 rollouts in 2 targets',
  ]);
});
it('ends as the plan does', async () => {
  const fails = async () => after(1_500).then(() => Promise.reject(new Error('no')));
  expect(await told(fails)).toEqual({
    end: 'no',
    steps: ['1000 started 0 of 6 rollouts in 2 targets', '1500 failed 0 of 6 rollouts in 2 targets'],
  });
});
