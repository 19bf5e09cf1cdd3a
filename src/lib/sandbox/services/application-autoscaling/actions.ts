/** Scheduled actions: other bounds from a time on. */
import type { CallContext, Cell, Operation, World } from '../../service.js';
import { entry } from '../records.js';
import { nextRun } from './schedule.js';
import {
  invalid,
  isSame,
  keyOf,
  missing,
  needTarget,
  scalableOf,
  selected,
  slice,
  uuid,
  type Action,
  type Scalable,
} from './state.js';
import { applyBounds, bound } from './targets.js';

interface PutInput extends Scalable {
  ScheduledActionName: string;
  Schedule?: string;
  Timezone?: string;
  StartTime?: Date;
  EndTime?: Date;
  ScalableTargetAction?: { MinCapacity?: number; MaxCapacity?: number };
}

function put(input: PutInput, { cell, now, id }: CallContext): object {
  needTarget(cell, input);
  const held = slice(cell);
  const before = held.actions.find((action) => isSame(action, input) && action.name === input.ScheduledActionName);
  const schedule = input.Schedule ?? before?.schedule;
  const given = input.ScalableTargetAction;
  const min = given ? given.MinCapacity : before?.min;
  const max = given ? given.MaxCapacity : before?.max;
  if (schedule === undefined) throw invalid('Schedule must be specified for a new scheduled action.');
  if (min === undefined && max === undefined) throw invalid('MinCapacity or MaxCapacity must be specified.');
  if (min !== undefined && max !== undefined && min > max) throw invalid('Maximum capacity cannot be less than minimum capacity');
  const action: Action = {
    ...scalableOf(input),
    name: input.ScheduledActionName,
    arn:
      before?.arn ??
      `arn:aws:autoscaling:${cell.region}:${cell.account}:scheduledAction:${uuid(id)}:resource/ecs/${input.ResourceId}:scheduledActionName/${input.ScheduledActionName}`,
    schedule,
    zone: input.Timezone ?? before?.zone,
    startAt: input.StartTime?.getTime() ?? before?.startAt ?? null,
    endAt: input.EndTime?.getTime() ?? before?.endAt ?? null,
    min,
    max,
    createdAt: before?.createdAt ?? now,
    nextAt: null,
  };
  if (action.startAt !== null && action.endAt !== null && action.startAt >= action.endAt)
    throw invalid('StartTime must be before EndTime.');
  plan(action, now);
  held.actions = [...held.actions.filter((a) => a !== before), action];
  return {};
}

function plan(action: Action, now: number): void {
  const next = nextRun(action.schedule, action.zone ?? 'UTC', action.startAt ?? action.createdAt, now);
  action.nextAt = next !== null && (action.endAt === null || next <= action.endAt) ? next : null;
}

function run(cell: Cell, action: Action, now: number): void {
  const target = entry(slice(cell).targets, keyOf(action));
  if (target && !target.suspended['ScheduledScalingSuspended']) {
    target.min = action.min ?? Math.min(target.min, action.max!);
    target.max = action.max ?? Math.max(target.max, action.min!);
    bound(cell, target, now);
  }
  plan(action, now);
}

export function nextEventAt(cell: Cell): number | null {
  const { targets, actions } = slice(cell);
  let next: number | null = null;
  const consider = (at: number | null): void => {
    if (at !== null && (next === null || at < next)) next = at;
  };
  for (const target of Object.values(targets)) consider(target.boundsAt);
  for (const action of actions) consider(action.nextAt);
  return next;
}

export function advance(cell: Cell, now: number, world: World): void {
  const { targets, actions } = slice(cell);
  for (const action of actions) if (action.nextAt !== null && action.nextAt <= now) run(cell, action, now);
  for (const target of Object.values(targets))
    if (target.boundsAt !== null && target.boundsAt <= now) applyBounds(cell, target, now, world);
}

export const actionOperations: Readonly<Record<string, Operation>> = {
  PutScheduledAction: put,
  DescribeScheduledActions(
    input: Scalable & { ScheduledActionNames?: string[]; MaxResults?: number; NextToken?: string },
    { cell },
  ) {
    const names = input.ScheduledActionNames;
    const { items, token } = selected(
      slice(cell).actions.filter(({ name }) => !names?.length || names.includes(name)),
      input,
    );
    return {
      ScheduledActions: items.map((action) => ({
        ...scalableOf(action),
        ScheduledActionName: action.name,
        ScheduledActionARN: action.arn,
        Schedule: action.schedule,
        ...(action.zone === undefined ? {} : { Timezone: action.zone }),
        ...(action.startAt === null ? {} : { StartTime: new Date(action.startAt) }),
        ...(action.endAt === null ? {} : { EndTime: new Date(action.endAt) }),
        ScalableTargetAction: { MinCapacity: action.min, MaxCapacity: action.max },
        CreationTime: new Date(action.createdAt),
      })),
      NextToken: token,
    };
  },
  DeleteScheduledAction(input: Scalable & { ScheduledActionName: string }, { cell }) {
    const held = slice(cell);
    const found = held.actions.find((action) => isSame(action, input) && action.name === input.ScheduledActionName);
    if (!found) throw missing('scheduled action', input, `, scheduled action name: ${input.ScheduledActionName}`);
    held.actions = held.actions.filter((action) => action !== found);
    return {};
  },
};
