import type { AlarmState } from '../model/alarm.js';
import type { Clock } from '../model/clock.js';
import type { TaskState } from '../model/hooks.js';
import type { PlatformOffer } from '../model/offer.js';
import type { Parameter, ParameterMetadata, ParameterVersion } from '../model/parameter.js';
import type { ServiceState, StageState, StoppedTask, TaskDefinitionState } from '../model/observed.js';
import type { Target } from '../model/target.js';
import type { TargetHealth } from '../model/target-health.js';
import type { RunningTask } from '../model/stored-value.js';
import type { Surroundings } from './surroundings.js';
import type { HttpAnswer } from '../rollout/smoke.js';
import type { StackEngine } from '../stacks/engine.js';
import type { ValueStores } from './value-store.js';

export interface DescribeOptions {
  /** INACTIVE services too: those that were deleted. */
  readonly inactive?: boolean;
  /** Longest to wait for the answer, milliseconds of the wall clock; without it the SDK's own patience. */
  readonly withinMs?: number;
}

/** What the engine needs of ECS in one target. */
export interface EcsGateway {
  /** Any number of names: asked ten a call. Missing and INACTIVE services are left out. */
  describeServices(cluster: string, names: readonly string[], options?: DescribeOptions): Promise<ServiceState[]>;
  /** By ARN, `family:revision` or family (its latest); null where there is none. */
  describeTaskDefinition(reference: string): Promise<TaskDefinitionState | null>;
  /**
   * Images of service revisions, first the application's own, and the target groups that each uses: any number of ARNs,
   * asked twenty a call.
   */
  serviceRevisions(
    arns: readonly string[],
  ): Promise<{ taskDefinitionArn: string; images: string[]; digests?: (string | null)[]; targetGroups: string[] }[]>;
  /** Where rollouts by stages are: any number of ARNs, asked twenty a call. Those that are not there are left out. */
  serviceDeployments(arns: readonly string[]): Promise<StageState[]>;
  /** Answers a pause: the rollout goes on, or goes back. */
  continueDeployment(serviceDeployment: string, hook: string, action: 'CONTINUE' | 'ROLLBACK'): Promise<void>;
  /** Sent once: each call makes a revision. Who tries again looks first whether the answer alone was lost. */
  registerTaskDefinition(input: object): Promise<TaskDefinitionState>;
  /** Resolves when one more task definition may be registered, in the order of asking: at the pace that AWS allows. */
  turnToRegister(): Promise<void>;
  createService(input: object): Promise<ServiceState>;
  updateService(input: object): Promise<ServiceState>;
  /** Sent once: each call begins a deployment, also of what the service has already. Otherwise as `updateService`. */
  forceDeployment(input: object): Promise<ServiceState>;
  /** Stops a service deployment (its ARN) and goes back to the version before, with all settings. */
  stopDeployment(arn: string): Promise<void>;
  deleteService(cluster: string, name: string): Promise<void>;
  stoppedTasks(cluster: string, service: string): Promise<StoppedTask[]>;
}

/** What the engine needs of the Parameter Store in one target. */
export interface SsmGateway {
  /** Any number of names (`name:label` allowed): asked ten a call, in parallel. Missing ones are left out. */
  get(names: readonly string[]): Promise<Parameter[]>;
  byPath(path: string): Promise<Parameter[]>;
  describe(names: readonly string[]): Promise<ParameterMetadata[]>;
  /** All versions that are kept (a hundred at most), the oldest first; none where there is no such parameter. */
  history(name: string): Promise<ParameterVersion[]>;
  /**
   * Returns the new version; one call makes one version, also when its answer is lost. With `create`, fails with
   * `ParameterAlreadyExists` where the name is taken. `after`: the version it is to follow, by which a lost one is found.
   * Writes wait for their turn; `urgent` ones (signs of life) do not wait for those that are not.
   */
  put(
    name: string,
    value: string,
    options: { description?: string; create?: boolean; after?: number; urgent?: boolean },
  ): Promise<number>;
  label(name: string, version: number, labels: readonly string[]): Promise<void>;
  unlabel(name: string, version: number, labels: readonly string[]): Promise<void>;
  delete(name: string): Promise<void>;
  /** Milliseconds that so many writes take here, at the pace that AWS allows. */
  estimateWrites(count: number): number;
}

export interface AlarmGateway {
  /** Metric and composite alarms by name; those that are not there are left out. */
  states(names: readonly string[]): Promise<AlarmState[]>;
}

