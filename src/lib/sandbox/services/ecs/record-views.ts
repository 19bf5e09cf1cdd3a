/** Service deployments and service revisions as they are shown. */
import type { Cell } from '../../service.js';
import { tasksOf } from './agenda.js';
import { balancersOf, groupIn } from './balancing.js';
import { thresholdOfService } from './configuration.js';
import type { Deployment, DeploymentRecord, Revision, Service } from './state.js';
import { clusterArn, countTasks, date } from './views.js';

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

/** Target groups and rules that a revision really uses: of two target groups, its own. */
function resolved(service: Service, revision: Revision): object {
  const deployment = service.deployments.find((d) => d.revision === revision.arn);
  const balancers = balancersOf(revision.settings);
  if (!deployment || balancers.length === 0) return {};
  const loadBalancers = balancers.map((balancer) => ({
    targetGroupArn: groupIn(balancer, deployment.slot),
    productionListenerRule: balancer.advancedConfiguration?.productionListenerRule,
    testListenerRule: balancer.advancedConfiguration?.testListenerRule,
  }));
  return { resolvedConfiguration: { loadBalancers } };
}

export const showRevision = (cell: Cell, service: Service, revision: Revision): object => ({
  ...revision.settings,
  ...resolved(service, revision),
  serviceRevisionArn: revision.arn,
  serviceArn: service.arn,
  clusterArn: clusterArn(cell, service.cluster),
  taskDefinition: revision.taskDefinition,
  ...(revision.launchType ? { launchType: revision.launchType } : {}),
  containerImages: revision.images,
  guardDutyEnabled: false,
  createdAt: new Date(revision.createdAt),
});
