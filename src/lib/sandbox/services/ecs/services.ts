/** Services: create, update, delete, describe, and the record of their deployments. */
import { AwsError, type CallContext, type Cell, type Operation } from '../../service.js';
import { page } from '../page.js';
import { configurationOf, say, thresholdOf } from './scheduler.js';
import { arnOf, clusterOf, findDefinition, findService, slice, tasksOf, type Service, type Tag } from './state.js';
import { forgetStopped, stopTask } from './tasks.js';
import { showRecord, showService, showTask } from './views.js';

type Input = Record<string, unknown> & {
  cluster?: string;
  serviceName?: string;
  service?: string;
  taskDefinition?: string;
  desiredCount?: number;
  clientToken?: string;
  forceNewDeployment?: boolean;
  tags?: Tag[];
};

/** Members whose change starts a deployment, and those that are only kept. */
const rolling = [
  'networkConfiguration',
  'platformVersion',
  'loadBalancers',
  'serviceRegistries',
  'serviceConnectConfiguration',
  'volumeConfigurations',
  'vpcLatticeConfigurations',
];
const kept = [
  'deploymentConfiguration',
  'capacityProviderStrategy',
  'availabilityZoneRebalancing',
  'placementConstraints',
  'placementStrategy',
  'healthCheckGracePeriodSeconds',
  'enableExecuteCommand',
  'enableECSManagedTags',
  'propagateTags',
];
const chosen = (input: Input, keys: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(keys.filter((key) => input[key] !== undefined).map((key) => [key, input[key]]));

/** The order in which a client writes keys is no change. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    inner && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );

function needDefinition(cell: Cell, reference: string | undefined): string {
  const found = reference ? findDefinition(cell, reference) : null;
  if (!found) throw new AwsError('ClientException', 'TaskDefinition not found.');
  if (found.status !== 'ACTIVE') throw new AwsError('ClientException', 'TaskDefinition is inactive');
  return found.arn;
}

function need(context: CallContext, input: { cluster?: string; service?: string }): Service {
  const cluster = clusterOf(context.cell, input.cluster);
  const found = findService(context.cell, cluster, input.service ?? '');
  if (!found || found.status === 'INACTIVE') {
    if (found) throw new AwsError('ServiceNotActiveException', 'Service was not ACTIVE.');
    throw new AwsError('ServiceNotFoundException', 'Service not found.');
  }
  return found;
}

const configured = (input: Input, before: Record<string, unknown>): Record<string, unknown> => ({
  maximumPercent: 200,
  minimumHealthyPercent: 100,
  strategy: 'ROLLING',
  bakeTimeInMinutes: 0,
  ...before,
  ...((input['deploymentConfiguration'] as object | undefined) ?? {}),
});

function checkGroups(input: Input, cell: Cell): void {
  const balancers = (input['loadBalancers'] as { targetGroupArn?: string }[] | undefined) ?? [];
  const known = cell.slice<{ groups?: Record<string, unknown> }>('elbv2', () => ({ groups: {} })).groups ?? {};
  for (const { targetGroupArn } of balancers)
    if (targetGroupArn && !known[targetGroupArn])
      throw new AwsError('InvalidParameterException', `The target group ${targetGroupArn} does not exist.`);
}

/** A new deployment becomes the primary one; the others go on until it is steady. */
function deploy(context: CallContext, service: Service, taskDefinition: string): void {
  const { cell, now, id } = context;
  const number = Array.from(id(19), (c) => parseInt(c, 16) % 10)
    .join('')
    .replace(/^0/, '1');
  const settings = { ...chosen(service.settings as Input, rolling) };
  const base = `${service.cluster}/${service.name}/${id(17)}`;
  const revision = arnOf(cell, `service-revision/${base}`);
  const record = arnOf(cell, `service-deployment/${base}`);
  const sources = service.deployments.map((d) => d.revision);
  for (const d of service.deployments) if (d.status === 'PRIMARY') d.status = 'ACTIVE';
  service.deployments.unshift({
    id: `ecs-svc/${number}`,
    status: 'PRIMARY',
    taskDefinition,
    rolloutState: 'IN_PROGRESS',
    reason: `ECS deployment ecs-svc/${number} in progress.`,
    createdAt: now,
    updatedAt: now,
    failed: 0,
    completed: false,
    notBefore: now,
    settings,
    record,
    revision,
  });
  const breaker = configurationOf(service).deploymentCircuitBreaker;
  for (const r of service.records) if (r.finishedAt === null) Object.assign(r, { status: 'STOPPED', finishedAt: now });
  service.records.unshift({
    arn: record,
    revision,
    sourceRevisions: sources,
    status: 'IN_PROGRESS',
    statusReason: null,
    createdAt: now,
    finishedAt: null,
    failed: 0,
    threshold: thresholdOf(service.desired),
    breaker: { enable: breaker?.enable ?? false, rollback: breaker?.rollback ?? false },
    rollback: null,
  });
  service.records.length = Math.min(service.records.length, 100);
  service.revisions.unshift({
    arn: revision,
    taskDefinition,
    settings,
    createdAt: now,
    images: findDefinition(cell, taskDefinition)!.input.containerDefinitions.map((c) => ({
      containerName: c.name,
      image: c.image,
      imageDigest: context.world.image(cell.account, cell.region, c.image).digest,
    })),
  });
  service.revisions.length = Math.min(service.revisions.length, 100);
  service.stuck = false;
  service.nextTick = now + 1_000;
}

function create(input: Input, context: CallContext): object {
  const { cell, now, callerArn } = context;
  const cluster = clusterOf(cell, input.cluster);
  const name = input.serviceName ?? '';
  if (!/^[a-zA-Z0-9_-]{1,255}$/.test(name)) throw new AwsError('InvalidParameterException', 'Invalid service name.');
  const there = findService(cell, cluster, name);
  if (there && there.status !== 'INACTIVE') {
    if (there.status === 'ACTIVE' && input.clientToken && there.clientToken === input.clientToken)
      return { service: showService(cell, there) };
    throw new AwsError(
      'InvalidParameterException',
      there.status === 'DRAINING'
        ? 'Unable to Start a service that is still Draining.'
        : 'Creation of service was not idempotent.',
    );
  }
  const taskDefinition = needDefinition(cell, input.taskDefinition);
  checkGroups(input, cell);
  const service: Service = {
    cluster,
    name,
    arn: arnOf(cell, `service/${cluster}/${name}`),
    status: 'ACTIVE',
    desired: input.desiredCount ?? 1,
    createdAt: now,
    createdBy: callerArn,
    clientToken: input.clientToken ?? null,
    settings: {
      launchType: 'FARGATE',
      platformVersion: 'LATEST',
      platformFamily: 'Linux',
      schedulingStrategy: 'REPLICA',
      deploymentController: { type: 'ECS' },
      loadBalancers: [],
      serviceRegistries: [],
      placementConstraints: [],
      placementStrategy: [],
      healthCheckGracePeriodSeconds: 0,
      enableECSManagedTags: false,
      propagateTags: 'NONE',
      enableExecuteCommand: false,
      availabilityZoneRebalancing: 'ENABLED',
      ...chosen(input, [...rolling, ...kept, 'launchType', 'deploymentController']),
      deploymentConfiguration: configured(input, {}),
    },
    deployments: [],
    records: [],
    revisions: [],
    events: [],
    nextTick: null,
    stuck: false,
    tags: input.tags ?? [],
  };
  slice(cell).services[`${cluster}/${name}`] = service;
  deploy(context, service, taskDefinition);
  return { service: showService(cell, service) };
}

function update(input: Input, context: CallContext): object {
  const { cell, now } = context;
  const service = need(context, input);
  if (service.status !== 'ACTIVE') throw new AwsError('ServiceNotActiveException', 'Service was not ACTIVE.');
  const primary = service.deployments.find((d) => d.status === 'PRIMARY')!;
  const taskDefinition = input.taskDefinition ? needDefinition(cell, input.taskDefinition) : primary.taskDefinition;
  checkGroups(input, cell);
  const before = canonical(chosen(service.settings as Input, rolling));
  Object.assign(service.settings, chosen(input, [...rolling, ...kept]));
  service.settings['deploymentConfiguration'] = configured(input, configurationOf(service) as Record<string, unknown>);
  if (input.desiredCount !== undefined) service.desired = input.desiredCount;
  const changed = taskDefinition !== primary.taskDefinition || canonical(chosen(service.settings as Input, rolling)) !== before;
  if (changed || input.forceNewDeployment) deploy(context, service, taskDefinition);
  else service.nextTick ??= now + 1_000;
  return { service: showService(cell, service) };
}

const byArn = (cell: Cell, arn: string): Service | undefined =>
  Object.values(slice(cell).services).find((s) => s.records.some((r) => r.arn === arn) || s.revisions.some((r) => r.arn === arn));

export const serviceOperations: Readonly<Record<string, Operation>> = {
  CreateService: create,
  UpdateService: update,
  DeleteService(input: Input & { force?: boolean }, context) {
    const service = need(context, input);
    if (!input.force && service.desired > 0)
      throw new AwsError('InvalidParameterException', 'The service cannot be stopped while it is scaled above 0.');
    service.status = 'DRAINING';
    service.desired = 0;
    service.nextTick = context.now + 1_000;
    return { service: showService(context.cell, service) };
  },
  DescribeServices(input: { cluster?: string; services: string[]; include?: string[] }, { cell }) {
    if (input.services.length > 10)
      throw new AwsError('InvalidParameterException', 'Services cannot have more than 10 elements.');
    const cluster = clusterOf(cell, input.cluster);
    const found = input.services.map((name) => ({ name, service: findService(cell, cluster, name) }));
    return {
      services: found.flatMap(({ service }) =>
        service ? [{ ...showService(cell, service), ...(input.include?.includes('TAGS') ? { tags: service.tags } : {}) }] : [],
      ),
      failures: found
        .filter(({ service }) => !service)
        .map(({ name }) => ({ arn: arnOf(cell, `service/${cluster}/${name.split('/').at(-1)}`), reason: 'MISSING' })),
    };
  },
  ListServices(input: { cluster?: string; maxResults?: number; nextToken?: string }, { cell }) {
    const cluster = clusterOf(cell, input.cluster);
    const all = Object.values(slice(cell).services).filter((s) => s.cluster === cluster && s.status !== 'INACTIVE');
    const { items, token } = page(all, input.nextToken, input.maxResults ?? 10);
    return { serviceArns: items.map((s) => s.arn), nextToken: token };
  },
  ListTasks(
    input: {
      cluster?: string;
      serviceName?: string;
      desiredStatus?: string;
      startedBy?: string;
      family?: string;
      maxResults?: number;
      nextToken?: string;
    },
    { cell, now },
  ) {
    const cluster = clusterOf(cell, input.cluster);
    forgetStopped(cell, now);
    if (input.serviceName && !findService(cell, cluster, input.serviceName))
      throw new AwsError('ServiceNotFoundException', 'Service not found.');
    const stopped = input.desiredStatus === 'STOPPED';
    const all = Object.values(slice(cell).tasks).filter(
      (t) =>
        t.cluster === cluster &&
        (t.stoppingAt !== null) === stopped &&
        (!input.serviceName || t.service === input.serviceName.split('/').at(-1)) &&
        (!input.startedBy || t.deployment === input.startedBy) &&
        (!input.family || t.taskDefinition.includes(`/${input.family}:`)),
    );
    // The newest first: what went wrong last is on the first page.
    const { items, token } = page(all.reverse(), input.nextToken, input.maxResults ?? 100);
    return { taskArns: items.map((t) => arnOf(cell, `task/${t.cluster}/${t.id}`)), nextToken: token };
  },
  DescribeTasks(input: { cluster?: string; tasks: string[] }, { cell, now }) {
    clusterOf(cell, input.cluster);
    if (input.tasks.length > 100) throw new AwsError('InvalidParameterException', 'Tasks cannot have more than 100 elements.');
    const found = input.tasks.map((arn) => ({ arn, task: slice(cell).tasks[arn.split('/').at(-1)!] }));
    return {
      tasks: found.flatMap(({ task }) => (task ? [showTask(cell, task, now)] : [])),
      failures: found.filter(({ task }) => !task).map(({ arn }) => ({ arn, reason: 'MISSING' })),
    };
  },
  StopTask(input: { cluster?: string; task: string; reason?: string }, context) {
    const { cell, now, world } = context;
    clusterOf(cell, input.cluster);
    const task = slice(cell).tasks[input.task.split('/').at(-1)!];
    if (!task) throw new AwsError('InvalidParameterException', 'The referenced task was not found.');
    const service = slice(cell).services[`${task.cluster}/${task.service}`]!;
    if (task.stoppingAt === null) {
      stopTask(
        cell,
        service.deployments.find((d) => d.id === task.deployment),
        task,
        'UserInitiated',
        input.reason ?? 'Task stopped by user',
        now,
      );
      say(world, service, now, `has stopped 1 running tasks: (task ${task.id}).`);
      service.nextTick ??= now + 1_000;
    }
    return { task: showTask(cell, task, now) };
  },
  ListServiceDeployments(
    input: { cluster?: string; service: string; status?: string[]; maxResults?: number; nextToken?: string },
    context,
  ) {
    const service = need(context, input);
    const all = service.records.filter((r) => !input.status?.length || input.status.includes(r.status));
    const { items, token } = page(all, input.nextToken, input.maxResults ?? 20);
    return {
      serviceDeployments: items.map((r) => ({
        serviceDeploymentArn: r.arn,
        serviceArn: service.arn,
        clusterArn: arnOf(context.cell, `cluster/${service.cluster}`),
        status: r.status,
        statusReason: r.statusReason ?? undefined,
        targetServiceRevisionArn: r.revision,
        createdAt: new Date(r.createdAt),
        startedAt: new Date(r.createdAt),
        finishedAt: r.finishedAt === null ? undefined : new Date(r.finishedAt),
      })),
      nextToken: token,
    };
  },
  DescribeServiceDeployments(input: { serviceDeploymentArns: string[] }, { cell }) {
    const found = input.serviceDeploymentArns.map((arn) => ({ arn, service: byArn(cell, arn) }));
    return {
      serviceDeployments: found.flatMap(({ arn, service }) =>
        service
          ? [
              showRecord(
                cell,
                service,
                service.records.find((r) => r.arn === arn)!,
              ),
            ]
          : [],
      ),
      failures: found.filter(({ service }) => !service).map(({ arn }) => ({ arn, reason: 'MISSING' })),
    };
  },
  DescribeServiceRevisions(input: { serviceRevisionArns: string[] }, { cell }) {
    const found = input.serviceRevisionArns.map((arn) => ({ arn, service: byArn(cell, arn) }));
    return {
      serviceRevisions: found.flatMap(({ arn, service }) => {
        const revision = service?.revisions.find((r) => r.arn === arn);
        return service && revision
          ? [
              {
                ...revision.settings,
                serviceRevisionArn: arn,
                serviceArn: service.arn,
                clusterArn: arnOf(cell, `cluster/${service.cluster}`),
                taskDefinition: revision.taskDefinition,
                launchType: 'FARGATE',
                containerImages: revision.images,
                createdAt: new Date(revision.createdAt),
              },
            ]
          : [];
      }),
      failures: found.filter(({ service }) => !service).map(({ arn }) => ({ arn, reason: 'MISSING' })),
    };
  },
  TagResource(input: { resourceArn: string; tags: Tag[] }, { cell }) {
    const service = Object.values(slice(cell).services).find((s) => s.arn === input.resourceArn);
    if (!service) throw new AwsError('InvalidParameterException', 'The specified resource was not found.');
    service.tags = [...service.tags.filter((t) => !input.tags.some((n) => n.key === t.key)), ...input.tags];
    return {};
  },
  ListTagsForResource(input: { resourceArn: string }, { cell }) {
    const service = Object.values(slice(cell).services).find((s) => s.arn === input.resourceArn);
    if (!service) throw new AwsError('InvalidParameterException', 'The specified resource was not found.');
    return { tags: service.tags };
  },
  DescribeClusters(input: { clusters?: string[] }, { cell }) {
    const { clusters, services, tasks } = slice(cell);
    const names = (input.clusters ?? ['default']).map((c) => c.split('/').at(-1)!);
    return {
      clusters: names
        .filter((name) => clusters[name])
        .map((name) => ({
          clusterArn: arnOf(cell, `cluster/${name}`),
          clusterName: name,
          status: 'ACTIVE',
          registeredContainerInstancesCount: 0,
          runningTasksCount: Object.values(tasks).filter((t) => t.cluster === name && t.status === 'RUNNING').length,
          pendingTasksCount: Object.values(tasks).filter((t) => t.cluster === name && t.nextAt !== null && t.stoppingAt === null)
            .length,
          activeServicesCount: Object.values(services).filter((s) => s.cluster === name && s.status === 'ACTIVE').length,
          tags: clusters[name]!.tags,
        })),
      failures: names
        .filter((name) => !clusters[name])
        .map((name) => ({ arn: arnOf(cell, `cluster/${name}`), reason: 'MISSING' })),
    };
  },
  CreateCluster(input: { clusterName?: string; tags?: Tag[] }, { cell, now }) {
    const name = input.clusterName ?? 'default';
    slice(cell).clusters[name] ??= { createdAt: now, tags: input.tags ?? [] };
    return { cluster: { clusterArn: arnOf(cell, `cluster/${name}`), clusterName: name, status: 'ACTIVE' } };
  },
  ListClusters(input: { maxResults?: number; nextToken?: string }, { cell }) {
    const { items, token } = page(Object.keys(slice(cell).clusters).sort(), input.nextToken, input.maxResults ?? 100);
    return { clusterArns: items.map((name) => arnOf(cell, `cluster/${name}`)), nextToken: token };
  },
  DeleteCluster(input: { cluster: string }, { cell }) {
    const name = clusterOf(cell, input.cluster);
    const busy = Object.values(slice(cell).services).some(
      (s) => s.cluster === name && (s.status !== 'INACTIVE' || tasksOf(cell, s).some((t) => t.status !== 'STOPPED')),
    );
    if (busy) throw new AwsError('ClusterContainsServicesException', 'The Cluster cannot be deleted while Services are active.');
    delete slice(cell).clusters[name];
    return { cluster: { clusterArn: arnOf(cell, `cluster/${name}`), clusterName: name, status: 'INACTIVE' } };
  },
};
