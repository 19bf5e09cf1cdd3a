/** A task's life, state by state: how long each lasts, how it ends when its image misbehaves. */
import type { Cell, ImageFate, World } from '../../service.js';
import { appendLog } from '../logs.js';
import { addTask, freePlace, scheduleTask } from './agenda.js';
import { missingSecret, notPulled } from './cannot-start.js';
import { needsOf, type Place } from './placement.js';
import {
  arnOf,
  deploymentOf,
  findDefinition,
  serviceOfTask,
  type LaunchType,
  type Tag,
  type Task,
  type TaskDefinition,
} from './state.js';
import { groupsOf } from './balancing.js';
import { count } from './failures.js';
import { addressIn } from './task-interfaces.js';
import { failChecks } from './traffic.js';
import { LATER_MS, decideHealth, scheduleRunning } from './task-health.js';

/** Stopped tasks stay visible for an hour. */
const KEEP_STOPPED_MS = 3_600_000;
/** A standalone task whose command was overridden does its work and ends. */
const ERRAND_MS = 15_000;

export interface NewTask {
  readonly cluster: string;
  readonly service: string | null;
  readonly deployment: string | null;
  readonly group: string;
  readonly startedBy: string | null;
  readonly definition: TaskDefinition;
  readonly launchType: LaunchType;
  readonly capacityProvider: string | null;
  readonly place: Place;
  /** Security groups, where it has an interface of its own. */
  readonly groups?: readonly string[];
  readonly overrides?: Record<string, unknown>;
  readonly execute?: boolean;
  readonly tags?: Tag[];
}

const between = (spread: number, low: number, high: number): number => low + (spread % (high - low));
const slowness = (outcome: string): number => (outcome === 'slow' ? 4 : 1);

/** How long a task takes to its next state: a warm instance is faster than Fargate. */
const lasts: Readonly<Record<LaunchType, { provisioning: [number, number]; pulling: number; activating: number }>> = {
  FARGATE: { provisioning: [10_000, 20_000], pulling: 12_000, activating: 5_000 },
  EC2: { provisioning: [1_000, 2_000], pulling: 4_000, activating: 2_000 },
};

export function startTask(cell: Cell, world: World, wanted: NewTask, now: number): Task {
  const id = world.id(32);
  const { definition, place } = wanted;
  const fates = definition.input.containerDefinitions.map((c) => ({ c, fate: world.image(cell.account, cell.region, c.image) }));
  // One that is not essential may end: its task goes on.
  const fated = fates.find(({ c, fate }) => fate.outcome !== 'ok' && (c.essential !== false || fate.outcome === 'missing'));
  const outcome: ImageFate['outcome'] = fated?.fate.outcome ?? 'ok';
  const spread = parseInt(id.slice(0, 8), 16);
  const third = 'abc'.indexOf(place.zone.at(-1)!);
  const task: Task = {
    id,
    cluster: wanted.cluster,
    service: wanted.service,
    deployment: wanted.deployment,
    group: wanted.group,
    startedBy: wanted.startedBy,
    taskDefinition: definition.arn,
    launchType: wanted.launchType,
    capacityProvider: wanted.capacityProvider,
    instance: place.instance,
    status: 'PROVISIONING',
    nextAt: null,
    createdAt: now,
    pulledAt: null,
    startedAt: null,
    stoppingAt: null,
    stoppedAt: null,
    stopCode: null,
    stoppedReason: null,
    outcome,
    ...(fated ? { fated: fated.c.name } : {}),
    targets: [],
    registered: false,
    deregistered: false,
    healthyAt: null,
    unhealthyAt: null,
    served: false,
    protectedUntil: null,
    ip:
      addressIn(cell, place.subnet, spread) ??
      `10.0.${Math.max(0, third) * 64 + ((spread >>> 8) & 63)}.${4 + ((spread >>> 14) % 250)}`,
    mac: `0a:${id.slice(8, 18).replace(/(..)(?=.)/g, '$1:')}`,
    zone: place.zone,
    subnet: place.subnet,
    groups: [...(wanted.groups ?? [])],
    ...needsOf(definition),
    endsAt: null,
    overrides: wanted.overrides ?? {},
    execute: wanted.execute ?? false,
    tags: wanted.tags ?? [],
    containers: fates.map(({ c, fate }, at) => ({
      name: c.name,
      image: c.image,
      imageDigest: fate.digest,
      runtimeId: `${id}-${(spread + at) % 4_294_967_296}`,
      exitCode: null,
      reason: null,
    })),
  };
  addTask(cell, task);
  scheduleTask(cell, task, now + between(spread, ...lasts[task.launchType].provisioning) * slowness(outcome));
  return task;
}

