/** Application Auto Scaling: the bounds of ECS services, their policies and schedules. */
import { AwsError, type Cell, type SandboxService } from '../service.js';
import { actionOperations, advance, nextEventAt } from './application-autoscaling/actions.js';
import { policyOperations } from './application-autoscaling/policies.js';
import { slice, type Target } from './application-autoscaling/state.js';
import { targetOperations } from './application-autoscaling/targets.js';
import { untag } from './records.js';

function byArn(cell: Cell, arn: string): Target {
  const found = Object.values(slice(cell).targets).find((target) => target.arn === arn);
  if (!found)
    throw new AwsError('ResourceNotFoundException', `No scalable target found for resource ARN: ${arn}`, 400, {
      ResourceName: arn,
    });
  return found;
}

export const applicationAutoscaling: SandboxService = {
  name: 'application-autoscaling',
  operations: {
    ...targetOperations,
    ...policyOperations,
    ...actionOperations,
    TagResource(input: { ResourceARN: string; Tags: Record<string, string> }, { cell }) {
      Object.assign(byArn(cell, input.ResourceARN).tags, input.Tags);
      return {};
    },
    UntagResource(input: { ResourceARN: string; TagKeys: string[] }, { cell }) {
      untag(byArn(cell, input.ResourceARN).tags, input.TagKeys);
      return {};
    },
    ListTagsForResource: (input: { ResourceARN: string }, { cell }) => ({ Tags: byArn(cell, input.ResourceARN).tags }),
  },
  nextEventAt,
  advance,
};
