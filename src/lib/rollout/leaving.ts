/** Whether a deploy can be left once its rollouts have begun: what follows a rollout's end needs somebody who waits for it. */
import { hooksOf } from './hooks.js';
import type { DeployPlan, PlannedRollout } from './plan.js';
import { strategies } from './strategies/index.js';

/** Something that only a deploy that waits does, and what to do instead. */
export interface Obstacle {
  readonly why: string;
  readonly next: string;
}

/** None where ECS carries all of it out by itself. */
export function obstaclesToLeaving(plan: Pick<DeployPlan, 'waves'>): Obstacle[] {
  const waves = plan.waves.map(({ bakeMs, rollouts }) => ({
    bakeMs,
    rollouts: rollouts.filter((r) => r.action !== 'unchanged'),
  }));
  const changing = waves.filter(({ rollouts }) => rollouts.length > 0);
  const all = changing.flatMap(({ rollouts }) => rollouts);
  const found: Obstacle[] = [];
  if (changing.length > 1)
    found.push({
      why: `${changing.length} waves: only a deploy that waits goes from one to the next`,
      next: `One wave at a time: --targets ${targetsOf(changing[0]!.rollouts).join(' --targets ')}`,
    });
  const keys = new Set(all.map((r) => `${r.service.name} ${r.target.name}`));
  const needing = all.flatMap((r) =>
    r.service.needs.filter((need) => keys.has(`${need} ${r.target.name}`)).map((need) => [r.service.name, need] as const),
  );
  if (needing.length > 0)
    found.push({
      why: `${names(needing.map(([name, need]) => `${name} needs ${need}`))}: only a deploy that waits knows when the one is up`,
      next: `Deploy ${names(needing.map(([, need]) => need))} first, and wait for it.`,
    });
  const checked = all.filter((r) => hooksOf(plan, r).after.length > 0);
  if (checked.length > 0)
    found.push({
      why: `${servicesOf(checked)} with deploy.after: the checks come after the end of a rollout`,
      next: 'Leave them out: --skip-hooks',
    });
  const baked = changing.flatMap((w) => (w.bakeMs > 0 ? w.rollouts.filter((r) => r.service.deploy.alarms.length > 0) : []));
  if (baked.length > 0)
    found.push({
      why: `the alarms of ${servicesOf(baked)} (${names(baked.flatMap((r) => r.service.deploy.alarms))}) are watched for the bake of the wave`,
      next: 'Leave out --no-wait, so that somebody watches them.',
    });
  const paused = all.filter(
    ({ service: { deploy } }) => strategies[deploy.strategy].takes.includes('pause') && deploy.pause.at.length > 0,
  );
  if (paused.length > 0)
    found.push({
      why: `${servicesOf(paused)} pauses at ${names(paused.flatMap((r) => r.service.deploy.pause.at))}: somebody has to see it, and let it go on`,
      next: 'Another strategy for this deploy, e.g. --strategy rolling',
    });
  return found;
}

const names = (all: readonly string[]): string => [...new Set(all)].join(', ');
const servicesOf = (all: readonly PlannedRollout[]): string => names(all.map((r) => r.service.name));
const targetsOf = (all: readonly PlannedRollout[]): string[] => [...new Set(all.map((r) => r.target.name))];
