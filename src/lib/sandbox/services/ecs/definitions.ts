/** Task definitions: families and their revisions. */
import { AwsError, type CallContext, type Operation } from '../../service.js';
import { pageOf } from './paging.js';
import { arnOf, findDefinition, own, slice, type ContainerDefinition, type Tag, type TaskDefinition } from './state.js';

const fargateMemory: Readonly<Record<string, readonly [number, number]>> = {
  '256': [512, 2048],
  '512': [1024, 4096],
  '1024': [2048, 8192],
  '2048': [4096, 16_384],
  '4096': [8192, 30_720],
  '8192': [16_384, 61_440],
  '16384': [32_768, 122_880],
};

type Input = TaskDefinition['input'] & {
  family: string;
  cpu?: string;
  memory?: string;
  requiresCompatibilities?: string[];
  networkMode?: string;
  tags?: Tag[];
};

const fault = (message: string): AwsError => new AwsError('ClientException', message);

function check(input: Input): void {
  if (!/^[a-zA-Z0-9_-]{1,255}$/.test(input.family ?? ''))
    throw fault('Family contains invalid characters. Only alphanumeric characters, dashes and underscores are allowed.');
  if (!input.containerDefinitions?.length) throw fault('Container list cannot be empty.');
  if (input.containerDefinitions.length > 10) throw fault('Too many containers. The maximum is 10.');
  for (const container of input.containerDefinitions) {
    if (!container.name) throw fault('Container.name contains invalid characters.');
    if (!container.image) throw fault('Container.image should not be null or empty.');
  }
  const names = input.containerDefinitions.map((c) => c.name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw fault(`Container.name should be unique: ${twice}.`);
  if (input.containerDefinitions.every((c) => c.essential === false))
    throw fault('At least one container in a task definition must be essential.');
  if (Buffer.byteLength(JSON.stringify(input)) > 65_536)
    throw fault('Actual task definition size exceeds the limit of 65536 bytes.');
  if (!input.requiresCompatibilities?.includes('FARGATE')) return checkMemory(input);
  if (input.networkMode !== 'awsvpc') throw fault('Fargate only supports network mode ‘awsvpc’.');
  if (!input.cpu) throw fault("Fargate requires that 'cpu' be defined at the task level.");
  if (!input.memory) throw fault("Fargate requires that 'memory' be defined at the task level.");
  if (!fitsFargate(input)) throw fault('No Fargate configuration exists for given values.');
}

function checkMemory(input: Input): void {
  if (input.memory) return;
  const bare = input.containerDefinitions.find((c) => c.memory === undefined && c.memoryReservation === undefined);
  if (bare)
    throw fault(
      `Invalid setting for container '${bare.name}'. At least one of 'memory' or 'memoryReservation' must be specified.`,
    );
}

function fitsFargate(input: Readonly<Record<string, unknown>>): boolean {
  const { cpu, memory } = input;
  const range = own(fargateMemory, String(cpu));
  return range !== undefined && Number(memory) >= range[0] && Number(memory) <= range[1];
}

/** Where tasks of a definition can run. */
export const compatibilitiesOf = (input: TaskDefinition['input']): string[] =>
  input['networkMode'] === 'awsvpc' && fitsFargate(input) ? ['EC2', 'FARGATE'] : ['EC2'];

export function showDefinition(definition: TaskDefinition): object {
  const { input } = definition;
  return {
    ...input,
    tags: undefined,
    containerDefinitions: input.containerDefinitions.map((container: ContainerDefinition) => ({
      cpu: 0,
      essential: true,
      environment: [],
      mountPoints: [],
      volumesFrom: [],
      systemControls: [],
      ...container,
      portMappings: (container.portMappings ?? []).map((mapping) => ({
        ...(input['networkMode'] === 'awsvpc' ? { hostPort: mapping.containerPort } : {}),
        protocol: 'tcp',
        ...mapping,
      })),
    })),
    volumes: input['volumes'] ?? [],
    placementConstraints: input['placementConstraints'] ?? [],
    taskDefinitionArn: definition.arn,
    revision: definition.revision,
    status: definition.status,
    compatibilities: compatibilitiesOf(input),
    registeredAt: new Date(definition.registeredAt),
    deregisteredAt: definition.deregisteredAt === null ? undefined : new Date(definition.deregisteredAt),
    registeredBy: definition.registeredBy,
  };
}

function need(context: CallContext, reference: string): TaskDefinition {
  const found = findDefinition(context.cell, reference);
  if (!found) throw fault('Unable to describe task definition.');
  return found;
}

export const definitionOperations: Readonly<Record<string, Operation>> = {
  RegisterTaskDefinition(input: Input, { cell, now, callerArn }) {
    check(input);
    const { families } = slice(cell);
    const family = own(families, input.family) ?? (families[input.family] = []);
    const revision = (family.at(-1)?.revision ?? 0) + 1;
    const made: TaskDefinition = {
      arn: arnOf(cell, `task-definition/${input.family}:${revision}`),
      family: input.family,
      revision,
      status: 'ACTIVE',
      registeredAt: now,
      deregisteredAt: null,
      registeredBy: callerArn,
      input,
      tags: input.tags ?? [],
    };
    family.push(made);
    return { taskDefinition: showDefinition(made), tags: made.tags };
  },
  DescribeTaskDefinition(input: { taskDefinition: string; include?: string[] }, context) {
    const found = need(context, input.taskDefinition);
    return { taskDefinition: showDefinition(found), ...(input.include?.includes('TAGS') ? { tags: found.tags } : {}) };
  },
  DeregisterTaskDefinition(input: { taskDefinition: string }, context) {
    if (!/:\d+$/.test(input.taskDefinition)) throw fault('Revision is missing.');
    const found = need(context, input.taskDefinition);
    if (found.status === 'ACTIVE') Object.assign(found, { status: 'INACTIVE', deregisteredAt: context.now });
    return { taskDefinition: showDefinition(found) };
  },
  DeleteTaskDefinitions(input: { taskDefinitions: string[] }, context) {
    if (input.taskDefinitions.length > 10)
      throw new AwsError('InvalidParameterException', 'taskDefinitions cannot have more than 10 elements.');
    const deleted: TaskDefinition[] = [];
    const failures: object[] = [];
    for (const reference of input.taskDefinitions) {
      const found = findDefinition(context.cell, reference);
      const refuse = (reason: string): number => failures.push({ arn: found?.arn ?? reference, reason });
      if (!found)
        refuse('The specified task definition does not exist. Specify a valid account, family, revision and try again.');
      else if (found.status === 'ACTIVE')
        refuse('The specified task definition is still in ACTIVE status. Please deregister the target and try again.');
      else {
        found.status = 'DELETE_IN_PROGRESS';
        deleted.push(found);
      }
    }
    return { taskDefinitions: deleted.map(showDefinition), failures };
  },
  ListTaskDefinitions(
    input: { familyPrefix?: string; status?: string; sort?: string; maxResults?: number; nextToken?: string },
    { cell },
  ) {
    const all = Object.entries(slice(cell).families)
      .filter(([family]) => !input.familyPrefix || family === input.familyPrefix)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([, family]) => family)
      .filter((d) => d.status === (input.status ?? 'ACTIVE'))
      .map((d) => d.arn);
    const { items, token } = pageOf(input.sort === 'DESC' ? all.reverse() : all, input, 100);
    return { taskDefinitionArns: items, nextToken: token };
  },
  ListTaskDefinitionFamilies(
    input: { familyPrefix?: string; status?: string; maxResults?: number; nextToken?: string },
    { cell },
  ) {
    const wanted = input.status ?? 'ALL';
    const all = Object.entries(slice(cell).families)
      .filter(([name]) => name.startsWith(input.familyPrefix ?? ''))
      .filter(([, revisions]) => {
        const active = revisions.some((d) => d.status === 'ACTIVE');
        return wanted === 'ALL' || active === (wanted === 'ACTIVE');
      })
      .map(([name]) => name);
    const { items, token } = pageOf(all.sort(), input, 100);
    return { families: items, nextToken: token };
  },
};
