/** What is different about a plan that was made anew: by what it would do, not by what it was made from. */
import type { PlanChange, PlannedChange } from '../model/plan-change.js';
import type { DeployPlan, PlannedRollout } from './plan.js';

export function planChanges(was: DeployPlan, now: DeployPlan): PlanChange[] {
  const before = byKey(was);
  const after = byKey(now);
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((key) => {
    const [old, made] = [before.get(key), after.get(key)];
    if (old && made && meaning(old) === meaning(made)) return [];
    const { service, target } = (made ?? old)!;
    return [{ service: service.name, target: target.name, was: old ? changeOf(old) : null, now: made ? changeOf(made) : null }];
  });
}

const byKey = (plan: DeployPlan): Map<string, PlannedRollout> =>
  new Map(plan.waves.flatMap((w) => w.rollouts.map((r) => [`${r.service.name} ${r.target.name}`, r] as const)));

const changeOf = ({ action, from, to, changes }: PlannedRollout): PlannedChange => ({ action, from, to, changes });

const meaning = (r: PlannedRollout): string =>
  JSON.stringify([changeOf(r), r.digest, r.differences, r.stackChange, r.underWay !== null]);
