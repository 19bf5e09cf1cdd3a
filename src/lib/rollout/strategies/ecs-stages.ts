/** Where a rollout by stages is: by position, because stages can pass between two looks. */

/** Lifecycle stages of ECS in their order. */
export const STAGES = [
  'RECONCILE_SERVICE',
  'PRE_SCALE_UP',
  'SCALE_UP',
  'POST_SCALE_UP',
  'TEST_TRAFFIC_SHIFT',
  'POST_TEST_TRAFFIC_SHIFT',
  'PRE_PRODUCTION_TRAFFIC_SHIFT',
  'PRODUCTION_TRAFFIC_SHIFT',
  'POST_PRODUCTION_TRAFFIC_SHIFT',
  'BAKE_TIME',
  'CLEAN_UP',
] as const;

/** Number of a stage, from 0; -1 before the first, and for one that is not known here. */
export const positionOf = (stage: string | null): number => (STAGES as readonly string[]).indexOf(stage ?? '');

/** Whether a rollout at `stage` has passed `other`, or is there: true also where `other` was never seen. */
export const hasReached = (stage: string | null, other: (typeof STAGES)[number]): boolean =>
  positionOf(stage) >= positionOf(other);
