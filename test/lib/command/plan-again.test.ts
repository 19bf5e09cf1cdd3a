import { describe, expect, it } from 'vitest';
import { planAgain } from '../../../src/lib/command/plan-again.js';
import { UserError } from '../../../src/lib/errors/user-error.js';
import type { BafEvent } from '../../../src/lib/model/event.js';
import { planChanges } from '../../../src/lib/rollout/plan-changes.js';
import type { DeployPlan } from '../../../src/lib/rollout/plan.js';

const plan = (...rollouts: object[]): DeployPlan =>
  ({
    ...{ id: 'd', environment: 'prod' },
    waves: [
      {
        bakeMs: 0,
        rollouts: rollouts.map((one) => ({
          ...{ service: { name: 'ui' }, target: { name: 'a/r' }, action: 'update', from: { tag: '1.3.0' }, to: { tag: '1.5.0' } },
          ...{ changes: ['tag'], digest: 'sha256:1', differences: null, stackChange: null, underWay: null },
          ...one,
        })),
      },
    ],
  }) as unknown as DeployPlan;

describe('a plan that was made anew', () => {
  it('is the same where it means the same, whatever it was made from', () => {
    expect(planChanges(plan({ tagVersion: 3 }), plan({ tagVersion: 4, stackOutputs: { a: '1' } }))).toEqual([]);
  });

  it('differs by what it goes from, to, and does, and by what it leaves alone', () => {
    const was = plan({}, { target: { name: 'b/r' } }, { service: { name: 'cart' } });
    const now = plan(
      { from: { tag: '1.4.0' } },
      { target: { name: 'b/r' }, action: 'unchanged', changes: [] },
      { service: { name: 'orders' } },
    );
    const update = { action: 'update', from: { tag: '1.3.0' }, to: { tag: '1.5.0' }, changes: ['tag'] };
    expect(planChanges(was, now)).toEqual([
      { service: 'ui', target: 'a/r', was: update, now: { ...update, from: { tag: '1.4.0' } } },
      { service: 'ui', target: 'b/r', was: update, now: { ...update, action: 'unchanged', changes: [] } },
      { service: 'cart', target: 'a/r', was: update, now: null },
      { service: 'orders', target: 'a/r', was: null, now: update },
    ]);
  });

  it.each([
    ['image', { digest: 'sha256:2' }],
    ['task definition', { differences: { taskDefinition: [{ path: 'cpu' }], service: [] } }],
    ['stack', { stackChange: { action: 'update', changes: [] } }],
    ['rollout under way', { underWay: 'ecs-svc/1' }],
  ])('differs by its %s', (_name, one) => {
    expect(planChanges(plan({}), plan(one))).toHaveLength(1);
  });
});

describe('under the lock', () => {
  const never = () => new Promise<never>(() => undefined);
  const app = { fresh: () => ({ clock: { now: () => 5, sleep: never } }) } as never;
  const signal = new AbortController().signal;
  const moved = plan({ from: { tag: '1.4.0' } });
  async function run(now: DeployPlan, more: { confirmed?: boolean; key?: 'y' | 'n'; pinned?: boolean } = {}) {
    const events: BafEvent[] = [];
    const asked: string[] = [];
    const { confirmed = false, key, pinned } = more;
    const again = {
      ...{ observe: async () => now, of: { rollouts: 1, targets: 1 }, checks: new Set<never>(), confirmed },
      check: async () => {
        if (pinned) throw new UserError('Pinned', { message: 'pinned' });
      },
    };
    const choose = key ? async <K extends string>(keys: readonly K[]) => (asked.push(...keys), key as K) : null;
    const stream = planAgain(plan({}), again, app, signal, { choose });
    for (;;) {
      const next = await stream.next();
      if (next.done) return { plan: next.value, events, asked };
      events.push(next.value);
    }
  }

  it('nothing is said, and nobody asked, where it means the same', async () => {
    expect(await run(plan({}), { confirmed: true, key: 'n' })).toMatchObject({ events: [], asked: [] });
  });

  it('it is shown, and gone on with where nobody had to say yes', async () => {
    const { plan: made, events, asked } = await run(moved, { key: 'n' });
    expect(made).toBe(moved);
    expect(events).toMatchObject([{ type: 'plan.changed', at: 5, asks: false, changes: [{ now: { from: { tag: '1.4.0' } } }] }]);
    expect(asked).toEqual([]);
  });

  it('whoever said yes is asked again', async () => {
    expect(await run(moved, { confirmed: true, key: 'y' })).toMatchObject({
      plan: moved,
      asked: ['y', 'n'],
      events: [{ asks: true }],
    });
    await expect(run(moved, { confirmed: true, key: 'n' })).rejects.toMatchObject({ code: 'NotConfirmed', exitCode: 4 });
  });

  it('nobody is asked of what there is no longer to do', async () => {
    expect(await run(plan({ action: 'unchanged', changes: [] }), { confirmed: true, key: 'n' })).toMatchObject({ asked: [] });
  });

  it('a pin that was set meanwhile refuses it', async () => {
    await expect(run(moved, { pinned: true })).rejects.toMatchObject({ code: 'Pinned' });
  });
});
