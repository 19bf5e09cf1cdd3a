/** The service scheduler: one look about every ten seconds while a service is not steady. Rules: see docs of rolling updates. */
import type { Cell, World } from '../../service.js';
import { hasGroup } from '../elbv2.js';
import { isActive, isPending, tasksOf, slice, type Deployment, type Service, type Task } from './state.js';
import { count, forgetStopped, groupsOf, startTask, stepTask, stopTask } from './tasks.js';

export const TICK_MS = 10_000;

interface Configuration {
  maximumPercent?: number;
  minimumHealthyPercent?: number;
  deploymentCircuitBreaker?: { enable?: boolean; rollback?: boolean };
}
export const configurationOf = (service: Service): Configuration =>
  (service.settings['deploymentConfiguration'] as Configuration | undefined) ?? {};

export interface Bounds {
  /** Most tasks that may be RUNNING or on the way, and fewest that have to be healthy. */
  readonly upper: number;
  readonly lower: number;
}
export function boundsOf(service: Service): Bounds {
  const { maximumPercent = 200, minimumHealthyPercent = 100 } = configurationOf(service);
  return {
    upper: Math.floor((service.desired * maximumPercent) / 100),
    lower: Math.ceil((service.desired * minimumHealthyPercent) / 100),
  };
}

/** Failures at which the circuit breaker gives up. */
export const thresholdOf = (desired: number): number => Math.min(200, Math.max(3, Math.ceil(0.5 * desired)));
export const isHealthy = (task: Task, now: number): boolean =>
  task.status === 'RUNNING' && task.healthyAt !== null && task.healthyAt <= now;

export function say(world: World, service: Service, now: number, text: string): void {
  const h = world.id(32);
  const id = `${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20)}`;
  service.events.unshift({ id, at: now, message: `(service ${service.name}) ${text}` });
  service.events.length = Math.min(service.events.length, 100);
}

export function nextEventAt(cell: Cell): number | null {
  const state = slice(cell);
  let next = Infinity;
  for (const key in state.services) next = Math.min(next, state.services[key]!.nextTick ?? Infinity);
  for (const key in state.tasks) next = Math.min(next, state.tasks[key]!.nextAt ?? Infinity);
  return next === Infinity ? null : next;
}

export function advance(cell: Cell, now: number, world: World): void {
  const state = slice(cell);
  for (const task of Object.values(state.tasks)) {
    if (task.nextAt === null || task.nextAt > now) continue;
    const service = state.services[`${task.cluster}/${task.service}`]!;
    stepTask(
      cell,
      service,
      service.deployments.find((d) => d.id === task.deployment),
      task,
      now,
    );
    // A scheduler at rest is woken by what it did not order.
    service.nextTick ??= now + TICK_MS;
  }
  for (const service of Object.values(state.services))
    if (service.nextTick !== null && service.nextTick <= now)
      service.nextTick = tick(cell, world, service, now) ? now + TICK_MS : null;
}

/** One look at one service; returns whether there is more to do. */
function tick(cell: Cell, world: World, service: Service, now: number): boolean {
  forgetStopped(cell, now);
  const tasks = tasksOf(cell, service);
  const primary = service.deployments.find((d) => d.status === 'PRIMARY');
  if (service.status !== 'ACTIVE' || !primary) return drain(cell, world, service, tasks, now);
  failUnhealthy(cell, world, service, tasks, now);
  if (trips(service, primary)) fail(world, service, primary, now);
  const current = service.deployments.find((d) => d.status === 'PRIMARY')!;
  const bounds = boundsOf(service);
  const old = tasks.filter((t) => isActive(t) && t.deployment !== current.id);
  const stopped = stopSurplus(cell, world, service, current, tasks, old, bounds.lower, now);
  const started = startMissing(cell, world, service, current, bounds.upper, now);
  return settle(cell, world, service, current, now, stopped + started > 0, bounds);
}

function drain(cell: Cell, world: World, service: Service, tasks: Task[], now: number): boolean {
  stopAll(cell, world, service, tasks.filter(isActive), now);
  if (tasks.some((t) => t.status !== 'STOPPED')) return true;
  service.status = 'INACTIVE';
  service.deployments = [];
  return false;
}

