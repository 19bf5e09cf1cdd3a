/** Resource types: how each is made, changed and removed. A new type is one entry. */
import { AwsError, type CallContext, type Cell, type SandboxService } from '../../service.js';
import { digestOf } from '../../state.js';
import { elbv2 } from '../elbv2.js';
import { logs } from '../logs.js';

type Properties = Record<string, unknown>;
export interface Made {
  readonly physical: string;
  readonly attributes: Record<string, string>;
}
export interface ResourceType {
  create(context: CallContext, properties: Properties, name: { stack: string; logical: string }): Made;
  /** Properties that must be given. */
  readonly required?: readonly string[];
  /** Names that Fn::GetAtt takes. */
  readonly attributes: readonly string[];
  /** Properties whose change makes a new resource. */
  readonly replacedBy: readonly string[];
  update(context: CallContext, physical: string, properties: Properties): Made;
  remove(context: CallContext, physical: string): void;
}

const call = (service: SandboxService, operation: string, input: object, context: CallContext): Record<string, unknown> =>
  service.operations[operation]!(input, context) as Record<string, unknown>;
const unique = (context: CallContext, { stack, logical }: { stack: string; logical: string }, length: number): string => {
  const tail = context.id(12).toUpperCase();
  // A short name keeps some of both: `<stack>-<logical>-<tail>`.
  const room = length - 14;
  const first = stack.slice(0, Math.max(room - logical.length, Math.floor(room / 2))).replace(/-+$/, '');
  return `${first}-${logical.slice(0, room - first.length)}-${tail}`;
};

interface GroupSlice {
  groups: Record<string, Properties>;
  roles: Record<string, Properties>;
}
const ec2 = (cell: Cell): GroupSlice => cell.slice('ec2', () => ({ groups: {}, roles: {} }));

const targetGroup: ResourceType = {
  attributes: ['TargetGroupArn', 'TargetGroupName', 'TargetGroupFullName'],
  replacedBy: ['Port', 'Protocol', 'VpcId', 'TargetType', 'Name', 'ProtocolVersion'],
  create(context, { Tags, TargetGroupAttributes, Name, ...rest }, name) {
    const made = call(elbv2, 'CreateTargetGroup', { ...numbers(rest), Tags, Name: Name ?? unique(context, name, 32) }, context);
    const { TargetGroupArn, TargetGroupName } = (
      made['TargetGroups'] as { TargetGroupArn: string; TargetGroupName: string }[]
    )[0]!;
    if (TargetGroupAttributes)
      call(elbv2, 'ModifyTargetGroupAttributes', { TargetGroupArn, Attributes: TargetGroupAttributes }, context);
    return groupMade(TargetGroupArn, TargetGroupName);
  },
  update(context, physical, { TargetGroupAttributes, ...rest }) {
    call(elbv2, 'ModifyTargetGroup', { ...numbers(rest), TargetGroupArn: physical }, context);
    if (TargetGroupAttributes)
      call(elbv2, 'ModifyTargetGroupAttributes', { TargetGroupArn: physical, Attributes: TargetGroupAttributes }, context);
    return groupMade(physical, physical.split('/')[1]!);
  },
  remove: (context, physical) => void call(elbv2, 'DeleteTargetGroup', { TargetGroupArn: physical }, context),
};
const groupMade = (arn: string, name: string): Made => ({
  physical: arn,
  attributes: { TargetGroupArn: arn, TargetGroupName: name, TargetGroupFullName: arn.split(':').at(-1)! },
});
/** CloudFormation takes numbers as texts too. */
const numbers = (properties: Properties): Properties =>
  Object.fromEntries(
    Object.entries(properties).map(([key, value]) => [key, /Count|Seconds$|^Port$|^Priority$/.test(key) ? Number(value) : value]),
  );

const listenerRule: ResourceType = {
  required: ['Actions', 'Conditions', 'ListenerArn', 'Priority'],
  attributes: ['RuleArn', 'IsDefault'],
  replacedBy: ['ListenerArn'],
  create(context, properties) {
    const made = call(elbv2, 'CreateRule', numbers(properties), context)['Rules'] as { RuleArn: string }[];
    return { physical: made[0]!.RuleArn, attributes: { RuleArn: made[0]!.RuleArn, IsDefault: 'false' } };
  },
  update(context, physical, properties) {
    const { Conditions, Actions, Priority } = properties;
    call(elbv2, 'ModifyRule', { RuleArn: physical, Conditions, Actions }, context);
    call(elbv2, 'SetRulePriorities', { RulePriorities: [{ RuleArn: physical, Priority: Number(Priority) }] }, context);
    return { physical, attributes: { RuleArn: physical, IsDefault: 'false' } };
  },
  remove: (context, physical) => void call(elbv2, 'DeleteRule', { RuleArn: physical }, context),
};

