/** Scalable targets: ECS services, and the bounds of their desired count. */
import { AwsError, type CallContext, type Cell, type Operation, type World } from '../../service.js';
import { ecs } from '../ecs.js';
import { findService } from '../ecs/state.js';
import { entry } from '../records.js';
import { removePolicy } from './policies.js';
import {
  actAs,
  invalid,
  isSame,
  keyOf,
  needTarget,
  scalableOf,
  selected,
  serviceRole,
  slice,
  uuid,
  type DescribeInput,
  type Scalable,
  type Target,
} from './state.js';

const MAX_ACTIVITIES = 200;
/** Between a change of the bounds and the change of the desired count. */
const DELAY_MS = 1_000;
const NO_ACTIVITIES_SUSPENDED = {
  DynamicScalingInSuspended: false,
  DynamicScalingOutSuspended: false,
  ScheduledScalingSuspended: false,
};

interface RegisterInput extends Scalable {
  MinCapacity?: number;
  MaxCapacity?: number;
  RoleARN?: string;
  SuspendedState?: Record<string, boolean>;
  Tags?: Record<string, string>;
}

/** Cluster and name of the service that a target scales. */
function serviceOf({ ServiceNamespace, ResourceId, ScalableDimension }: Scalable): { cluster: string; service: string } {
  const [, cluster, service] = /^service\/([^/]+)\/([^/]+)$/.exec(ResourceId) ?? [];
  if (ServiceNamespace !== 'ecs' || ScalableDimension !== 'ecs:service:DesiredCount' || !cluster || !service)
    throw invalid('Unsupported service namespace, resource type or scalable dimension');
  return { cluster, service };
}

function desiredOf(cell: Cell, scalable: Scalable): number | null {
  const { cluster, service } = serviceOf(scalable);
  const found = findService(cell, cluster, service);
  return found && found.status === 'ACTIVE' ? found.desired : null;
}

function register(input: RegisterInput, { cell, now, id }: CallContext): object {
  if (desiredOf(cell, input) === null) throw invalid(`ECS service doesn't exist: ${input.ResourceId}`);
  const { targets } = slice(cell);
  const before = entry(targets, keyOf(input));
  const min = input.MinCapacity ?? before?.min;
  const max = input.MaxCapacity ?? before?.max;
  if (min === undefined || max === undefined)
    throw invalid('Both MinCapacity and MaxCapacity must be specified to register a new scalable target.');
  if (min > max) throw invalid('Maximum capacity cannot be less than minimum capacity');
  const arn = before?.arn ?? `arn:aws:application-autoscaling:${cell.region}:${cell.account}:scalable-target/${id(40)}`;
  if (before && input.Tags) throw invalid('Tags cannot be specified when updating a scalable target. Use TagResource.');
  const target: Target = {
    ...scalableOf(input),
    arn,
    min,
    max,
    role: serviceRole(cell),
    createdAt: before?.createdAt ?? now,
    suspended: { ...NO_ACTIVITIES_SUSPENDED, ...before?.suspended, ...input.SuspendedState },
    tags: before?.tags ?? { ...input.Tags },
    boundsAt: null,
    cause: '',
  };
  targets[keyOf(input)] = target;
  bound(cell, target, now);
  return { ScalableTargetARN: arn };
}

/** Capacity outside the bounds is brought to the nearer one, a moment later. */
export function bound(cell: Cell, target: Target, now: number): void {
  const desired = desiredOf(cell, target);
  if (desired === null || (desired >= target.min && desired <= target.max)) return;
  target.boundsAt = now + DELAY_MS;
  target.cause = desired < target.min ? `minimum capacity was set to ${target.min}` : `maximum capacity was set to ${target.max}`;
}

/** Carries out what `bound` planned. */
export function applyBounds(cell: Cell, target: Target, now: number, world: World): void {
  target.boundsAt = null;
  const desired = desiredOf(cell, target);
  if (desired === null) return;
  const wanted = Math.min(Math.max(desired, target.min), target.max);
  if (wanted === desired) return;
  let failure: string | null = null;
  try {
    ecs.operations['UpdateService']!({ ...serviceOf(target), desiredCount: wanted }, actAs(cell, world, now));
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    failure = error.message;
  }
  const { activities } = slice(cell);
  activities.unshift({
    ...scalableOf(target),
    id: uuid((length) => world.id(length)),
    at: now,
    description: `Setting desired count to ${wanted}.`,
    cause: target.cause,
    status: failure === null ? 'Successful' : 'Failed',
    message:
      failure === null
        ? `Successfully set desired count to ${wanted}. Change successfully fulfilled by ecs.`
        : `Failed to set desired count to ${wanted}. Reason: ${failure}`,
  });
  activities.length = Math.min(activities.length, MAX_ACTIVITIES);
}

export const targetOperations: Readonly<Record<string, Operation>> = {
  RegisterScalableTarget: register,
  DescribeScalableTargets(input: DescribeInput, { cell }) {
    const { items, token } = selected(Object.values(slice(cell).targets), input);
    return {
      ScalableTargets: items.map((target) => ({
        ...scalableOf(target),
        MinCapacity: target.min,
        MaxCapacity: target.max,
        RoleARN: target.role,
        CreationTime: new Date(target.createdAt),
        SuspendedState: target.suspended,
        ScalableTargetARN: target.arn,
      })),
      NextToken: token,
    };
  },
  DeregisterScalableTarget(input: Scalable, { cell }) {
    needTarget(cell, input);
    const held = slice(cell);
    for (const policy of held.policies.filter((p) => isSame(p, input))) removePolicy(cell, policy);
    held.actions = held.actions.filter((action) => !isSame(action, input));
    delete held.targets[keyOf(input)];
    return {};
  },
  DescribeScalingActivities(input: DescribeInput, { cell }) {
    const { items, token } = selected(slice(cell).activities, input);
    return {
      ScalingActivities: items.map((activity) => ({
        ...scalableOf(activity),
        ActivityId: activity.id,
        Description: activity.description,
        Cause: activity.cause,
        StartTime: new Date(activity.at),
        EndTime: new Date(activity.at),
        StatusCode: activity.status,
        StatusMessage: activity.message,
      })),
      NextToken: token,
    };
  },
};
