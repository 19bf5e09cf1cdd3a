/**
 * What a strategy is: pure, and the whole of what the engine asks. Those here are ECS's own (`runsOn`); fleets of EC2
 * instances get theirs beside them, with another `runsOn`.
 */
import type { DeploySettings, StrategyName } from '../../model/service.js';

/** Keys of `deploy:` that belong to some strategies only. */
export type OwnSetting = 'minimumHealthyPercent' | 'maximumPercent' | 'bake' | 'steps' | 'pause';

export interface Strategy {
  readonly name: StrategyName;
  readonly runsOn: 'ecs';
  /** The settings that mean something to it; another one of these in its `deploy:` is a mistake. */
  readonly takes: readonly OwnSetting[];
  /** Whether traffic goes over at the load balancer: it needs a second target group, rules, and a role for ECS. */
  readonly shiftsTraffic: boolean;
  readonly defaults: Pick<DeploySettings, 'minimumHealthyPercent' | 'maximumPercent' | 'steps'>;
  /** Least share of the traffic that one step may have, percent. */
  readonly leastStep: number;
  /** `deploymentConfiguration` of the ECS service, without what the engine adds (circuit breaker). */
  configuration(settings: DeploySettings): EcsDeploymentConfiguration;
  /** How it goes, in words for a plan; empty where there is nothing to say besides what everybody expects. */
  inWords(settings: DeploySettings): string;
  /** Minutes that a rollout waits by itself, besides starting and stopping tasks: how much longer it may take. */
  waitMinutes(settings: DeploySettings): number;
}

/** The part of ECS's `deploymentConfiguration` that strategies set. */
export interface EcsDeploymentConfiguration {
  readonly strategy: 'ROLLING' | 'BLUE_GREEN' | 'CANARY' | 'LINEAR';
  readonly maximumPercent?: number;
  readonly minimumHealthyPercent?: number;
  readonly bakeTimeInMinutes?: number;
  readonly canaryConfiguration?: { readonly canaryPercent: number; readonly canaryBakeTimeInMinutes: number };
  readonly linearConfiguration?: { readonly stepPercent: number; readonly stepBakeTimeInMinutes: number };
  readonly alarms?: { readonly alarmNames: readonly string[]; readonly enable: boolean; readonly rollback: boolean };
  readonly lifecycleHooks?: readonly object[];
}

export const NO_STEPS = { percent: 100, waitMinutes: 0 } as const;
