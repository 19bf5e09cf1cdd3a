/** Which versions of a service were steady in a target, and which of them a rollback goes to. */
import { newestFirst } from './history.js';
import { isOpen, type DeployRecord } from './record.js';

export interface Steady {
  readonly tag: string;
  /** Since when it was steady, milliseconds. */
  readonly at: number;
}

export interface Seen {
  /** What should run there now, by the deploy tag. */
  readonly desired: string;
  /** Versions with these labels, with the time they were written. */
  readonly live: Steady | null;
  readonly lastGood: Steady | null;
  /** Records of the environment, in any order. */
  readonly records: readonly DeployRecord[];
}

/** Newest first; a version that was steady several times stands there as often. */
export function steadyVersions(service: string, target: string, { live, lastGood, records }: Seen): Steady[] {
  const recorded = newestFirst(records).flatMap((record) =>
    record.rollouts
      .filter((r) => r.service === service && r.target === target && r.status === 'succeeded')
      .map((r) => ({ tag: r.to.tag, at: record.finishedAt ?? record.beatAt })),
  );
  const labelled = [live, lastGood].filter((v): v is Steady => v !== null && !recorded.some((r) => r.tag === v.tag));
  return [...recorded, ...labelled].toSorted((a, b) => b.at - a.at);
}

/**
 * The version to go back to: where a rollback was cut off, the one that it was going to; where the desired one is not live, the live one; else the newest that was steady before it
 * and was not left since because it was not wanted. Null where there is none.
 */
export function previousSteady(service: string, target: string, seen: Seen): Steady | null {
  const goingTo = cutOff(service, target, seen);
  if (goingTo) return goingTo;
  if (seen.live && seen.live.tag !== seen.desired) return seen.live;
  const left = leftTags(service, target, seen.records);
  return (
    steadyVersions(service, target, seen).find(({ tag, at }) => tag !== seen.desired && (left.get(tag) ?? -Infinity) < at) ?? null
  );
}

/**
 * What a rollback that was cut off has written already: running it again goes on to there. By every other rule that would
 * be a version like any other, and what was brought back would be rolled forth again.
 */
function cutOff(service: string, target: string, { desired, records }: Seen): Steady | null {
  const newest = newestFirst(records).find((r) => r.rollouts.some((rollout) => rollout.service === service));
  if (!newest || !isOpen(newest) || newest.kind !== 'rollback') return null;
  const ofService = newest.rollouts.filter((r) => r.service === service);
  // Where a record had no room for all of them, the others of the service tell.
  const own = ofService.filter((r) => r.target === target);
  const goes = (own.length > 0 ? own : ofService).some((r) => r.to.tag === desired && r.from?.tag !== desired);
  return goes ? { tag: desired, at: newest.startedAt } : null;
}

/** When a version was last left because it was not wanted: by a rollback, or by a deploy that brought it back. */
function leftTags(service: string, target: string, records: readonly DeployRecord[]): Map<string, number> {
  const left = new Map<string, number>();
  for (const record of records)
    for (const r of record.rollouts) {
      if (r.service !== service || r.target !== target) continue;
      const by = record.kind === 'rollback' && r.status === 'succeeded' ? r.from?.tag : undefined;
      const tag = r.status === 'rolled-back' || r.status === 'failed' ? r.to.tag : by;
      if (tag === undefined || (tag === by && tag === r.to.tag)) continue;
      left.set(tag, Math.max(left.get(tag) ?? 0, record.finishedAt ?? record.beatAt));
    }
  return left;
}

/** What was steady at that time; null where nothing is known of then. */
export const steadyAt = (service: string, target: string, seen: Seen, at: number): Steady | null =>
  steadyVersions(service, target, seen).find((v) => v.at <= at) ?? null;
