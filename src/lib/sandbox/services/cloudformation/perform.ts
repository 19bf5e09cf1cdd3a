/** Resources are made and changed by the operations of their services, and put back; every end is an event. */
import { AwsError, type CallContext } from '../../service.js';
import { record } from './events.js';
import { denial } from './policy.js';
import { same, type Resource, type Stack } from './state.js';
import { resourceTypes } from './types/index.js';
import { reasonOf } from './reason.js';
import { propertiesOf, replacedBy } from './wanted.js';
import { keeps } from './remove.js';

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