const logGroup: ResourceType = {
  attributes: ['Arn'],
  replacedBy: ['LogGroupName'],
  create(context, { LogGroupName, RetentionInDays }, name) {
    const logGroupName = String(LogGroupName ?? unique(context, name, 120));
    call(logs, 'CreateLogGroup', { logGroupName }, context);
    if (RetentionInDays) call(logs, 'PutRetentionPolicy', { logGroupName, retentionInDays: Number(RetentionInDays) }, context);
    return logMade(context, logGroupName);
  },
  update(context, physical, { RetentionInDays }) {
    const input = { logGroupName: physical, retentionInDays: Number(RetentionInDays) };
    call(logs, RetentionInDays ? 'PutRetentionPolicy' : 'DeleteRetentionPolicy', input, context);
    return logMade(context, physical);
  },
  remove: (context, physical) => void call(logs, 'DeleteLogGroup', { logGroupName: physical }, context),
};
const logMade = ({ account, region }: CallContext, name: string): Made => ({
  physical: name,
  attributes: { Arn: `arn:aws:logs:${region}:${account}:log-group:${name}:*` },
});

const securityGroup: ResourceType = {
  required: ['GroupDescription'],
  attributes: ['GroupId', 'Id', 'VpcId'],
  replacedBy: ['GroupDescription', 'GroupName', 'VpcId'],
  create(context, properties) {
    const physical = `sg-${context.id(17)}`;
    ec2(context.cell).groups[physical] = properties;
    return { physical, attributes: { GroupId: physical, Id: physical, VpcId: String(properties['VpcId'] ?? '') } };
  },
  update(context, physical, properties) {
    ec2(context.cell).groups[physical] = properties;
    return { physical, attributes: { GroupId: physical, Id: physical, VpcId: String(properties['VpcId'] ?? '') } };
  },
  remove: (context, physical) => void delete ec2(context.cell).groups[physical],
};

const securityGroupRule: ResourceType = {
  required: ['IpProtocol'],
  attributes: ['Id'],
  replacedBy: ['GroupId', 'SourceSecurityGroupId', 'CidrIp', 'FromPort', 'ToPort', 'IpProtocol'],
  create(context, properties) {
    const physical = `sgr-${context.id(17)}`;
    ec2(context.cell).groups[physical] = properties;
    return { physical, attributes: { Id: physical } };
  },
  update: (context, physical, properties) => {
    ec2(context.cell).groups[physical] = properties;
    return { physical, attributes: { Id: physical } };
  },
  remove: (context, physical) => void delete ec2(context.cell).groups[physical],
};

const role: ResourceType = {
  required: ['AssumeRolePolicyDocument'],
  attributes: ['Arn', 'RoleId'],
  replacedBy: ['RoleName', 'Path'],
  create(context, properties, name) {
    const physical = String(properties['RoleName'] ?? unique(context, name, 64));
    const { roles } = ec2(context.cell);
    if (Object.hasOwn(roles, physical))
      throw new AwsError('EntityAlreadyExists', `Role with name ${physical} already exists.`, 409);
    roles[physical] = properties;
    return roleMade(context, physical, properties);
  },
  update(context, physical, properties) {
    ec2(context.cell).roles[physical] = properties;
    return roleMade(context, physical, properties);
  },
  remove: (context, physical) => void delete ec2(context.cell).roles[physical],
};
const roleMade = ({ account }: CallContext, name: string, { Path = '/' }: Properties): Made => ({
  physical: name,
  attributes: {
    Arn: `arn:aws:iam::${account}:role${String(Path)}${name}`,
    RoleId: `AROA${digestOf(name).slice(7, 24).toUpperCase()}`,
  },
});

const waitHandle: ResourceType = {
  attributes: [],
  replacedBy: [],
  create: ({ cell, id }, _properties, { stack, logical }) => ({
    physical: `https://cloudformation-waitcondition-${cell.region}.s3.${cell.region}.amazonaws.com/${stack}/${logical}/${id(16)}`,
    attributes: {},
  }),
  update: (_context, physical) => ({ physical, attributes: {} }),
  remove: () => {},
};

export const resourceTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::ElasticLoadBalancingV2::TargetGroup': targetGroup,
  'AWS::ElasticLoadBalancingV2::ListenerRule': listenerRule,
  'AWS::Logs::LogGroup': logGroup,
  'AWS::EC2::SecurityGroup': securityGroup,
  'AWS::EC2::SecurityGroupIngress': securityGroupRule,
  'AWS::EC2::SecurityGroupEgress': securityGroupRule,
  'AWS::IAM::Role': role,
  'AWS::CloudFormation::WaitConditionHandle': waitHandle,
};
