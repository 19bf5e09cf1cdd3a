import type { VersionRef } from './outcome.js';

/** What a plan means to do with one service in one target. */
export interface PlannedChange {
  readonly action: 'create' | 'update' | 'unchanged';
  readonly from: VersionRef | null;
  readonly to: VersionRef;
  /** What differs: `tag`, `task definition`, `service`, `stack`. */
  readonly changes: readonly string[];
}

/** How a plan that was made anew differs from the one before; null where one of them leaves this service alone. */
export interface PlanChange {
  readonly service: string;
  readonly target: string;
  readonly was: PlannedChange | null;
  readonly now: PlannedChange | null;
}
