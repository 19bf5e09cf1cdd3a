/** A service's deployment configuration, and the numbers that follow from it. */
import type { Service } from './state.js';

export interface Threshold {
  type: 'BOUNDED_PERCENT' | 'UNBOUNDED_PERCENT' | 'COUNT';
  value: number;
}
export interface HookConfiguration {
  targetType?: 'AWS_LAMBDA' | 'PAUSE';
  hookTargetArn?: string;
  lifecycleStages?: string[];
  timeoutConfiguration?: { timeoutInMinutes?: number; action?: 'CONTINUE' | 'ROLLBACK' };
}
export interface Configuration {
  strategy?: 'ROLLING' | 'BLUE_GREEN' | 'LINEAR' | 'CANARY';
  maximumPercent?: number;
  minimumHealthyPercent?: number;
  bakeTimeInMinutes?: number;
  deploymentCircuitBreaker?: {
    enable?: boolean;
    rollback?: boolean;
    resetOnHealthyTask?: boolean;
    thresholdConfiguration?: Threshold;
  };
  alarms?: { alarmNames?: string[]; enable?: boolean; rollback?: boolean };
  linearConfiguration?: { stepPercent?: number; stepBakeTimeInMinutes?: number };
  canaryConfiguration?: { canaryPercent?: number; canaryBakeTimeInMinutes?: number };
  lifecycleHooks?: HookConfiguration[];
  earlySuccessCriteria?: { enable?: boolean; healthyPercent?: number; sourceServiceRevisionCleanup?: 'BLOCKING' | 'DEFERRED' };
}

export const configurationOf = (service: Service): Configuration =>
  (service.settings['deploymentConfiguration'] as Configuration | undefined) ?? {};

export const isDaemon = (service: Service): boolean => service.settings['schedulingStrategy'] === 'DAEMON';
/** Whether its deployments go by stages, with two revisions beside each other. */
export const isStaged = (service: Service): boolean => (configurationOf(service).strategy ?? 'ROLLING') !== 'ROLLING';

export interface Bounds {
  /** Most tasks that may be RUNNING or on the way, and fewest that have to be healthy. */
  readonly upper: number;
  readonly lower: number;
}
export function boundsOf(service: Service): Bounds {
  const daemon = isDaemon(service);
  const { maximumPercent = daemon ? 100 : 200, minimumHealthyPercent = daemon ? 0 : 100 } = configurationOf(service);
  return {
    upper: Math.floor((service.desired * maximumPercent) / 100),
    lower: Math.ceil((service.desired * minimumHealthyPercent) / 100),
  };
}

/** Failures at which the circuit breaker gives up. */
export function thresholdOf(desired: number, { type, value }: Threshold = { type: 'BOUNDED_PERCENT', value: 50 }): number {
  if (type === 'COUNT') return value;
  const share = Math.ceil((desired * value) / 100);
  return type === 'UNBOUNDED_PERCENT' ? Math.max(1, share) : Math.min(200, Math.max(3, share));
}
export const thresholdOfService = (service: Service): number =>
  thresholdOf(service.desired, configurationOf(service).deploymentCircuitBreaker?.thresholdConfiguration);
