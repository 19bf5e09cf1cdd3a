/** Going on with a deploy whose process is gone: the plan as it is now, with what the record knows of before. */
import { revisionOf } from '../model/observed.js';
import type { VersionRef } from '../model/outcome.js';
import type { DeployPlan, PlannedRollout } from '../rollout/plan.js';
import { planKey, type DeployRecord, type RecordedRollout } from './record.js';

export const keyOf = (plan: DeployPlan): string =>
  planKey(plan.waves.flatMap((w) => w.rollouts.map((r) => ({ service: r.service.name, target: r.target.name, tag: r.to.tag }))));

/**
 * The plan under the record's id. Rollouts that this deploy has begun already know what was there before it: in the plan
 * as it is now that is overwritten, and a failure, or a cancel, is to bring them back to it.
 */
export function resumePlan(plan: DeployPlan, record: DeployRecord): DeployPlan {
  const known = new Map(record.rollouts.map((r) => [`${r.service} ${r.target}`, r]));
  return {
    ...plan,
    id: record.id,
    waves: plan.waves.map((wave) => ({
      ...wave,
      rollouts: wave.rollouts.map((r) => resumeRollout(r, known.get(`${r.service.name} ${r.target.name}`))),
    })),
  };
}

function resumeRollout(planned: PlannedRollout, before: RecordedRollout | undefined): PlannedRollout {
  if (!before?.from || before.from.tag === planned.to.tag) return planned;
  // The tag is written first: where that is still to be done, nothing was begun here.
  if (planned.changes.includes('tag')) return planned;
  return { ...planned, from: before.from, previousArn: previousOf(planned, before.from), resumed: { tag: before.from.tag } };
}

/** What ECS itself still knows as steady; once the new version is that, what ran when the deploy began. */
function previousOf({ from, previousArn }: PlannedRollout, before: VersionRef): string | null {
  if (from?.revision === before.revision) return previousArn;
  const isOlder = previousArn !== null && revisionOf(previousArn) !== from?.revision;
  return isOlder ? previousArn : (before.revision ?? previousArn);
}

/** The rollouts of a plan as they are when it begins, or as its record has them. */
export function rolloutsOf(plan: DeployPlan, record: DeployRecord | null): RecordedRollout[] {
  const known = new Map((record?.rollouts ?? []).map((r) => [`${r.service} ${r.target}`, r]));
  return plan.waves.flatMap((w) =>
    w.rollouts.map((r): RecordedRollout => {
      const before = known.get(`${r.service.name} ${r.target.name}`);
      if (before && before.status !== 'cancelled' && before.status !== 'skipped') return before;
      const { from, to } = before ?? r;
      return { service: r.service.name, target: r.target.name, wave: r.wave, status: 'queued', from, to };
    }),
  );
}
