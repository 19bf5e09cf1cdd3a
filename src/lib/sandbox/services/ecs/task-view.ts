/** A task as DescribeTasks shows it. */
import type { Cell } from '../../service.js';
import { arnOf, findDefinition, isHealthy, isUnhealthy, type ContainerDefinition, type Task } from './state.js';
import { interfaceId } from './task-interfaces.js';
import { taskArn } from './tasks.js';
import { clusterArn, date } from './views.js';

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
              { name: 'networkInterfaceId', value: interfaceId(task) },
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
