/** The deploy tag's labels at a rollout's end: `live` goes to what serves, and back where that was brought back. */
import type { PlannedRollout } from '../rollout/plan.js';
import { formatAudit, parseAudit } from '../tags/audit.js';
import { tagParameter } from '../tags/names.js';
import { parseTagValue } from '../tags/value.js';
import type { RolloutContext } from './rollout.js';

/** The version that serves now, and the one that `live` was on before it: null where it was on none. */
export interface Serving {
  readonly version: number;
  readonly before: number | null;
}

/**
 * Moves `live`, and leaves `last-good` on the version that was live before: that first, because what `live` was on is
 * known no more once it has moved, and a process may be killed between the two.
 */
export async function markLive(plan: PlannedRollout, context: RolloutContext, { version, before }: Serving): Promise<void> {
  if (before === version) return;
  const { ssm } = context.effects.at(plan.target);
  const name = tagParameter(context.environment, plan.service.name);
  if (before !== null) await ssm.label(name, before, ['last-good']);
  await ssm.label(name, version, ['live']);
}

/** Writes the tag that was there before as a new version: the desired version is again the one that serves. */
export async function restoreTag(plan: PlannedRollout, context: RolloutContext): Promise<void> {
  if (!context.writesTag) return;
  const { ssm } = context.effects.at(plan.target);
  const name = tagParameter(context.environment, plan.service.name);
  const previous = plan.changes.includes('tag') ? plan.previousTagValue : await valueBefore(plan, name, context);
  if (previous === null) return;
  const [now] = await ssm.get([name]);
  if (!now || now.value === previous) return;
  const record = { by: context.effects.actor, op: 'rollback' as const, version: now.version + 1, deploy: context.deployId };
  const version = await ssm.put(name, previous, { description: formatAudit(record) });
  await ssm.label(name, version, ['live']);
}

/** Of a deploy that was taken up again: the record knows the tag that was there before it, the tag's history with its digest. */
async function valueBefore(plan: PlannedRollout, name: string, context: RolloutContext): Promise<string | null> {
  const tag = plan.resumed?.tag ?? null;
  if (tag === null) return null;
  const versions = await context.effects.at(plan.target).ssm.history(name);
  const isOurs = (description: string | null): boolean => parseAudit(description)?.deploy === context.deployId;
  return versions.findLast((v) => !isOurs(v.description) && parseTagValue(v.value).tag === tag)?.value ?? tag;
}
