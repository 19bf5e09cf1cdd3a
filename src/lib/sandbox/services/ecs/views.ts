/** ECS's answers, from its state. */
import type { Cell } from '../../service.js';
import { tasksOf } from './agenda.js';
import { thresholdOfService } from './configuration.js';
import {
  arnOf,
  findDefinition,
  isHealthy,
  isPending,
  isUnhealthy,
  type ContainerDefinition,
  type Deployment,
  type DeploymentRecord,
  type Revision,
  type Service,
  type Task,
} from './state.js';
import { taskArn } from './tasks.js';

const date = (ms: number | null): Date | undefined => (ms === null ? undefined : new Date(ms));
export const clusterArn = (cell: Cell, name: string): string => arnOf(cell, `cluster/${name}`);

interface Counts {
  running: number;
  pending: number;
}
/** RUNNING and pending tasks of each deployment, counted in one go. */
function countTasks(tasks: readonly Task[]): (id: string) => Counts {
  const counts = new Map<string | null, Counts>();
  for (const task of tasks) {
    const running = task.status === 'RUNNING';
    if (!running && !isPending(task)) continue;
    const entry = counts.get(task.deployment) ?? { running: 0, pending: 0 };
    if (running) entry.running++;
    else entry.pending++;
    counts.set(task.deployment, entry);
  }
  return (id) => counts.get(id) ?? { running: 0, pending: 0 };
}

/** An event never changes: it is shown as the same object each time. */
const shownEvents = new WeakMap<Service['events'][number], object>();
function showEvent(event: Service['events'][number]): object {
  const known = shownEvents.get(event);
  if (known) return known;
  const made = { id: event.id, createdAt: new Date(event.at), message: event.message };
  shownEvents.set(event, made);
  return made;
}

export function showService(cell: Cell, service: Service): object {
  const tasks = tasksOf(cell, service);
  const counts = countTasks(tasks);
  const primary = service.deployments.find((d) => d.status === 'PRIMARY');
  const open = service.records[0]?.finishedAt === null ? service.records[0] : undefined;
  return {
    ...service.settings,
    serviceArn: service.arn,
    serviceName: service.name,
    clusterArn: clusterArn(cell, service.cluster),
    status: service.status,
    desiredCount: service.desired,
    runningCount: tasks.filter((t) => t.status === 'RUNNING').length,
    pendingCount: tasks.filter(isPending).length,
    taskDefinition: primary?.taskDefinition ?? service.revisions[0]?.taskDefinition,
    deployments: service.deployments.map((d) => showDeployment(service, d, counts(d.id))),
    events: service.events.map(showEvent),
    createdAt: new Date(service.createdAt),
    createdBy: service.createdBy,
    currentServiceDeployment: open?.arn,
    currentServiceRevisions: service.deployments.map((d) => ({
      arn: d.revision,
      requestedTaskCount: wantedOf(service, d, counts(d.id)),
      runningTaskCount: counts(d.id).running,
      pendingTaskCount: counts(d.id).pending,
    })),
  };
}

/** How many tasks a deployment is to have: an old one by stages keeps all until the clean-up. */
function wantedOf(service: Service, deployment: Deployment, { running }: Counts): number {
  if (deployment.rolloutState === 'FAILED') return 0;
  return deployment.status === 'PRIMARY' ? service.desired : running;
}

function showDeployment(service: Service, deployment: Deployment, counts: Counts): object {
  const strategy = service.settings['capacityProviderStrategy'] as unknown[] | undefined;
  return {
    networkConfiguration: deployment.settings['networkConfiguration'],
    serviceConnectConfiguration: deployment.settings['serviceConnectConfiguration'],
    volumeConfigurations: deployment.settings['volumeConfigurations'],
    vpcLatticeConfigurations: deployment.settings['vpcLatticeConfigurations'],
    platformVersion: service.settings['platformVersion'] === undefined ? undefined : '1.4.0',
    platformFamily: service.settings['platformFamily'],
    ...(strategy?.length ? { capacityProviderStrategy: strategy } : { launchType: service.settings['launchType'] }),
    id: deployment.id,
    status: deployment.status,
    taskDefinition: deployment.taskDefinition,
    desiredCount: wantedOf(service, deployment, counts),
    runningCount: counts.running,
    pendingCount: counts.pending,
    failedTasks: deployment.failed,
    rolloutState: deployment.rolloutState,
    rolloutStateReason: deployment.reason,
    createdAt: new Date(deployment.createdAt),
    updatedAt: new Date(deployment.updatedAt),
  };
}

