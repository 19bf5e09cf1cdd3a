/** AWS::EC2: security groups and their rules. */
import type { CallContext } from '../../../service.js';
import { ec2 } from '../../ec2.js';
import {
  asList,
  call,
  chosen,
  orUndo,
  tagChange,
  tagsOf,
  unique,
  unlessGone,
  type Made,
  type Properties,
  type ResourceType,
} from './type.js';

type Direction = 'Ingress' | 'Egress';

/** A rule as CloudFormation writes it, to a permission as EC2 takes it. */
function permission(rule: Properties): Properties {
  const described = chosen(rule, 'Description');
  const group = rule['SourceSecurityGroupId'] ?? rule['DestinationSecurityGroupId'];
  const prefix = rule['SourcePrefixListId'] ?? rule['DestinationPrefixListId'];
  const protocol = String(rule['IpProtocol']);
  return {
    IpProtocol: protocol,
    ...(protocol === '-1' ? {} : chosen(rule, 'FromPort', 'ToPort')),
    ...(rule['CidrIp'] ? { IpRanges: [{ CidrIp: rule['CidrIp'], ...described }] } : {}),
    ...(rule['CidrIpv6'] ? { Ipv6Ranges: [{ CidrIpv6: rule['CidrIpv6'], ...described }] } : {}),
    ...(prefix ? { PrefixListIds: [{ PrefixListId: prefix, ...described }] } : {}),
    ...(group
      ? {
          UserIdGroupPairs: [
            {
              GroupId: group,
              ...(rule['SourceSecurityGroupOwnerId'] ? { UserId: rule['SourceSecurityGroupOwnerId'] } : {}),
              ...described,
            },
          ],
        }
      : {}),
  };
}

interface Permission extends Properties {
  IpRanges?: Properties[];
  Ipv6Ranges?: Properties[];
  PrefixListIds?: Properties[];
  UserIdGroupPairs?: Properties[];
}

/** The way back: one rule for each range, list or group of a permission. */
function rules(permissions: unknown, direction: Direction): Properties[] {
  const side = direction === 'Ingress' ? 'Source' : 'Destination';
  return asList<Permission>(permissions).flatMap((one) => {
    const ports = chosen(one, 'IpProtocol', 'FromPort', 'ToPort');
    return [
      ...asList<Properties>(one.IpRanges).map((r) => ({ ...ports, ...chosen(r, 'CidrIp', 'Description') })),
      ...asList<Properties>(one.Ipv6Ranges).map((r) => ({ ...ports, ...chosen(r, 'CidrIpv6', 'Description') })),
      ...asList<Properties>(one.PrefixListIds).map((r) => ({
        ...ports,
        [`${side}PrefixListId`]: r['PrefixListId'],
        ...chosen(r, 'Description'),
      })),
      ...asList<Properties>(one.UserIdGroupPairs).map((r) => ({
        ...ports,
        [`${side}SecurityGroupId`]: r['GroupId'],
        ...chosen(r, 'Description'),
      })),
    ];
  });
}

const key = (rule: unknown): string => JSON.stringify(Object.entries(permission(rule as Properties)).sort());
const wanted = (properties: Properties, direction: Direction): Properties[] =>
  asList<Properties>(properties[`SecurityGroup${direction}`]);
const groupOf = (context: CallContext, id: string): Properties =>
  (call(ec2, 'DescribeSecurityGroups', { GroupIds: [id] }, context)['SecurityGroups'] as Properties[])[0]!;

function bringRules(
  context: CallContext,
  GroupId: string,
  direction: Direction,
  after: Properties[],
  before: Properties[],
): void {
  const removed = before.filter((rule) => !after.some((other) => key(other) === key(rule)));
  const added = after.filter((rule) => !before.some((other) => key(other) === key(rule)));
  if (removed.length > 0)
    call(ec2, `RevokeSecurityGroup${direction}`, { GroupId, IpPermissions: removed.map(permission) }, context);
  if (added.length > 0)
    call(ec2, `AuthorizeSecurityGroup${direction}`, { GroupId, IpPermissions: added.map(permission) }, context);
}

function groupMade(context: CallContext, id: string): Made {
  const VpcId = String(groupOf(context, id)['VpcId'] ?? '');
  return { physical: id, attributes: { GroupId: id, Id: id, VpcId } };
}

