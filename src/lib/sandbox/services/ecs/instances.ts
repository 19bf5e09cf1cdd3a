/** Container instances: the EC2 capacity of a cluster. */
import { AwsError, type CallContext, type Cell, type Operation } from '../../service.js';
import { pageOf } from './paging.js';
import { tasksOn, wake } from './agenda.js';
import { instancesOf, remainingOn } from './placement.js';
import {
  arnOf,
  atMost,
  clusterOf,
  isActive,
  isPending,
  lastPart,
  own,
  serviceOfTask,
  slice,
  type Instance,
  type Tag,
} from './state.js';
import { stopTask } from './tasks.js';

interface Resource {
  name: string;
  type: string;
  integerValue?: number;
  stringSetValue?: string[];
}
interface Registration {
  cluster?: string;
  instanceIdentityDocument?: string;
  totalResources?: Resource[];
  versionInfo?: Record<string, unknown>;
  containerInstanceArn?: string;
  attributes?: { name: string; value?: string }[];
  tags?: Tag[];
}

const resources = ({ cpu, memory }: { cpu: number; memory: number }): object[] => {
  const integer = (name: string, integerValue: number) => ({ name, type: 'INTEGER', doubleValue: 0, longValue: 0, integerValue });
  const ports = (name: string, stringSetValue: string[]) => ({
    name,
    type: 'STRINGSET',
    doubleValue: 0,
    longValue: 0,
    integerValue: 0,
    stringSetValue,
  });
  return [
    integer('CPU', cpu),
    integer('MEMORY', memory),
    ports('PORTS', ['22', '2376', '2375', '51678', '51679']),
    ports('PORTS_UDP', []),
  ];
};

function show(cell: Cell, instance: Instance, include: readonly string[] = []): object {
  const tasks = tasksOn(cell, instance.id);
  return {
    containerInstanceArn: instance.arn,
    ec2InstanceId: instance.ec2Id,
    ...(instance.capacityProvider ? { capacityProviderName: instance.capacityProvider } : {}),
    version: instance.version,
    versionInfo: instance.agent,
    remainingResources: resources(remainingOn(cell, instance)),
    registeredResources: resources(instance),
    status: instance.status,
    agentConnected: true,
    runningTasksCount: tasks.filter((t) => t.status === 'RUNNING').length,
    pendingTasksCount: tasks.filter(isPending).length,
    attributes: instance.attributes,
    registeredAt: new Date(instance.registeredAt),
    attachments: [],
    tags: include.includes('TAGS') ? instance.tags : [],
  };
}

/** Services that wait for instances look at once when one comes or goes. */
function wakeServices({ cell, now }: CallContext, cluster: string): void {
  for (const service of Object.values(slice(cell).services))
    if (service.cluster === cluster && service.status === 'ACTIVE' && service.settings['launchType'] !== 'FARGATE') {
      service.stuck = false;
      wake(cell, service, now + 1_000);
    }
}

function register(input: Registration, context: CallContext): object {
  const { cell, now, id } = context;
  const cluster = clusterOf(cell, input.cluster);
  const amount = (name: string): number => input.totalResources?.find((r) => r.name === name)?.integerValue ?? 0;
  const document = identityOf(input.instanceIdentityDocument);
  const name = input.containerInstanceArn ? lastPart(input.containerInstanceArn) : id(32);
  const zoneAttribute = input.attributes?.find((a) => a.name === 'ecs.availability-zone')?.value;
  const zone = document.availabilityZone ?? zoneAttribute ?? `${cell.region}${'abc'[instancesOf(cell, cluster).length % 3]!}`;
  const before = own(slice(cell).instances, name);
  const instance: Instance = {
    id: name,
    arn: arnOf(cell, `container-instance/${cluster}/${name}`),
    cluster,
    ec2Id: document.instanceId ?? before?.ec2Id ?? `i-0${id(16)}`,
    zone,
    status: 'ACTIVE',
    registeredAt: now,
    version: (before?.version ?? 0) + 1,
    cpu: amount('CPU'),
    memory: amount('MEMORY'),
    agent: input.versionInfo ?? { agentVersion: '1.86.0', agentHash: '00000000', dockerVersion: 'DockerVersion: 25.0.6' },
    attributes: [
      ...(input.attributes ?? []).filter((a) => a.name !== 'ecs.availability-zone'),
      { name: 'ecs.availability-zone', value: zone },
    ],
    capacityProvider: input.attributes?.find((a) => a.name === 'ecs.capacity-provider')?.value ?? null,
    tags: input.tags ?? [],
  };
  slice(cell).instances[name] = instance;
  wakeServices(context, cluster);
  return { containerInstance: show(cell, instance, ['TAGS']) };
}

