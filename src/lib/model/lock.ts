/** Locks as users see them: the `locks` part of the JSON contract. Dates are ISO 8601 in UTC. */

/** What a lock is held for; `hand` is `baf lock`, `unlock` marks that a lock was taken away. */
export type LockKind = 'deploy' | 'rollback' | 'promote' | 'set' | 'hand' | 'unlock';

/** Who holds a lock or waits for one, and what for. */
export interface LockHolder {
  readonly by: string;
  readonly kind: LockKind;
  /** Id of the deploy, or null. */
  readonly deploy: string | null;
  /** What is deployed, e.g. `ui 1.4.0`, or null. */
  readonly what: string | null;
  /** Link to the CI run, or null. */
  readonly run: string | null;
  readonly reason: string | null;
  readonly since: string;
}

export interface LockView extends LockHolder {
  readonly environment: string;
  readonly service: string;
  /** The fencing ticket: its parameter is /baf/locks/<environment>/<ticket>. */
  readonly ticket: number;
  /** The end that a lock by hand has, or when a deploy's lock is free at the latest if its holder gives no more sign of life. */
  readonly until: string;
  /** Those who wait for it, the next first. */
  readonly waiting: readonly (LockHolder & { readonly services: readonly string[] })[];
}