/** Only a container's own check tells: what a load balancer finds is not shown here. */
const healthOf = (task: Task, now: number, checked: boolean): string =>
  !checked ? 'UNKNOWN' : isUnhealthy(task, now) ? 'UNHEALTHY' : isHealthy(task, now) ? 'HEALTHY' : 'UNKNOWN';

export function showTask(cell: Cell, task: Task, now: number): object {
  const stopping = task.stoppingAt !== null;
  const arn = taskArn(cell, task);
  const input = findDefinition(cell, task.taskDefinition)?.input;
  const defined = new Map((input?.containerDefinitions ?? []).map((c: ContainerDefinition) => [c.name, c]));
  const fargate = task.launchType === 'FARGATE';
  const awsvpc = input?.['networkMode'] === 'awsvpc';
  const connectivityAt = task.pulledAt ?? task.startedAt;
  return {
    taskArn: arn,
    clusterArn: clusterArn(cell, task.cluster),
    taskDefinitionArn: task.taskDefinition,
    lastStatus: task.status,
    desiredStatus: stopping ? 'STOPPED' : 'RUNNING',
    startedBy: task.startedBy ?? undefined,
    group: task.group,
    ...(task.capacityProvider ? { capacityProviderName: task.capacityProvider } : {}),
    launchType: task.launchType,
    ...(fargate
      ? {
          platformVersion: '1.4.0',
          platformFamily: 'Linux',
          ephemeralStorage: { sizeInGiB: 20 },
          fargateEphemeralStorage: { sizeInGiB: 20 },
        }
      : {}),
    containerInstanceArn: task.instance ? arnOf(cell, `container-instance/${task.cluster}/${task.instance}`) : undefined,
    availabilityZone: task.zone,
    attributes: [{ name: 'ecs.cpu-architecture', value: 'x86_64' }],
    cpu: String(task.cpu),
    memory: String(task.memory),
    healthStatus: healthOf(
      task,
      now,
      [...defined.values()].some((c) => c.healthCheck !== undefined),
    ),
    connectivity: connectivityAt === null ? undefined : 'CONNECTED',
    connectivityAt: date(connectivityAt),
    pullStartedAt: date(task.pulledAt === null ? null : task.pulledAt - 3_000),
    pullStoppedAt: date(task.pulledAt),
    createdAt: date(task.createdAt),
    startedAt: date(task.startedAt),
    stoppingAt: date(task.stoppingAt),
    executionStoppedAt:
      stopping && task.status !== 'DEACTIVATING' && task.status !== 'STOPPING' ? date(task.stoppingAt) : undefined,
    stoppedAt: date(task.stoppedAt),
    stopCode: task.stopCode ?? undefined,
    stoppedReason: task.stoppedReason ?? undefined,
    enableExecuteCommand: task.execute,
    overrides: {
      containerOverrides: task.containers.map((c) => ({ name: c.name })),
      inferenceAcceleratorOverrides: [],
      ...task.overrides,
    },
    tags: task.tags,
    version: versionOf(task),
    attachments: awsvpc
      ? [
          {
            id: `${task.id.slice(0, 8)}-${task.id.slice(8, 12)}-${task.id.slice(12, 16)}-${task.id.slice(16, 20)}-${task.id.slice(20)}`,
            type: 'ElasticNetworkInterface',
            status: task.status === 'PROVISIONING' ? 'PRECREATED' : task.status === 'STOPPED' ? 'DELETED' : 'ATTACHED',
            details: [
              ...(task.subnet ? [{ name: 'subnetId', value: task.subnet }] : []),
              { name: 'networkInterfaceId', value: `eni-0${task.id.slice(0, 16)}` },
              { name: 'macAddress', value: task.mac },
              { name: 'privateDnsName', value: `ip-${task.ip.replaceAll('.', '-')}.${cell.region}.compute.internal` },
              { name: 'privateIPv4Address', value: task.ip },
            ],
          },
        ]
      : [],
    containers: task.containers.map((c, at) => ({
      containerArn: arnOf(cell, `container/${task.cluster}/${task.id}/${task.id.slice(at)}${task.id.slice(0, at)}`),
      taskArn: arn,
      name: c.name,
      image: c.image,
      imageDigest: task.pulledAt === null ? undefined : c.imageDigest,
      runtimeId: task.startedAt === null ? undefined : c.runtimeId,
      lastStatus:
        task.status === 'STOPPED' || task.status === 'DEPROVISIONING'
          ? 'STOPPED'
          : task.startedAt === null
            ? 'PENDING'
            : 'RUNNING',
      exitCode: c.exitCode ?? undefined,
      reason: c.reason ?? undefined,
      healthStatus: healthOf(task, now, defined.get(c.name)?.healthCheck !== undefined),
      networkBindings: [],
      networkInterfaces: awsvpc ? [{ attachmentId: task.id.slice(0, 8), privateIpv4Address: task.ip }] : [],
      cpu: String(defined.get(c.name)?.cpu ?? 0),
      ...(defined.get(c.name)?.memory === undefined ? {} : { memory: String(defined.get(c.name)!.memory) }),
    })),
  };
}

