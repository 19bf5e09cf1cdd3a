/** Where a rollback of a service goes, in all the targets that are asked for. Pure. */
import { parseAudit } from '../tags/audit.js';
import { parseTagValue } from '../tags/value.js';
import { newestFirst } from './history.js';
import { isOpen, type DeployRecord, type RecordedRollout } from './record.js';
import { earlierSteady, steadyVersions, type Seen } from './steady.js';

/** `stays`: it is not on the version that is left; `nowhere`: there is no earlier steady version. */
export type Way = { readonly kind: 'goes'; readonly tag: string } | { readonly kind: 'stays' | 'nowhere'; readonly tag: string };

/**
 * By target. A rollback that was cut off, or left to ECS, goes on to where it was going, and nowhere else. Else the version
 * is left that was deployed last: where it never got steady, for the one that is live, where it did, for the newest that
 * was steady before and was not left since. Targets that are on another version stay: they have gone back already, the
 * deploy never got there, or it was meant for others.
 */
export function waysBack(service: string, seen: ReadonlyMap<string, Seen>): Map<string, Way> {
  const all = [...seen];
  const goesOn = new Map(
    all.flatMap(([target, one]) => cutOff(service, target, one)?.map((tag) => [target, tag] as const) ?? []),
  );
  if (goesOn.size > 0)
    return new Map(
      all.map(([target, { desired }]) => {
        const tag = goesOn.get(target);
        return [target, tag === undefined ? { kind: 'stays', tag: desired } : { kind: 'goes', tag }];
      }),
    );
  const newest = newestOf(service, seen);
  return new Map(
    all.map(([target, one]): [string, Way] => {
      if (!newest.has(one.desired)) return [target, { kind: 'stays', tag: one.desired }];
      const to = one.live && !isSteady(service, target, one) ? one.live : earlierSteady(service, target, one);
      return [target, to ? { kind: 'goes', tag: to.tag } : { kind: 'nowhere', tag: one.desired }];
    }),
  );
}

/** The label of what got steady is written after that, and may be missing. */
function isSteady(service: string, target: string, { desired, live, records }: Seen): boolean {
  const last = newestFirst(records)
    .flatMap(({ rollouts }) => rollouts)
    .find((r) => r.service === service && r.target === target && r.status !== 'skipped');
  return live?.tag === desired || (last?.status === 'succeeded' && last.to.tag === desired);
}

/**
 * Where the rollback was going that is the newest deploy there, and is not done: by every other rule a version that it has
 * written already would be one like any other, and what was brought back would be rolled forth again. Only to what was
 * steady: one that was forced elsewhere is not gone on with.
 */
function cutOff(service: string, target: string, seen: Seen): [string] | null {
  const newest = newestFirst(seen.records).find(({ rollouts, cut }) => {
    const ofService = rollouts.filter((r) => r.service === service);
    return ofService.some((r) => r.target === target) || (ofService.length > 0 && Object.keys(cut).length > 0);
  });
  if (newest?.kind !== 'rollback') return null;
  const ofService = newest.rollouts.filter((r) => r.service === service);
  if (!isOpen(newest) && !isHalf(newest, ofService)) return null;
  // Where a record had no room for all of them, the others of the service tell.
  const own = ofService.find((r) => r.target === target) ?? ofService.find((r) => r.to.tag === seen.desired);
  if (!own?.from) return null;
  const isThere = seen.desired === own.to.tag || seen.desired === own.from.tag;
  return isThere && steadyVersions(service, target, seen).some((v) => v.tag === own.to.tag) ? [own.to.tag] : null;
}

/** Ended where it came in some targets, and failed in others: they are to have one version. */
const isHalf = ({ state }: DeployRecord, ofService: readonly RecordedRollout[]): boolean =>
  state !== 'cancelled' && ofService.some(isIn) && !ofService.every(isIn);
const isIn = ({ status }: RecordedRollout): boolean => status === 'succeeded' || status === 'unchanged';

/** Of the tags that should run in these targets, the one that was deployed last; several where nothing tells. */
function newestOf(service: string, seen: ReadonlyMap<string, Seen>): Set<string> {
  const tags = new Set([...seen.values()].map(({ desired }) => desired));
  const ages = [...tags].map((tag) => [tag, Math.max(...[...seen].map((one) => deployedAt(service, tag, one)))] as const);
  const last = Math.max(...ages.map(([, at]) => at));
  return new Set(ages.flatMap(([tag, at]) => (at === last ? [tag] : [])));
}

/** When a tag was last meant to come there, other than by going back; -Infinity where nothing tells it. */
function deployedAt(
  service: string,
  tag: string,
  [target, { desired, desiredAt, live, records, versions = [] }]: [string, Seen],
): number {
  const ofRecords = records
    .filter(
      ({ kind, rollouts }) =>
        kind === 'deploy' && rollouts.some((r) => r.service === service && r.target === target && r.to.tag === tag),
    )
    .map((r) => r.startedAt);
  const ofVersions = versions
    .filter((v) => parseTagValue(v.value).tag === tag && !backOps.has(parseAudit(v.description)?.op))
    .map((v) => v.updatedAt);
  // It was written, and never shipped: nothing else tells of it.
  const written = desired === tag && live !== null && live.tag !== tag ? [desiredAt] : [];
  return Math.max(...ofRecords, ...ofVersions, ...written);
}

const backOps = new Set<string | undefined>(['rollback', 'restore']);
