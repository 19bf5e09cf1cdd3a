/** Resources are made, changed and removed by the operations of their services; every end is an event. */
import { AwsError, type CallContext, type Cell } from '../../service.js';
import { record } from './events.js';
import { resolve } from './functions.js';
import { denial } from './policy.js';
import { scopeOf } from './scope.js';
import { same, type OldResource, type Resource, type Stack, type Tag } from './state.js';
import { resourceTypes } from './types/index.js';
import { recreationOf, schemaOf, typed } from './types/schema.js';
import { isGone } from './types/type.js';

/** What a resource handler of AWS says of an error. A handler that breaks fails its resource, never the sandbox. */
export function reasonOf(error: unknown, { world }: Pick<CallContext, 'world'>): string {
  const code = error instanceof AwsError ? error.code : 'InternalFailure';
  const message = error instanceof Error ? error.message : String(error);
  if (code === 'PropertiesInvalid' || code === 'PolicyDenied' || code === 'CustomNamed') return message;
  return `Resource handler returned message: "${message}" (RequestToken: ${world.id(8)}, HandlerErrorCode: ${handlerCode(code)})`;
}

function handlerCode(code: string): string {
  if (code === 'PriorityInUse' || /Exists|Duplicate/.test(code)) return 'AlreadyExists';
  if (/^(InternalFailure|GeneralServiceException|NotStabilized)$/.test(code)) return code;
  if (/NotFound|NoSuch/.test(code)) return 'NotFound';
  if (/AccessDenied|Unauthorized/.test(code)) return 'AccessDenied';
  if (/Throttl|LimitExceeded/.test(code)) return /Throttl/.test(code) ? 'Throttling' : 'ServiceLimitExceeded';
  return 'InvalidRequest';
}

/** Properties as the template now wants them, with the stack's tags where the type has tags. */
export function propertiesOf(cell: Cell, stack: Stack, logical: string): Record<string, unknown> {
  const { Type, Properties = {} } = stack.template.Resources[logical]!;
  return withTags(Type, typed(Type, logical, resolve(Properties, scopeOf(cell, stack)) as Record<string, unknown>), stack.tags);
}

function withTags(type: string, properties: Record<string, unknown>, tags: readonly Tag[]): Record<string, unknown> {
  const key = schemaOf(type).tags;
  if (!key || tags.length === 0) return properties;
  const own = properties[key];
  if (own !== undefined && !Array.isArray(own))
    return { ...properties, [key]: { ...Object.fromEntries(tags.map((tag) => [tag.Key, tag.Value])), ...(own as object) } };
  const named = new Set(((own ?? []) as Tag[]).map((tag) => tag.Key));
  return { ...properties, [key]: [...((own ?? []) as Tag[]), ...tags.filter((tag) => !named.has(tag.Key))] };
}

/** Whether a resource that is there has to be changed: what cannot be told yet is. */
export function differs(cell: Cell, stack: Stack, logical: string): boolean {
  try {
    const there = stack.resources[logical]!;
    return there.dirty === true || !same(there.properties, propertiesOf(cell, stack, logical));
  } catch {
    return true;
  }
}

const replacedBy = (type: string, before: Record<string, unknown>, after: Record<string, unknown>): boolean =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].some(
    (key) => recreationOf(type, key) !== 'Never' && !same(before[key], after[key]),
  );

const policiesOf = (stack: Stack, logical: string): { policy: string; replacePolicy: string } => ({
  policy: stack.template.Resources[logical]?.DeletionPolicy ?? 'Delete',
  replacePolicy: stack.template.Resources[logical]?.UpdateReplacePolicy ?? 'Delete',
});

const isSettled = (context: CallContext, { type, physical, properties }: Resource): boolean =>
  resourceTypes[type]!.settled?.(context, physical, properties) ?? true;

export interface Result {
  failed: string[];
  waiting: string[];
}

/** Makes or changes the resources of a level: which failed, and which have not come to rest yet. */
export function make(context: CallContext, stack: Stack, level: readonly string[]): Result {
  const { world, now } = context;
  const failed: string[] = [];
  const waiting: string[] = [];
  for (const logical of level) {
    const there = stack.resources[logical];
    const verb = there ? 'UPDATE' : 'CREATE';
    if (there) Object.assign(there, policiesOf(stack, logical));
    if (failed.length > 0) {
      if (there && stack.listed[logical]?.status !== 'UPDATE_IN_PROGRESS') continue;
      failed.push(logical);
      cancel(context, stack, logical);
      continue;
    }
    try {
      const properties = propertiesOf(context.cell, stack, logical);
      if (there && !there.dirty && same(there.properties, properties)) continue;
      makeOne(context, stack, logical, properties);
      if (!isSettled(context, stack.resources[logical]!)) waiting.push(logical);
      else record(world, stack, now, logical, { status: `${verb}_COMPLETE` });
    } catch (error) {
      failed.push(logical);
      record(world, stack, now, logical, { status: `${verb}_FAILED`, reason: reasonOf(error, context) });
    }
  }
  if (failed.length === 0) return { failed, waiting };
  for (const logical of waiting) cancel(context, stack, logical);
  return { failed: [...failed, ...waiting], waiting: [] };
}

