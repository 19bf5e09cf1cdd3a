/** Decides what has to be written so that services have their tags in targets: reads only, ten names a call. */
import { ExitCode, UserError } from '../errors/user-error.js';
import type { Cause } from '../model/cause.js';
import type { ServiceSpec } from '../model/service.js';
import type { TagChange } from '../model/tag-change.js';
import type { Target } from '../model/target.js';
import { tagParameter } from '../tags/names.js';
import { formatTagValue, parseTagValue } from '../tags/value.js';
import type { Effects } from './effects.js';

export interface WantedTag {
  readonly service: ServiceSpec;
  readonly tag: string;
  /** Digest that the tag has where it comes from, or null. */
  readonly digest?: string | null;
  readonly source?: string;
  /** Only in these targets (names); all where left out. */
  readonly targets?: readonly string[];
}

export interface PlanTagsRequest {
  readonly environment: string;
  readonly targets: readonly Target[];
  readonly wanted: readonly WantedTag[];
  /** What another has written since is not overwritten: milliseconds since the epoch. */
  readonly decidedAt?: number;
}

/** A change for each service and target, in the order of the services. */
export async function planTags(request: PlanTagsRequest, effects: Effects): Promise<TagChange[]> {
  const cells = await Promise.all(request.targets.map((target) => planCell(request, target, effects)));
  return request.wanted.flatMap((_, index) => cells.flatMap((cell) => cell[index] ?? []));
}

async function planCell(request: PlanTagsRequest, target: Target, effects: Effects): Promise<(TagChange | null)[]> {
  const { ssm, imageDigest } = effects.at(target);
  const isWanted = ({ targets }: WantedTag): boolean => targets === undefined || targets.includes(target.name);
  const nameOf = ({ service }: WantedTag): string => tagParameter(request.environment, service.name);
  const blocked = (w: WantedTag, cause: Cause, from: string | null = null): TagChange => ({
    service: w.service.name,
    target,
    from,
    to: w.tag,
    value: w.tag,
    expected: 0,
    action: 'blocked',
    cause,
  });
  let current;
  try {
    current = await ssm.get(request.wanted.filter(isWanted).map(nameOf));
  } catch (error) {
    const cause = causeOf(error);
    return request.wanted.map((w) => (isWanted(w) ? blocked(w, cause) : null));
  }
  return Promise.all(
    request.wanted.map(async (w): Promise<TagChange | null> => {
      if (!isWanted(w)) return null;
      const now = current.find((p) => p.name === nameOf(w)) ?? null;
      const seen = now ? parseTagValue(now.value) : null;
      const change = {
        service: w.service.name,
        target,
        from: seen?.tag ?? null,
        to: w.tag,
        expected: now?.version ?? 0,
        ...(w.source === undefined ? {} : { source: w.source }),
      };
      // Where tag and digest agree already nobody has to ask the registry.
      if (now && seen?.tag === w.tag && w.digest !== undefined && (!seen.digest || !w.digest || seen.digest === w.digest))
        return { ...change, value: now.value, action: 'unchanged' };
      try {
        const digest = isExternal(w.service) ? null : await imageDigest(w.service.image, w.tag);
        if (digest === null && !isExternal(w.service)) return blocked(w, imageMissing(w, target), change.from);
        const value = formatTagValue({ tag: w.tag, digest });
        if (now?.value === value) return { ...change, value, action: 'unchanged' };
        if (now && request.decidedAt !== undefined && now.updatedAt > request.decidedAt)
          return blocked(w, overtaken(w, target, change), change.from);
        return { ...change, value, action: 'write' };
      } catch (error) {
        return blocked(w, causeOf(error), change.from);
      }
    }),
  );
}

const isExternal = ({ image }: ServiceSpec): boolean => image.includes('/') && image.split('/')[0]!.includes('.');

const imageMissing = (w: WantedTag, target: Target): Cause => ({
  code: 'ImageMissing',
  message: `${w.service.image}:${w.tag} is not in the registry of ${target.name}.`,
  advice: 'Push the image first, or check the tag.',
});

const overtaken = (w: WantedTag, target: Target, now: { readonly from: string | null; readonly expected: number }): Cause => ({
  code: 'TagConflict',
  message: `${w.service.name} in ${target.name} was set to ${now.from} (version ${now.expected}) after this was decided.`,
  advice: `baf ssm tags history ${w.service.name} says by whom; promote again to decide on what is there now.`,
});

/** What a user is told of an error that concerns one target; bugs pass. */
export function causeOf(error: unknown): Cause {
  if (!(error instanceof UserError)) throw error;
  const advice = error.nextSteps[0] ?? 'Run the same command again.';
  return {
    code: error.code,
    message: error.message,
    advice: error.exitCode === ExitCode.denied ? (error.nextSteps.at(-1) ?? advice) : advice,
  };
}
