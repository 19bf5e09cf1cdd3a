/** What is kept of a deploy: who, when, what, how it went. A plain value; how it is written down is in `format.ts`. */
import type { BafEvent } from '../model/event.js';
import type { AuditNote } from '../tags/audit.js';
import type { Cause } from '../model/cause.js';
import type { DeployOutcome, RecordedStatus, RolloutStatus, VersionRef } from '../model/outcome.js';

export interface RecordedRollout {
  readonly service: string;
  readonly target: string;
  readonly wave: number;
  readonly status: RolloutStatus | 'queued' | 'running';
  readonly from: VersionRef | null;
  readonly to: VersionRef;
  readonly cause?: Cause;
}

export interface DeployRecord {
  readonly id: string;
  readonly environment: string;
  readonly project: string;
  readonly kind: 'deploy' | 'rollback';
  readonly by: string;
  /** The process that carries it out: machine and process id. */
  readonly machine: string;
  readonly pid: number;
  readonly commit: string | null;
  /** Address of the CI run. */
  readonly run: string | null;
  /** Why, where somebody said it; and the guard that it was let through. */
  readonly note?: AuditNote;
  /** What tells one plan from another: see `planKey`. */
  readonly plan: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** The last sign of the process. */
  readonly beatAt: number;
  readonly finishedAt: number | null;
  /** `left`: its process ended and let ECS go on. */
  readonly state: 'running' | 'left' | RecordedStatus;
  readonly wave: number;
  readonly rollouts: readonly RecordedRollout[];
  /** Rollouts that had no room when the record was written, by status. */
  readonly cut: Readonly<Record<string, number>>;
}

/** A sign is given so often, milliseconds; without one for three times as long the process counts as gone. */
export const BEAT_MS = 30_000;
export const GONE_MS = 3 * BEAT_MS;

/** So many records are kept for each environment. */
export const KEPT = 50;

export const recordsPath = (environment: string): string => `/baf/deploys/${environment}`;
export const recordParameter = (environment: string, id: string): string => `${recordsPath(environment)}/${id}`;
/** The wish that a deploy stops and goes back. */
export const wishParameter = (environment: string, id: string): string => `${recordParameter(environment, id)}/cancel`;

/** `d-20261119140000-k3x9`: in the order of time; `random` is in [0, 1). */
export const newId = (now: number, random: number): string =>
  `d-${new Date(now)
    .toISOString()
    .replace(/[-:.TZ]/g, '')
    .slice(0, 14)}-${Math.floor(random * 36 ** 4)
    .toString(36)
    .padStart(4, '0')}`;

export const isId = (text: string): boolean => /^d-\d{14}-[a-z0-9]{4}$/.test(text);

export const isOpen = (record: DeployRecord): boolean => record.state === 'running' || record.state === 'left';

/** Whether the process that carries it out is gone: it left, or its signs stopped. */
export const isGone = (record: DeployRecord, now: number): boolean =>
  record.state === 'left' || (record.state === 'running' && now - record.beatAt > GONE_MS);

/** The same for the same services, targets and versions, whatever is there already. */
export function planKey(
  rollouts: readonly { readonly service: string; readonly target: string; readonly tag: string }[],
): string {
  const text = rollouts
    .map((r) => `${r.service}@${r.target}=${r.tag}`)
    .toSorted()
    .join('\n');
  // FNV-1a, 64 bits: it tells plans apart, it protects nothing.
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(36);
}

/** The record after an event. */
export function recordEvent(record: DeployRecord, event: BafEvent): DeployRecord {
  switch (event.type) {
    case 'wave.started':
      return { ...record, wave: event.wave };
    case 'rollout.started':
      return change(record, event, { status: 'running' });
    case 'rollout.step':
      return event.step === 'rolling-back' ? change(record, event, { status: 'running' }) : record;
    case 'rollout.ended':
    case 'rollout.revised':
      return change(record, event, { status: event.status, to: event.to, ...(event.cause ? { cause: event.cause } : {}) });
    case 'deploy.ended':
      return ended(record, event.outcome);
    default:
      return record;
  }
}

function change(
  record: DeployRecord,
  id: { readonly service: string; readonly target: string },
  to: Partial<RecordedRollout>,
): DeployRecord {
  const rollouts = record.rollouts.map((r) => (r.service !== id.service || r.target !== id.target ? r : changed(r, to)));
  return { ...record, rollouts };
}

function changed(before: RecordedRollout, to: Partial<RecordedRollout>): RecordedRollout {
  const { status } = before;
  if (to.status === 'unchanged') {
    // What this deploy had done before it was taken up again stays done by it, though there is nothing left to do.
    if (isDone(before)) return before;
    return { ...before, ...to, status: status === 'started' || wasChanged(before, to) ? 'succeeded' : 'unchanged' };
  }
  // What ECS was left to go on with is not skipped by that nobody looked again.
  return { ...before, ...to, ...(to.status === 'skipped' && status === 'started' ? { status } : {}) };
}

const isDone = (r: RecordedRollout): boolean => r.status === 'succeeded';

/** Found as it was wanted, though it was another version when this deploy began: what did that was killed before it was written. */
const wasChanged = ({ from }: RecordedRollout, { to }: Partial<RecordedRollout>): boolean =>
  from === null || from.tag !== to?.tag || (to.revision !== undefined && from.revision !== to.revision);

function ended(record: DeployRecord, outcome: DeployOutcome): DeployRecord {
  const last = outcome.rollouts.reduce((made, r) => {
    const { service, target, status, to, cause } = r;
    return change(made, { service, target }, { status, to, ...(cause ? { cause } : {}) });
  }, record);
  const goesOn = outcome.status !== 'cancelled' && outcome.rollouts.some((r) => r.status === 'started');
  if (goesOn || outcome.status === 'started') return { ...last, state: 'left', finishedAt: null };
  const status = outcome.status === 'unchanged' && last.rollouts.some(isDone) ? 'succeeded' : outcome.status;
  return { ...last, state: status, finishedAt: Date.parse(outcome.finishedAt) };
}
