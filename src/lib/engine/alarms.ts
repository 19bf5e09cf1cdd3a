/** CloudWatch alarms around a deploy: what they were before it, and whether one goes off while a wave bakes. */
import { ExitCode, UserError } from '../errors/user-error.js';
import type { AlarmState } from '../model/alarm.js';
import type { Cause } from '../model/cause.js';
import { known, type Known } from '../preflight/finding.js';
import type { DeployPlan, PlannedRollout } from '../rollout/plan.js';
import { attempt } from './attempt.js';
import type { Effects } from './effects.js';

/** Time between two looks at the alarms, milliseconds. */
export const ALARM_POLL_MS = 15_000;

/** Names of alarms by target name. */
export type AlarmNames = Readonly<Record<string, readonly string[]>>;

interface Wave {
  readonly rollouts: readonly PlannedRollout[];
}

/** The alarms that the services of a plan name, as they are before the deploy begins: one look for each target. */
export async function readAlarms(
  waves: readonly Wave[],
  effects: Pick<Effects, 'at'>,
): Promise<Required<Pick<DeployPlan, 'alarms' | 'alarming'>>> {
  const rollouts = waves.flatMap((w) => w.rollouts).filter((r) => r.service.deploy.alarms.length > 0);
  const targets = [...new Map(rollouts.map((r) => [r.target.name, r.target])).values()];
  const read = await Promise.all(
    targets.map(async (target): Promise<readonly [string, Known<readonly AlarmState[]>]> => {
      const names = rollouts.filter((r) => r.target === target).flatMap((r) => r.service.deploy.alarms);
      return [target.name, await attempt(() => effects.at(target).alarms.states([...new Set(names)]))];
    }),
  );
  const states = (seen: Known<readonly AlarmState[]>): readonly AlarmState[] => (seen.known ? seen.value : []);
  const inAlarm = read.map(
    ([target, seen]) =>
      [
        target,
        states(seen)
          .filter((s) => s.state === 'ALARM')
          .map((s) => s.name),
      ] as const,
  );
  return {
    alarms: Object.fromEntries(read.map(([target, seen]) => [target, seen.known ? known(seen.value.map((s) => s.name)) : seen])),
    alarming: Object.fromEntries(inAlarm.filter(([, names]) => names.length > 0)),
  };
}

/** For what has no pre-flight. @throws UserError `AlarmMissing`, exit 2 */
export function refuseMissingAlarms(plan: DeployPlan): void {
  for (const { service, target } of plan.waves.flatMap((w) => w.rollouts)) {
    const seen = plan.alarms?.[target.name];
    const missing = seen?.known ? service.deploy.alarms.filter((name) => !seen.value.includes(name)) : [];
    if (missing.length > 0)
      throw new UserError('AlarmMissing', {
        message: `There is no alarm ${missing.join(', ')} in ${target.name}, which deploy.alarms of ${service.name} names.`,
        nextSteps: ['Make it there, or name it in the environments that have it.'],
        exitCode: ExitCode.usage,
      });
  }
}

export interface RaisedAlarm {
  readonly target: string;
  readonly alarm: string;
  readonly reason: string | null;
}

/**
 * Waits until `untilAt`, and looks at the alarms of these rollouts meanwhile; ends early with those that went off. A look
 * that fails tells nothing, and the next one is made in time.
 * @param before alarms that were in ALARM already; one that has calmed down since counts again.
 */
export async function bake(
  rollouts: readonly PlannedRollout[],
  untilAt: number,
  before: AlarmNames,
  effects: Effects,
  signal: AbortSignal,
): Promise<RaisedAlarm[]> {
  const { clock } = effects;
  const ignored = new Set(Object.entries(before).flatMap(([target, names]) => names.map((name) => `${target} ${name}`)));
  const targets = [...new Map(rollouts.map((r) => [r.target.name, r.target])).values()].flatMap((target) => {
    const names = rollouts.filter((r) => r.target.name === target.name).flatMap((r) => r.service.deploy.alarms);
    return names.length > 0 ? [{ target, names: [...new Set(names)] }] : [];
  });
  for (;;) {
    const left = untilAt - clock.now();
    const pause = targets.length > 0 ? Math.min(left, ALARM_POLL_MS) : left;
    if (pause > 0) await clock.sleep(pause, signal).catch(() => undefined);
    if (signal.aborted) return [];
    const looks = await Promise.all(
      targets.map(async ({ target, names }) =>
        (
          await effects
            .at(target)
            .alarms.states(names)
            .catch(() => [])
        ).map((state) => ({ target: target.name, ...state })),
      ),
    );
    const raised = looks.flat().filter(({ target, name, state }) => {
      if (state !== 'ALARM') ignored.delete(`${target} ${name}`);
      return state === 'ALARM' && !ignored.has(`${target} ${name}`);
    });
    if (raised.length > 0) return raised.map(({ target, name, reason }) => ({ target, alarm: name, reason }));
    if (clock.now() >= untilAt) return [];
  }
}

export const alarmCause = ({ alarm, reason }: Pick<RaisedAlarm, 'alarm' | 'reason'>, when: string): Cause => ({
  code: 'AlarmTriggered',
  message: `The alarm ${alarm} went off ${when}${reason ? `: ${reason}` : '.'}`,
  advice: 'Look at what the alarm measures, and at the logs of the new version, before it is deployed again.',
});

/** Codes that name no failure of a task. */
const UNTOLD = new Set(['CircuitBreaker', 'RolloutFailed', 'Unknown']);

/** ECS says at most that some alarm ended the rollout: which one it was is told here, where nothing better is known. */
export async function nameAlarm(plan: PlannedRollout, cause: Cause, before: AlarmNames, effects: Effects): Promise<Cause> {
  const names = plan.service.deploy.alarms.filter((name) => !before[plan.target.name]?.includes(name));
  if (names.length === 0 || !(UNTOLD.has(cause.code) || /alarm/i.test(cause.message))) return cause;
  const states = await effects
    .at(plan.target)
    .alarms.states(names)
    .catch(() => []);
  const raised = states.find((s) => s.state === 'ALARM');
  return raised ? alarmCause({ alarm: raised.name, reason: raised.reason }, 'during the rollout') : cause;
}
