/** Which rollouts of a deploy are brought back at its end, and why. */
import type { Cause } from '../model/cause.js';
import type { Stop } from '../model/stop.js';
import { asChanged, isBadEnd, toBringBack } from '../rollout/outcomes.js';
import type { PlannedRollout } from '../rollout/plan.js';
import { keyOf } from '../rollout/schedule.js';
import { cancelledBy, withDeploy } from './go-back.js';
import type { Ledger } from './ledger.js';

export interface WayBack {
  readonly rollouts: readonly PlannedRollout[];
  /** Of those that had gone well. */
  readonly because: Cause;
}

/** @param started keys of the rollouts that told ECS to start their new version */
export function wayBackOfFailed(
  rollouts: readonly PlannedRollout[],
  ledger: Ledger,
  started: ReadonlySet<string>,
): WayBack | null {
  const ended = rollouts.map((r) => ({
    key: keyOf(r),
    outcome: asChanged(r, ledger.outcome(r)!),
    started: started.has(keyOf(r)) || r.resumed != null,
    hasPrevious: r.previousArn !== null,
  }));
  const keys = toBringBack(ended, ledger.isUsedUp());
  const failed = ended.find(({ outcome }) => isBadEnd(outcome.status))?.outcome;
  return failed ? { rollouts: rollouts.filter((r) => keys.includes(keyOf(r))), because: withDeploy(failed) } : null;
}

/** Somebody wants it undone: all that this deploy has begun goes back, except what is new and has nothing to go back to. */
export function wayBackOfCancelled(rollouts: readonly PlannedRollout[], ledger: Ledger, stop: Stop, actor: string): WayBack {
  const begun = rollouts.filter((r) => {
    const { status } = asChanged(r, ledger.outcome(r)!);
    return r.previousArn !== null && ['succeeded', 'started', 'cancelled', 'failed'].includes(status);
  });
  return { rollouts: begun, because: cancelledBy(stop.by ?? actor) };
}
