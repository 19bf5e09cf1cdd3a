/** ECS's answers, from its state. */
import type { Cell } from '../../service.js';
import { boundsOf, configurationOf, isHealthy, thresholdOf } from './scheduler.js';
import { arnOf, isPending, tasksOf, type Deployment, type DeploymentRecord, type Service, type Task } from './state.js';
import { taskArn } from './tasks.js';

const date = (ms: number | null): Date | undefined => (ms === null ? undefined : new Date(ms));
const clusterArn = (cell: Cell, name: string): string => arnOf(cell, `cluster/${name}`);

export function showService(cell: Cell, service: Service): object {
  const tasks = tasksOf(cell, service);
  const primary = service.deployments.find((d) => d.status === 'PRIMARY');
  const latest = service.records[0];
  return {
    ...service.settings,
    serviceArn: service.arn,
    serviceName: service.name,
    clusterArn: clusterArn(cell, service.cluster),
    status: service.status,
    desiredCount: service.desired,
    runningCount: tasks.filter((t) => t.status === 'RUNNING').length,
    pendingCount: tasks.filter(isPending).length,
    taskDefinition: primary?.taskDefinition,
    deployments: service.deployments.map((d) => showDeployment(service, d, tasks)),
    events: service.events.map((e) => ({ id: e.id, createdAt: new Date(e.at), message: e.message })),
    createdAt: new Date(service.createdAt),
    createdBy: service.createdBy,
    currentServiceDeployment: latest?.finishedAt === null ? latest.arn : undefined,
    currentServiceRevisions: service.deployments.map((d) => ({
      arn: d.revision,
      requestedTaskCount: d.status === 'PRIMARY' ? service.desired : 0,
      runningTaskCount: tasks.filter((t) => t.deployment === d.id && t.status === 'RUNNING').length,
      pendingTaskCount: tasks.filter((t) => t.deployment === d.id && isPending(t)).length,
    })),
  };
}

function showDeployment(service: Service, deployment: Deployment, tasks: readonly Task[]): object {
  const own = tasks.filter((t) => t.deployment === deployment.id);
  const running = own.filter((t) => t.status === 'RUNNING').length;
  const pending = own.filter(isPending).length;
  return {
    ...deployment.settings,
    id: deployment.id,
    status: deployment.status,
    taskDefinition: deployment.taskDefinition,
    desiredCount: deployment.status === 'PRIMARY' ? service.desired : deployment.rolloutState === 'FAILED' ? 0 : running,
    runningCount: running,
    pendingCount: pending,
    failedTasks: deployment.failed,
    rolloutState: deployment.rolloutState,
    rolloutStateReason: deployment.reason,
    createdAt: new Date(deployment.createdAt),
    updatedAt: new Date(deployment.updatedAt),
    launchType: 'FARGATE',
  };
}

export function showTask(cell: Cell, task: Task, now: number): object {
  const stopping = task.stoppingAt !== null;
  return {
    taskArn: taskArn(cell, task),
    clusterArn: clusterArn(cell, task.cluster),
    taskDefinitionArn: task.taskDefinition,
    lastStatus: task.status,
    desiredStatus: stopping ? 'STOPPED' : 'RUNNING',
    startedBy: task.deployment,
    group: `service:${task.service}`,
    launchType: 'FARGATE',
    availabilityZone: task.zone,
    healthStatus: isHealthy(task, now)
      ? 'HEALTHY'
      : task.unhealthyAt !== null && task.unhealthyAt <= now
        ? 'UNHEALTHY'
        : 'UNKNOWN',
    createdAt: date(task.createdAt),
    startedAt: date(task.startedAt),
    stoppingAt: date(task.stoppingAt),
    stoppedAt: date(task.stoppedAt),
    stopCode: task.stopCode ?? undefined,
    stoppedReason: task.stoppedReason ?? undefined,
    attachments: [
      {
        id: task.id.slice(0, 8),
        type: 'ElasticNetworkInterface',
        status: stopping ? 'DELETED' : 'ATTACHED',
        details: [{ name: 'privateIPv4Address', value: task.ip }],
      },
    ],
    containers: task.containers.map((c) => ({
      name: c.name,
      image: c.image,
      imageDigest: c.imageDigest,
      taskArn: taskArn(cell, task),
      lastStatus: task.status,
      exitCode: c.exitCode ?? undefined,
      reason: c.reason ?? undefined,
      healthStatus: 'UNKNOWN',
      networkInterfaces: [{ privateIpv4Address: task.ip }],
    })),
  };
}

export function showRecord(cell: Cell, service: Service, record: DeploymentRecord): object {
  const deployment = service.deployments.find((d) => d.record === record.arn);
  const tasks = tasksOf(cell, service).filter((t) => t.deployment === deployment?.id);
  const { upper } = boundsOf(service);
  return {
    serviceDeploymentArn: record.arn,
    serviceArn: service.arn,
    clusterArn: clusterArn(cell, service.cluster),
    status: record.status,
    statusReason: record.statusReason ?? undefined,
    createdAt: new Date(record.createdAt),
    startedAt: new Date(record.createdAt),
    finishedAt: date(record.finishedAt),
    sourceServiceRevisions: record.sourceRevisions.map((arn) => ({ arn })),
    targetServiceRevision: {
      arn: record.revision,
      requestedTaskCount: Math.min(service.desired, upper),
      runningTaskCount: tasks.filter((t) => t.status === 'RUNNING').length,
      pendingTaskCount: tasks.filter(isPending).length,
    },
    deploymentConfiguration: configurationOf(service),
    rollback: record.rollback
      ? {
          reason: record.rollback.reason,
          startedAt: new Date(record.rollback.startedAt),
          serviceRevisionArn: record.rollback.revision,
        }
      : undefined,
    deploymentCircuitBreaker: {
      status: !record.breaker.enable
        ? 'DISABLED'
        : record.rollback || record.statusReason
          ? 'TRIGGERED'
          : record.finishedAt === null
            ? 'MONITORING'
            : 'MONITORING_COMPLETE',
      failureCount: deployment?.failed ?? record.failed,
      threshold: thresholdOf(service.desired),
    },
  };
}
