/** AWS::ApplicationAutoScaling: scalable targets and their policies. */
import type { CallContext } from '../../../service.js';
import { applicationAutoscaling as service } from '../../application-autoscaling.js';
import { asList, call, chosen, tagMap, unlessGone, without, type Made, type Properties, type ResourceType } from './type.js';

/** `service/<cluster>/<service>|ecs:service:DesiredCount|ecs`. */
const idOf = ({ ResourceId, ScalableDimension, ServiceNamespace }: Properties): string =>
  [ResourceId, ScalableDimension, ServiceNamespace].map(String).join('|');
function partsOf(physical: string): Properties {
  const [ResourceId, ScalableDimension, ServiceNamespace] = physical.split('|');
  return { ResourceId, ScalableDimension, ServiceNamespace };
}

const targetOf = (context: CallContext, physical: string): Properties | null => {
  const { ResourceId, ScalableDimension, ServiceNamespace } = partsOf(physical);
  const input = { ServiceNamespace, ScalableDimension, ResourceIds: [ResourceId] };
  return asList<Properties>(call(service, 'DescribeScalableTargets', input, context)['ScalableTargets'])[0] ?? null;
};

function register(context: CallContext, properties: Properties): Made {
  const Tags = tagMap(properties);
  const input = { ...without(properties, 'Tags', 'ScheduledActions'), ...(Object.keys(Tags).length > 0 ? { Tags } : {}) };
  call(service, 'RegisterScalableTarget', input, context);
  for (const action of asList<Properties>(properties['ScheduledActions']))
    call(service, 'PutScheduledAction', { ...partsOf(idOf(properties)), ...action }, context);
  const physical = idOf(properties);
  return { physical, attributes: { Id: physical } };
}

const scalableTarget: ResourceType = {
  create: (context, properties) => register(context, properties),
  update: (context, _physical, properties) => register(context, properties),
  remove: (context, physical) => void call(service, 'DeregisterScalableTarget', partsOf(physical), context),
  read: (context, physical, properties) =>
    unlessGone(() => {
      const found = targetOf(context, physical);
      return found && { ...found, ...chosen(properties, 'ScheduledActions', 'Tags') };
    }),
};

const whose = (properties: Properties): Properties => {
  const target = properties['ScalingTargetId'];
  return target ? partsOf(String(target)) : chosen(properties, 'ResourceId', 'ScalableDimension', 'ServiceNamespace');
};
function putPolicy(context: CallContext, properties: Properties): Made {
  const input = { ...without(properties, 'ScalingTargetId'), ...whose(properties) };
  const physical = String(call(service, 'PutScalingPolicy', input, context)['PolicyARN']);
  return { physical, attributes: { Arn: physical } };
}
const scalingPolicy: ResourceType = {
  create: (context, properties) => putPolicy(context, properties),
  update: (context, _physical, properties) => putPolicy(context, properties),
  remove: (context, _physical, properties) =>
    void call(service, 'DeleteScalingPolicy', { ...whose(properties), ...chosen(properties, 'PolicyName') }, context),
  read: (context, _physical, properties) =>
    unlessGone(() => {
      const input = { ...whose(properties), PolicyNames: [properties['PolicyName']] };
      const found = asList<Properties>(call(service, 'DescribeScalingPolicies', input, context)['ScalingPolicies'])[0];
      return found ? { ...found, ...chosen(properties, 'ScalingTargetId') } : null;
    }),
};

export const autoscalingTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::ApplicationAutoScaling::ScalableTarget': scalableTarget,
  'AWS::ApplicationAutoScaling::ScalingPolicy': scalingPolicy,
};
