/** Stacks as time goes on: level by level, and back when a resource fails. */
import type { CallContext, Cell, World } from '../../service.js';
import { record, recordStack } from './events.js';
import { cancel, look, make, restore, type Result } from './perform.js';
import { lookAtRemoved, remove, sweep } from './remove.js';
import { denial } from './policy.js';
import { sessionOf } from './principal.js';
import { contextOf, outputsOf } from './scope.js';
import { slice, type Stack, type WorkKind } from './state.js';
import { levelsOf } from './template.js';
import { LEVEL_MS, SOON_MS, begin, enter, beginDelete, beginRollback, beginUpdateRollback } from './begin.js';

/** How often it is looked whether resources have come to rest. */
const LOOK_MS = 5_000;

const creating = (kind: WorkKind): boolean => kind === 'create' || kind === 'update';

export function advanceStack(cell: Cell, world: World, stack: Stack, now: number): void {
  const work = stack.work!;
  const context = contextOf(cell, world, now, sessionOf(stack));
  const flaw = work.flaw ?? (work.kind === 'update' && work.waiting.length === 0 ? forbidden(stack) : null);
  if (flaw !== null && creating(work.kind)) return fail(context, stack, flaw);
  if (work.deadline !== null && now >= work.deadline)
    return fail(context, stack, 'Stack creation time exceeded the specified timeout.');
  if (work.kind === 'cleanup' || work.kind === 'rollback-cleanup') return cleanUp(context, stack);
  if (work.levels.length > 0) {
    const { failed, waiting } = step(context, stack, work.levels[0]!);
    if (failed.length > 0) return failLevel(context, stack, failed);
    if (work.waiting.length === 0) work.since = now;
    work.waiting = waiting;
    if (waiting.length > 0) {
      stack.nextAt = now + LOOK_MS;
      return;
    }
    work.levels.shift();
    if (work.levels.length > 0) return enter(world, stack, now);
  }
  finish(context, stack);
}

/** Carries a level out, or looks at what of it had not come to rest. */
function step(context: CallContext, stack: Stack, level: readonly string[]): Result {
  const { kind, waiting, since } = stack.work!;
  if (kind === 'delete' || kind === 'rollback')
    return waiting.length > 0
      ? lookAtRemoved(context, stack, waiting, kind === 'rollback')
      : remove(context, stack, level, kind === 'rollback');
  if (waiting.length > 0) return look(context, stack, waiting, since);
  return kind === 'update-rollback' ? restore(context, stack, level) : make(context, stack, level);
}

/** What the stack policy keeps from being deleted, where the template no longer has it. */
function forbidden(stack: Stack): string | null {
  for (const [logical, { type }] of Object.entries(stack.resources)) {
    if (stack.template.Resources[logical]) continue;
    const denied = denial(stack.work!.policy ?? stack.policy, 'Update:Delete', logical, type);
    if (denied) return denied;
  }
  return null;
}

const theFollowing = 'The following resource(s) failed to';

function failLevel(context: CallContext, stack: Stack, failed: readonly string[]): void {
  const { kind } = stack.work!;
  const list = `[${failed.join(', ')}]`;
  if (creating(kind)) return fail(context, stack, `${theFollowing} ${kind}: ${list}.`);
  // What is in the way of a deletion stays, and so does the way back of an update.
  const status = { delete: 'DELETE_FAILED', rollback: 'ROLLBACK_FAILED' }[kind as string] ?? 'UPDATE_ROLLBACK_FAILED';
  const what = kind === 'update-rollback' ? 'update' : 'delete';
  recordStack(context.world, stack, context.now, status, `${theFollowing} ${what}: ${list}. `);
  rest(stack);
}

/** A creation or an update that cannot go on: back, away, or left as it is for the user to look at. */
export function fail(context: CallContext, stack: Stack, reason: string): void {
  const { world, now } = context;
  const { kind, token, changeSet } = stack.work!;
  for (const logical of stack.work!.levels[0] ?? [])
    if (/_IN_PROGRESS$/.test(stack.listed[logical]?.status ?? '')) cancel(context, stack, logical);
  markChangeSet(context.cell, changeSet, 'EXECUTE_FAILED');
  if (stack.disableRollback || (kind === 'create' && stack.onFailure === 'DO_NOTHING')) {
    recordStack(world, stack, now, kind === 'create' ? 'CREATE_FAILED' : 'UPDATE_FAILED', `${reason} `);
    return rest(stack);
  }
  if (kind === 'update') return beginUpdateRollback(world, stack, now, { reason, token });
  if (stack.onFailure === 'DELETE')
    return beginDelete(world, stack, now, { token, reason: `${reason} Delete requested by user.` });
  beginRollback(world, stack, now, { token, reason: `${reason} Rollback requested by user.` });
}