/** What an instance's identity document tells; a text that is none tells nothing. */
function identityOf(document: string | undefined): { instanceId?: string; availabilityZone?: string } {
  try {
    return (JSON.parse(document ?? '{}') ?? {}) as { instanceId?: string; availabilityZone?: string };
  } catch {
    return {};
  }
}

function find(cell: Cell, cluster: string, references: readonly string[]): { found: Instance[]; failures: object[] } {
  const all = references.map((reference) => ({ reference, instance: own(slice(cell).instances, lastPart(reference)) }));
  return {
    found: all.flatMap(({ instance }) => (instance && instance.cluster === cluster ? [instance] : [])),
    failures: all
      .filter(({ instance }) => instance?.cluster !== cluster)
      .map(({ reference }) => ({ arn: arnOf(cell, `container-instance/${cluster}/${lastPart(reference)}`), reason: 'MISSING' })),
  };
}

export const instanceOperations: Readonly<Record<string, Operation>> = {
  RegisterContainerInstance: register,
  DeregisterContainerInstance(input: { cluster?: string; containerInstance: string; force?: boolean }, context) {
    const { cell, now } = context;
    const cluster = clusterOf(cell, input.cluster);
    const [instance] = find(cell, cluster, [input.containerInstance]).found;
    if (!instance) throw new AwsError('InvalidParameterException', 'Referenced container instance was not found.');
    const tasks = tasksOn(cell, instance.id).filter(isActive);
    if (tasks.length > 0 && !input.force)
      throw new AwsError(
        'InvalidParameterException',
        'Found running tasks on the instance. Use the force flag to deregister anyway.',
      );
    for (const task of tasks) {
      stopTask(cell, task, 'TerminationNotice', `Host EC2 (instance ${instance.ec2Id}) terminated.`, now);
      const service = serviceOfTask(cell, task);
      if (service) service.steady = false;
    }
    const shown = show(cell, instance);
    delete slice(cell).instances[instance.id];
    wakeServices(context, cluster);
    return { containerInstance: { ...shown, status: 'INACTIVE', agentConnected: false } };
  },
  ListContainerInstances(
    input: { cluster?: string; status?: string; filter?: string; maxResults?: number; nextToken?: string },
    { cell },
  ) {
    const cluster = clusterOf(cell, input.cluster);
    const all = instancesOf(cell, cluster).filter((i) => !input.status || i.status === input.status);
    const { items, token } = pageOf(all, input, 100);
    return { containerInstanceArns: items.map((i) => i.arn), nextToken: token };
  },
  DescribeContainerInstances(input: { cluster?: string; containerInstances: string[]; include?: string[] }, { cell }) {
    atMost(input.containerInstances, 100, 'Container instances');
    const { found, failures } = find(cell, clusterOf(cell, input.cluster), input.containerInstances);
    return { containerInstances: found.map((i) => show(cell, i, input.include)), failures };
  },
  UpdateContainerInstancesState(input: { cluster?: string; containerInstances: string[]; status: string }, context) {
    const { cell } = context;
    atMost(input.containerInstances, 10, 'Container instances');
    if (input.status !== 'ACTIVE' && input.status !== 'DRAINING')
      throw new AwsError('InvalidParameterException', 'Container instance status must be one of [ACTIVE, DRAINING].');
    const cluster = clusterOf(cell, input.cluster);
    const { found, failures } = find(cell, cluster, input.containerInstances);
    for (const instance of found) Object.assign(instance, { status: input.status, version: instance.version + 1 });
    wakeServices(context, cluster);
    return { containerInstances: found.map((i) => show(cell, i)), failures };
  },
};