/** What a task that is due does next. Failures before RUNNING count for the circuit breaker. */
export function stepTask(cell: Cell, task: Task, now: number): void {
  const go = (status: Task['status'], forMs: number): void => {
    task.status = status;
    scheduleTask(cell, task, now + forMs);
  };
  const { pulling, activating } = lasts[task.launchType];
  switch (task.status) {
    case 'PROVISIONING':
      return go('PENDING', pulling * slowness(task.outcome));
    case 'PENDING': {
      const reason = task.outcome === 'missing' ? notPulled(fatedOf(task)) : missingSecret(cell, task);
      if (reason !== null) return fail(cell, task, 'TaskFailedToStart', reason, now);
      task.pulledAt = now;
      return go('ACTIVATING', activating * slowness(task.outcome));
    }
    case 'ACTIVATING':
      if (DIES_AT_ONCE.has(task.outcome)) return crash(cell, task, now);
      task.status = 'RUNNING';
      task.startedAt = now;
      return run(cell, task, now);
    case 'RUNNING':
      return goOn(cell, task, now);
    case 'DEACTIVATING':
      return go('STOPPING', 5_000);
    case 'STOPPING':
      for (const container of task.containers) container.exitCode ??= 0;
      return go('DEPROVISIONING', 3_000);
    default:
      task.status = 'STOPPED';
      task.stoppedAt = now;
      freePlace(cell, task);
      scheduleTask(cell, task, now + KEEP_STOPPED_MS);
  }
}

const DIES_AT_ONCE: ReadonlySet<string> = new Set(['exits', 'oom', 'wrong-platform']);

const fatedOf = (task: Task): Task['containers'][number] =>
  task.containers.find(({ name }) => name === task.fated) ?? task.containers[0]!;

/** One of its containers ends by itself, and the others with it. */
function crash(cell: Cell, task: Task, now: number): void {
  const oom = task.outcome === 'oom';
  const started = task.startedAt !== null;
  const container = fatedOf(task);
  const foreign = task.outcome === 'wrong-platform';
  container.exitCode = oom ? 137 : foreign ? 255 : 1;
  if (oom) container.reason = 'OutOfMemoryError: Container killed due to memory usage';
  const lines = oom
    ? ['starting', 'allocating']
    : foreign
      ? ['exec /usr/local/bin/app: exec format error']
      : started
        ? ['fatal: exiting with code 1']
        : ['starting', 'fatal: cannot start: exiting with code 1'];
  log(cell, task, lines, now, container.name);
  // The others had begun, and are told to stop.
  for (const other of task.containers) {
    if (other === container) continue;
    if (!started) log(cell, task, ['starting', 'listening'], now, other.name);
    other.exitCode = 143;
  }
  fail(cell, task, 'EssentialContainerExited', 'Essential container in task exited', now);
}

/** Ends a task whose containers are gone already. What never ran counts as a failure of its deployment. */
function fail(cell: Cell, task: Task, code: string, reason: string, now: number): void {
  const service = serviceOfTask(cell, task);
  const deployment = service ? deploymentOf(service, task.deployment) : undefined;
  if (deployment && task.startedAt === null) count(deployment, now);
  task.status = 'DEPROVISIONING';
  task.stoppingAt = now;
  task.stopCode = code;
  task.stoppedReason = reason;
  for (const container of task.containers) container.exitCode ??= task.startedAt === null ? null : 0;
  scheduleTask(cell, task, now + 3_000);
}

/** A running task: its checks begin, unless the scheduler has to bring it to its load balancers first. */
function run(cell: Cell, task: Task, now: number): void {
  const errand = task.service === null && hasCommand(task);
  log(cell, task, ['starting', errand ? 'working' : 'listening'], now);
  if (task.outcome === 'crash-later') task.endsAt = now + LATER_MS;
  else if (errand) task.endsAt = now + ERRAND_MS;
  const service = serviceOfTask(cell, task);
  const deployment = service ? deploymentOf(service, task.deployment) : undefined;
  if (!deployment || groupsOf(deployment).length === 0) decideHealth(cell, task, [], now);
  scheduleRunning(cell, task, now);
}

function goOn(cell: Cell, task: Task, now: number): void {
  if (task.endsAt !== null && task.endsAt <= now) {
    if (task.outcome === 'crash-later') return crash(cell, task, now);
    for (const container of task.containers) container.exitCode = 0;
    log(cell, task, ['done'], now);
    return fail(cell, task, 'EssentialContainerExited', 'Essential container in task exited', now);
  }
  if (task.outcome === 'unhealthy-later' && task.unhealthyAt === now) failChecks(cell, task, now);
  scheduleRunning(cell, task, now);
}

const hasCommand = (task: Task): boolean =>
  ((task.overrides['containerOverrides'] as { command?: string[] }[] | undefined) ?? []).some(
    (o) => (o.command?.length ?? 0) > 0,
  );

/** Begins to stop a task: out of its load balancers first, where the scheduler takes it at its next look; SIGTERM then. */
export function stopTask(cell: Cell, task: Task, code: string, reason: string, now: number): void {
  const balanced = task.status === 'RUNNING' && task.targets.length > 0;
  task.stoppingAt = now;
  task.stopCode = code;
  task.stoppedReason = reason;
  task.status = 'DEACTIVATING';
  scheduleTask(cell, task, balanced ? null : now + 1_000);
}

/** Of all its containers, or of one. */
function log(cell: Cell, task: Task, lines: string[], now: number, of?: string): void {
  const definition = findDefinition(cell, task.taskDefinition);
  for (const container of definition?.input.containerDefinitions ?? []) {
    if (of !== undefined && container.name !== of) continue;
    const options = container.logConfiguration?.options;
    if (container.logConfiguration?.logDriver !== 'awslogs' || !options?.['awslogs-group']) continue;
    const stream = `${options['awslogs-stream-prefix'] ?? container.name}/${container.name}/${task.id}`;
    appendLog(cell, options['awslogs-group'], stream, lines, now);
  }
}

export const taskArn = (cell: Cell, task: Task): string => arnOf(cell, `task/${task.cluster}/${task.id}`);
