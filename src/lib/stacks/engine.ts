/** What a stack engine does: plan, apply, destroy, and tell the outputs. CloudFormation is one, Terraform will be another. */
export interface StackSpec {
  readonly name: string;
  readonly template: Readonly<Record<string, unknown>>;
  readonly tags: Readonly<Record<string, string>>;
}

export interface StackChange {
  readonly action: string;
  readonly logicalId: string;
  readonly type: string;
  readonly replacement: boolean;
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
  plan(spec: StackSpec): Promise<StackPlan>;
  apply(spec: StackSpec, signal: AbortSignal): Promise<StackResult>;
  destroy(name: string, signal: AbortSignal): Promise<void>;
  /** Null where there is no such stack. */
  outputs(name: string): Promise<Record<string, string> | null>;
}
