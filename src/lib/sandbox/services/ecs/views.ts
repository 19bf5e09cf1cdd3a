/** A service as DescribeServices shows it, and what the other views share. */
import type { Cell } from '../../service.js';
import { tasksOf } from './agenda.js';
import { arnOf, isPending, type Deployment, type Service, type Task } from './state.js';

/** A time as the SDK wants it. */
export const date = (ms: number | null): Date | undefined => (ms === null ? undefined : new Date(ms));
export const clusterArn = (cell: Cell, name: string): string => arnOf(cell, `cluster/${name}`);

interface Counts {
  running: number;
  pending: number;
}
/** RUNNING and pending tasks of each deployment, counted in one go. */
export function countTasks(tasks: readonly Task[]): (id: string) => Counts {
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
