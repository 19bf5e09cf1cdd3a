/** What a planned service needs around it and its own stack does not make: read from what the template renders. Pure. */
import { ecrReference, type EcrReference, type Platform } from './image.js';
import type { Bounds } from './progress.js';
import { parseReference, type Reference } from './secrets.js';

type Rendered = Readonly<Record<string, unknown>>;

export interface Planned {
  readonly account: string;
  readonly region: string;
  readonly cluster: string;
  readonly taskDefinition: Rendered;
  readonly service: Rendered;
  /** The service's stack as it will be, and its outputs as they are now. */
  readonly stackTemplate: Rendered | null;
  readonly stackOutputs: Readonly<Record<string, string>>;
  readonly tasks: { readonly desired: number; readonly running: number } | null;
  readonly creates: boolean;
  /** CloudWatch alarms that its rollout and the bake after it watch. */
  readonly alarms: readonly string[];
}

export interface Needs {
  readonly images: readonly { readonly image: string; readonly ecr: EcrReference | null }[];
  readonly executionRole: string | null;
  readonly taskRole: string | null;
  /** What of the task needs an execution role, in words. */
  readonly reasons: readonly string[];
  readonly secrets: readonly { readonly name: string; readonly valueFrom: string; readonly reference: Reference | null }[];
  readonly logGroups: readonly string[];
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  readonly targetGroups: readonly string[];
  readonly alarms: readonly string[];
  readonly platform: Platform | undefined;
  readonly onFargate: boolean;
  /** Of EC2: null takes any instance of the cluster. */
  readonly capacityProviders: readonly string[] | null;
  /** Null of strategies that put all new tasks beside the old ones. */
  readonly rolling: Bounds | null;
  /** Tasks that a rollout runs at most and least. */
  readonly bounds: Bounds;
}

interface Container {
  readonly image?: string;
  readonly secrets?: readonly { name: string; valueFrom: string }[];
  readonly logConfiguration?: {
    readonly logDriver?: string;
    readonly options?: Readonly<Record<string, string>>;
    readonly secretOptions?: readonly { name: string; valueFrom: string }[];
  };
}

export function needsOf(planned: Planned): Needs {
  const { taskDefinition, service, stackOutputs } = planned;
  const containers = (taskDefinition['containerDefinitions'] ?? []) as Container[];
  const own = new Set(Object.values(stackOutputs));
  const foreign = (names: readonly string[]) => [...new Set(names)].filter((name) => !own.has(name));
  const images = [...new Set(containers.map((c) => c.image ?? '').filter(Boolean))].map((image) => ({
    image,
    ecr: ecrReference(image),
  }));
  const secrets = containers
    .flatMap((c) => [...(c.secrets ?? []), ...(c.logConfiguration?.secretOptions ?? [])])
    .map(({ name, valueFrom }) => ({ name, valueFrom, reference: parseReference(valueFrom, planned) }));
  const logs = containers.map((c) => c.logConfiguration).filter((l) => l?.logDriver === 'awslogs');
  const vpc = (
    service['networkConfiguration'] as { awsvpcConfiguration?: { subnets?: string[]; securityGroups?: string[] } } | undefined
  )?.awsvpcConfiguration;
  const providers = ((service['capacityProviderStrategy'] ?? []) as { capacityProvider: string }[]).map(
    (p) => p.capacityProvider,
  );
  const fargate = (name: string) => name === 'FARGATE' || name === 'FARGATE_SPOT';
  const compatible = ((taskDefinition['requiresCompatibilities'] ?? []) as string[]).includes('FARGATE');
  const onFargate =
    providers.length > 0 ? providers.every(fargate) : (service['launchType'] ?? (compatible ? 'FARGATE' : 'EC2')) === 'FARGATE';
  const configuration = (service['deploymentConfiguration'] ?? {}) as Partial<Bounds> & { strategy?: string };
  const bounds = {
    desired: planned.tasks?.desired ?? Number(service['desiredCount'] ?? 1),
    minimumHealthyPercent: configuration.minimumHealthyPercent ?? 100,
    maximumPercent: configuration.maximumPercent ?? 200,
  };
  const rolling = (configuration.strategy ?? 'ROLLING') === 'ROLLING';
  return {
    images,
    executionRole: text(taskDefinition['executionRoleArn']),
    taskRole: text(taskDefinition['taskRoleArn']),
    reasons: [
      ...(secrets.length > 0 ? ['its secrets'] : []),
      ...(onFargate && images.some(({ ecr }) => ecr !== null) ? ['its image'] : []),
      ...(onFargate && logs.length > 0 ? ['its logs'] : []),
    ],
    secrets,
    logGroups: foreign(
      logs
        .filter((l) => l!.options?.['awslogs-create-group'] !== 'true')
        .filter((l) => (l!.options?.['awslogs-region'] ?? planned.region) === planned.region)
        .map((l) => l!.options?.['awslogs-group'] ?? '')
        .filter((name) => name !== '' && !madeByStack(planned.stackTemplate, 'AWS::Logs::LogGroup', 'LogGroupName', name)),
    ),
    subnets: foreign(vpc?.subnets ?? []),
    securityGroups: foreign(vpc?.securityGroups ?? []),
    targetGroups: foreign(
      ((service['loadBalancers'] ?? []) as { targetGroupArn?: string }[]).map((lb) => lb.targetGroupArn ?? '').filter(Boolean),
    ),
    alarms: planned.alarms.filter((name) => !madeByStack(planned.stackTemplate, 'AWS::CloudWatch::Alarm', 'AlarmName', name)),
    platform: taskDefinition['runtimePlatform'] as Platform | undefined,
    onFargate,
    capacityProviders: providers.length > 0 ? providers.filter((name) => !fargate(name)) : null,
    rolling: rolling ? bounds : null,
    bounds: rolling ? bounds : { ...bounds, maximumPercent: 200 },
  };
}

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

function madeByStack(template: Rendered | null, type: string, property: string, name: string): boolean {
  const resources = Object.values((template?.['Resources'] ?? {}) as Record<string, { Type?: string; Properties?: Rendered }>);
  return resources.some((r) => r.Type === type && r.Properties?.[property] === name);
}
