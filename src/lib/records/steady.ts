/** Which versions of a service were steady in a target, and which of them is still wanted. */
import type { ParameterVersion } from '../model/parameter.js';
import { parseAudit } from '../tags/audit.js';
import { parseTagValue } from '../tags/value.js';
import { newestFirst } from './history.js';
import type { DeployRecord, RecordedRollout } from './record.js';

export interface Steady {
  readonly tag: string;
  /** Since when it was steady, milliseconds. */
  readonly at: number;
}

export interface Seen {
  /** What should run there now, by the deploy tag. */
  readonly desired: string;
  /** Since when, milliseconds. */
  readonly desiredAt: number;
  /** Versions with these labels, with the time they were written. */
  readonly live: Steady | null;
  readonly lastGood: Steady | null;
  /** Records of the environment, in any order. */
  readonly records: readonly DeployRecord[];
  /** Versions of the deploy tag, oldest first, where they were read. */
  readonly versions?: readonly ParameterVersion[];
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

/** The newest version besides the desired one that was steady, and was not left since because it was not wanted. */
export function earlierSteady(service: string, target: string, seen: Seen): Steady | null {
  const left = leftTags(service, target, seen);
  const isWanted = ({ tag, at }: Steady): boolean => tag !== seen.desired && (left.get(tag) ?? -Infinity) < at;
  return steadyVersions(service, target, seen).find(isWanted) ?? null;
}

/** When a version was last left because it was not wanted: by a rollback, or by a deploy that brought it back. */
function leftTags(service: string, target: string, { desired, records, versions = [] }: Seen): Map<string, number> {
  const left = leftByTag(versions);
  const leave = (tag: string, at: number): unknown => left.set(tag, Math.max(left.get(tag) ?? 0, at));
  const own = newestFirst(records)
    .flatMap((record) => record.rollouts.flatMap((r) => (r.service === service && r.target === target ? [{ record, r }] : [])))
    .toReversed();
  own.forEach(({ record, r }, index) => {
    const at = record.finishedAt ?? record.beatAt;
    const isBack = record.kind === 'rollback';
    const isWish = isBack && r.cause?.code === 'Cancelled';
    if ((r.status === 'rolled-back' || r.status === 'failed') && !isWish) leave(r.to.tag, at);
    if (!isBack || !r.from || r.from.tag === r.to.tag) return;
    const next = own[index + 1];
    // One that was cut off, or left to ECS, has left the version when nothing shows that it was still there.
    const isGone = maybeBegun.has(r.status) && (next ? next.r.from?.tag : desired) !== r.from.tag;
    if (r.status === 'succeeded' || isGone) leave(r.from.tag, at);
  });
  return left;
}

const maybeBegun = new Set<RecordedRollout['status']>(['queued', 'running', 'started', 'cancelled']);

/** The same by the versions of the deploy tag: they are kept where the records are forgotten. */
function leftByTag(versions: readonly ParameterVersion[]): Map<string, number> {
  const left = new Map<string, number>();
  versions.forEach((version, index) => {
    const before = versions[index - 1];
    if (!before || before.value === version.value || parseAudit(version.description)?.op !== 'rollback') return;
    left.set(parseTagValue(before.value).tag, version.updatedAt);
  });
  return left;
}

/** What was steady at that time; null where nothing is known of then. */
export const steadyAt = (service: string, target: string, seen: Seen, at: number): Steady | null =>
  steadyVersions(service, target, seen).find((v) => v.at <= at) ?? null;
