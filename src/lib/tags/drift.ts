/** Desired, live and running against each other and against the audit record: what does not fit, and who it was. */
import type { TagRow } from '../model/tag-row.js';

export type DriftKind =
  /** Written by something else than baf. */
  | 'foreign'
  /** Desired is not what runs, and was never shipped. */
  | 'not-deployed'
  /** Runs another tag than the one that was shipped last. */
  | 'running-differs'
  /** The same tag, with another image behind it. */
  | 'image-differs'
  /** Runs as desired, and `live` stands elsewhere: a deploy that was cut off before its label. */
  | 'not-marked-live'
  /** Runs, and has no tag. */
  | 'no-tag'
  /** Desired, and no such service runs. */
  | 'not-running';

export interface Drift {
  readonly service: string;
  readonly environment: string;
  readonly target: string;
  readonly kind: DriftKind;
  readonly desired: string | null;
  readonly live: string | null;
  readonly running: string | null;
  /** Who wrote the desired version. */
  readonly by: string | null;
  readonly at: string | null;
  /** What it said before a foreign write, where that is known. */
  readonly before: string | null;
  readonly message: string;
}

/** None for what is as it should be, under way, or cannot be seen. A row can drift in several ways. */
export function driftOf(row: TagRow, before: string | null = null): Drift[] {
  if (row.state === 'denied' || row.state === 'unreadable' || row.state === 'unchecked') return [];
  const found: Drift[] = [];
  const add = (kind: DriftKind, message: string): void => {
    const { service, environment, target, live, running } = row;
    const who = { by: row.updatedBy, at: row.updatedAt };
    found.push({ service, environment, target, kind, desired: row.tag, live, running, ...who, before, message });
  };
  const by = row.updatedBy?.split('/').at(-1) ?? 'somebody';
  if (row.tag === null) {
    if (row.running !== null) add('no-tag', `runs ${row.running} and has no deploy tag`);
    return found;
  }
  if (row.op === null && row.updatedBy !== null) {
    const changed = before === null || before === row.tag ? `wrote ${row.tag}` : `changed ${before} to ${row.tag}`;
    add('foreign', `${by} ${changed} past baf (version ${row.version}, ${row.updatedAt?.slice(0, 16).replace('T', ' ')} UTC)`);
  }
  if (row.state === 'rolling') return found;
  if (row.running === null) add('not-running', `should run ${row.tag}; ECS runs no such service`);
  else if (row.running !== row.tag && row.live === row.tag)
    add('running-differs', `runs ${row.running}, though ${row.tag} was shipped: something else changed the service`);
  else if (row.running !== row.tag) add('not-deployed', `should run ${row.tag} (${by}), runs ${row.running}`);
  else if (row.digest && row.runningDigest && row.digest !== row.runningDigest)
    add('image-differs', `${row.tag} was ${short(row.digest)} when it was written; what runs is ${short(row.runningDigest)}`);
  else if (row.live !== row.tag) add('not-marked-live', `runs ${row.tag}, and live stands at ${row.live ?? 'no version'}`);
  return found;
}

const short = (digest: string): string => digest.slice(0, 'sha256:'.length + 12);