/** An event of ours on a bus of EventBridge. */
export interface BusEvent {
  /** Name or ARN. */
  readonly bus: string;
  readonly source: string;
  readonly detailType: string;
  readonly detail: object;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface EventGateway {
  /** One attempt only. */
  put(event: BusEvent, signal: AbortSignal): Promise<void>;
}

/** Autoscaling of one service. */
export interface ServiceScaling {
  /** Name of the ECS service. */
  readonly service: string;
  readonly arn: string;
  readonly scaleInSuspended: boolean;
  /** Id of the deploy that suspended it; null where nobody did, or somebody else. */
  readonly suspendedBy: string | null;
}

/** What the engine needs of Application Auto Scaling in one target. */
export interface ScalingGateway {
  /** Services that have no autoscaling are left out. */
  describe(cluster: string, services: readonly string[]): Promise<ServiceScaling[]>;
  /** Writes down who did it, where `describe` finds it after a crash. */
  suspendScaleIn(cluster: string, scaling: ServiceScaling, deploy: string): Promise<void>;
  restoreScaleIn(cluster: string, scaling: ServiceScaling): Promise<void>;
}

/** What the engine needs of load balancers in one target. */
export interface TargetGroupGateway {
  health(targetGroupArn: string): Promise<TargetHealth[]>;
}

/** Single tasks in one target: those of hooks. */
export interface TaskGateway {
  /**
   * Starts a task, or gives the one that the same token started before: for as long as it runs, and an hour more. `task` is
   * null where ECS has no room for it now.
   */
  run(input: object, clientToken: string): Promise<{ task: TaskState } | { task: null; reason: string }>;
  /** Any number of ids: asked a hundred a call. Those that ECS does not show (yet, or any more) are left out. */
  describe(cluster: string, ids: readonly string[]): Promise<TaskState[]>;
  stop(cluster: string, id: string, reason: string): Promise<void>;
}

export interface LoadBalancerGateway {
  /** DNS name of the load balancer of a listener. */
  addressOf(listenerArn: string): Promise<string | null>;
}

export interface LogsGateway {
  /** The last lines of one task's container. */
  tail(group: string, stream: string, lines: number): Promise<string[]>;
  /** The lines after those that `next` came with; from the first one where it is null. None while there is no such stream. */
  follow(group: string, stream: string, next: string | null): Promise<{ lines: string[]; next: string | null }>;
}

/** What the engine needs of IAM in one account: the inline policies of a role. */
export interface RolePolicyGateway {
  /** Names of the role's inline policies; `RoleMissing` where there is no such role. */
  list(role: string): Promise<string[]>;
  /** Makes or replaces one; `NoRoom` where the role's policies would be too long together. */
  put(role: string, name: string, document: string): Promise<void>;
  /** One that is not there is gone already. */
  delete(role: string, name: string): Promise<void>;
}

export interface TargetGateways {
  ecs: EcsGateway;
  tasks: TaskGateway;
  loadBalancers: LoadBalancerGateway;
  ssm: SsmGateway;
  logs: LogsGateway;
  alarms: AlarmGateway;
  scaling: ScalingGateway;
  targetGroups: TargetGroupGateway;
  events: EventGateway;
  stacks: StackEngine;
  rolePolicies: RolePolicyGateway;
  values: ValueStores;
  /** Tasks of a service that run now; none where there is no such service. */
  runningTasks(cluster: string, service: string): Promise<RunningTask[]>;
  offer(environment: string): Promise<PlatformOffer>;
  /** Role by which ECS moves traffic at the load balancer, or null: what an offer leaves out until a service needs it. */
  infrastructureRole(): Promise<string | null>;
  /** What pre-flight asks: made when first used. */
  surroundings(): Surroundings;
  /** Digest of an image in the registry that the target pulls from, or null where it is not there. */
  imageDigest(repository: string, tag: string): Promise<string | null>;
}

export interface HttpCheck {
  readonly host: string;
  readonly path: string;
  /** Milliseconds of the wall clock. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Another name of where the host is, asked for where the host itself has no address yet. */
  readonly address: () => Promise<string | null>;
}

/** How a command on this machine ended. */
export type CommandEnd =
  | { kind: 'exited'; code: number }
  | { kind: 'missing' }
  | { kind: 'timeout' }
  | { kind: 'killed'; signal: string }
  | { kind: 'aborted' };

/** The edge of checks after a rollout. */
export interface CheckEffects {
  /** One GET over HTTPS, redirects not followed; throws where no answer comes. Null where nothing can answer: in the sandbox. */
  readonly get: ((check: HttpCheck) => Promise<HttpAnswer>) | null;
  /** Address of a host as commands are told it. */
  urlOf(host: string): string;
  run(
    command: readonly string[],
    options: {
      readonly env: Readonly<Record<string, string>>;
      readonly timeoutMs: number;
      readonly signal: AbortSignal;
      readonly onLine: (line: string) => void;
    },
  ): Promise<CommandEnd>;
}

export interface Effects {
  at(target: Target): TargetGateways;
  clock: Clock;
  /** Who acts, for audit records: a person's name or a CI run. */
  actor: string;
  /** Left out where nothing is rolled out. */
  checks?: CheckEffects;
}
