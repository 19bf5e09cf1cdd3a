/** Whether a rollout can begin at all: ECS has to be allowed to start a new task, or to stop an old one. */
import { ok, problem, type Finding } from './finding.js';

export interface Bounds {
  /** Tasks that the service is to have. */
  readonly desired: number;
  /** Percent of `desired`. */
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
}

/** As ECS rounds: most tasks at a time, and fewest healthy ones. */
export const boundsOf = ({ desired, minimumHealthyPercent, maximumPercent }: Bounds): { upper: number; lower: number } => ({
  upper: Math.floor((desired * maximumPercent) / 100),
  lower: Math.ceil((desired * minimumHealthyPercent) / 100),
});

/** @param there whether tasks of an older version are to be replaced */
export function judgeProgress(bounds: Bounds, there: boolean): Finding {
  const { desired, minimumHealthyPercent, maximumPercent } = bounds;
  const { upper, lower } = boundsOf(bounds);
  const said = `with ${desired} task${desired === 1 ? '' : 's'}, minimumHealthyPercent ${minimumHealthyPercent} and maximumPercent ${maximumPercent}`;
  if (desired > 0 && upper < desired)
    return problem('progress', `${said}, ECS may run ${upper} at most`, 'Set deploy.maximumPercent to 100 or more.');
  if (!there || desired === 0 || upper > desired || lower < desired) return ok('progress', said);
  const more = Math.ceil((100 * (desired + 1)) / desired);
  const less = Math.floor((100 * (desired - 1)) / desired);
  return problem(
    'progress',
    `${said}, ECS may start no new task and stop no old one: the rollout would stand still`,
    `Set deploy.maximumPercent to ${more} or more, or deploy.minimumHealthyPercent to ${less} or less.`,
  );
}
