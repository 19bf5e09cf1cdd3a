/** What is made of the answers of ECS while a rollout goes back: late ones, none, and those of somebody else's deployment. */
import { expect, it } from 'vitest';
import { goBack } from '../../../src/lib/engine/go-back.js';
import type { Polled } from '../../../src/lib/engine/poller.js';
import type { RolloutContext } from '../../../src/lib/engine/rollout.js';
import type { RolloutOutcome } from '../../../src/lib/model/outcome.js';
import type { PlannedRollout } from '../../../src/lib/rollout/plan.js';

const deployment = (n: number, status: string, rolloutState: string) => ({
  ...{ id: `ecs-svc/${n}`, status, rolloutState, rolloutStateReason: null, createdAt: n * 1000 },
  taskDefinitionArn: `arn:aws:ecs:eu-west-1:1:task-definition/ui:${n}`,
});
const answer = (...deployments: ReturnType<typeof deployment>[]): Polled =>
  ({ kind: 'answered', service: { name: 's', status: 'ACTIVE', deployments, raw: {} }, stopped: [] }) as never;
const none: Polled = { kind: 'answered', service: null, stopped: [] };
const silence: Polled = { kind: 'unanswered', reason: 'ThrottlingException' };

const bad = deployment(5, 'PRIMARY', 'IN_PROGRESS');
const own = (state: string) => deployment(6, 'PRIMARY', state);

/** How it ends where ECS answers so, five seconds apart, the last for ever. */
async function ends(...answers: Polled[]): Promise<string> {
  let now = 100_000;
  let looks = 0;
  const outcome = { service: 'ui', target: 'a/r', status: 'failed', from: { tag: '1' }, to: { tag: '2' } } as RolloutOutcome;
  const plan = {
    ...{ service: { name: 'ui', deploy: { strategy: 'rolling', alarms: [] } }, target: { name: 'a/r' } },
    ...{ cluster: 'c', serviceName: 's', previousArn: 'arn:aws:ecs:eu-west-1:1:task-definition/ui:4', changes: [] },
  } as unknown as PlannedRollout;
  const ecs = { updateService: () => Promise.resolve({ deployments: [own('IN_PROGRESS'), { ...bad, status: 'ACTIVE' }] }) };
  const context = {
    ...{ effects: { at: () => ({ ecs }), clock: { now: () => now } }, emit: () => undefined, writesTag: false },
    ...{
      timeoutMs: 600_000,
      poller: { look: () => ((now += 5_000), Promise.resolve(answers[Math.min(looks++, answers.length - 1)]!)) },
    },
  } as unknown as RolloutContext;
  const because = { code: 'X', message: 'x', advice: '' };
  const { status, cause } = await goBack(plan, outcome, context, because);
  return `${status} after ${looks}: ${cause!.message}`;
}

it('late answers say nothing: neither that it is steady, nor that it is not', async () => {
  const steadyBefore = answer(deployment(4, 'PRIMARY', 'COMPLETED'));
  expect(await ends(steadyBefore, answer(bad), none, answer(bad), answer(own('IN_PROGRESS')), answer(own('COMPLETED')))).toBe(
    'rolled-back after 6: x',
  );
  expect(await ends(silence, none, silence, none, silence, answer(own('COMPLETED')))).toBe('rolled-back after 6: x');
});

it('it is known at once that another took its place, or that it failed; soon that the service is gone', async () => {
  expect(await ends(answer(own('IN_PROGRESS')), answer(deployment(7, 'PRIMARY', 'IN_PROGRESS')))).toMatch(
    /^failed after 2: .*another deployment \(ecs-svc\/7, ui:7\) took its place$/,
  );
  expect(await ends(answer(own('FAILED')))).toMatch(/^failed after 1: .*it failed$/);
  expect(await ends(answer(own('IN_PROGRESS')), none)).toMatch(/^failed after 8: .*the service is not there any more$/);
  expect(await ends(answer(own('IN_PROGRESS')))).toMatch(/^failed after 121: .*it did not get steady in time$/);
  expect(await ends(silence)).toMatch(/^failed after 121: .*no answer from ECS \(ThrottlingException\)$/);
});
