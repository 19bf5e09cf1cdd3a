/** Cancelling a deploy whose process is gone: what to bring back, and how its record ends. */
import type { Cause } from '../model/cause.js';
import type { DeployOutcome, VersionRef } from '../model/outcome.js';
import { isOpen, type DeployRecord, type RecordedRollout } from './record.js';

/**
 * Tag by `service target`: what was there before, wherever the deploy may have begun; of one that has ended, where its own
 * way back failed.
 */
export const wayBack = (record: DeployRecord): Record<string, string> =>
  Object.fromEntries(
    record.rollouts
      .filter((r) => (isOpen(record) ? wasBegun(r) : isStranded(r)) && hasWayBack(r))
      .map((r) => [`${r.service} ${r.target}`, r.from!.tag]),
  );

/** Whether there is another version that `baf cancel` can bring back. */
export const hasWayBack = ({ from, to }: { readonly from: VersionRef | null; readonly to: VersionRef }): boolean =>
  from !== null && from.tag !== to.tag;

/** It was to be brought back, and that failed. */
export const isStranded = ({ status, cause }: { readonly status: string; readonly cause?: Cause }): boolean =>
  status === 'failed' && cause?.code === 'RollbackFailed';

/** Its advice is the command that tries once more. */
export const rollbackFailed = (
  to: string,
  why: string,
  { id, environment }: Pick<DeployRecord, 'id' | 'environment'>,
): Cause => ({
  code: 'RollbackFailed',
  message: `Bringing it back to ${to} failed: ${why}`,
  advice: `Mend that, then try once more to bring it back: baf cancel ${id} --env ${environment}`,
});

/** A queued one may have begun after the record was last written. */
const wasBegun = ({ status }: RecordedRollout): boolean =>
  status !== 'unchanged' && status !== 'skipped' && status !== 'rolled-back';

export function cancelledRecord(record: DeployRecord, back: DeployOutcome, by: string, now: number): DeployRecord {
  const cause = {
    code: 'Cancelled',
    message: `${by} cancelled the deploy: what it had changed was brought back.`,
    advice: 'Deploy again when it should go on.',
  };
  const rollouts = record.rollouts.map((r): RecordedRollout => {
    const end = back.rollouts.find((other) => other.service === r.service && other.target === r.target);
    if (end?.status === 'failed')
      return { ...r, status: 'failed', cause: rollbackFailed(end.to.tag, end.cause?.message ?? 'no reason is known.', record) };
    if (r.status === 'queued') return { ...r, status: end?.status === 'succeeded' ? 'rolled-back' : 'skipped' };
    if (end) return { ...r, status: 'rolled-back', cause };
    return r.status === 'running' ? { ...r, status: 'cancelled' } : r;
  });
  // What an ended deploy had failed otherwise was not to be brought back.
  const failed = rollouts.some((r) => r.status === 'failed' && (isOpen(record) || isStranded(r)));
  return { ...record, state: failed ? 'failed' : 'cancelled', beatAt: now, finishedAt: now, rollouts };
}
