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

/** One for each service and target that has a deploy tag. */
export async function observeSteady(
  environment: string,
  services: readonly string[],
  targets: readonly Target[],
  records: readonly DeployRecord[],
  effects: Effects,
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
        return [{ service, target, desired: parseTagValue(desired.value).tag, live, lastGood, records }];
      });
    }),
  );
  return found.flat();
}

const steadyOf = (parameter: Parameter | undefined): Steady | null =>
  parameter ? { tag: parseTagValue(parameter.value).tag, at: parameter.updatedAt } : null;
