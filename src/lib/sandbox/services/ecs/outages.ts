/** Zones and instances that are gone: their tasks stop, and services replace them where capacity is left. */
import type { Cell, World } from '../../service.js';
import { placedIn, wake } from './agenda.js';
import { deploymentOf, isActive, serviceOfTask, slice, type Task } from './state.js';
import { stopTask } from './tasks.js';
import { isGone } from './zones.js';

const zones = ['a', 'b', 'c'];

const reasonOf = (cell: Cell, task: Task): string => {
  const instance = task.instance === null ? undefined : slice(cell).instances[task.instance];
  return instance
    ? `Host EC2 (instance ${instance.ec2Id}) terminated.`
    : 'ECS is performing maintenance on the underlying infrastructure hosting the task.';
};

/** Tasks in zones without any capacity stop now. Costs next to nothing where every zone is there. */
export function losePlaces(cell: Cell, world: World, now: number): void {
  if (placedIn(cell) === 0) return;
  const gone = zones
    .map((letter) => `${cell.region}${letter}`)
    .filter((zone) => placedIn(cell, zone) > 0 && isGone(cell, world, zone));
  if (gone.length === 0) return;
  let lost = false;
  for (const task of Object.values(slice(cell).tasks)) {
    if (!gone.includes(task.zone) || !isActive(task)) continue;
    lost = true;
    stopTask(cell, task, 'TerminationNotice', reasonOf(cell, task), now);
    const service = serviceOfTask(cell, task);
    if (!service || !deploymentOf(service, task.deployment)) continue;
    service.steady = false;
    wake(cell, service, now + 1_000);
  }
  // A call that only reads may notice it first.
  if (lost) world.changed([cell]);
}
