import type { StoreName } from './stored-value.js';

/** One setting in one target: a row of `baf ssm settings ls`. Dates are ISO 8601 in UTC. */
export interface SettingRow {
  readonly service: string;
  readonly environment: string;
  readonly target: string;
  readonly key: string;
  readonly value: string | null;
  readonly version: number | null;
  readonly updatedAt: string | null;
  /** `differs`: another target of the environment has another value, or none. */
  readonly state: 'same' | 'differs' | 'missing' | 'denied';
}

/** One secret in one target, without its value. */
export interface SecretRow {
  readonly service: string;
  readonly environment: string;
  readonly target: string;
  readonly key: string;
  readonly store: StoreName;
  readonly version: number | null;
  readonly updatedAt: string | null;
  readonly state: 'set' | 'missing' | 'denied';
}

/** What became of one value in one target. */
export interface WriteResult {
  readonly service: string;
  readonly environment: string;
  readonly target: string;
  readonly key: string;
  readonly status: 'written' | 'unchanged' | 'removed' | 'failed';
  readonly version: number | null;
  readonly error: { readonly code: string; readonly message: string; readonly nextSteps?: readonly string[] } | null;
}

/** A secret that a service reads, and the tasks that may still hold what it was before. */
export interface RotationRow {
  readonly service: string;
  readonly environment: string;
  readonly target: string;
  /** Name of the staging whose tasks hold it; null for the environment itself. */
  readonly staging: string | null;
  readonly variable: string;
  /** Name of the parameter, or ARN. */
  readonly secret: string;
  readonly updatedAt: string | null;
  readonly ageDays: number | null;
  readonly state: 'current' | 'held' | 'old' | 'missing' | 'denied';
  /** Running tasks that were created before the last change. */
  readonly tasks: readonly { readonly id: string; readonly createdAt: string }[];
  /** Command that mends it, or null. */
  readonly fix: string | null;
}
