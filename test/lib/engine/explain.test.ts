/** What is told of a rollout that ECS ended by itself, where neither tasks nor events say why. */
import { expect, it } from 'vitest';
import type { Effects } from '../../../src/lib/engine/effects.js';
import { explain } from '../../../src/lib/engine/explain.js';
import type { RolloutContext } from '../../../src/lib/engine/rollout.js';
import { decide } from '../../../src/lib/rollout/decide.js';
import type { PlannedRollout } from '../../../src/lib/rollout/plan.js';
import { after, answered, deployment, OLD, OWN, service, watched } from '../rollout/watch-values.js';

const CARRIER = 'arn:aws:ecs:eu-west-1:333333333333:service-deployment/baf/ui/abc';
const VAGUE = 'ECS deployment circuit breaker: tasks failed to start.';

/** Seen while it rolled, then gone back. */
async function told(reason: string | null, { ended = VAGUE as string | null, goesBack = true } = {}) {
  const asked: unknown[] = [];
  const ecs = {
    stoppedTasks: async () => [],
    serviceDeployments: async (arns: unknown) => (
      asked.push(arns),
      reason === null ? Promise.reject(new Error('denied')) : [{ reason }]
    ),
  };
  const rolling = service([deployment(OWN, 'PRIMARY'), deployment(OLD, 'ACTIVE')], [], {
    raw: { currentServiceDeployment: CARRIER },
  });
  const failed = { rolloutState: 'FAILED', rolloutStateReason: ended } as const;
  const back = goesBack
    ? service([deployment(OLD, 'PRIMARY', { rolloutState: 'COMPLETED' }), deployment(OWN, 'ACTIVE', { ...failed, running: 0 })])
    : service([deployment(OWN, 'PRIMARY', failed)]);
  const of = { ...watched, goesBack };
  const { memory, now } = after(answered(rolling), answered(back));
  const verdict = decide(of, memory, now);
  if (verdict.kind !== 'failed') throw new Error(verdict.kind);
  const plan = { cluster: 'baf', serviceName: 'ui', service: { name: 'ui' }, target: { name: 'shop/eu-west-1' } };
  const context = { effects: { at: () => ({ ecs }) } as unknown as Effects, emit: () => undefined };
  const cause = await explain(plan as PlannedRollout, context as unknown as RolloutContext, {
    ...{ watched: of, definition: {}, memory, verdict, failure: null, unhealthy: [] },
  });
  return { asked, cause };
}

const because = (text: string) => `Service deployment rolled back because ${text}`;

it.each([
  [because('of one or more active alarms.'), 'AlarmTriggered'],
  [because('POST_TEST_TRAFFIC_SHIFT lifecycle hook(s) timed out.'), 'PauseTimedOut'],
  [
    because('TEST_TRAFFIC_SHIFT lifecycle hook(s) failed. Lifecycle hook target arn:f returned FAILED status.'),
    'HookFunctionFailed',
  ],
  [
    because('TEST_TRAFFIC_SHIFT lifecycle hook(s) failed. ECS was unable to invoke hook target arn:f due to User: arn:u'),
    'HookNotInvoked',
  ],
  [because('of invalid networking configuration: Target group arn:g is not associated with either rule.'), 'TrafficMisrouted'],
  [
    because(
      'of invalid networking configuration. ECS was unable to manage the ELB resources due to missing permissions on ECS Infrastructure Role arn:r.',
    ),
    'TrafficRoleDenied',
  ],
  [because('the user requested it.'), 'StoppedByHand'],
])('%s', async (reason, code) => {
  const { asked, cause } = await told(reason);
  expect(asked).toEqual([[CARRIER]]);
  expect(cause).toMatchObject({ code, message: reason });
  expect(cause.advice).not.toMatch(/stopped tasks/);
});

it('a reason that nobody knows is shown whole', async () => {
  expect((await told('Something new happened')).cause).toMatchObject({
    code: 'CircuitBreaker',
    message: 'Something new happened',
  });
});

it('that nothing was brought back stays said', async () => {
  const { cause } = await told(because('of one or more active alarms.'), { goesBack: false });
  expect(cause.message).toBe(`${because('of one or more active alarms.')} It is left as it is (--on-failure stop).`);
});

it('one that says no more, or none, changes nothing', async () => {
  const vague = { code: 'CircuitBreaker', message: VAGUE };
  expect((await told(because('the circuit breaker threshold was exceeded.'))).cause).toMatchObject(vague);
  expect((await told(null)).cause).toMatchObject(vague);
});

it('is not asked for where ECS has said why', async () => {
  const { asked, cause } = await told('x', { ended: 'ECS deployment failed: alarm detected.' });
  expect([asked, cause.code]).toEqual([[], 'AlarmTriggered']);
});