const securityGroup: ResourceType = {
  attributes: ['VpcId'],
  named: 'GroupName',
  create(context, properties, name) {
    const tags = tagsOf(properties);
    const { GroupId } = call(
      ec2,
      'CreateSecurityGroup',
      {
        GroupName: properties['GroupName'] ?? unique(context, name, 255),
        Description: properties['GroupDescription'],
        ...chosen(properties, 'VpcId'),
        ...(tags.length > 0 ? { TagSpecifications: [{ ResourceType: 'security-group', Tags: tags }] } : {}),
      },
      context,
    ) as { GroupId: string };
    return orUndo(
      () => {
        bringRules(context, GroupId, 'Ingress', wanted(properties, 'Ingress'), []);
        if (properties['SecurityGroupEgress']) {
          const open = rules(groupOf(context, GroupId)['IpPermissionsEgress'], 'Egress');
          bringRules(context, GroupId, 'Egress', wanted(properties, 'Egress'), open);
        }
        return groupMade(context, GroupId);
      },
      () => call(ec2, 'DeleteSecurityGroup', { GroupId }, context),
    );
  },
  update(context, physical, properties, before) {
    bringRules(context, physical, 'Ingress', wanted(properties, 'Ingress'), wanted(before, 'Ingress'));
    // Without egress rules of its own a group lets everything out.
    const everything = [{ IpProtocol: '-1', CidrIp: '0.0.0.0/0' }];
    const egress = (of: Properties): Properties[] => (of['SecurityGroupEgress'] ? wanted(of, 'Egress') : everything);
    bringRules(context, physical, 'Egress', egress(properties), egress(before));
    const { removed, changed } = tagChange(before, properties);
    if (removed.length > 0) call(ec2, 'DeleteTags', { Resources: [physical], Tags: removed.map((Key) => ({ Key })) }, context);
    if (changed && tagsOf(properties).length > 0)
      call(ec2, 'CreateTags', { Resources: [physical], Tags: tagsOf(properties) }, context);
    return groupMade(context, physical);
  },
  remove: (context, physical) => void call(ec2, 'DeleteSecurityGroup', { GroupId: physical }, context),
  read: (context, physical) =>
    unlessGone(() => {
      const found = groupOf(context, physical);
      return {
        ...chosen(found, 'GroupName', 'VpcId', 'Tags'),
        GroupDescription: found['Description'],
        SecurityGroupIngress: rules(found['IpPermissions'], 'Ingress'),
        SecurityGroupEgress: rules(found['IpPermissionsEgress'], 'Egress'),
      };
    }),
};

const rule = (direction: Direction): ResourceType => ({
  create(context, properties) {
    const { GroupId } = properties;
    const answer = call(ec2, `AuthorizeSecurityGroup${direction}`, { GroupId, IpPermissions: [permission(properties)] }, context);
    const physical = (answer['SecurityGroupRules'] as { SecurityGroupRuleId: string }[])[0]!.SecurityGroupRuleId;
    return { physical, attributes: { Id: physical } };
  },
  update(context, physical, properties) {
    const { GroupId } = properties;
    const IpPermissions = [permission(properties)];
    call(ec2, `UpdateSecurityGroupRuleDescriptions${direction}`, { GroupId, IpPermissions }, context);
    return { physical, attributes: { Id: physical } };
  },
  remove: (context, physical, { GroupId }) =>
    void call(ec2, `RevokeSecurityGroup${direction}`, { GroupId, SecurityGroupRuleIds: [physical] }, context),
  read: (context, physical, properties) =>
    unlessGone(() => {
      const answer = call(ec2, 'DescribeSecurityGroupRules', { SecurityGroupRuleIds: [physical] }, context);
      const found = (answer['SecurityGroupRules'] as Properties[])[0];
      if (!found) return null;
      const side = direction === 'Ingress' ? 'Source' : 'Destination';
      const other = (found['ReferencedGroupInfo'] as { GroupId?: string } | undefined)?.GroupId;
      return {
        ...chosen(found, 'GroupId', 'IpProtocol', 'FromPort', 'ToPort', 'Description', 'CidrIpv6'),
        ...(found['CidrIpv4'] ? { CidrIp: found['CidrIpv4'] } : {}),
        ...(other ? { [`${side}SecurityGroupId`]: other } : {}),
        ...(found['PrefixListId'] ? { [`${side}PrefixListId`]: found['PrefixListId'] } : {}),
        ...chosen(properties, 'SourceSecurityGroupOwnerId'),
      };
    }),
});

export const ec2Types: Readonly<Record<string, ResourceType>> = {
  'AWS::EC2::SecurityGroup': securityGroup,
  'AWS::EC2::SecurityGroupIngress': rule('Ingress'),
  'AWS::EC2::SecurityGroupEgress': rule('Egress'),
};
