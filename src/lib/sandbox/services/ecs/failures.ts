/** Failures of a deployment's tasks: how they are counted, and how they slow its starts down. */
import type { Deployment } from './state.js';

/** One more failure; the next start waits longer each time, up to ECS's 27 minutes. */
export function count(deployment: Deployment, now: number): void {
  deployment.failed++;
  const doubled = 60_000 * 2 ** Math.min(5, Math.max(0, deployment.failed - 12));
  deployment.notBefore = now + (deployment.failed <= 12 ? 5_000 * deployment.failed : Math.min(doubled, 27 * 60_000));
}