export function cancel({ world, now }: CallContext, stack: Stack, logical: string): void {
  const creating = /^CREATE/.test(stack.listed[logical]?.status ?? 'CREATE');
  const reason = `Resource ${creating ? 'creation' : 'update'} cancelled`;
  record(world, stack, now, logical, { status: creating ? 'CREATE_FAILED' : 'UPDATE_FAILED', reason });
}

function makeOne(context: CallContext, stack: Stack, logical: string, properties: Record<string, unknown>): void {
  const { world, now } = context;
  const Type = stack.template.Resources[logical]!.Type;
  const type = resourceTypes[Type]!;
  const there = stack.resources[logical];
  const replaced = there !== undefined && replacedBy(Type, there.properties, properties);
  if (there) {
    const denied = denial(stack.work?.policy ?? stack.policy, replaced ? 'Update:Replace' : 'Update:Modify', logical, Type);
    if (denied) throw new AwsError('PolicyDenied', denied);
  }
  if (
    replaced &&
    type.named &&
    properties[type.named] !== undefined &&
    same(properties[type.named], there.properties[type.named])
  )
    throw new AwsError(
      'CustomNamed',
      `CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename ${String(properties[type.named])} and update the stack again.`,
    );
  if (replaced)
    record(world, stack, now, logical, {
      status: 'UPDATE_IN_PROGRESS',
      reason: 'Requested update requires the creation of a new physical resource; hence creating one.',
    });
  if (there && !replaced) there.dirty = true;
  const made =
    there && !replaced
      ? type.update(context, there.physical, properties, there.properties)
      : type.create(context, properties, { stack: stack.name, logical });
  if (there && replaced)
    stack.leftovers.push({ logical, resource: there, keep: keeps(policiesOf(stack, logical).replacePolicy), removing: false });
  const { physical, attributes } = made;
  stack.resources[logical] = { type: Type, physical, attributes, properties, ...policiesOf(stack, logical) };
  if (there && !replaced) return;
  const reason = `Resource ${there ? 'update' : 'creation'} Initiated`;
  record(world, stack, now, logical, { status: there ? 'UPDATE_IN_PROGRESS' : 'CREATE_IN_PROGRESS', reason });
}

/** How long CloudFormation waits for a resource to come to rest. */
const PATIENCE_MS = 3 * 3_600_000;

/** Looks again at what had not come to rest. */
export function look(context: CallContext, stack: Stack, waiting: readonly string[], since: number): Result {
  const { world, now } = context;
  const result: Result = { failed: [], waiting: [] };
  for (const logical of waiting) {
    const verb = /^CREATE/.test(stack.listed[logical]?.status ?? '') ? 'CREATE' : 'UPDATE';
    try {
      if (isSettled(context, stack.resources[logical]!)) record(world, stack, now, logical, { status: `${verb}_COMPLETE` });
      else if (now - since > PATIENCE_MS) throw new AwsError('NotStabilized', 'Exceeded attempts to wait');
      else result.waiting.push(logical);
    } catch (error) {
      result.failed.push(logical);
      record(world, stack, now, logical, { status: `${verb}_FAILED`, reason: reasonOf(error, context) });
    }
  }
  if (result.failed.length === 0) return result;
  for (const logical of result.waiting) cancel(context, stack, logical);
  return { failed: [...result.failed, ...result.waiting], waiting: [] };
}

export const keeps = (policy: string, rollingBackCreation = false): boolean =>
  policy === 'Retain' || (policy === 'RetainExceptOnCreate' && !rollingBackCreation);

/** What somebody deleted by hand is gone: that is what was wanted. Returns the error that is in the way, or null. */
function removeOne(context: CallContext, { type, physical, properties }: Resource): unknown {
  try {
    resourceTypes[type]!.remove(context, physical, properties);
    return null;
  } catch (error) {
    return isGone(error) ? null : error;
  }
}
const isRemoved = (context: CallContext, { type, physical, properties }: Resource): boolean =>
  resourceTypes[type]!.gone?.(context, physical, properties) ?? true;

/** In use by something else: tried again for a while, as CloudFormation does, e.g. with a group of a task that is stopping. */
const HELD_MS = 10 * 60_000;
const isHeld = (error: unknown): boolean => error instanceof AwsError && error.code === 'DependencyViolation';

