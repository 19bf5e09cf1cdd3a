/** Room for the tasks that run beside the old ones: on instances of one's own. Fargate's capacity is taken as there. */
import { boundsOf, type Bounds } from './progress.js';
import { ok, problem, unknown, warning, type Finding, type Known } from './finding.js';

/** What one task takes: CPU units and MiB. */
export interface TaskSize {
  readonly cpu: number;
  readonly memory: number;
}

export interface CapacityFact {
  /** Whether ECS adds instances where they are short (managed scaling). */
  readonly grows: boolean;
  /** What is left on each instance that takes tasks. */
  readonly left: readonly TaskSize[];
}

interface Container {
  readonly cpu?: number | string;
  readonly memory?: number | string;
  readonly memoryReservation?: number | string;
}

export function taskSize(definition: Readonly<Record<string, unknown>>): TaskSize {
  const containers = (definition['containerDefinitions'] ?? []) as Container[];
  const sum = (of: (container: Container) => number | string | undefined) =>
    containers.reduce((total, container) => total + Number(of(container) ?? 0), 0);
  return {
    cpu: definition['cpu'] === undefined ? sum((c) => c.cpu) : Number(definition['cpu']),
    memory: definition['memory'] === undefined ? sum((c) => c.memoryReservation ?? c.memory) : Number(definition['memory']),
  };
}

/** Tasks of a size that instances have room for. */
export const roomFor = (size: TaskSize, left: readonly TaskSize[]): number =>
  left.reduce((total, { cpu, memory }) => {
    const fits = Math.min(size.cpu > 0 ? cpu / size.cpu : Infinity, size.memory > 0 ? memory / size.memory : Infinity);
    return total + (Number.isFinite(fits) ? Math.max(0, Math.floor(fits)) : 0);
  }, 0);

/** @param seen null on Fargate  @param there whether tasks of an older version are to be replaced */
export function judgeCapacity(size: TaskSize, bounds: Bounds, there: boolean, seen: Known<CapacityFact> | null): Finding {
  if (seen === null) return ok('capacity', 'Fargate has it');
  if (!seen.known) return unknown('capacity', `what room the instances have is not known: ${seen.why}`);
  const { upper, lower } = boundsOf(bounds);
  const wanted = there ? upper - bounds.desired : bounds.desired;
  const room = roomFor(size, seen.value.left);
  const task = `a task of ${size.cpu} CPU units and ${size.memory} MiB`;
  if (room >= wanted) return ok('capacity', `the instances have room for ${room} more of ${task}`);
  if (seen.value.grows) return ok('capacity', `room for ${room} of ${wanted}; the capacity provider adds instances`);
  const fix = 'Add instances, let the capacity provider scale, or lower deploy.minimumHealthyPercent.';
  const said = `the instances have room for ${room} more of ${task}, and the rollout starts up to ${wanted}`;
  if (room > 0 || (there && lower < bounds.desired)) {
    if (there) return warning('capacity', `${said}: it goes slower`, fix);
  }
  return problem('capacity', `${said}: it would wait for room`, fix);
}
