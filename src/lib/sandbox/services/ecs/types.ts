/** What ECS keeps for an account and region: plain values, times in milliseconds of sandbox time. */
import type { ImageFate } from '../../service.js';
import type { Deployment, DeploymentRecord, Revision } from './deployment-types.js';

export interface Tag {
  key: string;
  value: string;
}
export interface ContainerDefinition {
  name: string;
  image: string;
  cpu?: number;
  memory?: number;
  memoryReservation?: number;
  essential?: boolean;
  portMappings?: { containerPort?: number }[];
  healthCheck?: { interval?: number; retries?: number; startPeriod?: number };
  logConfiguration?: { logDriver?: string; options?: Record<string, string> };
  secrets?: { name: string; valueFrom: string }[];
}
export interface TaskDefinition {
  arn: string;
  family: string;
  revision: number;
  status: 'ACTIVE' | 'INACTIVE' | 'DELETE_IN_PROGRESS';
  registeredAt: number;
  deregisteredAt: number | null;
  registeredBy: string;
  input: Record<string, unknown> & { containerDefinitions: ContainerDefinition[] };
  tags: Tag[];
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
  /** Whether its events told that it can make no progress, and that it is steady. */
  stuck: boolean;
  steady: boolean;
  /** When its events last told that a task found no place. */
  unplacedAt: number | null;
  tags: Tag[];
}

export type TaskStatus =
  'PROVISIONING' | 'PENDING' | 'ACTIVATING' | 'RUNNING' | 'DEACTIVATING' | 'STOPPING' | 'DEPROVISIONING' | 'STOPPED';
export type LaunchType = 'FARGATE' | 'EC2';

export interface Task {
  id: string;
  cluster: string;
  /** The service it belongs to, or null of one that runs by itself. */
  service: string | null;
  deployment: string | null;
  group: string;
  startedBy: string | null;
  taskDefinition: string;
  launchType: LaunchType;
  capacityProvider: string | null;
  /** Id of its container instance, on EC2. */
  instance: string | null;
  status: TaskStatus;
  /** When something happens to it next, or null. */
  nextAt: number | null;
  createdAt: number;
  pulledAt: number | null;
  startedAt: number | null;
  stoppingAt: number | null;
  stoppedAt: number | null;
  stopCode: string | null;
  stoppedReason: string | null;
  outcome: ImageFate['outcome'];
  /** Name of the container that has it; of older states it is not known. */
  fated?: string;
  /** Target groups that it has been registered in. */
  targets: { group: string; port: number }[];
  /** Whether the scheduler has brought it to its target groups, and away from them. */
  registered: boolean;
  deregistered: boolean;
  healthyAt: number | null;
  unhealthyAt: number | null;
  /** Whether it was healthy once. */
  served: boolean;
  protectedUntil: number | null;
  ip: string;
  mac: string;
  zone: string;
  subnet: string | null;
  /** Security groups of its network interface; of older states it is not known. */
  groups?: string[];
  cpu: number;
  memory: number;
  /** When it ends by itself, and its containers' exit code then. */
  endsAt: number | null;
  overrides: Record<string, unknown>;
  execute: boolean;
  tags: Tag[];
  containers: {
    name: string;
    image: string;
    imageDigest: string;
    runtimeId: string;
    exitCode: number | null;
    reason: string | null;
  }[];
}

export interface Instance {
  id: string;
  arn: string;
  cluster: string;
  ec2Id: string;
  zone: string;
  status: 'ACTIVE' | 'DRAINING';
  registeredAt: number;
  version: number;
  cpu: number;
  memory: number;
  agent: Record<string, unknown>;
  attributes: { name: string; value?: string }[];
  capacityProvider: string | null;
  tags: Tag[];
}

export interface Cluster {
  name: string;
  status: 'ACTIVE' | 'INACTIVE';
  createdAt: number;
  tags: Tag[];
  settings: { name: string; value: string }[];
  configuration: Record<string, unknown> | null;
  serviceConnectDefaults: Record<string, unknown> | null;
  capacityProviders: string[];
  strategy: { capacityProvider: string; weight?: number; base?: number }[];
}

export interface EcsSlice {
  clusters: Record<string, Cluster>;
  families: Record<string, TaskDefinition[]>;
  /** By `cluster/name`. */
  services: Record<string, Service>;
  tasks: Record<string, Task>;
  instances: Record<string, Instance>;
  /** Capacity providers of groups of instances, by name. */
  providers: Record<string, { name: string; group: Record<string, unknown>; tags: Tag[]; createdAt: number }>;
  /** What RunTask was asked with a client token, and what it started, by `cluster token`; states of before have none. */
  runs?: Record<string, { request: string; tasks: string[]; at: number }>;
  /** Account settings: by name, of the account and of principals. */
  settings: Record<string, Record<string, string>>;
}
