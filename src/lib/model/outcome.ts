import type { Cause } from './cause.js';

/** `started`: ECS was told to, and goes on by itself; how it ends was not waited for. */
export type RolloutStatus = 'succeeded' | 'unchanged' | 'started' | 'failed' | 'rolled-back' | 'skipped' | 'cancelled';
export type DeployStatus = 'succeeded' | 'unchanged' | 'started' | 'failed' | 'rolled-back' | 'partial' | 'cancelled';
/** As what a deploy ends on record: one that has only started is left open there. */
export type RecordedStatus = Exclude<DeployStatus, 'started'>;

/** A version as users see it: the tag, and the task definition `family:revision` where it is known. */
export interface VersionRef {
  readonly tag: string;
  readonly revision?: string;
}

export interface RolloutOutcome {
  readonly service: string;
  readonly target: string;
  readonly status: RolloutStatus;
  readonly from: VersionRef | null;
  readonly to: VersionRef;
  readonly cause?: Cause;
}

/** The `deploy` part of the JSON contract. Dates are ISO 8601 in UTC. */
export interface DeployOutcome {
  readonly id: string;
  readonly environment: string;
  readonly status: DeployStatus;
  /** Its process was told to leave (`cancelled`, `partial`): ECS goes on with what was begun, and the same command takes it up. */
  readonly left?: true;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly rollouts: readonly RolloutOutcome[];
}

/** How it ended, in the word that `baf history` has for it. */
export const wordOf = ({ status, left }: Pick<DeployOutcome, 'status' | 'left'>): DeployStatus | 'left' =>
  left ? 'left' : status;
