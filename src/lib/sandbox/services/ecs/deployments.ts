/** Deployments of a service: how one begins, fails, is rolled back, ends; and the service deployment that records it. */
import type { CallContext, Cell, World } from '../../service.js';
import { tasksOf, wake } from './agenda.js';
import { balancersOf } from './balancing.js';
import { configurationOf, isStaged, thresholdOfService } from './configuration.js';
import { say } from './events.js';
import { restoreTraffic } from './stage-traffic.js';
import {
  arnOf,
  findDefinition,
  isPending,
  openRecord,
  type Deployment,
  type DeploymentRecord,
  type RecordStatus,
  type Service,
} from './state.js';

/** Members whose change starts a deployment. */
export const ROLLING_MEMBERS = [
  'networkConfiguration',
  'platformVersion',
  'loadBalancers',
  'serviceRegistries',
  'serviceConnectConfiguration',
  'volumeConfigurations',
  'vpcLatticeConfigurations',
] as const;

export const primaryOf = (service: Service): Deployment => service.deployments.find((d) => d.status === 'PRIMARY')!;
/** What a rollback returns to: the newest deployment that was steady once, other than the one that failed. */
export const lastCompleted = (service: Service, failed: Deployment): Deployment | undefined =>
  service.deployments.find((d) => d.completed && d !== failed);

