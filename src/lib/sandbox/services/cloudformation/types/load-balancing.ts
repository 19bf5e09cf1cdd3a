/** AWS::ElasticLoadBalancingV2: load balancers, listeners, rules and target groups. */
import type { CallContext } from '../../../service.js';
import { elbv2 } from '../../elbv2.js';
import {
  asList,
  call,
  chosen,
  orUndo,
  tagChange,
  tagsOf,
  unique,
  unlessGone,
  without,
  type Made,
  type Properties,
  type ResourceType,
} from './type.js';

interface Attribute {
  Key: string;
  Value: string;
}

/** Empty lists of tags are none to the service. */
const tagged = (properties: Properties): Properties => (tagsOf(properties).length > 0 ? { Tags: tagsOf(properties) } : {});

function retag(context: CallContext, arn: string, before: Properties, after: Properties): void {
  const { removed, changed } = tagChange(before, after);
  if (removed.length > 0) call(elbv2, 'RemoveTags', { ResourceArns: [arn], TagKeys: removed }, context);
  if (changed && tagsOf(after).length > 0) call(elbv2, 'AddTags', { ResourceArns: [arn], Tags: tagsOf(after) }, context);
}

function readTags(context: CallContext, arn: string): Properties {
  const { TagDescriptions } = call(elbv2, 'DescribeTags', { ResourceArns: [arn] }, context);
  return { Tags: (TagDescriptions as { Tags: Attribute[] }[])[0]?.Tags ?? [] };
}

const targetGroupMade = (context: CallContext, arn: string): Made => {
  const { TargetGroups } = call(elbv2, 'DescribeTargetGroups', { TargetGroupArns: [arn] }, context);
  const group = (TargetGroups as { TargetGroupName: string; LoadBalancerArns?: string[] }[])[0]!;
  return {
    physical: arn,
    attributes: {
      TargetGroupArn: arn,
      TargetGroupName: group.TargetGroupName,
      TargetGroupFullName: arn.split(':').at(-1)!,
      LoadBalancerArns: (group.LoadBalancerArns ?? []).join(','),
    },
  };
};
const targets = (properties: Properties): Properties[] => asList<Properties>(properties['Targets']);

const targetGroup: ResourceType = {
  named: 'Name',
  create(context, properties, name) {
    const settings = without(properties, 'Tags', 'Targets', 'TargetGroupAttributes', 'Name');
    const Name = properties['Name'] ?? unique(context, name, 32);
    const answer = call(elbv2, 'CreateTargetGroup', { ...settings, ...tagged(properties), Name }, context);
    const TargetGroupArn = (answer['TargetGroups'] as { TargetGroupArn: string }[])[0]!.TargetGroupArn;
    return orUndo(
      () => {
        const Attributes = properties['TargetGroupAttributes'];
        if (Attributes) call(elbv2, 'ModifyTargetGroupAttributes', { TargetGroupArn, Attributes }, context);
        if (targets(properties).length > 0)
          call(elbv2, 'RegisterTargets', { TargetGroupArn, Targets: targets(properties) }, context);
        return targetGroupMade(context, TargetGroupArn);
      },
      () => call(elbv2, 'DeleteTargetGroup', { TargetGroupArn }, context),
    );
  },
  update(context, physical, properties, before) {
    const TargetGroupArn = physical;
    const health = Object.keys(properties).filter((key) =>
      /^(HealthCheck|HealthyThreshold|UnhealthyThreshold|Matcher)/.test(key),
    );
    call(elbv2, 'ModifyTargetGroup', { ...chosen(properties, ...health), TargetGroupArn }, context);
    const Attributes = properties['TargetGroupAttributes'];
    if (Attributes) call(elbv2, 'ModifyTargetGroupAttributes', { TargetGroupArn, Attributes }, context);
    const gone = targets(before).filter((old) => !targets(properties).some((target) => target['Id'] === old['Id']));
    if (gone.length > 0) call(elbv2, 'DeregisterTargets', { TargetGroupArn, Targets: gone }, context);
    if (targets(properties).length > 0) call(elbv2, 'RegisterTargets', { TargetGroupArn, Targets: targets(properties) }, context);
    retag(context, physical, before, properties);
    return targetGroupMade(context, physical);
  },
  remove: (context, physical) => void call(elbv2, 'DeleteTargetGroup', { TargetGroupArn: physical }, context),
  read: (context, physical, properties) =>
    unlessGone(() => {
      const { TargetGroups } = call(elbv2, 'DescribeTargetGroups', { TargetGroupArns: [physical] }, context);
      const group = (TargetGroups as Properties[])[0]!;
      const { Attributes } = call(elbv2, 'DescribeTargetGroupAttributes', { TargetGroupArn: physical }, context);
      const set = asList<Attribute>(properties['TargetGroupAttributes']).map(({ Key }) => Key);
      return {
        ...group,
        Name: group['TargetGroupName'],
        // Attributes that the template does not name have AWS's defaults.
        TargetGroupAttributes: (Attributes as Attribute[]).filter(({ Key }) => set.includes(Key)),
        ...readTags(context, physical),
        ...chosen(properties, 'Targets'),
      };
    }),
};

