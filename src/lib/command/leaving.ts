/** `--no-wait` is refused, before anything is touched, where something has to be done after a rollout's end. */
import { UserError } from '../errors/user-error.js';
import { obstaclesToLeaving } from '../rollout/leaving.js';
import type { DeployPlan } from '../rollout/plan.js';

/** Throws (exit 2) with all that is in the way. */
export function refuseLeaving(plan: DeployPlan, waits: boolean): void {
  const obstacles = waits ? [] : obstaclesToLeaving(plan);
  if (obstacles.length === 0) return;
  throw new UserError('CannotLeave', {
    message: `--no-wait cannot leave this deploy to ECS. ${obstacles.map(({ why }) => `${why[0]!.toUpperCase()}${why.slice(1)}.`).join(' ')} Nothing was touched.`,
    nextSteps: [...obstacles.map(({ next }) => next), 'Or leave out --no-wait.'],
  });
}
