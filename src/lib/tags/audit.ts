/** What is said with a write besides: why, and the guard that it was let through. */
export interface AuditNote {
  readonly reason?: string;
  readonly overrode?: 'freeze';
}

/** What a deploy tag was written by; `restore` takes back a write that came too late. */
export type AuditOp = 'deploy' | 'set' | 'rollback' | 'promote' | 'import' | 'restore';

/** The audit record in a deploy tag's Description: who wrote which version, by what. */
export interface AuditRecord extends AuditNote {
  readonly by: string;
  readonly op: AuditOp;
  /** Version this write was expected to become: another number shows a write in between. */
  readonly version: number;
  readonly deploy?: string;
  /** Where a promoted tag comes from: `staging@7`, the environment and the version there. */
  readonly from?: string;
  /** Tells this write from every other, also when its answer was lost. */
  readonly id?: string;
}

const MOST = 1024;

/** At most 1024 characters of JSON (the limit of Description): a reason too long for that is cut. */
export function formatAudit(record: AuditRecord): string {
  const text = JSON.stringify({ baf: 1, ...record });
  if (text.length <= MOST || !record.reason) return text.slice(0, MOST);
  const reason = [...record.reason].slice(0, -Math.max(1, Math.ceil((text.length - MOST) / 6))).join('');
  return formatAudit({ ...record, reason });
}

/** The record, or null where the description is not one of ours: a foreign write. */
export function parseAudit(description: string | null): AuditRecord | null {
  if (!description) return null;
  try {
    const value = JSON.parse(description) as Record<string, unknown>;
    if (value['baf'] !== 1 || typeof value['by'] !== 'string' || typeof value['version'] !== 'number') return null;
    return value as unknown as AuditRecord;
  } catch {
    return null;
  }
}
