import type { Hooks } from './hooks.js';

/** How the tasks, or the traffic, of a service go over to a new version. */
export type StrategyName = 'rolling' | 'all-at-once' | 'blue-green' | 'canary' | 'linear';

/** Moments of a rollout by stages at which it can wait for a person: lifecycle stages of ECS, in small letters. */
export const PAUSES = [
  'pre-scale-up',
  'post-scale-up',
  'test-traffic-shift',
  'post-test-traffic-shift',
  'pre-production-traffic-shift',
  'production-traffic-shift',
  'post-production-traffic-shift',
] as const;
export type Pause = (typeof PAUSES)[number];

/** The `deploy:` part of a service in one environment, with every default in its place. */
export interface DeploySettings {
  readonly strategy: StrategyName;
  /** Percent of the desired count that stays healthy, and that runs at most: where tasks are replaced in place. */
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  /** Minutes that both versions run after all traffic went over. */
  readonly bakeMinutes: number;
  /** Share of the traffic that goes over at once, percent, and the minutes between two such steps. */
  readonly steps: { readonly percent: number; readonly waitMinutes: number };
  /** CloudWatch alarms that make a rollout, or the bake after it, fail. */
  readonly alarms: readonly string[];
  readonly pause: { readonly at: readonly Pause[]; readonly timeoutMinutes: number };
}

/** One service as it is meant to run in one environment: service values merged with its `environments.<env>` part. */
export interface ServiceSpec {
  readonly name: string;
  readonly template: string;
  /** Image repository without tag, e.g. `retail-store-sample-ui` (looked up in the target account's ECR) or a full `host/name`. */
  readonly image: string;
  readonly port: number | null;
  /** Path of the HTTP health check. */
  readonly health: string | null;
  /** Fargate CPU units (256 = 0.25 vCPU) and MiB of memory. */
  readonly cpu: number;
  readonly memory: number;
  readonly count: number;
  readonly command: readonly string[] | null;
  /** Plain environment variables. */
  readonly env: Readonly<Record<string, string>>;
  /** Environment variable -> name of the SSM parameter that it is read from when a task starts. */
  readonly settings: Readonly<Record<string, string>>;
  /** Environment variable -> SSM parameter's path, Secrets Manager ARN, or `secretsmanager:<name>`, likewise. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Services that have to be up before this one. */
  readonly needs: readonly string[];
  readonly deploy: DeploySettings;
  readonly hooks: Hooks;
  /** Name by which the other services reach this one through Service Connect; null takes the service's own name. */
  readonly discovery: string | null;
  /** Tag used where none is given and no deploy tag exists. */
  readonly tag: string | null;
}
