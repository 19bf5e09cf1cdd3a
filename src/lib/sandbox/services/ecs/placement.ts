/** Where a new task goes: spread over the zones that have capacity; on EC2 to a container instance with room for it. */
import type { Cell, World } from '../../service.js';
import { tasksOn } from './agenda.js';
import { slice, type ContainerDefinition, type Instance, type LaunchType, type Task, type TaskDefinition } from './state.js';
import { hasRoom, spotsOf, type Spot } from './zones.js';

export interface Place extends Spot {
  readonly instance: string | null;
}
/** Why there is none: for a service's events, and for RunTask's failures. */
export interface NoPlace {
  readonly event: string;
  readonly failure: { readonly arn?: string; readonly reason: string };
}

export interface Wish {
  readonly cluster: string;
  readonly launchType: LaunchType;
  readonly capacityProvider: string | null;
  readonly subnets: readonly string[];
  readonly definition: TaskDefinition;
  /** Tasks that it should be spread apart from. */
  readonly peers: readonly Task[];
  /** Whether one task goes to each instance. */
  readonly daemon?: boolean;
}

const NO_CAPACITY = 'Capacity is unavailable at this time. Please try again later or in a different availability zone';

export function place(cell: Cell, world: World, wish: Wish): Place | NoPlace {
  return wish.launchType === 'FARGATE' ? placeOnFargate(cell, world, wish) : placeOnInstance(cell, world, wish);
}

const countBy = (tasks: readonly Task[], zone: string): number => tasks.filter((t) => t.zone === zone).length;

function placeOnFargate(cell: Cell, world: World, { subnets, peers }: Wish): Place | NoPlace {
  let best: { spot: Spot; count: number } | null = null;
  for (const spot of spotsOf(cell, subnets)) {
    if (!hasRoom(cell, world, spot.zone)) continue;
    const count = countBy(peers, spot.zone);
    if (best === null || count < best.count) best = { spot, count };
  }
  if (best) return { ...best.spot, instance: null };
  return { event: `was unable to place a task. Reason: ${NO_CAPACITY}.`, failure: { reason: NO_CAPACITY } };
}

/** CPU units and MiB that a task takes. */
export function needsOf({ input }: TaskDefinition): { cpu: number; memory: number } {
  const sum = (of: (c: ContainerDefinition) => number | undefined): number =>
    input.containerDefinitions.reduce((total, c) => total + (of(c) ?? 0), 0);
  return {
    cpu: Number(input['cpu'] ?? 0) || sum((c) => c.cpu),
    memory: Number(input['memory'] ?? 0) || sum((c) => c.memoryReservation ?? c.memory),
  };
}

export function remainingOn(cell: Cell, instance: Instance): { cpu: number; memory: number } {
  const tasks = tasksOn(cell, instance.id);
  return {
    cpu: instance.cpu - tasks.reduce((sum, t) => sum + t.cpu, 0),
    memory: instance.memory - tasks.reduce((sum, t) => sum + t.memory, 0),
  };
}

export const instancesOf = (cell: Cell, cluster: string): Instance[] =>
  Object.values(slice(cell).instances).filter((i) => i.cluster === cluster);

function placeOnInstance(cell: Cell, world: World, wish: Wish): Place | NoPlace {
  const start = 'was unable to place a task because no container instance met all of its requirements.';
  const open = instancesOf(cell, wish.cluster)
    .filter((i) => i.status === 'ACTIVE' && (wish.capacityProvider === null || i.capacityProvider === wish.capacityProvider))
    .filter((i) => !wish.daemon || !wish.peers.some((t) => t.instance === i.id));
  if (open.length === 0)
    return {
      event: `${start} Reason: No Container Instances were found in your ${wish.capacityProvider === null ? 'cluster' : 'capacity provider'}.`,
      failure: { reason: 'No Container Instances were found in your cluster.' },
    };
  const zones = new Map(spotsOf(cell, wish.subnets).map((spot) => [spot.zone, spot.subnet]));
  const needs = needsOf(wish.definition);
  const ranked = open
    .map((instance) => ({
      instance,
      left: remainingOn(cell, instance),
      inZone: countBy(wish.peers, instance.zone),
      here: wish.peers.filter((t) => t.instance === instance.id).length,
    }))
    .sort((a, b) => a.inZone - b.inZone || a.here - b.here || b.left.memory - a.left.memory);
  const fits = ranked.filter(({ left }) => left.cpu >= needs.cpu && left.memory >= needs.memory);
  const found = fits.find(({ instance }) => hasRoom(cell, world, instance.zone));
  if (found) return { zone: found.instance.zone, subnet: zones.get(found.instance.zone) ?? null, instance: found.instance.id };
  if (fits.length > 0) return { event: `was unable to place a task. Reason: ${NO_CAPACITY}.`, failure: { reason: NO_CAPACITY } };
  const closest = ranked.reduce((a, b) => (b.left.memory > a.left.memory ? b : a));
  const short = closest.left.cpu < needs.cpu ? ['CPU units', 'RESOURCE:CPU'] : ['memory', 'RESOURCE:MEMORY'];
  return {
    event: `${start} The closest matching container-instance ${closest.instance.id} has insufficient ${short[0]} available.`,
    failure: { arn: closest.instance.arn, reason: short[1]! },
  };
}

interface Share {
  capacityProvider: string;
  weight?: number;
  base?: number;
}

/** Which provider of a strategy the next task uses: bases first, then whichever is furthest behind its weight. */
export function nextProvider(strategy: readonly Share[], peers: readonly Task[]): string | null {
  const count = (name: string): number => peers.filter((t) => t.capacityProvider === name).length;
  const short = strategy.find((s) => count(s.capacityProvider) < (s.base ?? 0));
  if (short) return short.capacityProvider;
  const weighted = strategy.filter((s) => (s.weight ?? 0) > 0);
  const load = (s: Share): number => (count(s.capacityProvider) - (s.base ?? 0)) / s.weight!;
  return weighted.length === 0 ? null : weighted.reduce((a, b) => (load(b) < load(a) ? b : a)).capacityProvider;
}

export const launchTypeOf = (provider: string): LaunchType => (/^FARGATE(_SPOT)?$/.test(provider) ? 'FARGATE' : 'EC2');
