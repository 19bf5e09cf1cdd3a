/** ECS as observed: plain values, no SDK types. Dates are milliseconds since the epoch. */
export interface DeploymentState {
  /** `ecs-svc/N`. */
  readonly id: string;
  readonly status: string;
  readonly taskDefinitionArn: string;
  readonly rolloutState: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED' | null;
  readonly rolloutStateReason: string | null;
  readonly desired: number;
  readonly running: number;
  readonly pending: number;
  readonly failed: number;
  readonly createdAt: number;
}

export interface ServiceEvent {
  readonly id: string;
  readonly at: number;
  readonly message: string;
}

export interface ServiceState {
  readonly name: string;
  readonly status: string;
  readonly desired: number;
  readonly running: number;
  readonly pending: number;
  readonly taskDefinitionArn: string;
  readonly deployments: readonly DeploymentState[];
  /** Newest first, as ECS lists them. */
  readonly events: readonly ServiceEvent[];
  /** The whole answer, to compare settings with. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/** A rollout by stages (a service deployment, in ECS's words). */
export interface StageState {
  readonly arn: string;
  readonly status: string;
  /** Why ECS went back, or how it ended, in its words. */
  readonly reason: string | null;
  /** Lifecycle stage of ECS, or null before the first. */
  readonly stage: string | null;
  /** Share of the production and of the test traffic that the new version has, percent; null where none is moved. */
  readonly production: number | null;
  readonly test: number | null;
  readonly startedAt: number;
  /** Pauses that wait for an answer. */
  readonly waiting: readonly { readonly id: string; readonly expiresAt: number; readonly otherwise: 'CONTINUE' | 'ROLLBACK' }[];
}

export interface TaskDefinitionState {
  readonly arn: string;
  readonly family: string;
  readonly revision: number;
  readonly raw: Readonly<Record<string, unknown>>;
}

export interface StoppedTask {
  readonly id: string;
  /** The deployment that started it. */
  readonly startedBy: string;
  readonly stopCode: string | null;
  readonly stoppedReason: string | null;
  /** `runtimeId`: the runtime's own name of the container. */
  readonly containers: readonly {
    readonly name: string;
    readonly exitCode: number | null;
    readonly reason: string | null;
    readonly runtimeId?: string | null;
  }[];
}

/** The deployment that the service is on its way to, or has come to. */
export const deploymentOf = (service: ServiceState): DeploymentState | undefined =>
  service.deployments.find((d) => d.status === 'PRIMARY');

/** The service deployment that moves traffic by stages now; null where none does. */
export function stagedDeploymentOf({ raw, deployments }: ServiceState): string | null {
  const { strategy } = (raw['deploymentConfiguration'] ?? {}) as { strategy?: string };
  const isMoving = deployments.some((d) => d.status === 'PRIMARY' && d.rolloutState === 'IN_PROGRESS');
  return isMoving && strategy && strategy !== 'ROLLING'
    ? ((raw['currentServiceDeployment'] as string | undefined) ?? null)
    : null;
}

/** `family:revision` of a task definition's ARN. */
export const revisionOf = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

/** Tag of an image reference, without registry and digest; null where it has none. */
export function tagOfImage(image: string): string | null {
  const name = image.split('@')[0]!.split('/').at(-1)!;
  const colon = name.indexOf(':');
  return colon < 0 ? null : name.slice(colon + 1);
}

/** Tag of the application's image in a task definition; null where it has none. */
export function imageTagOf(definition: Readonly<Record<string, unknown>>): string | null {
  const containers = definition['containerDefinitions'] as { readonly image?: string }[] | undefined;
  return containers?.[0]?.image ? tagOfImage(containers[0].image) : null;
}
