/** A deploy as a value: `--plan` prints exactly this, and a deploy carries out exactly this. */
import type { TaskDefinitionState } from '../model/observed.js';
import type { VersionRef } from '../model/outcome.js';
import type { Known } from '../preflight/finding.js';
import type { ServiceSpec } from '../model/service.js';
import type { Target } from '../model/target.js';
import type { StackChange } from '../model/stack-change.js';
import type { TemplateFiles, TemplateValues } from '../templates/render.js';
import type { Difference } from './diff/difference.js';

/** How a service was found when its rollout was planned: it is looked at again before the first write. */
export interface Found {
  /** `ecs-svc/N` of the primary deployment; null where there is no service. */
  readonly deploymentId: string | null;
  readonly taskDefinitionArn: string | null;
  /** Version of the deploy tag's parameter; 0 where there is none, null where none is kept (stagings). */
  readonly tagVersion: number | null;
}

export interface PlannedRollout {
  readonly service: ServiceSpec;
  readonly target: Target;
  readonly wave: number;
  readonly action: 'create' | 'update' | 'unchanged';
  readonly from: VersionRef | null;
  readonly to: VersionRef;
  /** Image digest of the new tag. */
  readonly digest: string | null;
  /** What differs, in words: `tag`, `task definition`, `service`, `stack`. */
  readonly changes: readonly string[];
  /** Null where there is no service yet: all is new. */
  readonly differences: { readonly taskDefinition: readonly Difference[]; readonly service: readonly Difference[] } | null;
  readonly stackChange: { readonly action: 'create' | 'update' | 'none'; readonly changes: readonly StackChange[] } | null;
  readonly found: Found;
  /** Outputs of the service's stack as they are now; empty before it exists. */
  readonly stackOutputs: Readonly<Record<string, string>>;
  /** As rendered when planned: with the stack's outputs as they are now. */
  readonly rendered: {
    readonly taskDefinition: Readonly<Record<string, unknown>>;
    readonly service: Readonly<Record<string, unknown>>;
  };
  /** Tasks: what the service has now; null where there is none. */
  readonly tasks: { readonly desired: number; readonly running: number } | null;
  /** Version of the deploy tag's parameter when planned; 0 where there was none. */
  readonly tagVersion: number;
  readonly previousTagValue: string | null;
  /** What the template renders from: rendered again once the stack's outputs are known. */
  readonly values: TemplateValues;
  readonly files: TemplateFiles;
  readonly cluster: string;
  readonly serviceName: string;
  readonly stack: {
    readonly name: string;
    readonly template: Readonly<Record<string, unknown>>;
    readonly tags: Readonly<Record<string, string>>;
  } | null;
  /** The newest task definition of its family, whether it runs or not; null where there is none. */
  readonly latestDefinition: TaskDefinitionState | null;
  /** Task definition that runs steadily now: what a rollback returns to. */
  readonly previousArn: string | null;
  /** Whether ECS is already rolling out exactly this (a deploy that was interrupted): it is watched, not started again. */
  readonly underWay: string | null;
  /** What this same deploy had written before it was interrupted and taken up again: the tag that was there before that. */
  readonly resumed?: { readonly tag: string } | null;
}

export interface DeployPlan {
  readonly id: string;
  readonly environment: string;
  readonly waves: readonly { readonly rollouts: readonly PlannedRollout[]; readonly bakeMs: number }[];
  /** Which of the alarms that services name are there, by target name; none where none is named. */
  readonly alarms?: Readonly<Record<string, Known<readonly string[]>>>;
  /** Alarms that were in ALARM when the plan was made, by target name: they do not count until they have calmed down. */
  readonly alarming?: Readonly<Record<string, readonly string[]>>;
}
