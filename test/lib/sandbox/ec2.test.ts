import { describe, expect, test } from 'vitest';
import { seed } from '../../../src/lib/sandbox/seed.js';
import { attachInterface, releaseInterfaces } from '../../../src/lib/sandbox/services/ec2.js';
import { ACCOUNT, REGION, drive, type Drive } from './drive.js';

const ec2 = (d: Drive, operation: string, input: object = {}) => d.call('ec2', operation, input);
const refused = (d: Drive, operation: string, input: object): string => {
  try {
    ec2(d, operation, input);
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return `${code}: ${message}`;
  }
  return 'not refused';
};
const vpcOf = (d: Drive): string => ec2(d, 'CreateVpc', { CidrBlock: '10.1.0.0/16' }).Vpc.VpcId as string;
const groupOf = (d: Drive, VpcId: string, GroupName = 'tasks'): string =>
  ec2(d, 'CreateSecurityGroup', { GroupName, Description: 'of tasks', VpcId }).GroupId as string;

describe('networks', () => {
  test('what the platform publishes of its network exists, with the same ids in every order of the targets', () => {
    const target = (region: string) => ({ account: ACCOUNT, region, environment: 'prod', domain: 'a.example' });
    const here = drive();
    const there = drive();
    seed(here.sandbox, [target('eu-west-1'), target('us-east-1')], []);
    seed(there.sandbox, [target('us-east-1'), target('eu-west-1')], []);
    const parameter = (name: string): string =>
      here.call('ssm', 'GetParameter', { Name: `/baf/platform/${name}` }).Parameter.Value;
    const vpc = parameter('vpc-id');
    const subnets = parameter('subnet-ids').split(',');
    expect(ec2(there, 'DescribeVpcs', { VpcIds: [vpc] }).Vpcs).toMatchObject([{ CidrBlock: '10.0.0.0/16', State: 'available' }]);
    const found = ec2(there, 'DescribeSubnets', { SubnetIds: subnets }).Subnets as { AvailabilityZone: string; VpcId: string }[];
    expect(found.map((s) => s.AvailabilityZone)).toEqual([`${REGION}a`, `${REGION}b`, `${REGION}c`]);
    expect(found.every((s) => s.VpcId === vpc)).toBe(true);
    const group = parameter('load-balancer-security-group-id');
    expect(ec2(there, 'DescribeSecurityGroups', { GroupIds: [group] }).SecurityGroups[0].IpPermissions).toMatchObject([
      { IpProtocol: 'tcp', FromPort: 443, IpRanges: [{ CidrIp: '0.0.0.0/0' }] },
    ]);
  });

  test('a VPC comes with a main route table, a network list and a default group, and goes with them', () => {
    const d = drive();
    const vpc = vpcOf(d);
    const Filters = [{ Name: 'vpc-id', Values: [vpc] }];
    expect(ec2(d, 'DescribeRouteTables', { Filters }).RouteTables).toMatchObject([
      { Associations: [{ Main: true }], Routes: [{ DestinationCidrBlock: '10.1.0.0/16', GatewayId: 'local', State: 'active' }] },
    ]);
    expect(ec2(d, 'DescribeNetworkAcls', { Filters }).NetworkAcls).toHaveLength(1);
    expect(ec2(d, 'DescribeSecurityGroups', { Filters }).SecurityGroups).toMatchObject([{ GroupName: 'default' }]);
    ec2(d, 'DeleteVpc', { VpcId: vpc });
    expect(ec2(d, 'DescribeRouteTables').RouteTables).toEqual([]);
    expect(ec2(d, 'DescribeSecurityGroups').SecurityGroups).toEqual([]);
  });

  test('ranges are checked and kept by their first address', () => {
    const d = drive();
    const VpcId = ec2(d, 'CreateVpc', { CidrBlock: '10.1.9.9/16' }).Vpc.VpcId;
    expect(ec2(d, 'DescribeVpcs').Vpcs[0].CidrBlock).toBe('10.1.0.0/16');
    expect(refused(d, 'CreateVpc', { CidrBlock: '10.0.0.0/8' })).toBe(`InvalidVpc.Range: The CIDR '10.0.0.0/8' is invalid.`);
    expect(refused(d, 'CreateVpc', { CidrBlock: '10.0.0.300/16' })).toMatch(/^InvalidParameterValue/);
    ec2(d, 'CreateSubnet', { VpcId, CidrBlock: '10.1.0.0/24' });
    expect(refused(d, 'CreateSubnet', { VpcId, CidrBlock: '10.1.0.128/25' })).toMatch(/^InvalidSubnet.Conflict/);
    expect(refused(d, 'CreateSubnet', { VpcId, CidrBlock: '10.2.0.0/24' })).toMatch(/^InvalidSubnet.Range/);
    expect(refused(d, 'CreateSubnet', { VpcId, CidrBlock: '10.1.1.0/24', AvailabilityZone: 'eu-west-1z' })).toMatch(
      /availability zones: eu-west-1a, eu-west-1b, eu-west-1c\.$/,
    );
    expect(refused(d, 'DescribeSubnets', { SubnetIds: ['subnet-0'] })).toBe(
      `InvalidSubnetID.NotFound: The subnet ID 'subnet-0' does not exist`,
    );
  });

  test('what is used cannot be deleted', () => {
    const d = drive();
    const VpcId = vpcOf(d);
    const SubnetId = ec2(d, 'CreateSubnet', { VpcId, CidrBlock: '10.1.0.0/24' }).Subnet.SubnetId as string;
    const GroupId = groupOf(d, VpcId);
    expect(refused(d, 'DeleteVpc', { VpcId })).toBe(
      `DependencyViolation: The vpc '${VpcId}' has dependencies and cannot be deleted.`,
    );
    const cell = d.sandbox.world.cell(ACCOUNT, REGION);
    const made = { owner: 'task-1', description: 'a task', type: 'interface', subnet: SubnetId, groups: [GroupId] } as const;
    attachInterface(cell, { ...made, requester: 'amazon-ecs' }, { now: d.clock.now(), id: (n) => d.sandbox.world.id(n) });
    expect(ec2(d, 'DescribeSubnets').Subnets[0].AvailableIpAddressCount).toBe(250);
    expect(
      ec2(d, 'DescribeNetworkInterfaces', { Filters: [{ Name: 'group-id', Values: [GroupId] }] }).NetworkInterfaces,
    ).toMatchObject([
      {
        SubnetId,
        VpcId,
        PrivateIpAddress: '10.1.0.4',
        Groups: [{ GroupId, GroupName: 'tasks' }],
        AvailabilityZone: 'eu-west-1a',
      },
    ]);
    expect(refused(d, 'DeleteSubnet', { SubnetId })).toMatch(/^DependencyViolation: The subnet/);
    expect(refused(d, 'DeleteSecurityGroup', { GroupId })).toBe(
      `DependencyViolation: resource ${GroupId} has a dependent object`,
    );
    releaseInterfaces(cell, 'task-1');
    ec2(d, 'DeleteSecurityGroup', { GroupId });
    ec2(d, 'DeleteSubnet', { SubnetId });
    ec2(d, 'DeleteVpc', { VpcId });
    expect(ec2(d, 'DescribeVpcs').Vpcs).toEqual([]);
  });

  test('a NAT gateway takes its minute, holds its address, and its route goes black with it', () => {
    const d = drive();
    const VpcId = vpcOf(d);
    const SubnetId = ec2(d, 'CreateSubnet', { VpcId, CidrBlock: '10.1.0.0/24' }).Subnet.SubnetId as string;
    const { AllocationId } = ec2(d, 'AllocateAddress', { Domain: 'vpc' });
    const { NatGatewayId } = ec2(d, 'CreateNatGateway', { SubnetId, AllocationId }).NatGateway;
    const state = () => ec2(d, 'DescribeNatGateways', { NatGatewayIds: [NatGatewayId] }).NatGateways[0].State as string;
    expect(state()).toBe('pending');
    d.pass(60);
    expect(state()).toBe('available');
    expect(refused(d, 'ReleaseAddress', { AllocationId })).toMatch(/^InvalidIPAddress.InUse/);
    const { RouteTableId } = ec2(d, 'CreateRouteTable', { VpcId }).RouteTable;
    ec2(d, 'CreateRoute', { RouteTableId, DestinationCidrBlock: '0.0.0.0/0', NatGatewayId });
    expect(refused(d, 'CreateRoute', { RouteTableId, DestinationCidrBlock: '0.0.0.0/0', NatGatewayId })).toMatch(
      /^RouteAlreadyExists/,
    );
    const { AssociationId } = ec2(d, 'AssociateRouteTable', { RouteTableId, SubnetId });
    expect(refused(d, 'DeleteRouteTable', { RouteTableId })).toMatch(/^DependencyViolation/);
    ec2(d, 'DeleteNatGateway', { NatGatewayId });
    expect(state()).toBe('deleting');
    expect(ec2(d, 'DescribeRouteTables', { RouteTableIds: [RouteTableId] }).RouteTables[0].Routes[1].State).toBe('blackhole');
    ec2(d, 'ReleaseAddress', { AllocationId });
    d.pass(2 * 3600);
    expect(refused(d, 'DescribeNatGateways', { NatGatewayIds: [NatGatewayId] })).toMatch(/^NatGatewayNotFound/);
    ec2(d, 'DisassociateRouteTable', { AssociationId });
    ec2(d, 'DeleteRouteTable', { RouteTableId });
  });

  test('zones have names and ids of their region', () => {
    const d = drive();
    expect(
      (ec2(d, 'DescribeAvailabilityZones').AvailabilityZones as { ZoneName: string; ZoneId: string }[]).map(
        (z) => `${z.ZoneName} ${z.ZoneId}`,
      ),
    ).toEqual(['eu-west-1a euw1-az1', 'eu-west-1b euw1-az2', 'eu-west-1c euw1-az3']);
    expect(refused(d, 'DescribeAvailabilityZones', { ZoneNames: ['us-east-1a'] })).toBe(
      'InvalidParameterValue: Invalid availability zone: [us-east-1a]',
    );
    expect(ec2(d, 'DescribeRegions', { RegionNames: ['eu-west-1'] }).Regions).toHaveLength(1);
  });

  test('filters take wildcards and tags, and pages end', () => {
    const d = drive();
    const VpcId = vpcOf(d);
    for (let i = 0; i < 7; i++) groupOf(d, VpcId, `shop-${i}`);
    const [first] = ec2(d, 'DescribeSecurityGroups', { Filters: [{ Name: 'group-name', Values: ['shop-3'] }] }).SecurityGroups;
    ec2(d, 'CreateTags', { Resources: [first.GroupId], Tags: [{ Key: 'team', Value: 'shop' }] });
    const names = (filter: object): string[] =>
      (ec2(d, 'DescribeSecurityGroups', { Filters: [filter] }).SecurityGroups as { GroupName: string }[]).map((g) => g.GroupName);
    expect(names({ Name: 'group-name', Values: ['shop-*'] })).toHaveLength(7);
    expect(names({ Name: 'tag:team', Values: ['sh?p'] })).toEqual(['shop-3']);
    expect(names({ Name: 'tag-key', Values: ['team'] })).toEqual(['shop-3']);
    expect(refused(d, 'DescribeSecurityGroups', { Filters: [{ Name: 'colour', Values: ['red'] }] })).toBe(
      `InvalidParameterValue: The filter 'colour' is invalid`,
    );
    const page = ec2(d, 'DescribeSecurityGroups', { MaxResults: 5 });
    const rest = ec2(d, 'DescribeSecurityGroups', { MaxResults: 5, NextToken: page.NextToken });
    expect([page.SecurityGroups.length, rest.SecurityGroups.length, rest.NextToken]).toEqual([5, 3, undefined]);
    expect(refused(d, 'DescribeSecurityGroups', { MaxResults: 2 })).toMatch(/greater than 5/);
    ec2(d, 'DeleteTags', { Resources: [first.GroupId], Tags: [{ Key: 'team', Value: 'other' }] });
    expect(ec2(d, 'DescribeTags', { Filters: [{ Name: 'resource-id', Values: [first.GroupId] }] }).Tags).toHaveLength(1);
    ec2(d, 'DeleteTags', { Resources: [first.GroupId], Tags: [{ Key: 'team' }] });
    expect(ec2(d, 'DescribeTags').Tags).toEqual([]);
    expect(refused(d, 'CreateTags', { Resources: ['sg-00000000'], Tags: [{ Key: 'a', Value: 'b' }] })).toMatch(/^InvalidID/);
  });
});

