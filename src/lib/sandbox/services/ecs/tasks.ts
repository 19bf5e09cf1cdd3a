/** A task's life, state by state: how long each lasts, how it ends when its image misbehaves. */
import type { Cell, World } from '../../service.js';
import { decidedAt, deregisterTarget, registerTarget } from '../elbv2.js';
import { appendLog } from '../logs.js';
import { arnOf, findDefinition, slice, type Deployment, type Service, type Task, type TaskStatus } from './state.js';

/** Stopped tasks stay visible for an hour. */
export const KEEP_STOPPED_MS = 3_600_000;
/** Without any check a task counts as healthy this long after it began to run. */
const SETTLED_MS = 40_000;

interface LoadBalancer {
  targetGroupArn?: string;
  containerPort?: number;
}
export const groupsOf = (deployment: Deployment): string[] =>
  ((deployment.settings['loadBalancers'] as LoadBalancer[] | undefined) ?? []).map((b) => b.targetGroupArn!).filter(Boolean);

export function startTask(cell: Cell, world: World, service: Service, deployment: Deployment, now: number): Task {
  const id = world.id(32);
  const definition = findDefinition(cell, deployment.taskDefinition)!;
  const fates = definition.input.containerDefinitions.map((c) => ({ c, fate: world.image(cell.account, cell.region, c.image) }));
  const outcome = fates.find(({ fate }) => fate.outcome !== 'ok')?.fate.outcome ?? 'ok';
  const spread = parseInt(id.slice(0, 8), 16);
  const task: Task = {
    id,
    cluster: service.cluster,
    service: service.name,
    deployment: deployment.id,
    taskDefinition: deployment.taskDefinition,
    status: 'PROVISIONING',
    nextAt: now + between(spread, 6_000, 10_000) * slowness(outcome),
    createdAt: now,
    startedAt: null,
    stoppingAt: null,
    stoppedAt: null,
    stopCode: null,
    stoppedReason: null,
    outcome,
    healthyAt: null,
    unhealthyAt: null,
    ip: `10.0.${(spread >>> 8) & 255}.${spread & 255 || 1}`,
    zone: `${cell.region}${'abc'[Object.keys(slice(cell).tasks).length % 3]}`,
    containers: fates.map(({ c, fate }) => ({
      name: c.name,
      image: c.image,
      imageDigest: fate.digest,
      exitCode: null,
      reason: null,
    })),
  };
  slice(cell).tasks[id] = task;
  return task;
}

const between = (spread: number, low: number, high: number): number => low + (spread % (high - low));
const slowness = (outcome: string): number => (outcome === 'slow' ? 4 : 1);

/** What a task that is due does next. Failures before RUNNING count for the circuit breaker. */
export function stepTask(cell: Cell, service: Service, deployment: Deployment | undefined, task: Task, now: number): void {
  const go = (status: TaskStatus, forMs: number | null): void => {
    task.status = status;
    task.nextAt = forMs === null ? null : now + forMs;
  };
  const image = task.containers[0]?.image ?? '';
  switch (task.status) {
    case 'PROVISIONING':
      return go('PENDING', 10_000 * slowness(task.outcome));
    case 'PENDING':
      if (task.outcome === 'missing') {
        const reason = `CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref ${image}: ${image}: not found`;
        task.containers[0]!.reason = reason;
        return fail(task, deployment, 'TaskFailedToStart', reason, now);
      }
      return go('ACTIVATING', 5_000 * slowness(task.outcome));
    case 'ACTIVATING':
      if (task.outcome === 'exits' || task.outcome === 'oom') {
        const oom = task.outcome === 'oom';
        const container = task.containers[0]!;
        container.exitCode = oom ? 137 : 1;
        if (oom) container.reason = 'OutOfMemoryError: Container killed due to memory usage';
        log(cell, task, oom ? ['starting', 'allocating'] : ['starting', 'fatal: cannot start: exiting with code 1'], now);
        return fail(task, deployment, 'EssentialContainerExited', 'Essential container in task exited', now);
      }
      go('RUNNING', null);
      task.startedAt = now;
      return run(cell, service, deployment, task, now);
    case 'RUNNING':
      return;
    case 'DEACTIVATING':
      return go('STOPPING', 5_000);
    case 'STOPPING':
      for (const container of task.containers) container.exitCode ??= 0;
      return go('DEPROVISIONING', 3_000);
    default:
      go('STOPPED', null);
      task.stoppedAt = now;
  }
}