function rest(stack: Stack): void {
  stack.work = null;
  stack.nextAt = null;
}

function finish(context: CallContext, stack: Stack): void {
  const { world, now, cell } = context;
  const { kind, changeSet } = stack.work!;
  switch (kind) {
    case 'create':
    case 'update':
      try {
        stack.outputs = outputsOf(cell, stack);
      } catch (error) {
        return fail(context, stack, error instanceof Error ? error.message : String(error));
      }
      markChangeSet(cell, changeSet, 'EXECUTE_COMPLETE');
      if (kind === 'update') return finishUpdate(context, stack);
      recordStack(world, stack, now, 'CREATE_COMPLETE');
      break;
    case 'update-rollback':
      return finishRollback(context, stack);
    case 'delete':
      if (sweep(context, stack).waiting) {
        stack.nextAt = now + LOOK_MS;
        return;
      }
      stack.deletedAt = now;
      stack.outputs = {};
      recordStack(world, stack, now, 'DELETE_COMPLETE');
      break;
    default:
      recordStack(world, stack, now, 'ROLLBACK_COMPLETE');
  }
  stack.before = null;
  rest(stack);
}

/** What the template no longer has goes, with what was replaced: the last made first. */
function finishUpdate({ world, now }: CallContext, stack: Stack): void {
  const gone = Object.keys(stack.resources).filter((logical) => !stack.template.Resources[logical]);
  const order = levelsOf(stack.before?.template ?? stack.template, gone)
    .reverse()
    .flat();
  const removed = order.map((logical) => {
    const resource = stack.resources[logical]!;
    delete stack.resources[logical];
    return { logical, resource, keep: /^Retain/.test(resource.policy), removing: false };
  });
  stack.leftovers = [...stack.leftovers.reverse(), ...removed];
  beginCleanup(world, stack, 'cleanup', now);
}

function finishRollback({ world, now }: CallContext, stack: Stack): void {
  const { resources, ...wanted } = stack.before!;
  const isOld = (logical: string, physical: string): boolean => resources[logical]?.physical === physical;
  const made = levelsOf(stack.template, Object.keys(stack.resources))
    .reverse()
    .flat()
    .filter((logical) => !isOld(logical, stack.resources[logical]!.physical))
    .map((logical) => {
      const resource = stack.resources[logical]!;
      return { logical, resource, keep: resource.policy === 'Retain', removing: false };
    });
  const back = Object.fromEntries(
    Object.entries(resources).map(([logical, old]) => {
      const has = stack.resources[logical];
      return [logical, has && isOld(logical, has.physical) ? has : old];
    }),
  );
  stack.leftovers = [...made, ...stack.leftovers.filter(({ logical, resource }) => !isOld(logical, resource.physical))];
  Object.assign(stack, wanted, { resources: back });
  for (const [logical, { type, physical }] of Object.entries(back)) {
    const listed = stack.listed[logical];
    if (listed?.physical !== physical)
      stack.listed[logical] = { type, physical, status: 'UPDATE_COMPLETE', reason: null, at: now };
  }
  for (const logical of Object.keys(stack.listed))
    if (!back[logical] && !made.some((one) => one.logical === logical)) delete stack.listed[logical];
  beginCleanup(world, stack, 'rollback-cleanup', now);
}

function beginCleanup(world: World, stack: Stack, kind: 'cleanup' | 'rollback-cleanup', now: number): void {
  begin(world, stack, kind, now, { token: stack.work!.token });
  for (const { logical, resource, keep } of stack.leftovers)
    if (!keep) record(world, stack, now, logical, { status: 'DELETE_IN_PROGRESS' }, resource);
  stack.nextAt = now + (stack.leftovers.length > 0 ? LEVEL_MS : SOON_MS);
}

function cleanUp(context: CallContext, stack: Stack): void {
  const { world, now } = context;
  if (sweep(context, stack).waiting) {
    stack.nextAt = now + LOOK_MS;
    return;
  }
  recordStack(world, stack, now, stack.work!.kind === 'cleanup' ? 'UPDATE_COMPLETE' : 'UPDATE_ROLLBACK_COMPLETE');
  stack.before = null;
  rest(stack);
}

function markChangeSet(cell: Cell, id: string | null, executionStatus: string): void {
  const set = id === null ? undefined : slice(cell).changeSets[id];
  if (set) set.executionStatus = executionStatus;
}