const ruleMade = (arn: string): Made => ({ physical: arn, attributes: { RuleArn: arn, IsDefault: 'false' } });
const listenerRule: ResourceType = {
  create(context, properties) {
    const { Rules } = call(elbv2, 'CreateRule', { ...without(properties, 'Tags'), ...tagged(properties) }, context);
    return ruleMade((Rules as { RuleArn: string }[])[0]!.RuleArn);
  },
  update(context, physical, properties, before) {
    call(elbv2, 'ModifyRule', { RuleArn: physical, ...chosen(properties, 'Conditions', 'Actions', 'Transforms') }, context);
    const { Priority } = properties;
    if (Priority !== before['Priority'])
      call(elbv2, 'SetRulePriorities', { RulePriorities: [{ RuleArn: physical, Priority }] }, context);
    return ruleMade(physical);
  },
  remove: (context, physical) => void call(elbv2, 'DeleteRule', { RuleArn: physical }, context),
  read: (context, physical, properties) =>
    unlessGone(() => {
      const { Rules } = call(elbv2, 'DescribeRules', { RuleArns: [physical] }, context);
      const rule = (Rules as Properties[])[0];
      return rule ? { ...rule, ...chosen(properties, 'ListenerArn', 'Tags') } : null;
    }),
};

const listenerMade = (arn: string): Made => ({ physical: arn, attributes: { ListenerArn: arn } });
const listener: ResourceType = {
  create(context, properties) {
    const input = { ...without(properties, 'Tags', 'ListenerAttributes'), ...tagged(properties) };
    const { Listeners } = call(elbv2, 'CreateListener', input, context);
    const ListenerArn = (Listeners as { ListenerArn: string }[])[0]!.ListenerArn;
    const Attributes = properties['ListenerAttributes'];
    return orUndo(
      () => {
        if (Attributes) call(elbv2, 'ModifyListenerAttributes', { ListenerArn, Attributes }, context);
        return listenerMade(ListenerArn);
      },
      () => call(elbv2, 'DeleteListener', { ListenerArn }, context),
    );
  },
  update(context, physical, properties, before) {
    const settings = without(properties, 'Tags', 'ListenerAttributes', 'LoadBalancerArn');
    call(elbv2, 'ModifyListener', { ...settings, ListenerArn: physical }, context);
    const Attributes = properties['ListenerAttributes'];
    if (Attributes) call(elbv2, 'ModifyListenerAttributes', { ListenerArn: physical, Attributes }, context);
    retag(context, physical, before, properties);
    return listenerMade(physical);
  },
  remove: (context, physical) => void call(elbv2, 'DeleteListener', { ListenerArn: physical }, context),
  read: (context, physical, properties) =>
    unlessGone(() => {
      const { Listeners } = call(elbv2, 'DescribeListeners', { ListenerArns: [physical] }, context);
      const found = (Listeners as Properties[])[0];
      return found ? { ...found, ...chosen(properties, 'ListenerAttributes', 'Tags') } : null;
    }),
};

