/** What a stack engine does: plan, apply, destroy, and tell the outputs. CloudFormation is one, Terraform will be another. */
import type { StackChange } from '../model/stack-change.js';

export type { StackChange } from '../model/stack-change.js';

export interface StackSpec {
  readonly name: string;
  readonly template: Readonly<Record<string, unknown>>;
  readonly tags: Readonly<Record<string, string>>;
}

export interface StackPlan {
  readonly action: 'create' | 'update' | 'none';
  readonly changes: readonly StackChange[];
}

export interface StackResult {
  readonly changed: boolean;
  readonly outputs: Readonly<Record<string, string>>;
}

export interface StackEngine {
  /** These are planned next: where they are many, they may be looked at together. */
  lookAhead(names: readonly string[]): Promise<void>;
  plan(spec: StackSpec): Promise<StackPlan>;
  apply(spec: StackSpec, signal: AbortSignal): Promise<StackResult>;
  destroy(name: string, signal: AbortSignal): Promise<void>;
  /** Null where there is no such stack. */
  outputs(name: string): Promise<Record<string, string> | null>;
}
