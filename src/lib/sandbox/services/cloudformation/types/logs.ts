/** AWS::Logs: log groups. */
import type { CallContext } from '../../../service.js';
import { logs } from '../../logs.js';
import { call, tagChange, tagList, tagMap, unique, type Made, type Properties, type ResourceType } from './type.js';

const arnOf = ({ account, region }: CallContext, name: string): string => `arn:aws:logs:${region}:${account}:log-group:${name}`;
const made = (context: CallContext, name: string): Made => ({
  physical: name,
  attributes: { Arn: `${arnOf(context, name)}:*` },
});

function retain(context: CallContext, logGroupName: string, { RetentionInDays }: Properties): void {
  if (RetentionInDays) call(logs, 'PutRetentionPolicy', { logGroupName, retentionInDays: RetentionInDays }, context);
  else call(logs, 'DeleteRetentionPolicy', { logGroupName }, context);
}

const logGroup: ResourceType = {
  named: 'LogGroupName',
  create(context, properties, name) {
    const logGroupName = String(properties['LogGroupName'] ?? unique(context, name, 120));
    const tags = tagMap(properties);
    call(logs, 'CreateLogGroup', { logGroupName, ...(Object.keys(tags).length > 0 ? { tags } : {}) }, context);
    if (properties['RetentionInDays']) retain(context, logGroupName, properties);
    return made(context, logGroupName);
  },
  update(context, physical, properties, before) {
    if (properties['RetentionInDays'] !== before['RetentionInDays']) retain(context, physical, properties);
    const { removed, changed } = tagChange(before, properties);
    const resourceArn = arnOf(context, physical);
    if (removed.length > 0) call(logs, 'UntagResource', { resourceArn, tagKeys: removed }, context);
    if (changed && Object.keys(tagMap(properties)).length > 0)
      call(logs, 'TagResource', { resourceArn, tags: tagMap(properties) }, context);
    return made(context, physical);
  },
  remove: (context, physical) => void call(logs, 'DeleteLogGroup', { logGroupName: physical }, context),
  read(context, physical) {
    const answer = call(logs, 'DescribeLogGroups', { logGroupNamePrefix: physical }, context);
    const found = (answer['logGroups'] as { logGroupName: string; retentionInDays?: number }[]).find(
      (group) => group.logGroupName === physical,
    );
    if (!found) return null;
    const RetentionInDays = found.retentionInDays;
    const resourceArn = arnOf(context, physical);
    return {
      LogGroupName: physical,
      ...(RetentionInDays === undefined ? {} : { RetentionInDays }),
      Tags: tagList(call(logs, 'ListTagsForResource', { resourceArn }, context)['tags']),
    };
  },
};

export const logsTypes: Readonly<Record<string, ResourceType>> = { 'AWS::Logs::LogGroup': logGroup };
