/** One service in one target as ECS runs it: a row of `baf status`. Dates are ISO 8601 in UTC. */
export interface StatusRow {
  readonly service: string;
  readonly environment: string;
  readonly target: string;
  readonly tag: string | null;
  /** `family:revision`. */
  readonly revision: string | null;
  /** Tasks. */
  readonly running: number;
  readonly desired: number;
  readonly pending: number;
  /** `short`: its rollout has ended well, and it has fewer tasks than it should have. */
  readonly state: 'steady' | 'short' | 'rolling' | 'failed' | 'missing' | 'denied';
  /** A rollout that waits for somebody to type `command`. */
  readonly paused: { readonly stage: string; readonly until: string; readonly command: string } | null;
  readonly updatedAt: string | null;
  /** The newest line of the service's own event log. */
  readonly lastEvent: string | null;
}