interface Balancer extends Properties {
  LoadBalancerArn: string;
  LoadBalancerName: string;
  DNSName?: string;
  CanonicalHostedZoneId?: string;
  SecurityGroups?: string[];
}
const balancerOf = (context: CallContext, arn: string): Balancer =>
  (call(elbv2, 'DescribeLoadBalancers', { LoadBalancerArns: [arn] }, context)['LoadBalancers'] as Balancer[])[0]!;
function balancerMade(context: CallContext, arn: string): Made {
  const found = balancerOf(context, arn);
  const attributes = {
    LoadBalancerArn: arn,
    LoadBalancerName: found.LoadBalancerName,
    LoadBalancerFullName: arn.split(':loadbalancer/')[1]!,
    DNSName: found.DNSName ?? '',
    CanonicalHostedZoneID: found.CanonicalHostedZoneId ?? '',
    SecurityGroups: (found.SecurityGroups ?? []).join(','),
  };
  return { physical: arn, attributes };
}
const loadBalancer: ResourceType = {
  named: 'Name',
  create(context, properties, name) {
    const settings = without(properties, 'Tags', 'LoadBalancerAttributes', 'MinimumLoadBalancerCapacity');
    const Name = properties['Name'] ?? unique(context, name, 32);
    const answer = call(elbv2, 'CreateLoadBalancer', { ...settings, ...tagged(properties), Name }, context);
    const LoadBalancerArn = (answer['LoadBalancers'] as Balancer[])[0]!.LoadBalancerArn;
    return orUndo(
      () => {
        const Attributes = properties['LoadBalancerAttributes'];
        if (Attributes) call(elbv2, 'ModifyLoadBalancerAttributes', { LoadBalancerArn, Attributes }, context);
        return balancerMade(context, LoadBalancerArn);
      },
      () => call(elbv2, 'DeleteLoadBalancer', { LoadBalancerArn }, context),
    );
  },
  update(context, physical, properties, before) {
    const LoadBalancerArn = physical;
    const { SecurityGroups, LoadBalancerAttributes: Attributes } = properties;
    const changed = (key: string): boolean => JSON.stringify(properties[key]) !== JSON.stringify(before[key]);
    if (changed('SecurityGroups')) call(elbv2, 'SetSecurityGroups', { LoadBalancerArn, SecurityGroups }, context);
    if (changed('Subnets') || changed('SubnetMappings'))
      call(elbv2, 'SetSubnets', { LoadBalancerArn, ...chosen(properties, 'Subnets', 'SubnetMappings') }, context);
    if (Attributes) call(elbv2, 'ModifyLoadBalancerAttributes', { LoadBalancerArn, Attributes }, context);
    retag(context, physical, before, properties);
    return balancerMade(context, physical);
  },
  settled: (context, physical) =>
    (balancerOf(context, physical)['State'] as { Code?: string } | undefined)?.Code !== 'provisioning',
  remove: (context, physical) => void call(elbv2, 'DeleteLoadBalancer', { LoadBalancerArn: physical }, context),
  read: (context, physical, properties) =>
    unlessGone(() => {
      const found = balancerOf(context, physical);
      if (!found) return null;
      const zones = asList<{ SubnetId?: string }>(found['AvailabilityZones']).flatMap(({ SubnetId }) => SubnetId ?? []);
      return {
        ...found,
        Name: found.LoadBalancerName,
        ...(zones.length > 0 ? { Subnets: zones } : chosen(properties, 'Subnets')),
        ...chosen(properties, 'SubnetMappings', 'LoadBalancerAttributes', 'MinimumLoadBalancerCapacity'),
        ...readTags(context, physical),
      };
    }),
};

export const loadBalancingTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::ElasticLoadBalancingV2::LoadBalancer': loadBalancer,
  'AWS::ElasticLoadBalancingV2::Listener': listener,
  'AWS::ElasticLoadBalancingV2::ListenerRule': listenerRule,
  'AWS::ElasticLoadBalancingV2::TargetGroup': targetGroup,
};
