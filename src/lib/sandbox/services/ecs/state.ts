/** What ECS keeps for an account and region: plain values, times in milliseconds of sandbox time. */
import { AwsError, type Cell } from '../../service.js';

export interface TaskDefinition {
  arn: string;
  family: string;
  revision: number;
  status: 'ACTIVE' | 'INACTIVE';
  registeredAt: number;
  registeredBy: string;
  input: Record<string, unknown> & { containerDefinitions: ContainerDefinition[] };
  tags: Tag[];
}
export interface ContainerDefinition {
  name: string;
  image: string;
  essential?: boolean;
  healthCheck?: { interval?: number; retries?: number; startPeriod?: number };
  logConfiguration?: { logDriver?: string; options?: Record<string, string> };
}
export interface Tag {
  key: string;
  value: string;
}
export type RolloutState = 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
export interface Deployment {
  /** `ecs-svc/N`. */
  id: string;
  status: 'PRIMARY' | 'ACTIVE' | 'INACTIVE';
  taskDefinition: string;
  rolloutState: RolloutState;
  reason: string;
  createdAt: number;
  updatedAt: number;
  /** Tasks that failed, as the circuit breaker counts them. */
  failed: number;
  /** Whether it was ever steady: what a rollback returns to. */
  completed: boolean;
  /** No task of it is started before: back-off after failures. */
  notBefore: number;
  settings: Record<string, unknown>;
  /** ARNs of its service deployment and service revision. */
  record: string;
  revision: string;
}
export interface DeploymentRecord {
  arn: string;
  revision: string;
  sourceRevisions: string[];
  status: string;
  statusReason: string | null;
  createdAt: number;
  finishedAt: number | null;
  failed: number;
  threshold: number;
  breaker: { enable: boolean; rollback: boolean };
  rollback: { reason: string; startedAt: number; revision: string } | null;
}
export interface Revision {
  arn: string;
  taskDefinition: string;
  settings: Record<string, unknown>;
  images: { containerName: string; image: string; imageDigest: string }[];
  createdAt: number;
}
export interface Service {
  cluster: string;
  name: string;
  arn: string;
  status: 'ACTIVE' | 'DRAINING' | 'INACTIVE';
  desired: number;
  createdAt: number;
  createdBy: string;
  clientToken: string | null;
  /** Members of CreateService and UpdateService as they stand. */
  settings: Record<string, unknown>;
  /** Newest first. */
  deployments: Deployment[];
  records: DeploymentRecord[];
  revisions: Revision[];
  /** Newest first, at most 100. */
  events: { id: string; at: number; message: string }[];
  /** When the scheduler looks next, or null while nothing is to be done. */
  nextTick: number | null;
  stuck: boolean;
  tags: Tag[];
}
export type TaskStatus =
  'PROVISIONING' | 'PENDING' | 'ACTIVATING' | 'RUNNING' | 'DEACTIVATING' | 'STOPPING' | 'DEPROVISIONING' | 'STOPPED';
export interface Task {
  id: string;
  cluster: string;
  service: string;
  deployment: string;
  taskDefinition: string;
  status: TaskStatus;
  /** When it goes on to its next state, or null. */
  nextAt: number | null;
  createdAt: number;
  startedAt: number | null;
  stoppingAt: number | null;
  stoppedAt: number | null;
  stopCode: string | null;
  stoppedReason: string | null;
  outcome: string;
  healthyAt: number | null;
  unhealthyAt: number | null;
  ip: string;
  zone: string;
  containers: { name: string; image: string; imageDigest: string; exitCode: number | null; reason: string | null }[];
}
export interface EcsSlice {
  clusters: Record<string, { createdAt: number; tags: Tag[] }>;
  families: Record<string, TaskDefinition[]>;
  /** By `cluster/name`. */
  services: Record<string, Service>;
  tasks: Record<string, Task>;
}

export const slice = (cell: Cell): EcsSlice => cell.slice('ecs', () => ({ clusters: {}, families: {}, services: {}, tasks: {} }));
export const arnOf = ({ account, region }: Cell, rest: string): string => `arn:aws:ecs:${region}:${account}:${rest}`;

/** Name of a cluster given by name or ARN; it has to be there. */
export function clusterOf(cell: Cell, reference = 'default'): string {
  const name = reference.split('/').at(-1)!;
  if (!slice(cell).clusters[name]) throw new AwsError('ClusterNotFoundException', 'Cluster not found.');
  return name;
}

/** A service by name or ARN, or null. */
export const findService = (cell: Cell, cluster: string, reference: string): Service | null =>
  slice(cell).services[`${cluster}/${reference.split('/').at(-1)!}`] ?? null;

export function findDefinition(cell: Cell, reference: string): TaskDefinition | null {
  const name = reference.split('/').at(-1)!;
  const [family, revision] = name.split(':') as [string, string | undefined];
  const all = slice(cell).families[family] ?? [];
  if (revision === undefined) return all.filter((d) => d.status === 'ACTIVE').at(-1) ?? null;
  return all.find((d) => d.revision === Number(revision)) ?? null;
}

export const tasksOf = (cell: Cell, service: Service): Task[] =>
  Object.values(slice(cell).tasks).filter((t) => t.service === service.name && t.cluster === service.cluster);

/** RUNNING or on the way there. */
export const isActive = (task: Task): boolean => isPending(task) || task.status === 'RUNNING';
export const isPending = (task: Task): boolean => ['PROVISIONING', 'PENDING', 'ACTIVATING'].includes(task.status);
