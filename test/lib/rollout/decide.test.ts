import { describe, expect, it } from 'vitest';
import type { ServiceState } from '../../../src/lib/model/observed.js';
import { decide, GONE_MS, STALE_MS, type Verdict } from '../../../src/lib/rollout/decide.js';
import { askedBack, type Look, type Watched } from '../../../src/lib/rollout/observe.js';
import { after, answered, deployment, exited, OLD, OWN, service, silence, watched } from './watch-values.js';

const judge = (looks: (Look | [number, Look])[], more: Partial<Watched> = {}): Verdict => {
  const { memory, now } = after(...looks);
  return decide({ ...watched, ...more }, memory, now);
};
const rolling = (part = {}, messages: string[] = []) =>
  answered(service([deployment(OWN, 'PRIMARY', part), deployment(OLD, 'ACTIVE')], messages));
const old = (part = {}, messages: string[] = [], more: Partial<ServiceState> = {}) =>
  answered(service([deployment(OLD, 'PRIMARY', { rolloutState: 'COMPLETED', ...part })], messages, more));
const wait = (rollingBack = false) => ({ kind: 'wait', rollingBack, held: null });
const failedAs = (code: string, rolledBack = false) => ({ kind: 'failed', rolledBack, cause: { code } });

describe('its own deployment', () => {
  it('is waited for while it is in progress', () => expect(judge([rolling()])).toEqual(wait()));
  it('is the only one whose end is a success', () => {
    expect(judge([answered(service([deployment(OWN, 'PRIMARY', { rolloutState: 'COMPLETED' })]))])).toEqual({
      kind: 'succeeded',
    });
    expect(judge([old()])).toEqual(wait());
  });
  it('that another one follows is usurped, and by what', () => {
    const seen = service([deployment('ecs-svc/3', 'PRIMARY', { createdAt: watched.createdAt + 1 }), deployment(OWN, 'ACTIVE')]);
    expect(judge([answered(seen)])).toMatchObject({
      ...failedAs('RolloutUsurped'),
      cause: { message: "Another deployment (ecs-svc/3, ui:3) took this one's place." },
    });
  });
  it('is brought back when the time is up', () => {
    expect(judge([[600_001, rolling()]])).toMatchObject({ kind: 'go-back', cause: { code: 'RolloutTimeout' } });
    expect(judge([[600_001, rolling()]], { goesBack: false })).toMatchObject(failedAs('RolloutTimeout'));
  });
});

describe('a way back', () => {
  const gone = answered(service([deployment(OLD, 'PRIMARY'), deployment(OWN, 'ACTIVE', { rolloutState: 'FAILED' })]));
  const rollback = ['(service ui) rolling back to deployment ecs-svc/1.'];
  it('is watched until the version before is steady again', () => {
    expect(judge([rolling(), gone])).toEqual(wait(true));
    expect(judge([rolling(), gone, old({ running: 1 })])).toEqual(wait(true));
    const still = service([
      deployment(OLD, 'PRIMARY', { rolloutState: 'COMPLETED' }),
      deployment(OWN, 'ACTIVE', { rolloutState: 'FAILED', running: 1 }),
    ]);
    expect(judge([rolling(), answered(still)])).toEqual(wait(true));
    expect(judge([rolling(), gone, old({}, rollback)])).toMatchObject(failedAs('CircuitBreaker', true));
  });
  it('that the events tell of counts as one, though the own deployment is not listed any more', () => {
    expect(judge([old({}, rollback)])).toMatchObject(failedAs('CircuitBreaker', true));
  });
  it('that fails as well is said', () => {
    const bad = answered(
      service([deployment(OLD, 'PRIMARY', { rolloutState: 'FAILED' }), deployment(OWN, 'ACTIVE', { rolloutState: 'FAILED' })]),
    );
    expect(judge([rolling(), bad])).toMatchObject(failedAs('RollbackFailed'));
    expect(judge([rolling(), gone, [600_001, gone]])).toMatchObject(failedAs('RollbackFailed'));
  });
  it('has the whole time again, from its beginning', () => {
    expect(
      judge([
        [590_000, gone],
        [300_000, gone],
      ]),
    ).toEqual(wait(true));
  });
  it('that ECS does not begin is begun', () => {
    const failed = rolling({ rolloutState: 'FAILED', rolloutStateReason: 'x' });
    expect(judge([failed])).toEqual(wait(true));
    expect(judge([failed, [60_001, failed]])).toMatchObject({ kind: 'go-back' });
  });
  it('is none where there is no version before, or none is wanted', () => {
    const failed = rolling({ rolloutState: 'FAILED', rolloutStateReason: 'tasks failed to start.' });
    const first = judge([failed], { previousArn: null });
    expect(first).toMatchObject(failedAs('CircuitBreaker'));
    expect(first).toMatchObject({
      cause: { message: expect.stringMatching(/no earlier version .* nothing was brought back\.$/) as string },
    });
    expect(judge([failed], { goesBack: false })).toMatchObject({
      cause: { message: expect.stringMatching(/--on-failure stop\)\.$/) as string },
    });
  });
  it('by a deployment of our own is not somebody else', () => {
    const { memory, now } = after(rolling());
    const asked = askedBack(memory, 'ecs-svc/3', now);
    const back = (state: 'IN_PROGRESS' | 'COMPLETED') => ({
      ...asked,
      service: service([deployment('ecs-svc/3', 'PRIMARY', { rolloutState: state, createdAt: now })]),
    });
    expect(decide(watched, back('IN_PROGRESS'), now)).toEqual(wait(true));
    expect(decide(watched, back('COMPLETED'), now)).toMatchObject(failedAs('CircuitBreaker', true));
  });
});

