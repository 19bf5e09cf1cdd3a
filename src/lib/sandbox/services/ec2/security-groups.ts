/** Security groups. */
import { AwsError, type CallContext, type Cell, type Operation } from '../../service.js';
import { attachedInterfaces } from './attached.js';
import { filtered, pageOf, type Listing } from './filters.js';
import { addRules, needGroup, permissionsOf, type NewRule } from './permissions.js';
import { dependency, need, network, newId, type Rule, type SecurityGroup } from './state.js';
import { forgetTags, tagNew, tagsOf, type Tagged } from './tags.js';

const everything: NewRule = {
  egress: true,
  protocol: '-1',
  from: -1,
  to: -1,
  peer: { kind: 'cidr4', value: '0.0.0.0/0' },
  description: null,
};

const arnOf = ({ account, region }: Cell, id: string) => `arn:aws:ec2:${region}:${account}:security-group/${id}`;

function make(context: CallContext, made: Pick<SecurityGroup, 'name' | 'description' | 'vpc'>): SecurityGroup {
  const id = newId(context, 'sg');
  const group: SecurityGroup = { id, ...made, rules: [] };
  network(context.cell).groups[id] = group;
  addRules(group, [everything], context);
  return group;
}

/** The one that comes with a VPC: its members reach one another. */
export function createDefaultGroup(context: CallContext, vpc: string): void {
  const group = make(context, { name: 'default', description: 'default VPC security group', vpc });
  addRules(group, [{ ...everything, egress: false, peer: { kind: 'group', value: group.id } }], context);
}

interface NewGroup extends Tagged {
  GroupName: string;
  Description: string;
  VpcId?: string;
}

const LETTERS = /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{1,255}$/;

function createGroup(input: NewGroup, context: CallContext): object {
  const { cell } = context;
  const { GroupName, Description, VpcId } = input;
  if (GroupName.startsWith('sg-')) throw new AwsError('InvalidParameterValue', `Group names may not be in the format sg-*`);
  for (const [what, text] of [
    ['group name', GroupName],
    ['description', Description],
  ] as const)
    if (!LETTERS.test(text))
      throw new AwsError(
        'InvalidParameterValue',
        `Invalid security ${what === 'description' ? 'group description' : what}. Valid ${what}s are strings less than 256 characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*`,
      );
  if (!VpcId) throw new AwsError('VPCIdNotSpecified', 'No default VPC for this user');
  const vpc = need(cell, 'vpcs', VpcId);
  const taken = Object.values(network(cell).groups).some((g) => g.vpc === vpc.id && g.name === GroupName);
  if (taken || GroupName === 'default')
    throw new AwsError('InvalidGroup.Duplicate', `The security group '${GroupName}' already exists for VPC '${vpc.id}'`);
  const group = make(context, { name: GroupName, description: Description, vpc: vpc.id });
  try {
    tagNew(cell, group.id, input);
  } catch (error) {
    delete network(cell).groups[group.id];
    throw error;
  }
  return { GroupId: group.id, Tags: tagsOf(cell, group.id), SecurityGroupArn: arnOf(cell, group.id) };
}

function deleteGroup(input: { GroupId?: string; GroupName?: string }, { cell }: CallContext): object {
  if (!input.GroupId && input.GroupName)
    throw new AwsError('InvalidGroup.NotFound', `The security group '${input.GroupName}' does not exist in default VPC 'null'`);
  if (!input.GroupId) throw new AwsError('MissingParameter', 'The request must contain the parameter groupName or groupId');
  const group = needGroup(cell, input.GroupId);
  if (group.name === 'default')
    throw new AwsError('CannotDelete', `the specified group: "${group.id}" name: "default" cannot be deleted by a user`);
  const { groups } = network(cell);
  const named = Object.values(groups).some((g) => g.id !== group.id && g.rules.some((r) => r.peer.value === group.id));
  if (named || attachedInterfaces(cell).some((i) => i.groups.includes(group.id)))
    throw dependency(`resource ${group.id} has a dependent object`);
  delete groups[group.id];
  forgetTags(cell, group.id);
  for (const { id } of group.rules) forgetTags(cell, id);
  return { Return: true, GroupId: group.id };
}

interface Asked extends Listing {
  GroupIds?: string[];
  GroupNames?: string[];
}

function asked(cell: Cell, { GroupIds, GroupNames }: Asked): SecurityGroup[] {
  const { groups } = network(cell);
  if (GroupNames?.length)
    throw new AwsError('InvalidGroup.NotFound', `The security group '${GroupNames[0]}' does not exist in default VPC 'null'`);
  if (!GroupIds?.length) return Object.values(groups);
  const missing = GroupIds.filter((id) => !groups[id]);
  if (missing.length > 1) throw new AwsError('InvalidGroup.NotFound', `The security groups '${missing.join(', ')}' do not exist`);
  return GroupIds.map((id) => needGroup(cell, id));
}

function describeGroups(input: Asked, { cell }: CallContext): object {
  const rules = (egress: boolean, read: (rule: Rule) => string | number | null) => (group: SecurityGroup) =>
    group.rules.filter((r) => r.egress === egress).map(read);
  const peer = (kind: Rule['peer']['kind']) => (rule: Rule) => (rule.peer.kind === kind ? rule.peer.value : null);
  const permission = (egress: boolean, prefix: string) => ({
    [`${prefix}.cidr`]: rules(egress, peer('cidr4')),
    [`${prefix}.ipv6-cidr`]: rules(egress, peer('cidr6')),
    [`${prefix}.prefix-list-id`]: rules(egress, peer('list')),
    [`${prefix}.group-id`]: rules(egress, peer('group')),
    [`${prefix}.protocol`]: rules(egress, (r) => r.protocol),
    [`${prefix}.from-port`]: rules(egress, (r) => r.from),
    [`${prefix}.to-port`]: rules(egress, (r) => r.to),
  });
  const found = filtered<SecurityGroup>(
    cell,
    asked(cell, input),
    input.Filters,
    {
      'group-id': (g) => [g.id],
      'group-name': (g) => [g.name],
      description: (g) => [g.description],
      'vpc-id': (g) => [g.vpc],
      'owner-id': () => [cell.account],
      ...permission(false, 'ip-permission'),
      ...permission(true, 'egress.ip-permission'),
    },
    (g) => g.id,
  );
  const { items, token } = pageOf(found, input);
  return {
    SecurityGroups: items.map((group) => ({
      GroupId: group.id,
      IpPermissionsEgress: permissionsOf(cell, group, true),
      Tags: tagsOf(cell, group.id),
      VpcId: group.vpc,
      SecurityGroupArn: arnOf(cell, group.id),
      OwnerId: cell.account,
      GroupName: group.name,
      Description: group.description,
      IpPermissions: permissionsOf(cell, group, false),
    })),
    NextToken: token,
  };
}

export const groupOperations: Record<string, Operation> = {
  CreateSecurityGroup: createGroup,
  DeleteSecurityGroup: deleteGroup,
  DescribeSecurityGroups: describeGroups,
};
