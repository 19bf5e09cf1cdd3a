/** What a deploy tag was at an earlier time, from the versions that SSM keeps. */
import { UserError } from '../errors/user-error.js';
import type { ParameterVersion } from '../model/parameter.js';
import { parsePoint } from '../records/time.js';
import { parseAudit } from './audit.js';

/** A moment: `2026-11-19T14:00` (UTC unless it says otherwise), or how long ago: `2h`. Milliseconds since the epoch. */
export function parseAt(text: string, now: number): number {
  const at = parsePoint(text, now);
  if (at === null)
    throw new UserError('TimeInvalid', {
      message: `${JSON.stringify(text)} is no time.`,
      nextSteps: ['Write a time in UTC, or how long ago: 2026-11-19T14:00, 2h, 1d12h'],
    });
  if (at > now)
    throw new UserError('TimeInvalid', {
      message: `${text} has not come yet (it is ${new Date(now).toISOString().slice(0, 16)} UTC).`,
      nextSteps: ['Write a time that has passed, in UTC, or how long ago: 2h'],
    });
  return at;
}

export type PastTag =
  | { readonly kind: 'version'; readonly version: ParameterVersion }
  /** There was no tag yet. */
  | { readonly kind: 'none' }
  /** Older than the oldest version that SSM has kept. */
  | { readonly kind: 'forgotten' };

/** The desired version at `at`. */
export function desiredAt(history: readonly ParameterVersion[], at: number): PastTag {
  const version = history.findLast((v) => v.updatedAt <= at);
  if (version) return { kind: 'version', version };
  return history.length > 0 && history[0]!.version > 1 ? { kind: 'forgotten' } : { kind: 'none' };
}

/**
 * The version that served at `at`, as far as the versions tell it: the desired one, unless its deploy failed and was
 * taken back; then the one that it came back to. A write that no deploy has shipped yet counts as desired.
 */
export function servedAt(history: readonly ParameterVersion[], at: number): PastTag {
  const desired = desiredAt(history, at);
  if (desired.kind !== 'version') return desired;
  const deploy = parseAudit(desired.version.description)?.deploy;
  const next = history.find((v) => v.version === desired.version.version + 1);
  const after = parseAudit(next?.description ?? null);
  if (!next || deploy === undefined || after?.op !== 'rollback' || after.deploy !== deploy) return desired;
  const before = history.findLast((v) => v.version < desired.version.version && v.value === next.value);
  return before ? { kind: 'version', version: before } : { kind: 'version', version: next };
}
