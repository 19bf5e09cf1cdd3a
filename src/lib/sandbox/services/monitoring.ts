/** CloudWatch: metrics that were put, and alarms over them. */
import { AwsError, type Cell, type SandboxService } from '../service.js';
import { alarmOperations } from './monitoring/alarms.js';
import { evaluateDue } from './monitoring/evaluate.js';
import { metricOperations } from './monitoring/metrics.js';
import { slice, type Alarm } from './monitoring/state.js';
import { tagList, tagsOf, untag, type Tag } from './records.js';

function byArn(cell: Cell, arn: string): Alarm {
  const found = Object.values(slice(cell).alarms).find((alarm) => alarm.arn === arn);
  if (!found)
    throw new AwsError('ResourceNotFoundException', `Unknown resource: ${arn}`, 404, {
      ResourceType: 'cloudwatch:alarm',
      ResourceId: arn,
    });
  return found;
}

export const monitoring: SandboxService = {
  name: 'monitoring',
  operations: {
    ...alarmOperations,
    ...metricOperations,
    TagResource(input: { ResourceARN: string; Tags: Tag[] }, { cell }) {
      const alarm = byArn(cell, input.ResourceARN);
      Object.assign(alarm.tags, tagsOf(input.Tags));
      return {};
    },
    UntagResource(input: { ResourceARN: string; TagKeys: string[] }, { cell }) {
      untag(byArn(cell, input.ResourceARN).tags, input.TagKeys);
      return {};
    },
    ListTagsForResource: (input: { ResourceARN: string }, { cell }) => ({ Tags: tagList(byArn(cell, input.ResourceARN).tags) }),
  },
  nextEventAt: (cell) => slice(cell).nextAt,
  advance: evaluateDue,
};
