/** Drift: live resources, read back through the services that own them, against what the template set. */
import { type CallContext, type Cell, type Operation, type World } from '../../service.js';
import { page } from '../page.js';
import { differencesOf } from './differences.js';
import { needStack } from './request.js';
import { contextOf } from './scope.js';
import { slice, uuid, type Detection, type Drift, type Stack } from './state.js';
import { refuse } from './template.js';
import { resourceTypes } from './types/index.js';

const DETECTING_MS = 3_000;
const PAGE = 100;
const CHECKABLE = /^(CREATE_COMPLETE|UPDATE_COMPLETE|UPDATE_ROLLBACK_COMPLETE|UPDATE_ROLLBACK_FAILED|IMPORT_.*COMPLETE)$/;

/** Null where the type cannot be read back. */
function detect(context: CallContext, stack: Stack, logical: string): Drift | null {
  const { type, physical, properties } = stack.resources[logical]!;
  const { read } = resourceTypes[type]!;
  if (!read) return null;
  const live = read(context, physical, properties);
  const { differences, expected, actual } = differencesOf(type, properties, live ?? {});
  return {
    status: live === null ? 'DELETED' : differences.length > 0 ? 'MODIFIED' : 'IN_SYNC',
    physical,
    type,
    at: context.now,
    expected: JSON.stringify(expected),
    actual: live === null ? null : JSON.stringify(actual),
    differences: live === null ? [] : differences,
  };
}

function checkStatus(stack: Stack): void {
  if (!CHECKABLE.test(stack.status))
    throw refuse(`Drift detection cannot be performed on stack [${stack.id}] while it is in ${stack.status} state.`);
}

export function advanceDetections(cell: Cell, world: World, now: number): void {
  for (const detection of Object.values(slice(cell).detections))
    if (detection.status === 'DETECTION_IN_PROGRESS' && detection.endsAt <= now) complete(cell, world, detection, now);
}

function complete(cell: Cell, world: World, detection: Detection, now: number): void {
  const stack = slice(cell).stacks[detection.stack]!;
  const context = contextOf(cell, world, now);
  const asked = (detection.only ?? Object.keys(stack.resources)).filter((logical) => stack.resources[logical]);
  const broken: string[] = [];
  for (const logical of asked)
    try {
      const drift = detect(context, stack, logical);
      if (drift) stack.drifts[logical] = drift;
    } catch {
      broken.push(logical);
    }
  for (const logical of Object.keys(stack.drifts)) if (!stack.resources[logical]) delete stack.drifts[logical];
  detection.drifted = asked.filter((logical) => isDrifted(stack.drifts[logical])).length;
  detection.drift = Object.values(stack.drifts).some(isDrifted) ? 'DRIFTED' : 'IN_SYNC';
  stack.drift = { status: detection.drift, at: now };
  Object.assign(
    detection,
    broken.length > 0
      ? { status: 'DETECTION_FAILED', reason: `Failed to detect drift on resource [${broken.join(', ')}]` }
      : { status: 'DETECTION_COMPLETE' },
  );
}

const isDrifted = (drift: Drift | undefined): boolean => drift?.status === 'MODIFIED' || drift?.status === 'DELETED';

const show = (stack: Stack, logical: string, drift: Drift): object => ({
  StackId: stack.id,
  LogicalResourceId: logical,
  PhysicalResourceId: drift.physical,
  ResourceType: drift.type,
  ExpectedProperties: drift.expected,
  ActualProperties: drift.actual ?? undefined,
  PropertyDifferences: drift.differences.map((one) => ({
    PropertyPath: one.path,
    ExpectedValue: one.expected,
    ActualValue: one.actual,
    DifferenceType: one.type,
  })),
  StackResourceDriftStatus: drift.status,
  Timestamp: new Date(drift.at),
});

interface DriftsInput {
  StackName: string;
  StackResourceDriftStatusFilters?: string[];
  NextToken?: string;
  MaxResults?: number;
}

export const driftOperations: Readonly<Record<string, Operation>> = {
  DetectStackDrift(input: { StackName: string; LogicalResourceIds?: string[] }, { cell, now, id }) {
    const stack = needStack(cell, input.StackName);
    checkStatus(stack);
    const { detections } = slice(cell);
    if (Object.values(detections).some((d) => d.stack === stack.id && d.status === 'DETECTION_IN_PROGRESS'))
      throw refuse(`Drift detection is already in progress for stack [${stack.id}]`);
    const strange = input.LogicalResourceIds?.find((logical) => !stack.resources[logical]);
    if (strange) throw refuse(`Resource ${strange} does not exist for stack ${stack.name}`);
    const StackDriftDetectionId = uuid(id(32));
    detections[StackDriftDetectionId] = {
      id: StackDriftDetectionId,
      stack: stack.id,
      only: input.LogicalResourceIds ?? null,
      status: 'DETECTION_IN_PROGRESS',
      reason: null,
      drift: null,
      drifted: 0,
      startedAt: now,
      endsAt: now + DETECTING_MS,
    };
    return { StackDriftDetectionId };
  },
  DescribeStackDriftDetectionStatus(input: { StackDriftDetectionId: string }, { cell }) {
    const found = slice(cell).detections[input.StackDriftDetectionId];
    if (!found) throw refuse(`Drift detection with id ${input.StackDriftDetectionId} does not exist`);
    return {
      StackId: found.stack,
      StackDriftDetectionId: found.id,
      StackDriftStatus: found.drift ?? undefined,
      DetectionStatus: found.status,
      DetectionStatusReason: found.reason ?? undefined,
      DriftedStackResourceCount: found.status === 'DETECTION_IN_PROGRESS' ? undefined : found.drifted,
      Timestamp: new Date(found.startedAt),
    };
  },
  DescribeStackResourceDrifts(input: DriftsInput, { cell }) {
    const stack = needStack(cell, input.StackName);
    const wanted = input.StackResourceDriftStatusFilters;
    const all = Object.entries(stack.drifts).filter(([, drift]) => !wanted?.length || wanted.includes(drift.status));
    const { items, token } = page(all, input.NextToken, input.MaxResults ?? PAGE);
    return { StackResourceDrifts: items.map(([logical, drift]) => show(stack, logical, drift)), NextToken: token };
  },
  DetectStackResourceDrift(input: { StackName: string; LogicalResourceId: string }, context) {
    const stack = needStack(context.cell, input.StackName);
    checkStatus(stack);
    const logical = input.LogicalResourceId;
    if (!stack.resources[logical]) throw refuse(`Resource ${logical} does not exist for stack ${stack.name}`);
    const drift = detect(contextOf(context.cell, context.world, context.now), stack, logical);
    if (!drift) throw refuse(`Drift detection is not supported for resource type ${stack.resources[logical].type}`);
    stack.drifts[logical] = drift;
    return { StackResourceDrift: show(stack, logical, drift) };
  },
};
