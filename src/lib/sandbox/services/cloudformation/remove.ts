/** Resources go: those of a level, and what an update or its rollback left over. */
import { AwsError, type CallContext } from '../../service.js';
import { record } from './events.js';
import type { OldResource, Resource, Stack } from './state.js';
import { resourceTypes } from './types/index.js';
import { isGone } from './types/type.js';
import { reasonOf } from './reason.js';
import type { Result } from './perform.js';

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
