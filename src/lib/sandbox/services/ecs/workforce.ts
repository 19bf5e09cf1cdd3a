/** What the scheduler does with tasks: starts what is missing, stops what is too much, replaces what is unhealthy. */
import { scheduleTask, tasksOf } from './agenda.js';
import { groupsOf } from './balancing.js';
import { configurationOf, isDaemon } from './configuration.js';
import { named, say } from './events.js';
import { count } from './failures.js';
import { launchTypeOf, nextProvider, place, type Wish } from './placement.js';
import {
  deploymentOf,
  findDefinition,
  isActive,
  isHealthy,
  isPending,
  isUnhealthy,
  slice,
  type Deployment,
  type LaunchType,
  type Task,
} from './state.js';
import { startTask, stopTask } from './tasks.js';
import { decideHealth } from './task-health.js';
import { enterGroup, hasGroup, leaveGroups } from './traffic.js';
import { type Shop, crewOf } from './crew.js';

/** How often the events tell that a task finds no place. */
const TELL_UNPLACED_MS = 5 * 60_000;

export const isProtected = (task: Task, now: number): boolean => task.protectedUntil !== null && now < task.protectedUntil;

/** Tasks that began to run go into their target groups, those that are to stop come out of them. */
export function tendTargets({ cell, world, service, now }: Shop): boolean {
  const entered = new Map<string, number>();
  const left = new Map<string, { deployment: string; count: number }>();
  const draining = new Map<string, number>();
  for (const task of tasksOf(cell, service)) {
    const deployment = deploymentOf(service, task.deployment);
    if (task.status === 'RUNNING' && !task.registered) {
      task.registered = true;
      if (!deployment) continue;
      task.targets = groupsOf(deployment).filter(({ group }) => hasGroup(cell, group));
      const checks = task.targets.map(({ group, port }) => enterGroup(cell, task, group, port, now));
      for (const { group } of task.targets) entered.set(group, (entered.get(group) ?? 0) + 1);
      if (groupsOf(deployment).length > 0) decideHealth(cell, task, checks, now);
    } else if (task.targets.length > 0 && !task.deregistered && !isActive(task) && now > task.stoppingAt!) {
      task.deregistered = true;
      const drained = leaveGroups(cell, task, now);
      for (const { group } of task.targets)
        left.set(group, { deployment: task.deployment ?? '', count: (left.get(group)?.count ?? 0) + 1 });
      draining.set(task.deployment ?? '', (draining.get(task.deployment ?? '') ?? 0) + 1);
      if (task.status === 'DEACTIVATING') scheduleTask(cell, task, Math.max(drained, now + 1));
    }
  }
  for (const [group, n] of entered) say(world, service, now, `registered ${n} targets in (target-group ${group})`);
  for (const [group, { count: n }] of left) say(world, service, now, `deregistered ${n} targets in (target-group ${group})`);
  for (const [id, n] of draining)
    say(world, service, now, `has begun draining connections on ${n} tasks.`, `(service ${service.name}, taskSet ${id})`);
  return entered.size > 0 || left.size > 0;
}

/** A task that turned healthy takes the failures before it off the circuit breaker's count, unless that is switched off. */
export function noteHealthy({ cell, service, now }: Shop): void {
  const reset = configurationOf(service).deploymentCircuitBreaker?.resetOnHealthyTask !== false;
  for (const task of tasksOf(cell, service)) {
    if (task.served || !isHealthy(task, now)) continue;
    task.served = true;
    const deployment = deploymentOf(service, task.deployment);
    if (deployment && reset) deployment.failed = deployment.toldFailed = 0;
  }
}

/** Says that a deployment's tasks keep failing before they run. */
export function tellFailures({ world, service, now }: Shop, deployment: Deployment): void {
  if (deployment.failed < 5 || deployment.failed < deployment.toldFailed + 10) return;
  deployment.toldFailed = deployment.failed;
  say(
    world,
    service,
    now,
    'is unable to consistently start tasks successfully. For more information, see the Troubleshooting section.',
  );
}

/**
 * Unhealthy tasks are replaced: what served before is kept until its replacement is healthy, where the bounds leave room
 * for one; what never got healthy stops at once. Returns whether anything was stopped.
 */
export function replaceUnhealthy(shop: Shop, deployment: Deployment, upper: number): boolean {
  const { cell, world, service, now } = shop;
  const { own, good, active } = crewOf(shop, deployment);
  const sick = own.filter((t) => isUnhealthy(t, now));
  if (sick.length === 0) return false;
  const replaced = good.filter((t) => isHealthy(t, now)).length >= service.desired;
  const coming = active < upper || good.some((t) => !isHealthy(t, now));
  const served = sick.filter((t) => t.served);
  const victims = [...sick.filter((t) => !t.served), ...(replaced ? served : coming ? [] : served.slice(0, 1))];
  for (const task of victims) {
    for (const { group, port } of task.targets)
      say(
        world,
        service,
        now,
        `(task ${task.id}) (port ${port}) is unhealthy in (target-group ${group}) due to (reason Health checks failed).`,
      );
    const group = task.targets[0]?.group;
    const reason = group ? `Task failed ELB health checks in (target-group ${group})` : 'Task failed container health checks';
    stopTask(cell, task, 'ServiceSchedulerInitiated', reason, now);
    say(world, service, now, `has stopped 1 running tasks: ${named([task])}.`);
    count(deployment, now);
  }
  return victims.length > 0;
}

