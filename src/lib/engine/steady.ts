/** What was steady where, so far as deploy tags, their labels and the records tell: what a rollback is made of. */
import type { Target } from '../model/target.js';
import type { DeployRecord } from '../records/record.js';
import type { Seen, Steady } from '../records/steady.js';
import { tagParameter } from '../tags/names.js';
import { parseTagValue } from '../tags/value.js';
import type { Parameter } from '../model/parameter.js';
import type { Effects } from './effects.js';

export interface SeenAt extends Seen {
  readonly service: string;
  readonly target: Target;
}

/**
 * One for each service and target that has a deploy tag. `withVersions`: those of the tag are read where targets are on
 * different ones, and where only a label tells of a version that was steady; whether it was left since, their audit records know.
 */
export async function observeSteady(
  environment: string,
  services: readonly string[],
  targets: readonly Target[],
  records: readonly DeployRecord[],
  effects: Effects,
  withVersions = true,
): Promise<SeenAt[]> {
  const found = await Promise.all(
    targets.map(async (target) => {
      const names = services.map((service) => tagParameter(environment, service));
      const tags = await effects.at(target).ssm.get(names.flatMap((name) => [name, `${name}:live`, `${name}:last-good`]));
      return services.flatMap((service, index): SeenAt[] => {
        const own = (selector: string | null) => tags.find((t) => t.name === names[index] && t.selector === selector);
        const desired = own(null);
        if (!desired) return [];
        const [live, lastGood] = [steadyOf(own(':live')), steadyOf(own(':last-good'))];
        const { tag } = parseTagValue(desired.value);
        return [{ service, target, desired: tag, desiredAt: desired.updatedAt, live, lastGood, records }];
      });
    }),
  );
  const all = found.flat();
  if (!withVersions) return all;
  return Promise.all(
    all.map(async (seen) => {
      const differs = all.some((other) => other.service === seen.service && other.desired !== seen.desired);
      if (!differs && !isByLabelOnly(seen)) return seen;
      return { ...seen, versions: await effects.at(seen.target).ssm.history(tagParameter(environment, seen.service)) };
    }),
  );
}

const isByLabelOnly = ({ service, target, lastGood, records }: SeenAt): boolean =>
  lastGood !== null &&
  !records.some(({ rollouts }) =>
    rollouts.some((r) => r.service === service && r.target === target.name && r.to.tag === lastGood.tag),
  );

const steadyOf = (parameter: Parameter | undefined): Steady | null =>
  parameter ? { tag: parseTagValue(parameter.value).tag, at: parameter.updatedAt } : null;
