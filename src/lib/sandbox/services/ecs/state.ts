/** ECS's slice of the state, and how things are found in it. */
import { AwsError, type Cell } from '../../service.js';
import type { EcsSlice, Service, Task, TaskDefinition } from './types.js';
import type { Deployment, DeploymentRecord } from './deployment-types.js';

export * from './deployment-types.js';
export * from './types.js';

export const invalid = (message: string): AwsError => new AwsError('InvalidParameterException', message);

export const slice = (cell: Cell): EcsSlice =>
  cell.slice('ecs', () => ({ clusters: {}, families: {}, services: {}, tasks: {}, instances: {}, providers: {}, settings: {} }));

export const arnOf = ({ account, region }: Cell, rest: string): string => `arn:aws:ecs:${region}:${account}:${rest}`;
export const lastPart = (reference: string): string => reference.split('/').at(-1)!;

/** The entry of that very name: never one that every object inherits, such as `constructor`. */
export const own = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;

/** Name of a cluster given by name or ARN; it has to be there. */
export function clusterOf(cell: Cell, reference = 'default'): string {
  const name = lastPart(reference);
  if (own(slice(cell).clusters, name)?.status !== 'ACTIVE') throw new AwsError('ClusterNotFoundException', 'Cluster not found.');
  return name;
}

/** A service by name or ARN, or null. */
export const findService = (cell: Cell, cluster: string, reference: string): Service | null =>
  own(slice(cell).services, `${cluster}/${lastPart(reference)}`) ?? null;

/** A task definition by family, `family:revision` or ARN, or null. */
export function findDefinition(cell: Cell, reference: string): TaskDefinition | null {
  const [family, revision] = lastPart(reference).split(':') as [string, string | undefined];
  const all = own(slice(cell).families, family) ?? [];
  if (revision === undefined) return all.findLast((d) => d.status === 'ACTIVE') ?? null;
  const number = Number(revision);
  const near = all[number - 1];
  return (near?.revision === number ? near : all.find((d) => d.revision === number)) ?? null;
}

export const keyOf = (service: Service): string => `${service.cluster}/${service.name}`;
export const serviceOfTask = (cell: Cell, task: Task): Service | null =>
  task.service === null ? null : (own(slice(cell).services, `${task.cluster}/${task.service}`) ?? null);
export const deploymentOf = (service: Service, id: string | null): Deployment | undefined =>
  service.deployments.find((d) => d.id === id);
/** The record of the change that goes on, or null. */
export const openRecord = (service: Service): DeploymentRecord | null =>
  service.records[0]?.finishedAt === null ? service.records[0] : null;

/** RUNNING or on the way there. */
export const isActive = (task: Task): boolean => isPending(task) || task.status === 'RUNNING';
export const isPending = (task: Task): boolean =>
  task.status === 'PROVISIONING' || task.status === 'PENDING' || task.status === 'ACTIVATING';
export const isHealthy = (task: Task, now: number): boolean =>
  task.status === 'RUNNING' &&
  task.healthyAt !== null &&
  task.healthyAt <= now &&
  (task.unhealthyAt === null || now < task.unhealthyAt);
export const isUnhealthy = (task: Task, now: number): boolean =>
  task.status === 'RUNNING' && task.unhealthyAt !== null && task.unhealthyAt <= now;

/** As many things by name or ARN as one call may ask for. */
export function atMost(items: readonly string[], most: number, what: string): void {
  if (items.length > most) throw new AwsError('InvalidParameterException', `${what} cannot have more than ${most} elements.`);
}
