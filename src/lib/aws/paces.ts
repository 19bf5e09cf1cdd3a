/**
 * AWS's buckets for each account and region, with something left: calls that were sent apart may arrive together, and others
 * take from the same buckets.
 */
import type { Pace } from './pacer.js';

/**
 * Three writes to SSM a second, three at once, are what an account has by default. No burst: with one of 1.3 or 2, and 2.95 a
 * second, a few in a thousand were refused (test/bench/rollouts.mjs).
 */
export const WRITES: Pace = { burst: 1, perSecond: 2.9, underWay: 2 };
/** Of SSM's forty. */
export const READS: Pace = { burst: 36, perSecond: 36 };

/**
 * Looks at stacks, a call each or a page of many. AWS publishes no limit; users are told of five a second:
 * https://github.com/aws/aws-sam-cli/issues/2671
 */
export const STACK_LOOKS: Pace = { burst: 6, perSecond: 4, underWay: 4 };

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html */
export const ECS = {
  /** 20, then one a second: the tightest. */
  registerDefinition: { burst: 19, perSecond: 0.995, underWay: 2 },
  definition: { burst: 38, perSecond: 19, underWay: 12 },
  writeService: { burst: 45, perSecond: 4.8, underWay: 5 },
  services: { burst: 80, perSecond: 18, underWay: 20 },
  deployments: { burst: 38, perSecond: 18, underWay: 12 },
  revisions: { burst: 38, perSecond: 18, underWay: 12 },
} as const satisfies Record<string, Pace>;
