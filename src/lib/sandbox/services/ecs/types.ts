/** What ECS keeps for an account and region: plain values, times in milliseconds of sandbox time. */
import type { ImageFate } from '../../service.js';

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
  /** How many of them there were when the events last told that its tasks keep failing. */
  toldFailed: number;
  /** Whether it was ever steady: what a rollback returns to. */
  completed: boolean;
  /** No task of it is started before: back-off after failures. */
  notBefore: number;
  settings: Record<string, unknown>;
  /** Which of a load balancer's two target groups its tasks use: 1 is the alternate one. */
  slot: 0 | 1;
  /** Since when it has been as it should be, while its alarms are watched a while longer. */
  steadySince: number | null;
  /** ARNs of its service deployment and service revision. */
  record: string;
  revision: string;
}

export type Stage =
  | 'RECONCILE_SERVICE'
  | 'PRE_SCALE_UP'
  | 'SCALE_UP'
  | 'POST_SCALE_UP'
  | 'TEST_TRAFFIC_SHIFT'
  | 'POST_TEST_TRAFFIC_SHIFT'
  | 'PRODUCTION_TRAFFIC_SHIFT'
  | 'POST_PRODUCTION_TRAFFIC_SHIFT'
  | 'BAKE_TIME'
  | 'CLEAN_UP';

/** A lifecycle hook that was reached. */
export interface Hook {
  id: string;
  /** The stage, and the step of it, that waits for the hook. */
  gate: string;
  stage: string;
  targetType: 'AWS_LAMBDA' | 'PAUSE';
  targetArn: string | null;
  status: 'AWAITING_ACTION' | 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT';
  startedAt: number;
  expiresAt: number;
  timeoutAction: 'CONTINUE' | 'ROLLBACK';
}

export type RecordStatus =
  | 'PENDING'
  | 'IN_PROGRESS'
  | 'SUCCESSFUL'
  | 'STOPPED'
  | 'STOP_REQUESTED'
  | 'ROLLBACK_REQUESTED'
  | 'ROLLBACK_IN_PROGRESS'
  | 'ROLLBACK_SUCCESSFUL'
  | 'ROLLBACK_FAILED';

/** A service deployment: the record of one change of a service. */
export interface DeploymentRecord {
  arn: string;
  revision: string;
  sourceRevisions: string[];
  status: RecordStatus;
  statusReason: string | null;
  createdAt: number;
  startedAt: number | null;
  updatedAt: number;
  finishedAt: number | null;
  stoppedAt: number | null;
  /** As it ended; while it goes on the deployment counts. */
  failed: number;
  threshold: number;
  configuration: Record<string, unknown>;
  breaker: 'DISABLED' | 'MONITORING' | 'MONITORING_COMPLETE' | 'TRIGGERED';
  alarms: 'DISABLED' | 'MONITORING' | 'MONITORING_COMPLETE' | 'TRIGGERED';
  triggeredAlarms: string[];
  rollback: { reason: string; startedAt: number; revision: string } | null;
  /** Where a deployment by stages stands; null of a rolling one. */
  stage: Stage | null;
  stageSince: number;
  /** Share of the traffic that the new revision is asked to take. */
  productionWeight: number;
  testWeight: number;
  /** Shifts of production traffic made. */
  shifts: number;
  shiftedAt: number | null;
  hooks: Hook[];
  /** Tasks at its end, when the service has gone on since. */
  ended: { requested: number; running: number; pending: number } | null;
}

export interface Revision {
  arn: string;
  taskDefinition: string;
  launchType: string | null;
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
