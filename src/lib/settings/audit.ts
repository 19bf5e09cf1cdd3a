export interface WriteNote {
  readonly reason?: string;
  /** `freeze`, where one was overridden. */
  readonly overrode?: string;
}

/** The audit record in the Description of a setting or a secret: who wrote it, by what. Never a value. */
export interface WriteRecord extends WriteNote {
  readonly by: string;
  readonly op: 'set' | 'copy';
  /** Version this write was expected to become, where versions have numbers. */
  readonly version: number | null;
  /** Environment it was copied from. */
  readonly from?: string;
}

/** JSON, at most 1024 characters (the limit of Description). */
export const formatRecord = ({ by, op, version, from, reason, overrode }: WriteRecord): string =>
  JSON.stringify({
    ...{ baf: 1, by: by.slice(0, 300), op, version },
    ...(from ? { from } : {}),
    ...(reason ? { reason: reason.slice(0, 300) } : {}),
    ...(overrode ? { overrode } : {}),
  });

/** The record, or null where the description is not one of baf's: a foreign write. */
export function parseRecord(description: string | null): WriteRecord | null {
  try {
    const value = JSON.parse(description ?? '') as Record<string, unknown> | null;
    return value?.['baf'] === 1 && typeof value['by'] === 'string' ? (value as unknown as WriteRecord) : null;
  } catch {
    return null;
  }
}