export function stopTasks({ cell, world, service, now }: Shop, victims: readonly Task[]): void {
  const pending = victims.filter(isPending);
  const running = victims.filter((t) => t.status === 'RUNNING');
  for (const task of victims)
    stopTask(cell, task, 'ServiceSchedulerInitiated', `Scaling activity initiated by (deployment ${task.deployment})`, now);
  if (pending.length > 0) say(world, service, now, `stopped ${pending.length} pending tasks.`);
  if (running.length > 0) say(world, service, now, `has stopped ${running.length} running tasks: ${named(running)}.`);
}

const subnetsOf = (deployment: Deployment): string[] =>
  (deployment.settings['networkConfiguration'] as { awsvpcConfiguration?: { subnets?: string[] } } | undefined)
    ?.awsvpcConfiguration?.subnets ?? [];

/** What the next task of a deployment asks for. */
function wishOf({ cell, service }: Shop, deployment: Deployment, peers: readonly Task[]): Wish {
  const strategy = (service.settings['capacityProviderStrategy'] as Parameters<typeof nextProvider>[0] | undefined) ?? [];
  const provider = strategy.length > 0 ? nextProvider(strategy, peers) : null;
  const launchType = provider ? launchTypeOf(provider) : ((service.settings['launchType'] as LaunchType | undefined) ?? 'EC2');
  const group = provider ? slice(cell).providers[provider]?.name : undefined;
  return {
    cluster: service.cluster,
    launchType,
    capacityProvider: provider,
    subnets: subnetsOf(deployment),
    definition: findDefinition(cell, deployment.taskDefinition)!,
    peers,
    ...(isDaemon(service) ? { daemon: true } : {}),
    ...(group ? { capacityProvider: group } : {}),
  };
}

/** Starts what a deployment lacks, as far as the bounds and the capacity go. Returns how many it started. */
export function startMissing(shop: Shop, deployment: Deployment, upper: number): number {
  const { cell, world, service, now } = shop;
  if (deployment.rolloutState === 'FAILED' || now < deployment.notBefore) return 0;
  const { kept, active } = crewOf(shop, deployment);
  const missing = Math.min(service.desired - kept.length, upper - active);
  if (missing <= 0) return 0;
  for (const { group } of groupsOf(deployment))
    if (!hasGroup(cell, group)) {
      refuse(shop, `was unable to place a task. Reason: The target group ${group} does not exist.`);
      return 0;
    }
  const peers = [...kept];
  const started: Task[] = [];
  while (started.length < missing) {
    const wish = wishOf(shop, deployment, peers);
    const found = place(cell, world, wish);
    if ('event' in found) {
      refuse(shop, found.event);
      break;
    }
    const task = startTask(
      cell,
      world,
      {
        cluster: service.cluster,
        service: service.name,
        deployment: deployment.id,
        group: `service:${service.name}`,
        startedBy: deployment.id,
        definition: wish.definition,
        launchType: wish.launchType,
        capacityProvider: wish.capacityProvider,
        place: found,
        groups: groupsOfService(deployment),
        execute: service.settings['enableExecuteCommand'] === true,
        tags:
          service.settings['propagateTags'] === 'SERVICE'
            ? service.tags
            : service.settings['propagateTags'] === 'TASK_DEFINITION'
              ? wish.definition.tags
              : [],
      },
      now,
    );
    peers.push(task);
    started.push(task);
  }
  if (started.length === missing) service.unplacedAt = null;
  if (started.length > 0) say(world, service, now, `has started ${started.length} tasks: ${named(started)}.`);
  return started.length;
}

const groupsOfService = ({ settings }: Deployment): readonly string[] =>
  (settings['networkConfiguration'] as { awsvpcConfiguration?: { securityGroups?: string[] } } | undefined)?.awsvpcConfiguration
    ?.securityGroups ?? [];

/** Tells why a task found no place, not more often than every few minutes. */
function refuse({ world, service, now }: Shop, event: string): void {
  if (service.unplacedAt !== null && now - service.unplacedAt < TELL_UNPLACED_MS) return;
  service.unplacedAt = now;
  say(world, service, now, event);
}

/** A daemon runs once on each container instance that takes tasks. */
export function countDaemons({ cell, service }: Shop): void {
  if (!isDaemon(service)) return;
  const instances = Object.values(slice(cell).instances).filter((i) => i.cluster === service.cluster && i.status === 'ACTIVE');
  service.desired = instances.length;
}
