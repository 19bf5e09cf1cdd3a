/** When a running task turns healthy or unhealthy, by its checks, and what happens to it next. */
import type { Cell } from '../../service.js';
import { scheduleTask } from './agenda.js';
import { findDefinition, serviceOfTask, type Task } from './state.js';

/** Without any check a task counts as healthy this long after it began to run. */
const SETTLED_MS = 40_000;
/** Images that go wrong later do so after about two minutes. */
export const LATER_MS = 120_000;

/** Says when the checks of a running task, and of the target groups it was brought to, have decided. */
export function decideHealth(cell: Cell, task: Task, checks: readonly { passAt: number; failAt: number }[], now: number): void {
  const own = checkOf(cell, task);
  const started = task.startedAt!;
  const passes = checks.map((c) => c.passAt);
  const fails = checks.map((c) => c.failAt);
  if (own) {
    passes.push(started + own.interval);
    fails.push(started + own.startPeriod + own.interval * own.retries);
  }
  if (passes.length === 0) {
    task.healthyAt = now + SETTLED_MS;
    return;
  }
  const grace = Number(serviceOfTask(cell, task)?.settings['healthCheckGracePeriodSeconds'] ?? 0) * 1000;
  const failsAt = Math.min(...fails) + (task.outcome === 'unhealthy-later' ? LATER_MS : 0);
  if (task.outcome !== 'unhealthy') task.healthyAt = Math.max(...passes);
  if (task.outcome.startsWith('unhealthy')) task.unhealthyAt = Math.max(failsAt, started + grace);
  scheduleRunning(cell, task, now);
}

/** A container's own check, in milliseconds. */
function checkOf(cell: Cell, task: Task): { interval: number; retries: number; startPeriod: number } | null {
  const check = findDefinition(cell, task.taskDefinition)?.input.containerDefinitions.find((c) => c.healthCheck)?.healthCheck;
  if (!check) return null;
  return {
    interval: (check.interval ?? 30) * 1000,
    retries: check.retries ?? 3,
    startPeriod: (check.startPeriod ?? 0) * 1000,
  };
}

/** The next thing that happens to a running task by itself. */
export function scheduleRunning(cell: Cell, task: Task, now: number): void {
  const times = [task.endsAt, task.unhealthyAt].filter((at) => at !== null && at > now) as number[];
  scheduleTask(cell, task, times.length === 0 ? null : Math.min(...times));
}
