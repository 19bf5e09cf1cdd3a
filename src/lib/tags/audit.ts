/** The audit record in a deploy tag's Description: who wrote which version, by what. */
export interface AuditRecord {
  readonly by: string;
  readonly op: 'deploy' | 'set' | 'rollback';
  /** Version this write was expected to become: another number shows a write in between. */
  readonly version: number;
  readonly deploy?: string;
}

/** At most 1024 characters of JSON (the limit of Description). */
export const formatAudit = (record: AuditRecord): string => JSON.stringify({ baf: 1, ...record }).slice(0, 1024);

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
