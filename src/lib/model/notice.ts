import type { Cause } from './cause.js';
import type { RecordedStatus, RolloutStatus } from './outcome.js';

/** Moments of a deploy that others are told of: its begin, the first rollout that fails, its end. */
export type NoticeMoment = 'start' | 'failure' | 'end';

/** A webhook that takes what Slack takes. Its address is a secret: it is only said where it is kept. */
export interface WebhookRule {
  /** Name of an environment variable, or of an SSM parameter in the environment's home, that holds the address. */
  readonly from: 'env' | 'ssm';
  readonly name: string;
  readonly on: readonly NoticeMoment[];
}

/** An event bus in the environment's home. */
export interface EventBridgeRule {
  /** Name or ARN. */
  readonly bus: string;
  readonly on: readonly NoticeMoment[];
}

export interface NotifyRules {
  readonly webhooks: readonly WebhookRule[];
  readonly eventBridge: EventBridgeRule | null;
}

export const NO_NOTICES: NotifyRules = { webhooks: [], eventBridge: null };

export interface NoticeRollout {
  readonly service: string;
  readonly target: string;
  readonly status: RolloutStatus | 'queued' | 'running';
  readonly from: string | null;
  readonly to: string;
  readonly cause?: Cause;
}

/** What is told of a deploy. Times are milliseconds since the epoch. */
export interface Notice {
  readonly moment: NoticeMoment;
  readonly at: number;
  readonly platform: string;
  readonly project: string;
  readonly environment: string;
  /** Id of the deploy. */
  readonly deploy: string;
  readonly kind: 'deploy' | 'rollback';
  /** `left`: its process ended and let ECS go on. */
  readonly status: 'running' | 'left' | RecordedStatus;
  readonly by: string;
  readonly commit: string | null;
  /** Address of the CI run. */
  readonly run: string | null;
  readonly startedAt: number;
  readonly finishedAt: number | null;
  readonly rollouts: readonly NoticeRollout[];
  /** The first rollout that failed, where the notice is about that. */
  readonly failed: NoticeRollout | null;
}
