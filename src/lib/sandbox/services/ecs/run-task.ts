/** Tasks without a service are started: where there is room for them, or on an instance that is named. */
import type { CallContext } from '../../service.js';
import { launchTypeOf, needsOf, nextProvider, place, remainingOn, type Place } from './placement.js';
import { checkProviders, needDefinition } from './service-input.js';
import { compatibilitiesOf } from './definitions.js';
import {
  invalid,
  arnOf,
  atMost,
  clusterOf,
  lastPart,
  own,
  slice,
  type LaunchType,
  type Tag,
  type Task,
  type TaskDefinition,
} from './state.js';
import { startTask } from './tasks.js';
import { showTask } from './task-view.js';

interface RunInput {
  cluster?: string;
  taskDefinition: string;
  count?: number;
  launchType?: string;
  capacityProviderStrategy?: { capacityProvider: string; weight?: number; base?: number }[];
  containerInstances?: string[];
  networkConfiguration?: { awsvpcConfiguration?: { subnets?: string[]; securityGroups?: string[] } };
  overrides?: Record<string, unknown> & { containerOverrides?: { name?: string }[] };
  group?: string;
  startedBy?: string;
  enableExecuteCommand?: boolean;
  propagateTags?: string;
  tags?: Tag[];
}

function checkRun(input: RunInput, definition: TaskDefinition, launchType: LaunchType): void {
  if (!compatibilitiesOf(definition.input).includes(launchType))
    throw invalid(`Task definition does not support launch_type ${launchType}.`);
  if (definition.input['networkMode'] === 'awsvpc' && !input.networkConfiguration?.awsvpcConfiguration)
    throw invalid("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
  for (const { name } of input.overrides?.containerOverrides ?? [])
    if (!definition.input.containerDefinitions.some((c) => c.name === name))
      throw invalid(`Override for container named ${name} is not a container in the TaskDefinition.`);
}

function start(
  context: CallContext,
  input: RunInput,
  cluster: string,
  definition: TaskDefinition,
  where: Place,
  provider: string | null,
  launchType: LaunchType,
): Task {
  return startTask(
    context.cell,
    context.world,
    {
      cluster,
      service: null,
      deployment: null,
      group: input.group ?? `family:${definition.family}`,
      startedBy: input.startedBy ?? null,
      definition,
      launchType,
      capacityProvider: provider,
      place: where,
      groups: input.networkConfiguration?.awsvpcConfiguration?.securityGroups ?? [],
      overrides: input.overrides ?? {},
      execute: input.enableExecuteCommand ?? false,
      tags: [...(input.propagateTags === 'TASK_DEFINITION' ? definition.tags : []), ...(input.tags ?? [])],
    },
    context.now,
  );
}

export function run(input: RunInput, context: CallContext): object {
  const { cell, world, now } = context;
  const cluster = clusterOf(cell, input.cluster);
  const count = input.count ?? 1;
  if (count < 1 || count > 10) throw invalid('Count must be between 1 and 10.');
  const definition = needDefinition(cell, input.taskDefinition);
  if (input.launchType && input.capacityProviderStrategy?.length)
    throw invalid('Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.');
  const strategy = input.launchType ? [] : (input.capacityProviderStrategy ?? slice(cell).clusters[cluster]!.strategy);
  checkProviders(cell, cluster, strategy);
  const started: Task[] = [];
  const failures: object[] = [];
  for (let i = 0; i < count; i++) {
    const provider = strategy.length > 0 ? nextProvider(strategy, started) : null;
    const launchType = provider ? launchTypeOf(provider) : ((input.launchType ?? 'EC2') as LaunchType);
    checkRun(input, definition, launchType);
    const subnets = input.networkConfiguration?.awsvpcConfiguration?.subnets ?? [];
    const found = place(cell, world, {
      cluster,
      launchType,
      capacityProvider: launchType === 'EC2' ? provider : null,
      subnets,
      definition,
      peers: started,
    });
    if ('event' in found) {
      if (/No Container Instances/.test(found.failure.reason)) throw invalid(found.failure.reason);
      failures.push(found.failure);
    } else started.push(start(context, input, cluster, definition, found, provider, launchType));
  }
  return { tasks: started.map((t) => showTask(cell, t, now)), failures };
}

export function startOn(input: RunInput, context: CallContext): object {
  const { cell, now } = context;
  const cluster = clusterOf(cell, input.cluster);
  atMost(input.containerInstances ?? [], 10, 'Container instances');
  const definition = needDefinition(cell, input.taskDefinition);
  checkRun(input, definition, 'EC2');
  const needs = needsOf(definition);
  const started: Task[] = [];
  const failures: object[] = [];
  for (const reference of input.containerInstances ?? []) {
    const instance = own(slice(cell).instances, lastPart(reference));
    const arn = arnOf(cell, `container-instance/${cluster}/${lastPart(reference)}`);
    if (instance?.cluster !== cluster) failures.push({ arn, reason: 'MISSING' });
    else if (instance.status !== 'ACTIVE') failures.push({ arn, reason: 'INACTIVE' });
    else {
      const left = remainingOn(cell, instance);
      if (left.cpu < needs.cpu) failures.push({ arn, reason: 'RESOURCE:CPU' });
      else if (left.memory < needs.memory) failures.push({ arn, reason: 'RESOURCE:MEMORY' });
      else
        started.push(
          start(context, input, cluster, definition, { zone: instance.zone, subnet: null, instance: instance.id }, null, 'EC2'),
        );
    }
  }
  return { tasks: started.map((t) => showTask(cell, t, now)), failures };
}
