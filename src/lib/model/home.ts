import type { Environment } from './platform.js';
import type { Target } from './target.js';

/** Where an environment's records, locks and freezes are kept: the first target of its first wave. */
export const homeOf = (environment: Environment): Target => environment.waves[0]!.targets[0]!;
