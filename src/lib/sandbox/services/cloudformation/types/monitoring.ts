/** AWS::CloudWatch: alarms. */
import type { CallContext } from '../../../service.js';
import { monitoring } from '../../monitoring.js';
import { call, unique, unlessGone, without, tagsOf, type Made, type Properties, type ResourceType } from './type.js';

const find = (context: CallContext, name: string): (Properties & { AlarmArn: string }) | null =>
  unlessGone(() => {
    const answer = call(monitoring, 'DescribeAlarms', { AlarmNames: [name] }, context);
    return (answer['MetricAlarms'] as (Properties & { AlarmArn: string })[])[0] ?? null;
  });

function put(context: CallContext, AlarmName: string, properties: Properties): Made {
  const settings = without(properties, 'Tags', 'AlarmName');
  const Tags = tagsOf(properties).length > 0 ? { Tags: tagsOf(properties) } : {};
  call(monitoring, 'PutMetricAlarm', { ...settings, ...Tags, AlarmName }, context);
  return { physical: AlarmName, attributes: { Arn: find(context, AlarmName)?.AlarmArn ?? '' } };
}

const alarm: ResourceType = {
  named: 'AlarmName',
  create: (context, properties, name) => put(context, String(properties['AlarmName'] ?? unique(context, name, 255)), properties),
  update: (context, physical, properties) => put(context, physical, properties),
  remove: (context, physical) => void call(monitoring, 'DeleteAlarms', { AlarmNames: [physical] }, context),
  read: (context, physical, properties) => {
    const found = find(context, physical);
    return found && { ...found, ...(properties['Tags'] ? { Tags: properties['Tags'] } : {}) };
  },
};

export const monitoringTypes: Readonly<Record<string, ResourceType>> = { 'AWS::CloudWatch::Alarm': alarm };
