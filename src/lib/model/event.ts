import type { Cause } from './cause.js';
import type { DeployOutcome, RolloutStatus, VersionRef } from './outcome.js';

/** Counts of tasks of one rollout, as the ECS service reports them. */
export interface TaskCounts {
  readonly desired: number;
  readonly pending: number;
  /** Running tasks of the new version, and of older versions. */
  readonly running: number;
  readonly old: number;
}

/** Steps of one rollout, in order. `load-balancer`: the version that runs gets its second target group, before traffic moves. */
export type RolloutStep = 'stack' | 'tag' | 'task-definition' | 'service' | 'load-balancer' | 'watching' | 'rolling-back';

/**
 * What happens while a deploy or a staging goes up: no prose, no ANSI, no SDK types.
 * `at` is milliseconds since the epoch. Every queued rollout ends with exactly one `rollout.ended`.
 */
export type BafEvent =
  | {
      type: 'deploy.started';
      at: number;
      id: string;
      kind: 'deploy' | 'staging-up' | 'staging-down';
      /** Staging name or environment. */
      name: string;
      environment: string;
      waves: readonly { targets: readonly string[]; services: readonly string[] }[];
    }
  | { type: 'wave.started'; at: number; wave: number; targets: readonly string[] }
  | { type: 'wave.ended'; at: number; wave: number; failed: number }
  | { type: 'wave.baking'; at: number; wave: number; untilAt: number }
  | { type: 'rollout.queued'; at: number; service: string; target: string; wave: number; from: VersionRef | null; to: VersionRef }
  | { type: 'rollout.started'; at: number; service: string; target: string }
  | { type: 'rollout.step'; at: number; service: string; target: string; step: RolloutStep; detail?: string }
  | { type: 'rollout.progress'; at: number; service: string; target: string; tasks: TaskCounts }
  /** A line of the ECS service's own event log, or of a failing container's log. */
  | { type: 'rollout.message'; at: number; service: string; target: string; level: 'info' | 'warn'; text: string }
  | {
      type: 'rollout.ended';
      at: number;
      service: string;
      target: string;
      status: RolloutStatus;
      from: VersionRef | null;
      to: VersionRef;
      cause?: Cause;
    }
  /** Something about the whole: shared stack, interruption. */
  | { type: 'step'; at: number; name: string; state: 'started' | 'succeeded' | 'failed'; detail?: string }
  | { type: 'interrupted'; at: number; signal: 'SIGINT' | 'SIGTERM'; running: readonly string[] }
  | { type: 'warning'; at: number; text: string }
  | { type: 'deploy.ended'; at: number; outcome: DeployOutcome };
