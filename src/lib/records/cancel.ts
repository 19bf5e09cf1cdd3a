/** Cancelling a deploy whose process is gone: what to bring back, and how its record ends. */
import type { DeployOutcome } from '../model/outcome.js';
import type { DeployRecord, RecordedRollout } from './record.js';

/** Tag by `service target`: what was there before, wherever the deploy may have begun. */
export const wayBack = (record: DeployRecord): Record<string, string> =>
  Object.fromEntries(
    record.rollouts
      .filter((r) => wasBegun(r) && r.from !== null && r.from.tag !== r.to.tag)
      .map((r) => [`${r.service} ${r.target}`, r.from!.tag]),
  );

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
    if (end?.status === 'failed') return { ...r, status: 'failed', ...(end.cause ? { cause: end.cause } : {}) };
    if (r.status === 'queued') return { ...r, status: end?.status === 'succeeded' ? 'rolled-back' : 'skipped' };
    if (end) return { ...r, status: 'rolled-back', cause };
    return r.status === 'running' ? { ...r, status: 'cancelled' } : r;
  });
  const failed = rollouts.some((r) => r.status === 'failed');
  return { ...record, state: failed ? 'failed' : 'cancelled', beatAt: now, finishedAt: now, rollouts };
}