function fail(task: Task, deployment: Deployment | undefined, code: string, reason: string, now: number): void {
  task.status = 'DEPROVISIONING';
  task.nextAt = now + 3_000;
  task.stoppingAt = now;
  task.stopCode = code;
  task.stoppedReason = reason;
  if (deployment) count(deployment, now);
}

/** One more failure; the next start waits longer each time, up to ECS's 27 minutes. */
export function count(deployment: Deployment, now: number): void {
  deployment.failed++;
  const doubled = 60_000 * 2 ** Math.min(5, Math.max(0, deployment.failed - 12));
  deployment.notBefore = now + (deployment.failed <= 12 ? 5_000 * deployment.failed : Math.min(doubled, 27 * 60_000));
}

/** Stopped tasks are forgotten after a while, whether or not anybody asks for them. */
export function forgetStopped(cell: Cell, now: number): void {
  const { tasks } = slice(cell);
  for (const [id, task] of Object.entries(tasks))
    if (task.stoppedAt !== null && now - task.stoppedAt > KEEP_STOPPED_MS) delete tasks[id];
}

/** A running task: its checks begin, and decide at a time that is known now. */
function run(cell: Cell, service: Service, deployment: Deployment | undefined, task: Task, now: number): void {
  const good = task.outcome !== 'unhealthy';
  const groups = deployment ? groupsOf(deployment) : [];
  const balancers = (deployment?.settings['loadBalancers'] as LoadBalancer[] | undefined) ?? [];
  for (const { targetGroupArn, containerPort } of balancers)
    if (targetGroupArn) registerTarget(cell, targetGroupArn, { id: task.ip, port: containerPort ?? 80, good }, now);
  const check = findDefinition(cell, task.taskDefinition)?.input.containerDefinitions.find((c) => c.healthCheck)?.healthCheck;
  const times: number[] = groups.map((arn) => decidedAt(cell, arn, now, good));
  const interval = (check?.interval ?? 30) * 1000;
  if (check) times.push(now + (good ? interval : (check.startPeriod ?? 0) * 1000 + interval * (check.retries ?? 3)));
  log(cell, task, ['starting', 'listening'], now);
  if (good || times.length === 0) {
    task.healthyAt = times.length === 0 ? now + SETTLED_MS : Math.max(...times);
    return;
  }
  const grace = Number(service.settings['healthCheckGracePeriodSeconds'] ?? 0) * 1000;
  task.unhealthyAt = Math.max(Math.min(...times), now + grace);
}

/** Begins to stop a task: out of the load balancer first, SIGTERM then. */
export function stopTask(
  cell: Cell,
  deployment: Deployment | undefined,
  task: Task,
  code: string,
  reason: string,
  now: number,
): void {
  const groups = deployment && task.status === 'RUNNING' ? groupsOf(deployment) : [];
  const drained = Math.max(now, ...groups.map((arn) => deregisterTarget(cell, arn, task.ip, now)));
  task.stoppingAt = now;
  task.stopCode = code;
  task.stoppedReason = reason;
  task.status = 'DEACTIVATING';
  task.nextAt = drained > now ? drained : now + 1_000;
}

function log(cell: Cell, task: Task, lines: string[], now: number): void {
  const definition = findDefinition(cell, task.taskDefinition);
  for (const container of definition?.input.containerDefinitions ?? []) {
    const options = container.logConfiguration?.options;
    if (container.logConfiguration?.logDriver !== 'awslogs' || !options?.['awslogs-group']) continue;
    const stream = `${options['awslogs-stream-prefix'] ?? container.name}/${container.name}/${task.id}`;
    appendLog(cell, options['awslogs-group'], stream, lines, now);
  }
}

export const taskArn = (cell: Cell, task: Task): string => arnOf(cell, `task/${task.cluster}/${task.id}`);
