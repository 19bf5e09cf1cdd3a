/**
 * AWS's buckets for each account and region, with something left: calls that were sent apart may arrive together, and others
 * take from the same buckets.
 */
import type { Pace } from './pacer.js';

/** Three writes to SSM a second, three at once, are what an account has by default. */
export const WRITES: Pace = { burst: 2, perSecond: 2.95, underWay: 2 };
/** Of SSM's forty. */
export const READS: Pace = { burst: 36, perSecond: 36 };

/**
 * Far below ECR's two thousand a second (https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html): no more
 * at a time than leave this process room for other answers.
 */
export const IMAGES: Pace = { burst: 500, perSecond: 500, underWay: 16 };

/**
 * Looks at stacks, a call each or a page of many. AWS publishes no limit; users are told of five a second:
 * https://github.com/aws/aws-sam-cli/issues/2671
 */
export const STACK_LOOKS: Pace = { burst: 6, perSecond: 4, underWay: 4 };

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html */
export const ECS = {
  /** 20, then one a second: the tightest. */
  registerDefinition: { burst: 19.5, perSecond: 0.999, underWay: 2 },
  definition: { burst: 48, perSecond: 19.7 },
  writeService: { burst: 45, perSecond: 4.8, underWay: 5 },
  services: { burst: 80, perSecond: 18, underWay: 20 },
  deployments: { burst: 38, perSecond: 18, underWay: 12 },
  revisions: { burst: 38, perSecond: 18, underWay: 12 },
} as const satisfies Record<string, Pace>;
