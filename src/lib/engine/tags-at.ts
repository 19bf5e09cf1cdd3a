/** Deploy tags as they were: a history is read only where something was written since. */
import { UserError } from '../errors/user-error.js';
import type { ParameterVersion } from '../model/parameter.js';
import type { Target } from '../model/target.js';
import { desiredAt, servedAt, type PastTag } from '../tags/at.js';
import { tagParameter } from '../tags/names.js';
import type { Effects } from './effects.js';

export interface PastCell {
  readonly environment: string;
  readonly target: Target;
  /** By service: what was desired, and what served; null where the target did not tell. */
  readonly tags: ReadonlyMap<string, { readonly desired: PastTag; readonly served: PastTag }> | null;
  /** Why it did not. */
  readonly problem: UserError | null;
}

/** One for each cell, also for a target that refuses us or fails. */
export function tagsAt(
  request: {
    readonly services: readonly string[];
    readonly cells: readonly { readonly environment: string; readonly target: Target }[];
    /** Milliseconds since the epoch. */
    readonly at: number;
  },
  effects: Effects,
): Promise<PastCell[]> {
  const { services, at } = request;
  return Promise.all(
    request.cells.map(async ({ environment, target }): Promise<PastCell> => {
      const { ssm } = effects.at(target);
      try {
        const now = await ssm.get(services.map((service) => tagParameter(environment, service)));
        const tags = await Promise.all(
          services.map(async (service) => {
            const current = now.find((p) => p.name === tagParameter(environment, service));
            if (current && current.updatedAt <= at) {
              const version = { ...current, type: current.type ?? 'String', description: null, updatedBy: null, labels: [] };
              const seen: PastTag = { kind: 'version', version };
              return [service, { desired: seen, served: seen }] as const;
            }
            const history: ParameterVersion[] = current ? await ssm.history(current.name) : [];
            return [service, { desired: desiredAt(history, at), served: servedAt(history, at) }] as const;
          }),
        );
        return { environment, target, tags: new Map(tags), problem: null };
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        return { environment, target, tags: null, problem: error };
      }
    }),
  );
}
