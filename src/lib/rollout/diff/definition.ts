/** Task definitions compared by what they mean: a reordered list, or a default that AWS writes out, is no difference. */
import { differences, type Difference } from './difference.js';
import { toTree, type Tree } from './tree.js';

type Definition = Readonly<Record<string, unknown>>;

/** What AWS adds to a task definition; `tags` are not in its answer. */
const ADDED = new Set([
  'taskDefinitionArn',
  'revision',
  'status',
  'compatibilities',
  'requiresAttributes',
  'registeredAt',
  'registeredBy',
  'deregisteredAt',
  'deleteRequestedAt',
  'tags',
]);

const CONTAINER = 'containerDefinitions';
/** As the API reference of ECS gives them: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html */
const DEFAULTS: Readonly<Record<string, string>> = {
  networkMode: 'bridge',
  'proxyConfiguration.type': 'APPMESH',
  [`${CONTAINER}.*.cpu`]: '0',
  [`${CONTAINER}.*.essential`]: 'true',
  [`${CONTAINER}.*.versionConsistency`]: 'enabled',
  [`${CONTAINER}.*.portMappings.*.hostPort`]: '0',
  [`${CONTAINER}.*.portMappings.*.protocol`]: 'tcp',
  [`${CONTAINER}.*.portMappings.*.appProtocol`]: 'tcp',
  [`${CONTAINER}.*.healthCheck.interval`]: '30',
  [`${CONTAINER}.*.healthCheck.timeout`]: '5',
  [`${CONTAINER}.*.healthCheck.retries`]: '3',
  [`${CONTAINER}.*.healthCheck.startPeriod`]: '0',
  [`${CONTAINER}.*.restartPolicy.restartAttemptPeriod`]: '300',
  'volumes.*.efsVolumeConfiguration.rootDirectory': '/',
  'volumes.*.efsVolumeConfiguration.transitEncryption': 'DISABLED',
  'volumes.*.efsVolumeConfiguration.authorizationConfig.iam': 'DISABLED',
  'volumes.*.dockerVolumeConfiguration.scope': 'task',
};
const FARGATE_DEFAULTS: Readonly<Record<string, string>> = {
  ...DEFAULTS,
  'runtimePlatform.operatingSystemFamily': 'LINUX',
  'runtimePlatform.cpuArchitecture': 'X86_64',
};

export const diffTaskDefinitions = (live: Definition, wanted: Definition): Difference[] =>
  differences(definitionTree(live), definitionTree(wanted));

export const sameTaskDefinition = (live: Definition, wanted: Definition): boolean =>
  diffTaskDefinitions(live, wanted).length === 0;

export function definitionTree(definition: Definition): Tree {
  const own = Object.fromEntries(Object.entries(definition).filter(([key]) => !ADDED.has(key)));
  const onFargate = ((own['requiresCompatibilities'] ?? []) as unknown[]).includes('FARGATE');
  return toTree(
    {
      ...own,
      ...('cpu' in own ? { cpu: cpuUnits(own['cpu']) } : {}),
      ...('memory' in own ? { memory: mebibytes(own['memory']) } : {}),
      [CONTAINER]: containers(own),
    },
    onFargate ? FARGATE_DEFAULTS : DEFAULTS,
  );
}

/** In these networks a container's port is the host's: AWS writes it out. */
const SAME_PORT = new Set(['awsvpc', 'host']);

function containers(definition: Definition): unknown[] {
  const samePort = SAME_PORT.has(String(definition['networkMode']));
  return ((definition[CONTAINER] ?? []) as Definition[]).map((container) => ({
    ...container,
    portMappings: ((container['portMappings'] ?? []) as Definition[]).map((mapping) => ({
      ...mapping,
      hostPort: samePort && String(mapping['hostPort']) === String(mapping['containerPort']) ? undefined : mapping['hostPort'],
    })),
  }));
}

/** `1 vCPU` is 1024; AWS keeps the number. */
export function cpuUnits(value: unknown): string {
  const [, count] = /^\s*([\d.]+)\s*vcpu\s*$/i.exec(String(value)) ?? [];
  return count === undefined ? String(value) : String(Math.round(Number(count) * 1024));
}

/** `2 GB` is 2048. */
export function mebibytes(value: unknown): string {
  const [, count] = /^\s*([\d.]+)\s*gb\s*$/i.exec(String(value)) ?? [];
  return count === undefined ? String(value) : String(Math.round(Number(count) * 1024));
}
