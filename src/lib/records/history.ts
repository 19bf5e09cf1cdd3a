/** Past deploys: which ones are shown, which one is meant, which ones are forgotten. */
import type { DeployRow } from '../model/deploy-row.js';
import { isGone, isOpen, KEPT, type DeployRecord } from './record.js';
import { supersededBy } from './superseded.js';

/** Newest first, at most `limit`, those that deployed one of the services. */
export function chooseRecords(records: readonly DeployRecord[], services: readonly string[], limit: number): DeployRecord[] {
  return newestFirst(records)
    .filter((r) => services.length === 0 || r.rollouts.some((rollout) => services.includes(rollout.service)))
    .slice(0, limit);
}

export const newestFirst = (records: readonly DeployRecord[]): DeployRecord[] =>
  records.toSorted((a, b) => (a.id < b.id ? 1 : -1));

/** Ids of the records that are too many: the oldest, and none that is still open and alive. */
export const prunedIds = (records: readonly DeployRecord[], now: number): string[] =>
  newestFirst(records)
    .slice(KEPT - 1)
    .filter((r) => !isOpen(r) || isGone(r, now))
    .map((r) => r.id);

/** The deploy that is meant where none is named: the newest that runs, or else the newest that its process left. */
export const currentRecord = (records: readonly DeployRecord[], gone: (r: DeployRecord) => boolean): DeployRecord | null => {
  const open = newestFirst(records).filter((r) => isOpen(r) && !(gone(r) && supersededBy(r, records) !== null));
  return open.find((r) => !gone(r)) ?? open[0] ?? null;
};

/**
 * The record that running the same again goes on with: open, of the same plan, and the newest of its services, so that
 * nothing that came after it is overwritten.
 */
export function resumable(
  records: readonly DeployRecord[],
  asked: { readonly plan: string; readonly kind: DeployRecord['kind']; readonly services: readonly string[] },
): DeployRecord | null {
  const touches = (r: DeployRecord): boolean => r.rollouts.some(({ service }) => asked.services.includes(service));
  const newest = newestFirst(records).find(touches);
  return newest && isOpen(newest) && newest.plan === asked.plan && newest.kind === asked.kind ? newest : null;
}

/** `gone`: whether its process is. `records`: all of the environment. */
export function rowOf(record: DeployRecord, now: number, gone: boolean, records: readonly DeployRecord[]): DeployRow {
  const { id, project, environment, kind, by, commit, run, startedAt, finishedAt, rollouts } = record;
  const taken = gone ? supersededBy(record, records) : null;
  const end = finishedAt ?? (gone ? record.beatAt : now);
  return {
    id,
    project,
    environment,
    kind,
    status: taken !== null ? 'superseded' : record.state === 'running' && gone ? 'lost' : record.state,
    by,
    startedAt: new Date(startedAt).toISOString(),
    finishedAt: finishedAt === null ? null : new Date(finishedAt).toISOString(),
    seconds: Math.max(0, Math.round((end - startedAt) / 1000)),
    services: [...new Set(rollouts.map((r) => r.service))],
    rollouts: rollouts.map(({ service, target, status, from, to, cause }) => ({
      service,
      target,
      status,
      from,
      to,
      ...(cause ? { cause } : {}),
    })),
    notListed: Object.values(record.cut).reduce((sum, count) => sum + count, 0),
    cause: rollouts.find((r) => r.cause)?.cause ?? null,
    commit,
    run,
    reason: record.note?.reason ?? null,
    overrode: record.note?.overrode ?? null,
    supersededBy: taken,
  };
}
