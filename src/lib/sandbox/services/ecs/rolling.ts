/** A rolling deployment, look by look: what to stop and start within the bounds, and when it has ended. */
import { tasksOf } from './agenda.js';
import { watchMs } from './alarms.js';
import { boundsOf, configurationOf } from './configuration.js';
import { completeDeployment, dropEmpty } from './deployments.js';
import { say } from './events.js';
import { isActive, isHealthy, isPending, type Deployment, type Task } from './state.js';
import { isProtected, replaceUnhealthy, startMissing, stopTasks } from './workforce.js';
import { crewOf, type Shop } from './crew.js';

/** Looks about this often while anything is under way. */
export const TICK_MS = 10_000;
/** And this often while a task finds no place. */
const RETRY_MS = 30_000;

/**
 * One look; returns when the next one is due, or null where nothing will change by itself. `busy`: something was done
 * already at this look.
 */
export function roll(shop: Shop, current: Deployment, busy: boolean): number | null {
  const { service } = shop;
  const bounds = boundsOf(service);
  const replaced = replaceUnhealthy(shop, current, bounds.upper);
  const victims = surplus(shop, current, bounds.lower);
  stopTasks(shop, victims);
  const started = startMissing(shop, current, bounds.upper);
  if (victims.length > 0 || started > 0 || replaced) service.steady = false;
  return settle(shop, current, busy || replaced || victims.length + started > 0, bounds.upper);
}

/** What is too much: old tasks as far as the healthy ones allow, new ones beyond the desired count. */
function surplus(shop: Shop, current: Deployment, lower: number): Task[] {
  const { cell, service, now } = shop;
  if (current.rolloutState === 'FAILED') return crewOf(shop, current).old.filter(isPending);
  const { good, kept, old } = crewOf(shop, current);
  const free = (t: Task): boolean => !isProtected(t, now);
  const healthy = (t: Task): boolean => isHealthy(t, now);
  const extra = kept
    .filter(free)
    .sort((a, b) => Number(healthy(a)) - Number(healthy(b)))
    .slice(0, Math.max(0, kept.length - service.desired));
  // On a draining instance, or of another deployment: what serves goes as far as the others carry on.
  const leaving = [...old, ...good.filter((t) => !kept.includes(t))].filter(free);
  const spare = tasksOf(cell, service).filter(healthy).length - extra.filter(healthy).length - lower;
  return [...extra, ...leaving.filter((t) => !healthy(t)), ...leaving.filter(healthy).slice(0, Math.max(0, spare))];
}

/** Whether the source's tasks have gone, their connections drained. */
const isGone = (tasks: readonly Task[], current: Deployment): boolean =>
  tasks.every((t) => t.deployment === current.id || t.status === 'STOPPED' || t.status === 'DEPROVISIONING');

/** Announces the end of a deployment, a steady state, and what can make no progress. */
export function settle(shop: Shop, current: Deployment, acted: boolean, upper: number): number | null {
  const { cell, world, service, now } = shop;
  const tasks = tasksOf(cell, service);
  const { own, good, old, active } = crewOf(shop, current);
  const healthy = good.filter((t) => isHealthy(t, now)).length;
  const full = own.length === service.desired && healthy === own.length && old.length === 0;
  const gone = isGone(tasks, current);
  const moving =
    acted ||
    tasks.some((t) => isPending(t) || (t.stoppingAt !== null && t.status !== 'STOPPED')) ||
    own.some((t) => t.status === 'RUNNING' && !isHealthy(t, now));

  if (current.rolloutState === 'IN_PROGRESS') {
    const end = endOf(shop, current, { full, gone, healthy });
    if (end !== null && end <= now) completeDeployment(cell, world, service, now);
    else if (end !== null && !moving) return watchesAlarms(shop) ? now + TICK_MS : end;
  }
  if (current.rolloutState === 'COMPLETED') {
    if (full && !acted && !service.steady) {
      say(world, service, now, 'has reached a steady state.');
      service.steady = true;
      service.stuck = false;
    }
    dropEmpty(cell, service);
  }
  if (moving) return now + TICK_MS;
  if (current.rolloutState === 'FAILED') return null;
  if (full) return current.rolloutState === 'COMPLETED' && gone ? null : now + TICK_MS;
  if (now < current.notBefore) return current.notBefore;
  if (service.unplacedAt !== null && active < upper) return now + RETRY_MS;
  tellStuck(shop, own.length + old.length > good.length || old.length > 0 || good.length > service.desired);
  if (watchesAlarms(shop) && current.rolloutState === 'IN_PROGRESS') return now + TICK_MS;
  const guarded = tasks.filter((t) => isActive(t) && isProtected(t, now)).map((t) => t.protectedUntil!);
  return guarded.length > 0 ? Math.min(...guarded) : null;
}

const watchesAlarms = ({ service }: Shop): boolean => configurationOf(service).alarms?.enable === true;

/** When a deployment that goes on as it does now has ended: at once, after its bake time, or not yet (null). */
function endOf(
  { cell, service, now }: Shop,
  current: Deployment,
  { full, gone, healthy }: { full: boolean; gone: boolean; healthy: number },
): number | null {
  const configuration = configurationOf(service);
  const { earlySuccessCriteria: early, bakeTimeInMinutes = 0, strategy = 'ROLLING' } = configuration;
  const rollingBack = service.records[0]?.status === 'ROLLBACK_IN_PROGRESS';
  const soon =
    early?.enable === true && !rollingBack && healthy >= Math.ceil((service.desired * (early.healthyPercent ?? 100)) / 100);
  const deferred = early?.sourceServiceRevisionCleanup === 'DEFERRED';
  if (!(full && gone) && !(soon && (deferred || gone))) {
    current.steadySince = null;
    return null;
  }
  current.steadySince ??= now;
  // A deployment by stages has had its bake time; a rollback needs none.
  return (
    current.steadySince +
    (strategy === 'ROLLING' && !rollingBack ? Math.max(bakeTimeInMinutes * 60_000, watchMs(cell, configuration)) : 0)
  );
}

/** Says once that the bounds, or tasks that are protected, leave the scheduler nothing to do. */
function tellStuck({ cell, world, service, now }: Shop, unfinished: boolean): void {
  if (service.stuck || !unfinished) return;
  service.stuck = true;
  const guarded = tasksOf(cell, service).find((t) => isActive(t) && isProtected(t, now));
  if (guarded)
    say(
      world,
      service,
      now,
      `was unable to reach steady state because task set (${guarded.deployment}) was unable to scale in. Reason: The number of protected tasks are more than the desired count of tasks.`,
    );
  else
    say(
      world,
      service,
      now,
      'was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again.',
    );
}