function failUnhealthy(cell: Cell, world: World, service: Service, tasks: Task[], now: number): void {
  for (const task of tasks) {
    if (task.status !== 'RUNNING' || task.unhealthyAt === null || task.unhealthyAt > now) continue;
    const deployment = service.deployments.find((d) => d.id === task.deployment);
    const group = deployment ? groupsOf(deployment)[0] : undefined;
    const reason = group ? `Task failed ELB health checks in (target-group ${group})` : 'Task failed container health checks';
    if (group)
      say(
        world,
        service,
        now,
        `(task ${task.id}) (port 8080) is unhealthy in (target-group ${group}) due to (reason Health checks failed)`,
      );
    stopTask(cell, deployment, task, 'ServiceSchedulerInitiated', reason, now);
    say(world, service, now, `has stopped 1 running tasks: (task ${task.id}).`);
    if (deployment) count(deployment, now);
  }
}

const trips = (service: Service, deployment: Deployment): boolean =>
  configurationOf(service).deploymentCircuitBreaker?.enable === true &&
  deployment.rolloutState === 'IN_PROGRESS' &&
  deployment.failed >= thresholdOf(service.desired);

function fail(world: World, service: Service, deployment: Deployment, now: number): void {
  deployment.rolloutState = 'FAILED';
  deployment.reason = 'ECS deployment circuit breaker: tasks failed to start.';
  deployment.updatedAt = now;
  say(world, service, now, `(deployment ${deployment.id}) deployment failed: tasks failed to start.`);
  const record = service.records.find((r) => r.arn === deployment.record)!;
  record.failed = deployment.failed;
  record.statusReason = deployment.reason;
  const back = service.deployments.find((d) => d.completed && d !== deployment);
  if (!configurationOf(service).deploymentCircuitBreaker?.rollback || !back) {
    record.status = configurationOf(service).deploymentCircuitBreaker?.rollback ? 'ROLLBACK_FAILED' : 'STOPPED';
    record.finishedAt = now;
    return;
  }
  say(world, service, now, `rolling back to deployment ${back.id}.`);
  deployment.status = 'ACTIVE';
  back.status = 'PRIMARY';
  back.rolloutState = 'IN_PROGRESS';
  back.reason = `ECS deployment circuit breaker: rolling back to deploymentId ${back.id}.`;
  back.updatedAt = now;
  back.failed = 0;
  record.status = 'ROLLBACK_IN_PROGRESS';
  record.rollback = { reason: deployment.reason, startedAt: now, revision: back.revision };
  for (const key of Object.keys(deployment.settings)) if (!(key in back.settings)) delete service.settings[key];
  Object.assign(service.settings, back.settings);
}

/** Stops what is too much: old tasks as far as the healthy ones allow, and new ones beyond the desired count. */
function stopSurplus(
  cell: Cell,
  world: World,
  service: Service,
  current: Deployment,
  tasks: Task[],
  old: Task[],
  lower: number,
  now: number,
): number {
  const own = tasks.filter((t) => isActive(t) && t.deployment === current.id);
  const surplus = own
    .sort((a, b) => Number(isHealthy(a, now)) - Number(isHealthy(b, now)))
    .slice(0, Math.max(0, own.length - service.desired));
  const healthy = tasks.filter((t) => isHealthy(t, now)).length - surplus.filter((t) => isHealthy(t, now)).length;
  const frozen = current.rolloutState === 'FAILED';
  const idle = old.filter((t) => !isHealthy(t, now) && (isPending(t) || !frozen));
  const serving = frozen ? [] : old.filter((t) => isHealthy(t, now)).slice(0, Math.max(0, healthy - lower));
  const victims = [...surplus, ...idle, ...serving];
  stopAll(cell, world, service, victims, now);
  return victims.length;
}

function stopAll(cell: Cell, world: World, service: Service, victims: Task[], now: number): void {
  const pending = victims.filter(isPending);
  const running = victims.filter((t) => t.status === 'RUNNING');
  for (const task of victims) {
    const deployment = service.deployments.find((d) => d.id === task.deployment);
    stopTask(
      cell,
      deployment,
      task,
      'ServiceSchedulerInitiated',
      `Scaling activity initiated by (deployment ${task.deployment})`,
      now,
    );
  }
  if (pending.length > 0) say(world, service, now, `stopped ${pending.length} pending tasks.`);
  if (running.length === 0) return;
  const byDeployment = new Map(running.map((t) => [t.deployment, running.filter((o) => o.deployment === t.deployment)]));
  for (const [id, group] of byDeployment) {
    const deployment = service.deployments.find((d) => d.id === id);
    for (const arn of deployment ? groupsOf(deployment) : []) {
      service.events.unshift({
        id: world.id(32),
        at: now,
        message: `(service ${service.name}, taskSet ${id}) has begun draining connections on ${group.length} tasks.`,
      });
      say(world, service, now, `deregistered ${group.length} targets in (target-group ${arn})`);
    }
  }
  say(world, service, now, `has stopped ${running.length} running tasks: ${running.map((t) => `(task ${t.id})`).join(' ')}.`);
}