/** Removes the resources of a level, but for those that are to be kept. */
export function remove(context: CallContext, stack: Stack, level: readonly string[], rollingBack: boolean): Result {
  const { world, now } = context;
  const { skip = [], force = false, since = now } = stack.work ?? {};
  const result: Result = { failed: [], waiting: [] };
  for (const logical of level) {
    const resource = stack.resources[logical];
    if (!resource) continue;
    const kept = skip.includes(logical) || keeps(resource.policy, rollingBack);
    const error = kept ? null : removeOne(context, resource);
    if (isHeld(error) && now - since < HELD_MS) result.waiting.push(logical);
    else if (error !== null && !force) {
      result.failed.push(logical);
      record(world, stack, now, logical, { status: 'DELETE_FAILED', reason: reasonOf(error, context) });
    } else if (error === null && !kept && !isRemoved(context, resource)) result.waiting.push(logical);
    else forget(context, stack, logical, kept || error !== null);
  }
  return result;
}

export function lookAtRemoved(context: CallContext, stack: Stack, waiting: readonly string[], rollingBack: boolean): Result {
  const result: Result = { failed: [], waiting: [] };
  const held = waiting.filter((logical) => !resourceTypes[stack.resources[logical]!.type]!.gone);
  for (const logical of waiting)
    if (held.includes(logical)) continue;
    else if (isRemoved(context, stack.resources[logical]!)) forget(context, stack, logical, false);
    else result.waiting.push(logical);
  const again = remove(context, stack, held, rollingBack);
  return { failed: again.failed, waiting: [...result.waiting, ...again.waiting] };
}

function forget({ world, now }: CallContext, stack: Stack, logical: string, kept: boolean): void {
  record(world, stack, now, logical, { status: kept ? 'DELETE_SKIPPED' : 'DELETE_COMPLETE' });
  delete stack.resources[logical];
}

/** Removes what an update or its rollback left over. One may be in use by another, so it is tried until nothing moves. */
export function sweep(context: CallContext, stack: Stack): { waiting: boolean } {
  const errors = new Map<OldResource, unknown>();
  for (let left = Infinity; stack.leftovers.length > 0 && stack.leftovers.length < left;) {
    left = stack.leftovers.length;
    errors.clear();
    stack.leftovers = stack.leftovers.filter((old) => {
      const error = old.keep || old.removing ? null : removeOne(context, old.resource);
      if (error !== null) {
        errors.set(old, error);
        return true;
      }
      old.removing = true;
      if (!old.keep && !isRemoved(context, old.resource)) return true;
      say(context, stack, old, { status: old.keep ? 'DELETE_SKIPPED' : 'DELETE_COMPLETE' });
      return false;
    });
  }
  const patient = context.now - (stack.work?.since ?? 0) < HELD_MS;
  if (stack.leftovers.some((old) => old.removing || (patient && isHeld(errors.get(old))))) return { waiting: true };
  for (const [old, error] of errors) say(context, stack, old, { status: 'DELETE_FAILED', reason: reasonOf(error, context) });
  stack.leftovers = [];
  return { waiting: false };
}

function say({ world, now }: CallContext, stack: Stack, old: OldResource, told: { status: string; reason?: string }): void {
  record(world, stack, now, old.logical, told, old.resource);
  if (!stack.resources[old.logical]) delete stack.listed[old.logical];
}

/** Puts resources back as they were before the update. One may wait for another (swapped priorities). */
export function restore(context: CallContext, stack: Stack, ids: readonly string[]): Result {
  const { world, now } = context;
  const before = stack.before!.resources;
  const waiting: string[] = [];
  let errors = new Map<string, unknown>();
  let pending = [...ids];
  for (let left = Infinity; pending.length > 0 && pending.length < left;) {
    left = pending.length;
    errors = new Map();
    for (const logical of pending) {
      const old = before[logical]!;
      try {
        const attributes = stack.work!.skip.includes(logical)
          ? old.attributes
          : resourceTypes[old.type]!.update(context, old.physical, old.properties, stack.resources[logical]!.properties)
              .attributes;
        stack.resources[logical] = { ...old, attributes };
        if (!stack.work!.skip.includes(logical) && !isSettled(context, old)) waiting.push(logical);
        else record(world, stack, now, logical, { status: 'UPDATE_COMPLETE' });
      } catch (error) {
        errors.set(logical, error);
      }
    }
    pending = [...errors.keys()];
  }
  for (const [logical, error] of errors)
    record(world, stack, now, logical, { status: 'UPDATE_FAILED', reason: reasonOf(error, context) });
  return { failed: [...errors.keys()], waiting: errors.size > 0 ? [] : waiting };
}
