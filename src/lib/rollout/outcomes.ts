/** What the ends of rollouts come to. */
import type { DeployStatus, RolloutOutcome, RolloutStatus } from '../model/outcome.js';
import type { PlannedRollout } from './plan.js';
import type { JobState } from './schedule.js';

export const isBadEnd = (status: RolloutStatus): boolean => status === 'failed' || status === 'rolled-back';

export function statusOf(rollouts: readonly RolloutOutcome[]): DeployStatus {
  const has = (status: RolloutStatus) => rollouts.some((r) => r.status === status);
  const some = has('succeeded') || has('started');
  if (has('failed')) return some ? 'partial' : 'failed';
  if (has('rolled-back')) return some ? 'partial' : 'rolled-back';
  if (has('cancelled')) return 'cancelled';
  if (has('skipped')) return some ? 'partial' : 'cancelled';
  if (has('started')) return 'started';
  return rollouts.every((r) => r.status === 'unchanged') ? 'unchanged' : 'succeeded';
}

/** What is made of an end when others wait for it. */
export function stateOf({ status }: Pick<RolloutOutcome, 'status'>): JobState {
  if (isBadEnd(status)) return 'bad';
  return status === 'succeeded' || status === 'unchanged' ? 'good' : 'left';
}

/** One rollout as the deploy knows it at its end. */
export interface Ended {
  readonly key: string;
  readonly outcome: RolloutOutcome;
  /** Whether ECS was told to start the new version. */
  readonly started: boolean;
  /** Whether there is a version to go back to. */
  readonly hasPrevious: boolean;
}

/** Somebody else is at it, or nobody knows how it stands: it is not this deploy's to bring back. */
const leftAlone = new Set(['RolloutUsurped', 'RolloutVanished', 'ContactLost']);

/**
 * Which rollouts are brought back at the end of a deploy. One that failed where it is, always: ECS did not go back by itself.
 * When the budget is used up also those that succeeded or go on, so that no environment is left with two versions.
 */
export function toBringBack(ended: readonly Ended[], usedUp: boolean): string[] {
  return ended
    .filter(({ outcome, started, hasPrevious }) => {
      if (!started || !hasPrevious) return false;
      if (outcome.status === 'succeeded' || outcome.status === 'started') return usedUp;
      return outcome.status === 'failed' && !leftAlone.has(outcome.cause?.code ?? '');
    })
    .map(({ key }) => key);
}

/** A deploy that was taken up again finds done what it had done before: it has changed that all the same. */
export const asChanged = (planned: Pick<PlannedRollout, 'resumed'>, outcome: RolloutOutcome): RolloutOutcome =>
  planned.resumed != null && outcome.status === 'unchanged' ? { ...outcome, status: 'succeeded' } : outcome;

/** Of a deploy that was to go back: failed where a way back did. */
export const cancelledStatus = (rollouts: readonly RolloutOutcome[]): DeployStatus =>
  rollouts.some((r) => r.status === 'failed') ? statusOf(rollouts) : 'cancelled';

/** Whether a deploy whose process left stays open: something of it was not begun, or not seen to its end. */
export const isUnfinished = (state: string, rollouts: readonly { readonly status: string }[]): boolean =>
  state === 'cancelled' || (state === 'partial' && rollouts.some((r) => r.status === 'skipped' || r.status === 'cancelled'));
