/** One deploy tag in one target, desired and running side by side: a row of `baf ssm tags`. Dates are ISO 8601 in UTC. */
export interface TagRow {
  readonly service: string;
  readonly environment: string;
  readonly target: string;
  /** Desired tag; null where there is no parameter. */
  readonly tag: string | null;
  readonly digest: string | null;
  /** Version of the SSM parameter. */
  readonly version: number | null;
  /** Tag with the label `live`. */
  readonly live: string | null;
  /** Tag that ECS runs steadily. */
  readonly running: string | null;
  /** Digest of the image that ECS runs, where it tells. */
  readonly runningDigest: string | null;
  readonly updatedAt: string | null;
  readonly updatedBy: string | null;
  /** What wrote it, by the audit record: `deploy`, `set`, `promote`, `rollback`, `import`; null of a foreign write. */
  readonly op: string | null;
  /** Tag that the service is pinned to in its environment, or null. */
  readonly pinned: string | null;
  /** `unchecked`: what runs was not asked for. */
  readonly state: 'in-sync' | 'rolling' | 'drifted' | 'foreign' | 'missing' | 'denied' | 'unreadable' | 'unchecked';
  /** Why it is denied or unreadable. */
  readonly problem: string | null;
}