describe('answers that are late, missing or not there', () => {
  it('stale: the state before the write is waited out', () => {
    expect(judge([answered(null)])).toEqual(wait());
    expect(judge([answered(null), [STALE_MS, answered(null)]])).toEqual(wait());
    expect(judge([old(), [STALE_MS, old()]])).toEqual(wait());
    expect(judge([old(), rolling()])).toEqual(wait());
    const deleted = answered(service([], [], { status: 'INACTIVE' }));
    expect(judge([deleted, [20_000, rolling()]])).toEqual(wait());
  });
  it('vanished: a service that was there is gone', () => {
    const deleted = answered(service([], [], { status: 'INACTIVE' }));
    for (const look of [answered(null), deleted, answered(service([], [], { status: 'DRAINING' }))]) {
      expect(judge([rolling(), look])).toEqual(wait());
      expect(judge([rolling(), look, [GONE_MS + 1, look]])).toMatchObject(failedAs('RolloutVanished'));
    }
    expect(judge([answered(null), [STALE_MS + 1, answered(null)]])).toMatchObject(failedAs('RolloutVanished'));
    expect(judge([rolling(), old(), [GONE_MS + 1, old()]])).toMatchObject(failedAs('RolloutVanished'));
  });
  it('a gap is waited out, and its own end when the time is up', () => {
    expect(judge([rolling(), silence, [120_000, silence]])).toEqual(wait());
    expect(judge([rolling(), [120_000, silence], rolling()])).toEqual(wait());
    const lost = judge([rolling(), silence, [600_000, silence]]);
    expect(lost).toMatchObject({ ...failedAs('ContactLost'), ofVersion: false });
    expect(lost).toMatchObject({
      cause: {
        message: expect.stringMatching(
          /since \d\d:\d\d:\d\d UTC \(ThrottlingException\)\. When it was last seen, 2 of 2 tasks ran/,
        ) as string,
      },
    });
  });
});

describe('an early failure', () => {
  const dead = (count: number, running = 0, part = {}) =>
    answered(
      service([deployment(OWN, 'PRIMARY', { running }), deployment(OLD, 'ACTIVE')]),
      Array.from({ length: count }, (_, i) => exited(`t${i}`, part)),
    );
  it('is three tasks with the same cause', () => {
    expect(judge([dead(2)])).toEqual(wait());
    expect(judge([dead(3)])).toMatchObject({ kind: 'go-back', cause: { code: 'ContainerExited' } });
    expect(judge([dead(3)], { previousArn: null })).toMatchObject({
      kind: 'failed',
      rolledBack: false,
      cause: { message: expect.stringMatching(/ECS tries on\.$/) as string },
    });
  });
  it('is not a few of many that run', () => {
    expect(judge([dead(3, 10)])).toEqual(wait());
    expect(judge([dead(10, 10)])).toMatchObject({ kind: 'go-back' });
  });
  it('is not what other deployments did, what was replaced, what lost its place, or what found none', () => {
    for (const part of [
      { startedBy: OLD },
      { stopCode: 'ServiceSchedulerInitiated', stoppedReason: 'Scaling activity initiated by (deployment ecs-svc/2)' },
      { stopCode: 'SpotInterruption', stoppedReason: 'Your Spot Task was interrupted.' },
      {
        stopCode: 'TaskFailedToStart',
        stoppedReason:
          'Unexpected EC2 error while attempting to Create Network Interface in subnet subnet-0123: InsufficientFreeAddressesInSubnet',
        containers: [],
      },
    ])
      expect(judge([dead(9, 0, part)])).toMatchObject({ kind: 'wait' });
    const full = Array<string>(9).fill('(service ui) was unable to place a task. Reason: Capacity is unavailable at this time.');
    expect(judge([rolling({ running: 0 }, full)])).toMatchObject({ kind: 'wait', held: { code: 'CapacityUnavailable' } });
    expect(judge([[600_001, rolling({}, full)]])).toMatchObject({
      kind: 'go-back',
      cause: {
        code: 'CapacityUnavailable',
        message: expect.stringMatching(/^The rollout was not steady after 10 minutes: .*Capacity/) as string,
      },
    });
  });
  it('is a deadlock at once', () => {
    const stuck =
      'service (ui) was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again.';
    expect(judge([rolling({}, [stuck])])).toMatchObject({ kind: 'go-back', cause: { code: 'DeploymentDeadlock' } });
  });
  it('is a launch that is refused three times, as often as a lower threshold says', () => {
    const refused =
      "(service ui) failed to launch a task with (error ECS was unable to assume the role 'arn:aws:iam::1:role/x'.)";
    expect(judge([rolling({ running: 0 }, [refused, refused])])).toEqual(wait());
    expect(judge([rolling({ running: 0 }, [refused, refused, refused])])).toMatchObject({
      kind: 'go-back',
      cause: { code: 'RoleNotAssumable' },
    });
    const raw = {
      deploymentConfiguration: { deploymentCircuitBreaker: { thresholdConfiguration: { type: 'COUNT', value: 1 } } },
    };
    const once = answered(service([deployment(OWN, 'PRIMARY', { running: 0 })], [refused], { raw }));
    expect(judge([once])).toMatchObject({ kind: 'go-back' });
  });
});
