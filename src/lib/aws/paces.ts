/** AWS's buckets for each account and region, with a little left for clocks that differ and for others. */
import type { Pace } from './pacer.js';

/** Three writes to SSM a second are what an account has by default. */
export const WRITES: Pace = { burst: 2, perSecond: 2.9 };
/** Of SSM's forty. */
export const READS: Pace = { burst: 36, perSecond: 38 };

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html */
export const ECS = {
  /** 20, then one a second: the tightest. */
  registerDefinition: { burst: 19, perSecond: 0.99 },
  definition: { burst: 45, perSecond: 19 },
  writeService: { burst: 48, perSecond: 4.9 },
  services: { burst: 95, perSecond: 19 },
  deployments: { burst: 45, perSecond: 19 },
  revisions: { burst: 45, perSecond: 19 },
} as const satisfies Record<string, Pace>;
