/** Deploys whose process is gone and that came after all to an end: later deploys were at everything that they had begun. */
import { isOpen, type DeployRecord, type RecordedRollout } from './record.js';

const keyOf = (r: Pick<RecordedRollout, 'service' | 'target'>): string => `${r.service} ${r.target}`;

/** Nothing was done by it there: what was begun by others stays theirs. */
const IDLE = new Set<RecordedRollout['status']>(['queued', 'skipped']);
/** It came to an end there by itself, or never began. A queued one may have begun after the record was last written. */
const SETTLED = new Set<RecordedRollout['status']>(['unchanged', 'skipped', 'rolled-back']);

const later = (record: DeployRecord, records: readonly DeployRecord[]): DeployRecord[] =>
  records.filter((r) => r.id > record.id).toSorted((a, b) => (a.id < b.id ? -1 : 1));

const touchedBy = (record: DeployRecord): string[] => record.rollouts.filter((r) => !IDLE.has(r.status)).map(keyOf);

/** `service target` of what later deploys were at: going back there would take theirs away. */
export const touchedLater = (record: DeployRecord, records: readonly DeployRecord[]): ReadonlySet<string> =>
  new Set(later(record, records).flatMap(touchedBy));

/** Id of the later deploy with which everything was taken over that an open record had begun; null where some of it was not. */
export function supersededBy(record: DeployRecord, records: readonly DeployRecord[]): string | null {
  if (!isOpen(record)) return null;
  const left = new Set(record.rollouts.filter((r) => !SETTLED.has(r.status)).map(keyOf));
  for (const next of later(record, records)) {
    for (const key of touchedBy(next)) left.delete(key);
    if (left.size === 0) return next.id;
  }
  return null;
}
