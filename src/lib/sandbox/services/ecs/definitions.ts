/** Task definitions: families and their revisions. */
import { AwsError, type CallContext, type Operation } from '../../service.js';
import { page } from '../page.js';
import { arnOf, findDefinition, slice, type ContainerDefinition, type Tag, type TaskDefinition } from './state.js';

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

function check(input: Input): void {
  const fault = (message: string) => new AwsError('ClientException', message);
  if (!/^[a-zA-Z0-9_-]{1,255}$/.test(input.family ?? ''))
    throw fault('Family contains invalid characters. Only alphanumeric characters, dashes and underscores are allowed.');
  if (!input.containerDefinitions?.length) throw fault('Container list cannot be empty.');
  for (const container of input.containerDefinitions) {
    if (!container.name) throw fault('Container.name contains invalid characters.');
    if (!container.image) throw fault('Container.image should not be null or empty.');
  }
  if (!input.requiresCompatibilities?.includes('FARGATE')) return;
  if (input.networkMode !== 'awsvpc') throw fault('Fargate only supports network mode ‘awsvpc’.');
  if (!input.cpu || !input.memory) throw fault("Fargate requires that 'cpu' be defined at the task level.");
  const range = fargateMemory[input.cpu];
  const memory = Number(input.memory);
  if (!range || memory < range[0] || memory > range[1]) throw fault('No Fargate configuration exists for given values.');
}

export function showDefinition(definition: TaskDefinition): object {
  const { input } = definition;
  return {
    ...input,
    tags: undefined,
    containerDefinitions: definition.input.containerDefinitions.map((container: ContainerDefinition) => ({
      cpu: 0,
      portMappings: [],
      essential: true,
      environment: [],
      mountPoints: [],
      volumesFrom: [],
      systemControls: [],
      ...container,
    })),
    volumes: input['volumes'] ?? [],
    placementConstraints: input['placementConstraints'] ?? [],
    taskDefinitionArn: definition.arn,
    revision: definition.revision,
    status: definition.status,
    compatibilities: ['EC2', 'FARGATE'],
    registeredAt: new Date(definition.registeredAt),
    registeredBy: definition.registeredBy,
  };
}

function need(context: CallContext, reference: string): TaskDefinition {
  const found = findDefinition(context.cell, reference);
  if (!found) throw new AwsError('ClientException', 'Unable to describe task definition.');
  return found;
}

export const definitionOperations: Readonly<Record<string, Operation>> = {
  RegisterTaskDefinition(input: Input, { cell, now, callerArn }) {
    check(input);
    const family = (slice(cell).families[input.family] ??= []);
    const revision = (family.at(-1)?.revision ?? 0) + 1;
    const made: TaskDefinition = {
      arn: arnOf(cell, `task-definition/${input.family}:${revision}`),
      family: input.family,
      revision,
      status: 'ACTIVE',
      registeredAt: now,
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
    const found = need(context, input.taskDefinition);
    found.status = 'INACTIVE';
    return { taskDefinition: showDefinition(found) };
  },
  ListTaskDefinitions(
    input: { familyPrefix?: string; status?: string; sort?: string; maxResults?: number; nextToken?: string },
    { cell },
  ) {
    const all = Object.values(slice(cell).families)
      .flat()
      .filter((d) => d.status === (input.status ?? 'ACTIVE') && (!input.familyPrefix || d.family === input.familyPrefix))
      .map((d) => d.arn);
    const { items, token } = page(input.sort === 'DESC' ? all.reverse() : all, input.nextToken, input.maxResults ?? 100);
    return { taskDefinitionArns: items, nextToken: token };
  },
  ListTaskDefinitionFamilies(input: { familyPrefix?: string; maxResults?: number; nextToken?: string }, { cell }) {
    const all = Object.keys(slice(cell).families).filter((name) => name.startsWith(input.familyPrefix ?? ''));
    const { items, token } = page(all.sort(), input.nextToken, input.maxResults ?? 100);
    return { families: items, nextToken: token };
  },
};
