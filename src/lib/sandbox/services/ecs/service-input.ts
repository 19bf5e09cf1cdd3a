/** What CreateService and UpdateService accept, and how a service keeps it. */
import { AwsError, type Cell } from '../../service.js';
import { balancersOf } from './balancing.js';
import { launchTypeOf } from './placement.js';
import { compatibilitiesOf } from './definitions.js';
import { ROLLING_MEMBERS } from './deployments.js';
import { invalid, findDefinition, slice, type Tag, type TaskDefinition } from './state.js';
import { hasGroup } from './traffic.js';

export type ServiceInput = Record<string, unknown> & {
  cluster?: string;
  serviceName?: string;
  service?: string;
  taskDefinition?: string;
  desiredCount?: number;
  clientToken?: string;
  forceNewDeployment?: boolean;
  launchType?: string;
  schedulingStrategy?: string;
  tags?: Tag[];
};

/** Members that are only kept: changing them starts no deployment. */
const KEPT_MEMBERS = [
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

const chosen = (input: Readonly<Record<string, unknown>>, keys: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(keys.filter((key) => input[key] !== undefined).map((key) => [key, input[key]]));

/** The order in which a client writes keys is no change. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    inner && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
/** What of the settings a deployment carries, to compare before and after. */
export const rollingText = (settings: Readonly<Record<string, unknown>>): string => canonical(chosen(settings, ROLLING_MEMBERS));

export function needDefinition(cell: Cell, reference: string | undefined): TaskDefinition {
  const found = reference ? findDefinition(cell, reference) : null;
  if (!found) throw new AwsError('ClientException', 'TaskDefinition not found.');
  if (found.status !== 'ACTIVE') throw new AwsError('ClientException', 'TaskDefinition is inactive');
  return found;
}

type Strategy = { capacityProvider: string }[];
const strategyOf = (settings: Readonly<Record<string, unknown>>): Strategy =>
  (settings['capacityProviderStrategy'] as Strategy | undefined) ?? [];
const launchTypeFrom = (settings: Readonly<Record<string, unknown>>): string =>
  strategyOf(settings)[0] ? launchTypeOf(strategyOf(settings)[0]!.capacityProvider) : String(settings['launchType'] ?? 'EC2');

/** What fits together: definition, launch type, network, load balancers, providers. */
export function checkSettings(
  cell: Cell,
  cluster: string,
  settings: Readonly<Record<string, unknown>>,
  definition: TaskDefinition,
): void {
  const type = launchTypeFrom(settings);
  if (!compatibilitiesOf(definition.input).includes(type)) throw invalid(`Task definition does not support launch_type ${type}.`);
  const network = settings['networkConfiguration'] as
    { awsvpcConfiguration?: { subnets?: string[]; securityGroups?: string[] } } | undefined;
  const awsvpc = definition.input['networkMode'] === 'awsvpc';
  if (awsvpc && !network?.awsvpcConfiguration)
    throw invalid("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
  if (!awsvpc && network?.awsvpcConfiguration)
    throw invalid('Network Configuration is not valid for the given networkMode of this task definition.');
  if ((network?.awsvpcConfiguration?.subnets?.length ?? 0) > 16) throw invalid('subnets can have at most 16 items.');
  if ((network?.awsvpcConfiguration?.securityGroups?.length ?? 0) > 5) throw invalid('securityGroups can have at most 5 items.');
  checkProviders(cell, cluster, strategyOf(settings));
  const balancers = balancersOf(settings);
  if (balancers.length > 5) throw invalid('load balancers can have at most 5 items.');
  for (const { targetGroupArn, containerName, containerPort } of balancers) {
    if (targetGroupArn && !hasGroup(cell, targetGroupArn)) throw invalid(`The target group ${targetGroupArn} does not exist.`);
    const container = definition.input.containerDefinitions.find((c) => c.name === containerName);
    if (!container) throw invalid(`The container ${containerName} does not exist in the task definition.`);
    if (!container.portMappings?.some((p) => p.containerPort === containerPort))
      throw invalid(`The container ${containerName} did not have a container port ${containerPort} defined.`);
  }
}

export function checkProviders(cell: Cell, cluster: string, strategy: Strategy): void {
  const offered = slice(cell).clusters[cluster]?.capacityProviders ?? [];
  for (const { capacityProvider } of strategy)
    if (!offered.includes(capacityProvider))
      throw invalid(
        `The specified capacity provider '${capacityProvider}' was not found. Specify a valid name or ARN and try again.`,
      );
}

/** A new service's settings, with what ECS adds by itself. */
export function newSettings(cell: Cell, cluster: string, input: ServiceInput): Record<string, unknown> {
  if (input.launchType && strategyOf(input).length > 0)
    throw invalid('Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.');
  const usual = input.launchType ? [] : (slice(cell).clusters[cluster]?.strategy ?? []);
  const strategy = strategyOf(input).length > 0 ? strategyOf(input) : usual;
  const daemon = input.schedulingStrategy === 'DAEMON';
  const settings: Record<string, unknown> = {
    schedulingStrategy: 'REPLICA',
    deploymentController: { type: 'ECS' },
    loadBalancers: [],
    serviceRegistries: [],
    placementConstraints: [],
    placementStrategy: [],
    enableECSManagedTags: false,
    propagateTags: 'NONE',
    enableExecuteCommand: false,
    ...chosen(input, [...ROLLING_MEMBERS, ...KEPT_MEMBERS, 'schedulingStrategy', 'deploymentController']),
    ...(strategy.length > 0 ? { capacityProviderStrategy: strategy } : { launchType: input.launchType ?? 'EC2' }),
  };
  if (balancersOf(settings).length > 0) settings['healthCheckGracePeriodSeconds'] ??= 0;
  if (launchTypeFrom(settings) === 'FARGATE') {
    if (daemon) throw invalid('The daemon scheduling strategy is not supported for Fargate launch type services.');
    settings['platformVersion'] ??= 'LATEST';
    settings['platformFamily'] = 'Linux';
  }
  const configuration = configured(input, { maximumPercent: daemon ? 100 : 200, minimumHealthyPercent: daemon ? 0 : 100 });
  settings['deploymentConfiguration'] = configuration;
  // Rebalancing starts tasks before it stops others: without room for that it stays off.
  settings['availabilityZoneRebalancing'] ??= daemon || Number(configuration['maximumPercent']) <= 100 ? 'DISABLED' : 'ENABLED';
  return settings;
}

const configured = (input: ServiceInput, before: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const asked = (input['deploymentConfiguration'] as Record<string, unknown> | undefined) ?? {};
  const merged: Record<string, unknown> = { strategy: 'ROLLING', bakeTimeInMinutes: 0, ...before, ...asked };
  const { minimumHealthyPercent: least, maximumPercent: most } = merged as {
    minimumHealthyPercent: number;
    maximumPercent: number;
  };
  if (least > 100 || least < 0) throw invalid('Deployment configuration minimumHealthyPercent must be between 0 and 100.');
  if (most < 1) throw invalid('Deployment configuration maximumPercent must be greater than 0.');
  if (least === 0 && most === 0) throw invalid('Both maximumPercent and minimumHealthyPercent cannot be 0.');
  return merged;
};

/** The settings after an update. `[]` as strategy goes back to the launch type. */
export function updatedSettings(settings: Readonly<Record<string, unknown>>, input: ServiceInput): Record<string, unknown> {
  const next = { ...settings, ...chosen(input, [...ROLLING_MEMBERS, ...KEPT_MEMBERS]) };
  next['deploymentConfiguration'] = configured(
    input,
    (settings['deploymentConfiguration'] as Record<string, unknown> | undefined) ?? {},
  );
  if (strategyOf(next).length > 0) delete next['launchType'];
  else {
    delete next['capacityProviderStrategy'];
    next['launchType'] ??= strategyOf(settings)[0] ? launchTypeOf(strategyOf(settings)[0]!.capacityProvider) : 'EC2';
  }
  return next;
}
