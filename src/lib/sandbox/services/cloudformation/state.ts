/** What CloudFormation keeps: stacks with their resources, events and change sets. Times in milliseconds of sandbox time. */
import type { Cell } from '../../service.js';

export interface Template {
  Description?: string;
  Parameters?: Record<string, { Type?: string; Default?: unknown }>;
  Resources: Record<string, TemplateResource>;
  Outputs?: Record<string, { Value: unknown; Description?: string; Export?: { Name: unknown } }>;
}
export interface TemplateResource {
  Type: string;
  Properties?: Record<string, unknown>;
  DependsOn?: string | string[];
  DeletionPolicy?: string;
}
export interface Resource {
  type: string;
  physical: string;
  status: string;
  properties: Record<string, unknown>;
  attributes: Record<string, string>;
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
/** What is under way: levels of logical ids, each taking some seconds. */
export interface Work {
  kind: 'create' | 'update' | 'delete' | 'rollback' | 'update-rollback' | 'cleanup';
  levels: string[][];
  token: string | null;
}
export interface Stack {
  id: string;
  name: string;
  status: string;
  reason: string | null;
  body: string;
  template: Template;
  parameters: Record<string, string>;
  tags: { Key: string; Value: string }[];
  createdAt: number;
  updatedAt: number | null;
  deletedAt: number | null;
  outputs: Record<string, string>;
  resources: Record<string, Resource>;
  /** Newest first. */
  events: StackEvent[];
  work: Work | null;
  nextAt: number | null;
  /** The stack as it was before the update, to go back to; and old physical resources to remove after it. */
  before: {
    body: string;
    template: Template;
    resources: Record<string, Resource>;
    parameters: Record<string, string>;
    tags: { Key: string; Value: string }[];
  } | null;
  leftovers: { type: string; physical: string }[];
}
export interface ChangeSet {
  id: string;
  name: string;
  stack: string;
  type: string;
  status: string;
  reason: string | null;
  executionStatus: string;
  body: string;
  parameters: Record<string, string>;
  tags: { Key: string; Value: string }[];
  changes: { action: string; logical: string; type: string; physical: string | null; replacement: string | null }[];
  createdAt: number;
}
export interface Slice {
  stacks: Record<string, Stack>;
  changeSets: Record<string, ChangeSet>;
}
export const slice = (cell: Cell): Slice => cell.slice('cloudformation', () => ({ stacks: {}, changeSets: {} }));