/** Counts a task's changes of state. */
const versionOf = (task: Task): number =>
  1 + [task.pulledAt, task.startedAt, task.stoppingAt, task.stoppedAt].filter((at) => at !== null).length;

export const showRecordBriefly = (cell: Cell, service: Service, record: DeploymentRecord): object => ({
  serviceDeploymentArn: record.arn,
  serviceArn: service.arn,
  clusterArn: clusterArn(cell, service.cluster),
  status: record.status,
  statusReason: record.statusReason ?? undefined,
  targetServiceRevisionArn: record.revision,
  createdAt: new Date(record.createdAt),
  startedAt: date(record.startedAt),
  finishedAt: date(record.finishedAt),
});

export function showRecord(cell: Cell, service: Service, record: DeploymentRecord): object {
  const tasks = countTasks(tasksOf(cell, service));
  const byRevision = (arn: string): Deployment | undefined => service.deployments.find((d) => d.revision === arn);
  const open = record.finishedAt === null;
  const target = byRevision(record.revision);
  const counts = target ? tasks(target.id) : { running: 0, pending: 0 };
  const staged = record.stage !== null;
  const rollingBack = record.rollback !== null;
  return {
    serviceDeploymentArn: record.arn,
    serviceArn: service.arn,
    clusterArn: clusterArn(cell, service.cluster),
    status: record.status,
    statusReason: record.statusReason ?? undefined,
    createdAt: new Date(record.createdAt),
    startedAt: date(record.startedAt),
    updatedAt: new Date(record.updatedAt),
    finishedAt: date(record.finishedAt),
    stoppedAt: date(record.stoppedAt),
    sourceServiceRevisions: record.sourceRevisions.map((arn) => {
      const source = byRevision(arn);
      const here = source && open ? tasks(source.id) : { running: 0, pending: 0 };
      return {
        arn,
        requestedTaskCount: source && open ? (rollingBack || staged ? service.desired : here.running) : 0,
        runningTaskCount: here.running,
        pendingTaskCount: here.pending,
        ...(staged
          ? {
              requestedTestTrafficWeight: 100 - record.testWeight,
              requestedProductionTrafficWeight: 100 - record.productionWeight,
            }
          : {}),
      };
    }),
    targetServiceRevision: {
      arn: record.revision,
      requestedTaskCount: open ? (rollingBack ? 0 : service.desired) : record.ended!.requested,
      runningTaskCount: open ? counts.running : record.ended!.running,
      pendingTaskCount: open ? counts.pending : record.ended!.pending,
      ...(staged
        ? { requestedTestTrafficWeight: record.testWeight, requestedProductionTrafficWeight: record.productionWeight }
        : {}),
    },
    lifecycleStage: record.stage ?? undefined,
    lifecycleHookDetails: record.hooks.map((h) => ({
      hookId: h.id,
      targetType: h.targetType,
      targetArn: h.targetArn ?? undefined,
      status: h.status,
      expiresAt: new Date(h.expiresAt),
      timeoutAction: h.timeoutAction,
    })),
    deploymentConfiguration: record.configuration,
    rollback: record.rollback
      ? {
          reason: record.rollback.reason,
          startedAt: new Date(record.rollback.startedAt),
          serviceRevisionArn: record.rollback.revision,
        }
      : undefined,
    deploymentCircuitBreaker: {
      status: record.breaker,
      failureCount: open && !rollingBack ? (target?.failed ?? 0) : record.failed,
      threshold: open ? thresholdOfService(service) : record.threshold,
    },
    alarms: {
      status: record.alarms,
      ...(record.alarms === 'DISABLED' ? {} : { alarmNames: alarmNames(record), triggeredAlarmNames: record.triggeredAlarms }),
    },
  };
}

const alarmNames = (record: DeploymentRecord): string[] =>
  (record.configuration['alarms'] as { alarmNames?: string[] } | undefined)?.alarmNames ?? [];

export const showRevision = (cell: Cell, service: Service, revision: Revision): object => ({
  ...revision.settings,
  serviceRevisionArn: revision.arn,
  serviceArn: service.arn,
  clusterArn: clusterArn(cell, service.cluster),
  taskDefinition: revision.taskDefinition,
  ...(revision.launchType ? { launchType: revision.launchType } : {}),
  containerImages: revision.images,
  guardDutyEnabled: false,
  createdAt: new Date(revision.createdAt),
});
