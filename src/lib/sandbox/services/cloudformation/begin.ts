/** Work on a stack begins, forward or back: its levels, what is told of the first, and when that one is done. */
import type { Cell, World } from '../../service.js';
import { record, recordStack } from './events.js';
import { differs } from './wanted.js';
import { same, type Stack, type Work, type WorkKind } from './state.js';
import { levelsOf } from './template.js';

/** One level of resources takes about this long. */
export const LEVEL_MS = 4_000;
export const SOON_MS = 1_000;

const beginning: Readonly<Record<WorkKind, string>> = {
  create: 'CREATE_IN_PROGRESS',
  update: 'UPDATE_IN_PROGRESS',
  delete: 'DELETE_IN_PROGRESS',
  rollback: 'ROLLBACK_IN_PROGRESS',
  'update-rollback': 'UPDATE_ROLLBACK_IN_PROGRESS',
  cleanup: 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
  'rollback-cleanup': 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
};

export const USER = 'User Initiated';

export function begin(
  world: World,
  stack: Stack,
  kind: WorkKind,
  now: number,
  work: Partial<Omit<Work, 'kind'>> & { reason?: string | null },
): void {
  const { reason = null, ...rest } = work;
  stack.work = {
    kind,
    levels: [],
    token: null,
    waiting: [],
    since: now,
    deadline: null,
    flaw: null,
    skip: [],
    force: false,
    policy: null,
    changeSet: null,
    ...rest,
  };
  recordStack(world, stack, now, beginning[kind], reason);
  enter(world, stack, now);
}

/** Announces the first level and says when it is done. */
export function enter(world: World, stack: Stack, now: number): void {
  const work = stack.work!;
  const cell = cellOf(world, stack);
  const level = work.flaw === null ? (work.levels[0] ?? []) : [];
  for (const logical of level) {
    const there = stack.resources[logical];
    if (work.kind === 'create' || work.kind === 'update') {
      if (!there) record(world, stack, now, logical, { status: 'CREATE_IN_PROGRESS' });
      else if (differs(cell, stack, logical)) record(world, stack, now, logical, { status: 'UPDATE_IN_PROGRESS' });
    } else if (there) {
      const status = work.kind === 'update-rollback' ? 'UPDATE_IN_PROGRESS' : 'DELETE_IN_PROGRESS';
      record(world, stack, now, logical, { status });
    }
  }
  stack.nextAt = now + (level.length > 0 ? LEVEL_MS : SOON_MS);
}

function cellOf(world: World, { id }: Stack): Cell {
  const [, , , region = '', account = ''] = id.split(':');
  return world.cell(account, region);
}

const reversed = (stack: Stack): string[][] => levelsOf(stack.template, Object.keys(stack.resources)).reverse();

type Begun = { token: string | null; reason: string | null; skip?: string[]; force?: boolean };

export const beginDelete = (world: World, stack: Stack, now: number, begun: Begun): void =>
  begin(world, stack, 'delete', now, { levels: reversed(stack), ...begun });

/** The way back of a creation: everything goes. */
export const beginRollback = (world: World, stack: Stack, now: number, begun: Begun): void =>
  begin(world, stack, 'rollback', now, { levels: reversed(stack), ...begun });

/** The way back of an update: what was changed is changed back, then what was made goes. */
export function beginUpdateRollback(world: World, stack: Stack, now: number, begun: Begun): void {
  const before = stack.before!.resources;
  const changed = Object.keys(before).filter((id) => {
    const has = stack.resources[id];
    return has?.physical === before[id]!.physical && (has.dirty === true || !same(has.properties, before[id]!.properties));
  });
  const levels = changed.length > 0 ? [levelsOf(stack.before!.template, changed).flat()] : [];
  begin(world, stack, 'update-rollback', now, { levels, ...begun });
}
