/** Clusters and their capacity providers. */
import { AwsError, type Cell, type Operation } from '../../service.js';
import { pageOf } from './paging.js';
import { instancesOf } from './placement.js';
import { invalid, arnOf, clusterOf, isPending, lastPart, own, slice, type Cluster, type Tag, type Task } from './state.js';
import { clusterArn } from './views.js';

interface ClusterInput {
  clusterName?: string;
  tags?: Tag[];
  settings?: { name: string; value: string }[];
  configuration?: Record<string, unknown>;
  serviceConnectDefaults?: { namespace?: string };
  capacityProviders?: string[];
  defaultCapacityProviderStrategy?: Cluster['strategy'];
}

const defaultSettings = (): Cluster['settings'] => [{ name: 'containerInsights', value: 'disabled' }];

function showCluster(cell: Cell, cluster: Cluster, include: readonly string[]): object {
  const { services, tasks } = slice(cell);
  const own = Object.values(tasks).filter((t) => t.cluster === cluster.name);
  const active = Object.values(services).filter((s) => s.cluster === cluster.name && s.status === 'ACTIVE');
  const draining = Object.values(services).filter((s) => s.cluster === cluster.name && s.status === 'DRAINING');
  const running = own.filter((t) => t.status === 'RUNNING');
  const pending = own.filter(isPending);
  return {
    clusterArn: clusterArn(cell, cluster.name),
    clusterName: cluster.name,
    status: cluster.status,
    registeredContainerInstancesCount: instancesOf(cell, cluster.name).length,
    runningTasksCount: running.length,
    pendingTasksCount: pending.length,
    activeServicesCount: active.length,
    statistics: include.includes('STATISTICS') ? statistics(running, pending, [...active, ...draining]) : [],
    tags: include.includes('TAGS') ? cluster.tags : [],
    settings: include.includes('SETTINGS') ? cluster.settings : [],
    ...(include.includes('CONFIGURATIONS') && cluster.configuration ? { configuration: cluster.configuration } : {}),
    ...(include.includes('ATTACHMENTS') ? { attachments: [], attachmentsStatus: 'UPDATE_COMPLETE' } : {}),
    ...(cluster.serviceConnectDefaults ? { serviceConnectDefaults: cluster.serviceConnectDefaults } : {}),
    capacityProviders: cluster.capacityProviders,
    defaultCapacityProviderStrategy: cluster.strategy.map((s) => ({ weight: 0, base: 0, ...s })),
  };
}

function statistics(
  running: readonly Task[],
  pending: readonly Task[],
  services: readonly { status: string; settings: Record<string, unknown> }[],
): object[] {
  const kinds = [
    ['EC2', 'EC2'],
    ['Fargate', 'FARGATE'],
  ] as const;
  const row = (name: string, count: number): object => ({ name, value: String(count) });
  const ofType = (tasks: readonly Task[], type: string): number => tasks.filter((t) => t.launchType === type).length;
  const serving = (status: string, type: string): number =>
    services.filter((s) => s.status === status && (s.settings['launchType'] ?? 'FARGATE') === type).length;
  return kinds.flatMap(([name, type]) => [
    row(`running${name}TasksCount`, ofType(running, type)),
    row(`pending${name}TasksCount`, ofType(pending, type)),
    row(`active${name}ServiceCount`, serving('ACTIVE', type)),
    row(`draining${name}ServiceCount`, serving('DRAINING', type)),
  ]);
}

const everything = ['TAGS', 'SETTINGS', 'CONFIGURATIONS', 'STATISTICS'];