describe('security groups', () => {
  const open = (port: number, CidrIp = '0.0.0.0/0') => ({
    IpProtocol: 'tcp',
    FromPort: port,
    ToPort: port,
    IpRanges: [{ CidrIp }],
  });

  test('everything may leave a new group, nothing may enter', () => {
    const d = drive();
    const GroupId = groupOf(d, vpcOf(d));
    const [group] = ec2(d, 'DescribeSecurityGroups', { GroupIds: [GroupId] }).SecurityGroups;
    expect(group.IpPermissions).toEqual([]);
    expect(group.IpPermissionsEgress).toEqual([
      { IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }], Ipv6Ranges: [], PrefixListIds: [], UserIdGroupPairs: [] },
    ]);
  });

  test('names are unique in a VPC, and a VPC has to be named', () => {
    const d = drive();
    const VpcId = vpcOf(d);
    const GroupId = groupOf(d, VpcId);
    const again = { GroupName: 'tasks', Description: 'x', VpcId };
    expect(refused(d, 'CreateSecurityGroup', again)).toBe(
      `InvalidGroup.Duplicate: The security group 'tasks' already exists for VPC '${VpcId}'`,
    );
    expect(refused(d, 'CreateSecurityGroup', { GroupName: 'a', Description: 'x' })).toMatch(/^VPCIdNotSpecified/);
    expect(refused(d, 'CreateSecurityGroup', { GroupName: 'a', Description: 'snow ☃', VpcId })).toMatch(
      /security group description/,
    );
    expect(refused(d, 'CreateSecurityGroup', { ...again, GroupName: 'sg-1' })).toMatch(/may not be in the format sg-\*/);
    expect(refused(d, 'DescribeSecurityGroups', { GroupIds: [GroupId, 'sg-0123456789abcdef0'] })).toBe(
      `InvalidGroup.NotFound: The security group 'sg-0123456789abcdef0' does not exist`,
    );
    expect(refused(d, 'DeleteSecurityGroup', { GroupId: 'tasks' })).toMatch(/^InvalidGroupId.Malformed/);
  });

  test('rules are given once, seen both ways, and taken by what they are or by id', () => {
    const d = drive();
    const VpcId = vpcOf(d);
    const balancer = groupOf(d, VpcId, 'balancer');
    const GroupId = groupOf(d, VpcId);
    const pair = { IpProtocol: '6', FromPort: 8080, ToPort: 8080, UserIdGroupPairs: [{ GroupId: balancer, Description: 'in' }] };
    const { SecurityGroupRules } = ec2(d, 'AuthorizeSecurityGroupIngress', {
      GroupId,
      IpPermissions: [pair, open(443, '10.0.0.9/8')],
      TagSpecifications: [{ ResourceType: 'security-group-rule', Tags: [{ Key: 'a', Value: 'b' }] }],
    });
    expect(SecurityGroupRules).toMatchObject([
      { IpProtocol: 'tcp', IsEgress: false, ReferencedGroupInfo: { GroupId: balancer }, Tags: [{ Key: 'a', Value: 'b' }] },
      { CidrIpv4: '10.0.0.0/8', FromPort: 443 },
    ]);
    expect(refused(d, 'AuthorizeSecurityGroupIngress', { GroupId, IpPermissions: [open(443, '10.0.0.0/8')] })).toBe(
      'InvalidPermission.Duplicate: the specified rule "peer: 10.0.0.0/8, TCP, from port: 443, to port: 443, ALLOW" already exists',
    );
    expect(refused(d, 'DeleteSecurityGroup', { GroupId: balancer })).toMatch(/^DependencyViolation/);
    const rules = () =>
      ec2(d, 'DescribeSecurityGroupRules', { Filters: [{ Name: 'group-id', Values: [GroupId] }] }).SecurityGroupRules;
    expect(rules()).toHaveLength(3);
    ec2(d, 'RevokeSecurityGroupIngress', { GroupId, IpPermissions: [pair] });
    ec2(d, 'RevokeSecurityGroupIngress', { GroupId, SecurityGroupRuleIds: [SecurityGroupRules[1].SecurityGroupRuleId] });
    expect(refused(d, 'RevokeSecurityGroupIngress', { GroupId, IpPermissions: [pair] })).toMatch(/^InvalidPermission.NotFound/);
    ec2(d, 'RevokeSecurityGroupEgress', { GroupId, IpPermissions: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }] });
    expect(rules()).toEqual([]);
    expect(ec2(d, 'DescribeTags').Tags).toEqual([]);
    ec2(d, 'DeleteSecurityGroup', { GroupId: balancer });
  });

  test('a rule is changed in place by its id', () => {
    const d = drive();
    const GroupId = groupOf(d, vpcOf(d));
    const { SecurityGroupRules } = ec2(d, 'AuthorizeSecurityGroupIngress', { GroupId, IpPermissions: [open(80), open(81)] });
    const SecurityGroupRuleId = SecurityGroupRules[0].SecurityGroupRuleId as string;
    const change = (FromPort: number) => ({
      GroupId,
      SecurityGroupRules: [
        { SecurityGroupRuleId, SecurityGroupRule: { IpProtocol: 'tcp', FromPort, ToPort: FromPort, CidrIpv4: '0.0.0.0/0' } },
      ],
    });
    ec2(d, 'ModifySecurityGroupRules', change(90));
    expect(
      ec2(d, 'DescribeSecurityGroupRules', { SecurityGroupRuleIds: [SecurityGroupRuleId] }).SecurityGroupRules,
    ).toMatchObject([{ FromPort: 90 }]);
    expect(refused(d, 'ModifySecurityGroupRules', change(81))).toMatch(/^InvalidPermission.Duplicate/);
    ec2(d, 'UpdateSecurityGroupRuleDescriptionsIngress', {
      GroupId,
      SecurityGroupRuleDescriptions: [{ SecurityGroupRuleId, Description: 'web' }],
    });
    expect(ec2(d, 'DescribeSecurityGroups', { GroupIds: [GroupId] }).SecurityGroups[0].IpPermissions[0].IpRanges).toEqual([
      { CidrIp: '0.0.0.0/0', Description: 'web' },
    ]);
  });

  test('ports, protocols and numbers of rules are checked, and a refused call adds nothing', () => {
    const d = drive();
    const GroupId = groupOf(d, vpcOf(d));
    const add = (...IpPermissions: object[]) => refused(d, 'AuthorizeSecurityGroupIngress', { GroupId, IpPermissions });
    expect(add({ ...open(443), ToPort: 80 })).toBe('InvalidParameterValue: Invalid TCP/UDP port range (443:80)');
    expect(add({ ...open(443), IpProtocol: 'gopher' })).toMatch(/^InvalidPermission.Malformed/);
    expect(add(open(80), open(443, '10.0.0.0'))).toBe('InvalidParameterValue: CIDR block 10.0.0.0 is malformed');
    expect(add(...Array.from({ length: 61 }, (_, i) => open(i)))).toMatch(/^RulesPerSecurityGroupLimitExceeded/);
    expect(ec2(d, 'DescribeSecurityGroups', { GroupIds: [GroupId] }).SecurityGroups[0].IpPermissions).toEqual([]);
    expect(refused(d, 'DeleteSecurityGroup', { GroupId, DryRun: true })).toMatch(/^DryRunOperation/);
  });
});
