/** The deploy tag's labels at a rollout's end: `live` goes to what serves, and back where that was brought back. */
import type { PlannedRollout } from '../rollout/plan.js';
import { formatAudit } from '../tags/audit.js';
import { tagParameter } from '../tags/names.js';
import { tagsOf } from './moved.js';
import type { RolloutContext } from './rollout.js';

/** Moves `live`, and leaves `last-good` on the version that was live before. */
export async function markLive(plan: PlannedRollout, context: RolloutContext, version: number): Promise<void> {
  const { ssm } = context.effects.at(plan.target);
  const name = tagParameter(context.environment, plan.service.name);
  const before = (await tagsOf(ssm).get([`${name}:live`])).find((p) => p.name === name && p.selector === ':live');
  if (before?.version === version) return;
  await ssm.label(name, version, ['live']);
  if (before) await ssm.label(name, before.version, ['last-good']);
}

/** Writes the tag that was there before as a new version: the desired version is again the one that serves. */
export async function restoreTag(plan: PlannedRollout, context: RolloutContext): Promise<void> {
  const previous = plan.changes.includes('tag') ? plan.previousTagValue : (plan.resumed?.tagValue ?? null);
  if (!context.writesTag || previous === null) return;
  const { ssm } = context.effects.at(plan.target);
  const name = tagParameter(context.environment, plan.service.name);
  const [now] = await ssm.get([name]);
  if (!now || now.value === previous) return;
  const record = { by: context.effects.actor, op: 'rollback' as const, version: now.version + 1, deploy: context.deployId };
  const version = await ssm.put(name, previous, { description: formatAudit(record) });
  await ssm.label(name, version, ['live']);
}