const chosen = (settings: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(ROLLING_MEMBERS.filter((key) => settings[key] !== undefined).map((key) => [key, settings[key]]));

/** Digits as ECS numbers deployments and revisions. */
const number = (hex: string): string =>
  Array.from(hex, (c) => parseInt(c, 16) % 10)
    .join('')
    .replace(/^0/, '1');

/** A new deployment becomes the primary one; the others go on until it is steady. */
export function beginDeployment(context: CallContext, service: Service, taskDefinition: string): void {
  const { cell, now, id, world } = context;
  const settings = chosen(service.settings);
  const before = service.deployments.find((d) => d.status === 'PRIMARY');
  const base = `${service.cluster}/${service.name}`;
  const revision = arnOf(cell, `service-revision/${base}/${number(id(19))}`);
  const record = arnOf(cell, `service-deployment/${base}/${id(21)}`);
  const name = `ecs-svc/${number(id(19))}`;
  const sources = service.deployments.filter((d) => d.rolloutState !== 'FAILED' || d === before).map((d) => d.revision);
  if (before) before.status = 'ACTIVE';
  const served = before && !before.completed ? (lastCompleted(service, before) ?? before) : before;
  const alternate = balancersOf(settings).some((b) => b.advancedConfiguration?.alternateTargetGroupArn);
  const slot = served && isStaged(service) && alternate && served.slot === 0 ? 1 : served && !isStaged(service) ? served.slot : 0;
  service.deployments.unshift({
    id: name,
    status: 'PRIMARY',
    taskDefinition,
    rolloutState: 'IN_PROGRESS',
    reason: `ECS deployment ${name} in progress.`,
    createdAt: now,
    updatedAt: now,
    failed: 0,
    toldFailed: 0,
    completed: false,
    notBefore: now,
    settings,
    slot,
    steadySince: null,
    record,
    revision,
  });
  const open = openRecord(service);
  if (open) {
    // What had shifted goes back: the new deployment begins where the last completed one serves.
    if (served) restoreTraffic(cell, world, open, served, now);
    endRecord(cell, service, open, 'STOPPED', now);
  }
  service.records.unshift(newRecord(service, record, revision, sources, now));
  service.records.length = Math.min(service.records.length, 100);
  service.revisions.unshift({
    arn: revision,
    taskDefinition,
    launchType: (service.settings['launchType'] as string | undefined) ?? null,
    settings,
    createdAt: now,
    images: findDefinition(cell, taskDefinition)!.input.containerDefinitions.map((c) => ({
      containerName: c.name,
      image: c.image,
      imageDigest: world.image(cell.account, cell.region, c.image).digest,
    })),
  });
  service.revisions.length = Math.min(service.revisions.length, 100);
  service.stuck = false;
  service.steady = false;
  wake(cell, service, now + 1_000);
}

function newRecord(service: Service, arn: string, revision: string, sourceRevisions: string[], now: number): DeploymentRecord {
  const configuration = configurationOf(service);
  return {
    arn,
    revision,
    sourceRevisions,
    status: 'PENDING',
    statusReason: null,
    createdAt: now,
    startedAt: null,
    updatedAt: now,
    finishedAt: null,
    stoppedAt: null,
    failed: 0,
    threshold: thresholdOfService(service),
    configuration: configuration as Record<string, unknown>,
    breaker: configuration.deploymentCircuitBreaker?.enable ? 'MONITORING' : 'DISABLED',
    alarms: configuration.alarms?.enable ? 'MONITORING' : 'DISABLED',
    triggeredAlarms: [],
    rollback: null,
    stage: null,
    stageSince: now,
    productionWeight: 0,
    testWeight: 0,
    shifts: 0,
    shiftedAt: null,
    hooks: [],
    ended: null,
  };
}

export interface Failure {
  /** `rolloutStateReason` of the deployment. */
  readonly reason: string;
  /** How its event goes on after `deployment failed: `, where there is one. */
  readonly event: string | null;
  /** `statusReason` of the service deployment. */
  readonly cause: string;
  readonly rollback: boolean;
  /** `rolloutStateReason` of the deployment that is returned to, where it is not that of any deployment. */
  readonly back?: (id: string) => string;
}

/** The primary deployment fails, and the service goes back to what was steady before if that is asked for and there. */
export function failDeployment(cell: Cell, world: World, service: Service, failure: Failure, now: number): void {
  const failed = primaryOf(service);
  failed.rolloutState = 'FAILED';
  failed.reason = failure.reason;
  failed.updatedAt = now;
  if (failure.event) say(world, service, now, `(deployment ${failed.id}) deployment failed: ${failure.event}`);
  const record = openRecord(service);
  const returning = record?.status === 'ROLLBACK_IN_PROGRESS';
  const back = failure.rollback && !returning ? lastCompleted(service, failed) : undefined;
  if (record) Object.assign(record, { statusReason: failure.cause, failed: failed.failed, updatedAt: now });
  if (!back) {
    if (!record) return;
    if (failure.rollback || returning) {
      const id = record.arn.split('/').at(-1)!;
      record.statusReason = `Deployment [${id}] rollback has failed. No rollback candidate was found to run the rollback.`;
      endRecord(cell, service, record, 'ROLLBACK_FAILED', now);
    } else endRecord(cell, service, record, 'STOPPED', now);
    return;
  }
  say(world, service, now, `rolling back to deployment ${back.id}.`);
  if (record) {
    record.status = 'ROLLBACK_IN_PROGRESS';
    record.rollback = { reason: failure.cause, startedAt: now, revision: back.revision };
    restoreTraffic(cell, world, record, back, now);
  }
  failed.status = 'ACTIVE';
  back.status = 'PRIMARY';
  back.rolloutState = 'IN_PROGRESS';
  back.reason = failure.back?.(back.id) ?? `ECS deployment ${back.id} in progress.`;
  back.updatedAt = now;
  back.failed = 0;
  back.toldFailed = 0;
  back.notBefore = now;
  for (const key of ROLLING_MEMBERS) delete service.settings[key];
  Object.assign(service.settings, back.settings);
}

/** The primary deployment is as it should be: it is the only one left, but for what an early success leaves to be cleaned up. */
export function completeDeployment(cell: Cell, world: World, service: Service, now: number): void {
  const current = primaryOf(service);
  current.rolloutState = 'COMPLETED';
  current.completed = true;
  current.updatedAt = now;
  current.reason = `ECS deployment ${current.id} completed.`;
  const record = openRecord(service);
  if (record)
    endRecord(cell, service, record, record.status === 'ROLLBACK_IN_PROGRESS' ? 'ROLLBACK_SUCCESSFUL' : 'SUCCESSFUL', now);
  dropEmpty(cell, service);
  say(world, service, now, `(deployment ${current.id}) deployment completed.`);
}

/** Deployments whose tasks are gone are no longer shown beside one that completed. */
export function dropEmpty(cell: Cell, service: Service): void {
  if (service.deployments.length === 1 || primaryOf(service).rolloutState !== 'COMPLETED') return;
  const left = new Set(
    tasksOf(cell, service)
      .filter((t) => t.status !== 'STOPPED' && t.status !== 'DEPROVISIONING')
      .map((t) => t.deployment),
  );
  service.deployments = service.deployments.filter((d) => d.status === 'PRIMARY' || left.has(d.id));
}

function endRecord(cell: Cell, service: Service, record: DeploymentRecord, status: RecordStatus, now: number): void {
  const deployment = service.deployments.find((d) => d.record === record.arn);
  const tasks = tasksOf(cell, service).filter((t) => t.deployment === deployment?.id);
  record.failed = Math.max(record.failed, deployment?.failed ?? 0);
  record.threshold = thresholdOfService(service);
  record.ended = {
    requested: status === 'SUCCESSFUL' ? service.desired : 0,
    running: tasks.filter((t) => t.status === 'RUNNING').length,
    pending: tasks.filter(isPending).length,
  };
  record.status = status;
  record.updatedAt = now;
  record.finishedAt = now;
  if (status === 'STOPPED') record.stoppedAt = now;
  if (record.breaker === 'MONITORING') record.breaker = 'MONITORING_COMPLETE';
  if (record.alarms === 'MONITORING') record.alarms = 'MONITORING_COMPLETE';
}