function startMissing(cell: Cell, world: World, service: Service, current: Deployment, upper: number, now: number): number {
  if (current.rolloutState === 'FAILED' || now < current.notBefore) return 0;
  for (const arn of groupsOf(current))
    if (!hasGroup(cell, arn)) {
      say(world, service, now, `was unable to place a task. Reason: The target group ${arn} does not exist.`);
      return 0;
    }
  const active = tasksOf(cell, service).filter(isActive);
  const own = active.filter((t) => t.deployment === current.id).length;
  const missing = Math.min(service.desired - own, upper - active.length);
  const started: Task[] = [];
  for (let i = 0; i < missing; i++) started.push(startTask(cell, world, service, current, now));
  if (started.length > 0)
    say(world, service, now, `has started ${started.length} tasks: ${started.map((t) => `(task ${t.id})`).join(' ')}.`);
  return started.length;
}

/** Whether there is more to do; announces the end of a deployment, and one that cannot make progress. */
function settle(
  cell: Cell,
  world: World,
  service: Service,
  current: Deployment,
  now: number,
  acted: boolean,
  bounds: Bounds,
): boolean {
  const tasks = tasksOf(cell, service);
  const own = tasks.filter((t) => isActive(t) && t.deployment === current.id);
  const old = tasks.filter((t) => isActive(t) && t.deployment !== current.id);
  announceTargets(world, service, current, own, now);
  const steady = own.length === service.desired && own.every((t) => isHealthy(t, now)) && old.length === 0;
  if (steady && current.rolloutState === 'IN_PROGRESS') complete(world, service, current, now);
  if (steady && current.rolloutState === 'COMPLETED') {
    service.stuck = false;
    return tasks.some((t) => t.status !== 'RUNNING' && t.status !== 'STOPPED');
  }
  const moving = tasks.some((t) => t.nextAt !== null) || own.some((t) => t.status === 'RUNNING' && !isHealthy(t, now));
  if (current.rolloutState === 'FAILED') return moving || old.some(isPending);
  const waits = now < current.notBefore;
  if (
    !acted &&
    !moving &&
    !waits &&
    !service.stuck &&
    own.length < service.desired &&
    tasks.filter(isActive).length >= bounds.upper
  ) {
    service.stuck = true;
    say(
      world,
      service,
      now,
      'was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again.',
    );
  }
  // Nothing will change by itself any more: the scheduler rests until somebody changes something.
  return !service.stuck || acted || moving || waits;
}

/** Says once which running tasks were registered. */
function announceTargets(world: World, service: Service, current: Deployment, own: Task[], now: number): void {
  const fresh = own.filter((t) => t.startedAt !== null && t.startedAt > now - TICK_MS && t.startedAt <= now);
  if (fresh.length === 0) return;
  for (const arn of groupsOf(current)) say(world, service, now, `registered ${fresh.length} targets in (target-group ${arn})`);
}

function complete(world: World, service: Service, current: Deployment, now: number): void {
  const first = !current.completed;
  current.rolloutState = 'COMPLETED';
  current.completed = true;
  current.updatedAt = now;
  current.reason = `ECS deployment ${current.id} completed.`;
  for (const record of service.records) {
    if (record.status === 'IN_PROGRESS' && record.arn === current.record && first) record.status = 'SUCCESSFUL';
    else if (record.status === 'ROLLBACK_IN_PROGRESS') record.status = 'ROLLBACK_SUCCESSFUL';
    else if (record.status === 'IN_PROGRESS') record.status = 'STOPPED';
    else continue;
    record.finishedAt = now;
  }
  service.deployments = [current];
  say(world, service, now, `(deployment ${current.id}) deployment completed.`);
  say(world, service, now, 'has reached a steady state.');
}
