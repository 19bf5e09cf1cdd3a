/** What CloudFormation keeps: stacks with their resources, events, change sets and drift. Times in milliseconds of sandbox time. */
import type { Cell, Session } from '../../service.js';

export interface TemplateParameter {
  Type?: string;
  Default?: unknown;
  Description?: string;
  NoEcho?: boolean | string;
  AllowedValues?: unknown[];
  AllowedPattern?: string;
  ConstraintDescription?: string;
  MinLength?: number | string;
  MaxLength?: number | string;
  MinValue?: number | string;
  MaxValue?: number | string;
}
export interface TemplateResource {
  Type: string;
  Properties?: Record<string, unknown>;
  DependsOn?: string | string[];
  Condition?: string;
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
  Metadata?: unknown;
  CreationPolicy?: unknown;
  UpdatePolicy?: unknown;
}
export interface TemplateOutput {
  Value: unknown;
  Description?: string;
  Condition?: string;
  Export?: { Name: unknown };
}
export interface Template {
  Description?: string;
  Metadata?: unknown;
  Parameters?: Record<string, TemplateParameter>;
  Mappings?: Record<string, Record<string, Record<string, unknown>>>;
  Conditions?: Record<string, unknown>;
  Transform?: unknown;
  Resources: Record<string, TemplateResource>;
  Outputs?: Record<string, TemplateOutput>;
}

/** A resource that exists. `properties` are what the template set, resolved. */
export interface Resource {
  type: string;
  physical: string;
  properties: Record<string, unknown>;
  attributes: Record<string, string>;
  /** What becomes of it when the stack no longer wants it. */
  policy: string;
  replacePolicy: string;
  /** Its last change broke off half-way. */
  dirty?: boolean;
}
/** What the stack says of a logical id: also of those that failed, are under way, or are gone. */
export interface Listed {
  type: string;
  physical: string;
  status: string;
  reason: string | null;
  at: number;
}
export interface StackEvent {
  id: string;
  at: number;
  logical: string;
  physical: string;
  type: string;
  status: string;
  reason: string | null;
  token: string | null;
}
export type WorkKind = 'create' | 'update' | 'delete' | 'rollback' | 'update-rollback' | 'cleanup' | 'rollback-cleanup';
/** What is under way: levels of logical ids, each taking some seconds. */
export interface Work {
  kind: WorkKind;
  levels: string[][];
  token: string | null;
  /** Logical ids of the level whose operations were carried out but which have not come to rest. */
  waiting: string[];
  /** Since when the level waits. */
  since: number;
  /** When a creation has taken too long. */
  deadline: number | null;
  /** What is wrong with the whole stack, found as it begins. */
  flaw: string | null;
  /** Resources that a rollback or a deletion leaves alone. */
  skip: string[];
  /** What fails to be deleted is left alone too. */
  force: boolean;
  /** The stack policy that holds for this update only. */
  policy: string | null;
  /** The change set that began it. */
  changeSet: string | null;
}
export interface Tag {
  Key: string;
  Value: string;
}
export interface Output {
  value: string;
  description?: string;
  export?: string;
}
export interface OldResource {
  logical: string;
  resource: Resource;
  /** Left where it is, as its policy says. */
  keep: boolean;
  /** Its removal was begun. */
  removing: boolean;
}
/** What a stack was asked to be. */
export interface Wanted {
  body: string;
  /** Conditions, mappings and Fn::If carried out. */
  template: Template;
  parameters: Record<string, string>;
  /** Values that parameters name in Parameter Store. */
  resolved: Record<string, string>;
  tags: Tag[];
}
export type OnFailure = 'ROLLBACK' | 'DELETE' | 'DO_NOTHING';
export interface Stack extends Wanted {
  id: string;
  name: string;
  status: string;
  reason: string | null;
  createdAt: number;
  updatedAt: number | null;
  deletedAt: number | null;
  outputs: Record<string, Output>;
  resources: Record<string, Resource>;
  listed: Record<string, Listed>;
  /** Newest first. */
  events: StackEvent[];
  work: Work | null;
  nextAt: number | null;
  /** The stack as it last was complete, to go back to. */
  before: (Wanted & { resources: Record<string, Resource>; outputs: Record<string, Output> }) | null;
  /** Resources to remove in the clean-up: replaced by an update, or made by one that is rolled back. */
  leftovers: OldResource[];
  onFailure: OnFailure;
  disableRollback: boolean;
  protected: boolean;
  policy: string | null;
  capabilities: string[];
  notifications: string[];
  roleArn: string | null;
  /** The role's session that started what is under way, or null for a user. */
  caller?: Session | null;
  timeoutMinutes: number | null;
  rollbackConfiguration: object;
  drift: { status: string; at: number | null };
  drifts: Record<string, Drift>;
}
export interface Difference {
  path: string;
  expected: string;
  actual: string;
  type: 'ADD' | 'REMOVE' | 'NOT_EQUAL';
}
/** What was found when a resource was last compared with its template. */
export interface Drift {
  status: 'IN_SYNC' | 'MODIFIED' | 'DELETED' | 'NOT_CHECKED';
  physical: string;
  type: string;
  at: number;
  expected: string;
  actual: string | null;
  differences: Difference[];
}
export interface Detection {
  id: string;
  stack: string;
  only: string[] | null;
  status: 'DETECTION_IN_PROGRESS' | 'DETECTION_COMPLETE' | 'DETECTION_FAILED';
  reason: string | null;
  drift: string | null;
  drifted: number;
  startedAt: number;
  endsAt: number;
}
export interface ChangeDetail {
  attribute: string;
  name: string | null;
  recreation: 'Never' | 'Conditionally' | 'Always';
  evaluation: 'Static' | 'Dynamic';
  source: string;
  cause: string | null;
}
export interface Change {
  action: 'Add' | 'Modify' | 'Remove';
  logical: string;
  type: string;
  physical: string | null;
  replacement: 'True' | 'False' | 'Conditional' | null;
  policyAction: string | null;
  scope: string[];
  details: ChangeDetail[];
}
export interface ChangeSet extends Wanted {
  id: string;
  name: string;
  description: string | null;
  stack: string;
  type: string;
  status: string;
  reason: string | null;
  executionStatus: string;
  changes: Change[];
  capabilities: string[];
  notifications: string[];
  onFailure: OnFailure | null;
  createdAt: number;
  /** When its creation ends; null once it has. */
  nextAt: number | null;
}
export interface Slice {
  stacks: Record<string, Stack>;
  changeSets: Record<string, ChangeSet>;
  detections: Record<string, Detection>;
}
export const slice = (cell: Cell): Slice => cell.slice('cloudformation', () => ({ stacks: {}, changeSets: {}, detections: {} }));

/** Thirty-two hex digits as a UUID. */
export const uuid = (hex: string): string =>
  [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');

export const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
