/** CloudFormation: stacks, change sets and drift, over the services that own the resources. Parts in cloudformation/. */
import type { Cell, SandboxService } from '../service.js';
import { advanceChangeSets, changeSetOperations } from './cloudformation/change-sets.js';
import { describeOperations } from './cloudformation/describe.js';
import { advanceDetections, driftOperations } from './cloudformation/drift.js';
import { keepingCaller } from './cloudformation/principal.js';
import { slice } from './cloudformation/state.js';
import { stackOperations } from './cloudformation/stacks.js';
import { advanceStack } from './cloudformation/work.js';

function nextEventAt(cell: Cell): number | null {
  const { stacks, changeSets, detections } = slice(cell);
  let next = Infinity;
  for (const stack of Object.values(stacks)) next = Math.min(next, stack.nextAt ?? Infinity);
  for (const set of Object.values(changeSets)) next = Math.min(next, set.nextAt ?? Infinity);
  for (const { status, endsAt } of Object.values(detections))
    if (status === 'DETECTION_IN_PROGRESS') next = Math.min(next, endsAt);
  return next === Infinity ? null : next;
}

export const cloudformation: SandboxService = {
  name: 'cloudformation',
  operations: keepingCaller({ ...stackOperations, ...changeSetOperations, ...driftOperations, ...describeOperations }),
  readOnly: [
    ...Object.keys(describeOperations),
    'DescribeChangeSet',
    'ListChangeSets',
    'DescribeStackDriftDetectionStatus',
    'DescribeStackResourceDrifts',
    'GetStackPolicy',
  ],
  nextEventAt,
  advance(cell, now, world) {
    for (const stack of Object.values(slice(cell).stacks))
      if (stack.nextAt !== null && stack.nextAt <= now) advanceStack(cell, world, stack, now);
    advanceChangeSets(cell, world, now);
    advanceDetections(cell, world, now);
  },
};
