/** Who feels a deploy: services that need what is changed, and the targets in which it is changed. Pure. */
import type { DeployPlan } from './plan.js';

export interface Affected {
  readonly service: string;
  /** Services of the project that need it, directly or by others, and are not deployed along. */
  readonly neededBy: readonly string[];
  readonly targets: readonly string[];
}

/** @param needs what each service of the project needs */
export function affectedBy(plan: DeployPlan, needs: Readonly<Record<string, readonly string[]>>): Affected[] {
  const changed = plan.waves.flatMap((w) => w.rollouts).filter((r) => r.action !== 'unchanged');
  const names = [...new Set(changed.map((r) => r.service.name))];
  return names.map((service) => ({
    service,
    neededBy: neededBy(service, needs).filter((name) => !names.includes(name)),
    targets: [...new Set(changed.filter((r) => r.service.name === service).map((r) => r.target.name))],
  }));
}

function neededBy(service: string, needs: Readonly<Record<string, readonly string[]>>): string[] {
  const found = new Set<string>();
  let next = [service];
  while (next.length > 0) {
    next = Object.keys(needs).filter(
      (name) => !found.has(name) && name !== service && needs[name]!.some((n) => next.includes(n)),
    );
    next.forEach((name) => found.add(name));
  }
  return [...found].sort();
}
