/** What is brought back in two goes: at once what failed where it is, and the rest when the budget is used up meanwhile. */
import { expect, it } from 'vitest';
import { BringBack } from '../../../src/lib/engine/bring-back.js';
import { Ledger } from '../../../src/lib/engine/ledger.js';
import { UserError } from '../../../src/lib/errors/user-error.js';
import type { PlannedRollout } from '../../../src/lib/rollout/plan.js';
import { keyOf } from '../../../src/lib/rollout/schedule.js';

it('is each brought back once, and what succeeded only when the budget is used up', async () => {
  const rollouts = ['bad', 'good', 'late'].map(
    (name) =>
      ({
        ...{ service: { name, deploy: { strategy: 'rolling', alarms: [] } }, target: { name: 'a/r' }, cluster: 'c' },
        ...{ serviceName: name, previousArn: `arn:aws:ecs:eu-west-1:1:task-definition/${name}:4`, changes: [] },
        ...{ from: { tag: '1' }, to: { tag: '2' } },
      }) as unknown as PlannedRollout,
  );
  const [bad, good, late] = rollouts as [PlannedRollout, PlannedRollout, PlannedRollout];
  const ledger = new Ledger(
    { allowed: 1, onFailure: 'rollback', usedUp: () => undefined },
    () => undefined,
    () => 0,
  );
  const cause = { code: 'X', message: 'x', advice: '' };
  for (const rollout of rollouts)
    ledger.end(rollout, {
      ...{ service: rollout.service.name, target: 'a/r', from: rollout.from, to: rollout.to },
      ...(rollout === bad ? { status: 'failed', cause } : { status: 'succeeded' }),
    });
  const asked: string[] = [];
  const ecs = {
    updateService: ({ service }: { service: string }) => {
      asked.push(service);
      return Promise.reject(new UserError('Refused', { message: 'no' }));
    },
  };
  const back = new BringBack({
    ...{ rollouts, ledger, started: new Set(rollouts.map(keyOf)) },
    scaleIn: { during: (_rollout: PlannedRollout, act: () => Promise<unknown>) => act() } as never,
    contextOf: () => ({ effects: { at: () => ({ ecs }), clock: { now: () => 0 } }, emit: () => undefined }) as never,
  });
  await back.failed();
  expect(asked).toEqual(['bad']);
  expect(ledger.outcome(bad)).toMatchObject({ status: 'failed', cause: { code: 'RollbackFailed' } });
  // Its labels could not be written: one more than is allowed.
  ledger.revise(late, cause);
  await back.failed();
  expect(asked.toSorted()).toEqual(['bad', 'good', 'late']);
  expect(ledger.outcome(good)!.status).toBe('failed');
});
