/** The service scheduler: one look about every ten seconds while anything is under way, none while a service rests. */
import type { Cell, World } from '../../service.js';
import { forgetTask, nextDue, takeDue, tasksOf, wake } from './agenda.js';
import { alarming } from './alarms.js';
import { configurationOf, isStaged, thresholdOfService } from './configuration.js';
import { failDeployment, primaryOf, type Failure } from './deployments.js';
import { losePlaces } from './outages.js';
import { roll, TICK_MS } from './rolling.js';
import { stepStages } from './stages.js';
import { isActive, openRecord, serviceOfTask, type Deployment, type Task } from './state.js';
import { stepTask } from './tasks.js';
import { countDaemons, noteHealthy, stopTasks, tellFailures, tendTargets } from './workforce.js';
import type { Shop } from './crew.js';

export const nextEventAt = (cell: Cell): number | null => nextDue(cell);

/** Lets what is due happen: tasks first, then the looks at services. */
export function advance(cell: Cell, now: number, world: World): void {
  losePlaces(cell, world, now);
  for (let due = takeDue(cell, now); due !== null; due = takeDue(cell, now))
    if ('task' in due) step(cell, due.task, now);
    else look({ cell, world, service: due.service, now });
}

function step(cell: Cell, task: Task, now: number): void {
  if (task.status === 'STOPPED') return forgetTask(cell, task);
  stepTask(cell, task, now);
  const service = serviceOfTask(cell, task);
  // A scheduler at rest is woken by what it did not order.
  if (service && service.status !== 'INACTIVE') wake(cell, service, now + TICK_MS);
}

function look(shop: Shop): void {
  const { cell, service } = shop;
  const next = service.status === 'ACTIVE' ? tick(shop) : drain(shop);
  if (next !== null) wake(cell, service, next);
}

function tick(shop: Shop): number | null {
  const { cell, world, service, now } = shop;
  const record = openRecord(service);
  if (record?.status === 'PENDING') Object.assign(record, { status: 'IN_PROGRESS', startedAt: now, updatedAt: now });
  countDaemons(shop);
  const tended = tendTargets(shop);
  noteHealthy(shop);
  const primary = primaryOf(service);
  tellFailures(shop, primary);
  const failure = failureOf(shop, primary);
  if (failure) failDeployment(cell, world, service, failure, now);
  const current = primaryOf(service);
  const going = openRecord(service);
  const staged = isStaged(service) && going?.status === 'IN_PROGRESS' && current.rolloutState === 'IN_PROGRESS';
  const next = staged ? stepStages(shop, going, current) : roll(shop, current, tended);
  return tended || failure ? Math.min(next ?? Infinity, now + TICK_MS) : next;
}

/** A service that was deleted stops its tasks, and is INACTIVE when the last one has stopped. */
function drain(shop: Shop): number | null {
  const { cell, service, now } = shop;
  tendTargets(shop);
  const tasks = tasksOf(cell, service);
  stopTasks(shop, tasks.filter(isActive));
  if (tasks.some((t) => t.status !== 'STOPPED')) return now + TICK_MS;
  service.status = 'INACTIVE';
  service.deployments = [];
  return null;
}

/** Why the primary deployment fails now: somebody asked for it, its circuit breaker, its alarms; null where it does not. */
function failureOf({ cell, service }: Shop, primary: Deployment): Failure | null {
  const record = openRecord(service);
  if (primary.rolloutState !== 'IN_PROGRESS') return null;
  if (record?.status === 'ROLLBACK_REQUESTED') {
    const cause = 'Service deployment rolled back because the user requested it.';
    return { reason: cause, event: null, cause, rollback: true };
  }
  const { deploymentCircuitBreaker: breaker, alarms } = configurationOf(service);
  if (breaker?.enable && primary.failed >= thresholdOfService(service)) {
    if (record) record.breaker = 'TRIGGERED';
    return {
      reason: 'ECS deployment circuit breaker: tasks failed to start.',
      event: 'tasks failed to start.',
      cause: `Service deployment ${breaker.rollback ? 'rolled back' : 'stopped'} because the circuit breaker threshold was exceeded.`,
      rollback: breaker.rollback ?? false,
      back: (id) => `ECS deployment circuit breaker: rolling back to deploymentId ${id}.`,
    };
  }
  const ringing = record?.status === 'ROLLBACK_IN_PROGRESS' ? [] : alarming(cell, configurationOf(service));
  if (ringing.length === 0 || !record) return null;
  record.alarms = 'TRIGGERED';
  record.triggeredAlarms = ringing;
  return {
    reason: 'ECS deployment failed: alarm detected.',
    event: 'alarm detected.',
    cause: `Service deployment ${alarms?.rollback ? 'rolled back' : 'stopped'} because of one or more active alarms.`,
    rollback: alarms?.rollback ?? false,
  };
}
