/** The deploy tag's labels at a rollout's end: `live` goes to what serves, and back where that was brought back. */
import { imageTagOf } from '../model/observed.js';
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

/**
 * Writes the tag of what serves again as a new version, after it was gone back to: the desired version is again the one that
 * serves. That need not be the tag that was there before, which may never have come to run.
 */
export async function restoreTag(plan: PlannedRollout, context: RolloutContext): Promise<void> {
  if (!context.writesTag || (!plan.changes.includes('tag') && !plan.resumed)) return;
  const { ssm } = context.effects.at(plan.target);
  const name = tagParameter(context.environment, plan.service.name);
  const found = await ssm.get([name, `${name}:live`]);
  const now = found.find((p) => p.selector === null);
  const serving = await servingTag(plan, context);
  const before = plan.changes.includes('tag') ? plan.previousTagValue : null;
  const known = [before, ...found.flatMap((p) => (p.selector === ':live' ? [p.value] : []))];
  const value =
    serving === null
      ? before
      : (known.find((v) => v !== null && parseTagValue(v).tag === serving) ??
        (await valueInHistory(name, serving, plan, context)));
  if (!now || value === null || now.value === value) return;
  const record = { by: context.effects.actor, op: 'rollback' as const, version: now.version + 1, deploy: context.deployId };
  const version = await ssm.put(name, value, { description: formatAudit(record) });
  if (serving !== null) await ssm.label(name, version, ['live']);
}

/** The tag of the version that it went back to; null where there is none, or its image has no tag. */
async function servingTag(plan: PlannedRollout, { effects }: RolloutContext): Promise<string | null> {
  if (plan.previousArn === null) return null;
  const known = plan.previousArn === plan.found.taskDefinitionArn && plan.from?.tag !== '?' ? plan.from?.tag : undefined;
  if (known !== undefined && !plan.resumed) return known;
  const definition = await effects.at(plan.target).ecs.describeTaskDefinition(plan.previousArn);
  return (definition && imageTagOf(definition.raw)) ?? plan.resumed?.tag ?? null;
}

/** With its digest, where a version that this deploy has not written itself knows it. */
async function valueInHistory(name: string, tag: string, plan: PlannedRollout, context: RolloutContext): Promise<string> {
  const versions = await context.effects.at(plan.target).ssm.history(name);
  const isOurs = (description: string | null): boolean => parseAudit(description)?.deploy === context.deployId;
  return versions.findLast((v) => !isOurs(v.description) && parseTagValue(v.value).tag === tag)?.value ?? tag;
}
