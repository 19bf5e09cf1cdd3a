/** What a resource type is: how it is made, changed, removed and read back, always by its service's own operations. */
import { authorizeCall } from '../../../iam/authorize.js';
import { AwsError, type CallContext, type SandboxService } from '../../../service.js';

export type Properties = Record<string, unknown>;

export interface Made {
  readonly physical: string;
  /** What Fn::GetAtt reads. */
  readonly attributes: Record<string, string>;
}
export interface ResourceName {
  readonly stack: string;
  readonly logical: string;
}

/** Properties arrive resolved and in the kinds of the type's published schema (see schema.ts). */
export interface ResourceType {
  create(context: CallContext, properties: Properties, name: ResourceName): Made;
  update(context: CallContext, physical: string, properties: Properties, before: Properties): Made;
  remove(context: CallContext, physical: string, properties: Properties): void;
  /** As its service has it now, or null where it is gone. Without it drift is not told. */
  read?(context: CallContext, physical: string, properties: Properties): Properties | null;
  /** Whether what was begun is done; throws where it failed. Without it everything is done at once. */
  settled?(context: CallContext, physical: string, properties: Properties): boolean;
  /** Whether a removal is done. */
  gone?(context: CallContext, physical: string, properties: Properties): boolean;
  /** Names that Fn::GetAtt takes beyond the schema's read-only properties. */
  readonly attributes?: readonly string[];
  /** The property that names it: a resource named by hand cannot be replaced under the same name. */
  readonly named?: string;
}

export function call(service: SandboxService, operation: string, input: object, context: CallContext): Properties {
  const perform = service.operations[operation];
  if (!perform) throw new AwsError('InvalidAction', `The embedded AWS has no ${service.name}:${operation}.`);
  if (context.world.enforces()) authorizeCall(service.name, operation, input, context);
  return perform(input, context) as Properties;
}

/** Null where the service says that there is no such thing. */
export function unlessGone<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}
export const isGone = (error: unknown): boolean =>
  error instanceof AwsError && /NotFound|NoSuch|NotExist|Unknown(Parameter|Resource)/.test(error.code);

/** Steps after the resource is there: what fails among them takes it away again. */
export function orUndo<T>(steps: () => T, undo: () => void): T {
  try {
    return steps();
  } catch (error) {
    try {
      undo();
    } catch {
      // What failed first is what the user has to know.
    }
    throw error;
  }
}

/** A name as CloudFormation makes it: `<stack>-<logical>-<tail>`; a short one keeps some of both. */
export function unique(context: CallContext, { stack, logical }: ResourceName, length: number): string {
  const tail = context.id(12).toUpperCase();
  const room = length - 14;
  const first = stack.slice(0, Math.max(room - logical.length, Math.floor(room / 2))).replace(/-+$/, '');
  return `${first}-${logical.slice(0, room - first.length)}-${tail}`;
}

export const chosen = (properties: Properties, ...keys: string[]): Properties =>
  Object.fromEntries(keys.filter((key) => properties[key] !== undefined).map((key) => [key, properties[key]]));

export const without = (properties: Properties, ...keys: string[]): Properties =>
  Object.fromEntries(Object.entries(properties).filter(([key]) => !keys.includes(key)));

export interface Tag {
  Key: string;
  Value: string;
}
export const tagsOf = (properties: Properties): Tag[] => (properties['Tags'] as Tag[] | undefined) ?? [];
export const tagMap = (properties: Properties): Record<string, string> =>
  Object.fromEntries(tagsOf(properties).map(({ Key, Value }) => [Key, Value]));
export const tagList = (tags: unknown): Tag[] =>
  Object.entries((tags ?? {}) as Record<string, string>).map(([Key, Value]) => ({ Key, Value }));
/** Tag keys that were set and no longer are, and whether anything about the tags changed. */
export function tagChange(before: Properties, after: Properties): { removed: string[]; changed: boolean } {
  const kept = tagMap(after);
  const removed = Object.keys(tagMap(before)).filter((key) => kept[key] === undefined);
  return { removed, changed: JSON.stringify(tagMap(before)) !== JSON.stringify(kept) };
}

export const asList = <T = unknown>(value: unknown): T[] => (Array.isArray(value) ? (value as T[]) : []);
export const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