function checkStrategy(cell: Cell, providers: readonly string[], strategy: Cluster['strategy']): void {
  for (const name of providers)
    if (!/^FARGATE(_SPOT)?$/.test(name) && !own(slice(cell).providers, lastPart(name)))
      throw invalid(`The specified capacity provider '${name}' was not found. Specify a valid name or ARN and try again.`);
  for (const { capacityProvider } of strategy)
    if (!providers.includes(capacityProvider))
      throw invalid('The capacity provider strategy cannot contain a capacity provider that is not associated with the cluster.');
  if (strategy.filter((s) => (s.base ?? 0) > 0).length > 1)
    throw invalid('Only one capacity provider in a capacity provider strategy can have a base defined.');
}

function change(cell: Cell, reference: string, act: (cluster: Cluster) => void): object {
  const cluster = slice(cell).clusters[clusterOf(cell, reference)]!;
  act(cluster);
  return { cluster: showCluster(cell, cluster, everything) };
}

export const clusterOperations: Readonly<Record<string, Operation>> = {
  CreateCluster(input: ClusterInput, { cell, now }) {
    const name = input.clusterName ?? 'default';
    if (!/^[a-zA-Z][a-zA-Z0-9_-]{0,254}$/.test(name))
      throw invalid('Invalid cluster name. Only alphanumeric characters, dashes and underscores are allowed.');
    const { clusters } = slice(cell);
    const there = own(clusters, name);
    if (there?.status === 'ACTIVE') return { cluster: showCluster(cell, there, everything) };
    const providers = input.capacityProviders ?? [];
    const strategy = input.defaultCapacityProviderStrategy ?? [];
    checkStrategy(cell, providers, strategy);
    const made: Cluster = {
      name,
      status: 'ACTIVE',
      createdAt: now,
      tags: input.tags ?? [],
      settings: input.settings ?? defaultSettings(),
      configuration: input.configuration ?? null,
      serviceConnectDefaults: input.serviceConnectDefaults ?? null,
      capacityProviders: providers,
      strategy,
    };
    clusters[name] = made;
    return { cluster: showCluster(cell, made, everything) };
  },
  DescribeClusters(input: { clusters?: string[]; include?: string[] }, { cell }) {
    const { clusters } = slice(cell);
    const names = (input.clusters?.length ? input.clusters : ['default']).map(lastPart);
    if (names.length > 100) throw invalid('Clusters cannot have more than 100 elements.');
    const found = names.map((name) => ({ name, cluster: own(clusters, name) }));
    return {
      clusters: found.flatMap(({ cluster }) => (cluster ? [showCluster(cell, cluster, input.include ?? [])] : [])),
      failures: found.filter(({ cluster }) => !cluster).map(({ name }) => ({ arn: clusterArn(cell, name), reason: 'MISSING' })),
    };
  },
  ListClusters(input: { maxResults?: number; nextToken?: string }, { cell }) {
    const names = Object.values(slice(cell).clusters)
      .filter((c) => c.status === 'ACTIVE')
      .map((c) => c.name);
    const { items, token } = pageOf(names.sort(), input, 100);
    return { clusterArns: items.map((name) => clusterArn(cell, name)), nextToken: token };
  },
  UpdateCluster: (input: ClusterInput & { cluster: string }, { cell }) =>
    change(cell, input.cluster, (cluster) => {
      if (input.settings) cluster.settings = input.settings;
      if (input.configuration) cluster.configuration = input.configuration;
      if (input.serviceConnectDefaults)
        cluster.serviceConnectDefaults = input.serviceConnectDefaults.namespace ? input.serviceConnectDefaults : null;
    }),
  UpdateClusterSettings: (input: { cluster: string; settings: Cluster['settings'] }, { cell }) =>
    change(cell, input.cluster, (cluster) => (cluster.settings = input.settings)),
  DeleteCluster(input: { cluster: string }, { cell }) {
    const name = clusterOf(cell, input.cluster);
    const { services, tasks, clusters } = slice(cell);
    const refuse = (code: string, what: string): never => {
      throw new AwsError(code, `The Cluster cannot be deleted while ${what} are active.`);
    };
    if (instancesOf(cell, name).length > 0) refuse('ClusterContainsContainerInstancesException', 'Container Instances');
    if (Object.values(services).some((s) => s.cluster === name && s.status !== 'INACTIVE'))
      refuse('ClusterContainsServicesException', 'Services');
    if (Object.values(tasks).some((t) => t.cluster === name && t.status !== 'STOPPED'))
      refuse('ClusterContainsTasksException', 'Tasks');
    clusters[name]!.status = 'INACTIVE';
    return { cluster: showCluster(cell, clusters[name]!, everything) };
  },
  PutClusterCapacityProviders: (
    input: { cluster: string; capacityProviders: string[]; defaultCapacityProviderStrategy: Cluster['strategy'] },
    { cell },
  ) =>
    change(cell, input.cluster, (cluster) => {
      checkStrategy(cell, input.capacityProviders, input.defaultCapacityProviderStrategy);
      cluster.capacityProviders = input.capacityProviders;
      cluster.strategy = input.defaultCapacityProviderStrategy;
    }),
  CreateCapacityProvider(
    input: { name: string; autoScalingGroupProvider?: Record<string, unknown>; tags?: Tag[] },
    { cell, now },
  ) {
    const { providers } = slice(cell);
    if (/^(aws|ecs|fargate)/i.test(input.name))
      throw invalid('The capacity provider name is invalid. It cannot be prefixed with aws, ecs, or fargate.');
    if (own(providers, input.name)) throw new AwsError('ClientException', 'The specified capacity provider already exists.');
    if (!input.autoScalingGroupProvider?.['autoScalingGroupArn']) throw invalid('The Auto Scaling group ARN is missing.');
    const made = { name: input.name, group: input.autoScalingGroupProvider, tags: input.tags ?? [], createdAt: now };
    providers[input.name] = made;
    return { capacityProvider: showProvider(cell, made, true) };
  },
  DeleteCapacityProvider(input: { capacityProvider: string }, { cell }) {
    const { providers, clusters } = slice(cell);
    const found = own(providers, lastPart(input.capacityProvider));
    if (!found) throw invalid('The specified capacity provider was not found. Specify a valid name or ARN and try again.');
    if (Object.values(clusters).some((c) => c.status === 'ACTIVE' && c.capacityProviders.includes(found.name)))
      throw invalid('The capacity provider cannot be deleted because it is associated with a cluster.');
    delete providers[found.name];
    return { capacityProvider: { ...showProvider(cell, found, true), status: 'INACTIVE', updateStatus: 'DELETE_COMPLETE' } };
  },
  DescribeCapacityProviders(
    input: { capacityProviders?: string[]; include?: string[]; maxResults?: number; nextToken?: string },
    { cell },
  ) {
    const { providers } = slice(cell);
    const all = [
      ...Object.values(providers),
      ...['FARGATE', 'FARGATE_SPOT'].map((name) => ({ name, group: null, tags: [], createdAt: 0 })),
    ];
    const asked = input.capacityProviders?.map(lastPart);
    const found = asked ? all.filter((p) => asked.includes(p.name)) : all;
    const { items, token } = pageOf(found, input, 10, 10);
    const tags = input.include?.includes('TAGS') ?? false;
    return {
      capacityProviders: items.map((p) => showProvider(cell, p, tags)),
      failures: (asked ?? [])
        .filter((name) => !all.some((p) => p.name === name))
        .map((name) => ({ arn: arnOf(cell, `capacity-provider/${name}`), reason: 'MISSING' })),
      nextToken: token,
    };
  },
};

const showProvider = (
  cell: Cell,
  provider: { name: string; group: Record<string, unknown> | null; tags: Tag[] },
  tags: boolean,
): object => ({
  capacityProviderArn: arnOf(cell, `capacity-provider/${provider.name}`),
  name: provider.name,
  status: 'ACTIVE',
  ...(provider.group ? { autoScalingGroupProvider: provider.group } : {}),
  tags: tags ? provider.tags : [],
});
