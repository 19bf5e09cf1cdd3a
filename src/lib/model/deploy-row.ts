import type { Cause } from './cause.js';
import type { RecordedStatus, RolloutStatus, VersionRef } from './outcome.js';

/**
 * How a deploy stands: its outcome, or while it has none `running`, `left` (ECS goes on), `lost` (its process is gone),
 * `superseded` (either of these, and later deploys have taken over all that it had begun).
 */
export type DeployState = RecordedStatus | 'running' | 'left' | 'lost' | 'superseded';

/** One deploy of the past or of now: a part of `baf history`. Dates are ISO 8601 in UTC. */
export interface DeployRow {
  readonly id: string;
  readonly project: string;
  readonly environment: string;
  readonly kind: 'deploy' | 'rollback';
  readonly status: DeployState;
  readonly by: string;
  readonly startedAt: string;
  /** Null while it has not ended. */
  readonly finishedAt: string | null;
  readonly seconds: number;
  readonly services: readonly string[];
  readonly rollouts: readonly {
    readonly service: string;
    readonly target: string;
    readonly status: RolloutStatus | 'queued' | 'running';
    readonly from: VersionRef | null;
    readonly to: VersionRef;
    readonly cause?: Cause;
  }[];
  /** Rollouts that had no room in the record. */
  readonly notListed: number;
  readonly cause: Cause | null;
  readonly commit: string | null;
  /** Address of the CI run. */
  readonly run: string | null;
  /** Why, where somebody said it. */
  readonly reason: string | null;
  /** The guard that it was let through. */
  readonly overrode: 'freeze' | null;
  /** Id of the deploy that took over the last of what this one had begun; null unless it is superseded. */
  readonly supersededBy: string | null;
}
