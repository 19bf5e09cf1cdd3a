/** VPCs and their subnets. */
import { AwsError, type CallContext, type Cell, type Operation } from '../../service.js';
import { addressAt, canonical, contains, overlaps, rangeOf, sizeOf } from './cidr.js';
import { filtered, pageOf, type Listing } from './filters.js';
import { zoneIdOf, zonesOf } from './places.js';
import { createDefaultGroup } from './security-groups.js';
import { dependency, listed, need, network, newId, type Subnet, type Vpc } from './state.js';
import { forgetTags, tagNew, tagsOf, type Tagged } from './tags.js';

const showVpc = (cell: Cell, vpc: Vpc) => ({
  OwnerId: cell.account,
  InstanceTenancy: vpc.tenancy,
  CidrBlockAssociationSet: [{ AssociationId: vpc.association, CidrBlock: vpc.cidr, CidrBlockState: { State: 'associated' } }],
  IsDefault: false,
  VpcId: vpc.id,
  State: 'available',
  CidrBlock: vpc.cidr,
  DhcpOptionsId: vpc.dhcpOptions,
  Tags: tagsOf(cell, vpc.id),
});

const subnetArn = ({ account, region }: Cell, id: string) => `arn:aws:ec2:${region}:${account}:subnet/${id}`;

/** AWS keeps five addresses of every subnet for itself. */
function freeAddresses(cell: Cell, subnet: Subnet): number {
  const taken = Object.values(network(cell).interfaces).filter((i) => i.subnet === subnet.id).length;
  return sizeOf(rangeOf(subnet.cidr)!) - 5 - taken;
}

/** An address of a subnet that nothing holds. */
export function takeAddress(cell: Cell, subnet: Subnet): string {
  const range = rangeOf(subnet.cidr)!;
  const taken = new Set(Object.values(network(cell).interfaces).map((i) => i.ip));
  for (let at = range.first + 4; at < range.first + sizeOf(range) - 1; at++) {
    const ip = addressAt(at);
    if (!taken.has(ip)) return ip;
  }
  throw new AwsError('InsufficientFreeAddressesInSubnet', `Insufficient Free Addresses in subnet '${subnet.id}'.`);
}

const showSubnet = (cell: Cell, subnet: Subnet) => ({
  AvailabilityZoneId: zoneIdOf(subnet.zone),
  MapCustomerOwnedIpOnLaunch: false,
  OwnerId: cell.account,
  AssignIpv6AddressOnCreation: false,
  Ipv6CidrBlockAssociationSet: [],
  Tags: tagsOf(cell, subnet.id),
  SubnetArn: subnetArn(cell, subnet.id),
  EnableDns64: false,
  Ipv6Native: false,
  PrivateDnsNameOptionsOnLaunch: {
    HostnameType: 'ip-name',
    EnableResourceNameDnsARecord: false,
    EnableResourceNameDnsAAAARecord: false,
  },
  SubnetId: subnet.id,
  State: 'available',
  VpcId: subnet.vpc,
  CidrBlock: subnet.cidr,
  AvailableIpAddressCount: freeAddresses(cell, subnet),
  AvailabilityZone: subnet.zone,
  DefaultForAz: false,
  MapPublicIpOnLaunch: subnet.publicIp,
});

function createVpc(input: Tagged & { CidrBlock?: string; InstanceTenancy?: string }, context: CallContext): object {
  const { cell } = context;
  if (!input.CidrBlock) throw new AwsError('MissingParameter', 'Either CidrBlock or Ipv4IpamPoolId must be provided.');
  const range = rangeOf(input.CidrBlock);
  if (!range)
    throw new AwsError(
      'InvalidParameterValue',
      `Value (${input.CidrBlock}) for parameter cidrBlock is invalid. This is not a valid CIDR block.`,
    );
  if (range.bits < 16 || range.bits > 28) throw new AwsError('InvalidVpc.Range', `The CIDR '${input.CidrBlock}' is invalid.`);
  const id = newId(context, 'vpc');
  tagNew(cell, id, input);
  const vpc = (network(cell).vpcs[id] = {
    id,
    cidr: canonical(input.CidrBlock)!,
    association: newId(context, 'vpc-cidr-assoc'),
    tenancy: input.InstanceTenancy ?? 'default',
    dhcpOptions: newId(context, 'dopt'),
    dnsSupport: true,
    dnsHostnames: false,
    addressMetrics: false,
    acl: newId(context, 'acl'),
  });
  const table = newId(context, 'rtb');
  network(cell).routeTables[table] = {
    id: table,
    vpc: id,
    routes: [{ destination: vpc.cidr, via: 'GatewayId', target: 'local', origin: 'CreateRouteTable' }],
    associations: [{ id: newId(context, 'rtbassoc'), subnet: null }],
  };
  createDefaultGroup(context, id);
  return { Vpc: { ...showVpc(cell, vpc), State: 'pending', Ipv6CidrBlockAssociationSet: [] } };
}

function deleteVpc({ VpcId }: { VpcId: string }, { cell }: CallContext): object {
  need(cell, 'vpcs', VpcId);
  const { vpcs, subnets, routeTables, gateways, groups, tags } = network(cell);
  const used =
    Object.values(subnets).some((s) => s.vpc === VpcId) ||
    Object.values(gateways).some((g) => g.vpc === VpcId) ||
    Object.values(groups).some((g) => g.vpc === VpcId && g.name !== 'default') ||
    Object.values(routeTables).some((t) => t.vpc === VpcId && t.associations.every((a) => a.subnet !== null));
  if (used) throw dependency(`The vpc '${VpcId}' has dependencies and cannot be deleted.`);
  for (const part of [routeTables, groups])
    for (const item of Object.values(part))
      if (item.vpc === VpcId) {
        delete part[item.id];
        delete tags[item.id];
      }
  delete vpcs[VpcId];
  forgetTags(cell, VpcId);
  return {};
}

interface NewSubnet extends Tagged {
  VpcId: string;
  CidrBlock?: string;
  AvailabilityZone?: string;
  AvailabilityZoneId?: string;
}

function createSubnet(input: NewSubnet, context: CallContext): object {
  const { cell, region } = context;
  const vpc = need(cell, 'vpcs', input.VpcId);
  const range = rangeOf(input.CidrBlock ?? '');
  if (!range)
    throw new AwsError(
      'InvalidParameterValue',
      `Value (${input.CidrBlock}) for parameter cidrBlock is invalid. This is not a valid CIDR block.`,
    );
  if (range.bits > 28 || !contains(rangeOf(vpc.cidr)!, range))
    throw new AwsError('InvalidSubnet.Range', `The CIDR '${input.CidrBlock}' is invalid.`);
  const { subnets } = network(cell);
  if (Object.values(subnets).some((s) => s.vpc === vpc.id && overlaps(rangeOf(s.cidr)!, range)))
    throw new AwsError('InvalidSubnet.Conflict', `The CIDR '${input.CidrBlock}' conflicts with another subnet`);
  const zones = zonesOf(region);
  const zone = input.AvailabilityZone ?? zones.find((z) => zoneIdOf(z) === input.AvailabilityZoneId) ?? zones[0]!;
  if (!zones.includes(zone) || (input.AvailabilityZoneId && zoneIdOf(zone) !== input.AvailabilityZoneId))
    throw new AwsError(
      'InvalidParameterValue',
      `Value (${input.AvailabilityZone ?? input.AvailabilityZoneId}) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: ${zones.join(', ')}.`,
    );
  const id = newId(context, 'subnet');
  tagNew(cell, id, input);
  const subnet = (subnets[id] = {
    id,
    vpc: vpc.id,
    cidr: canonical(input.CidrBlock!)!,
    zone,
    publicIp: false,
    aclAssociation: newId(context, 'aclassoc'),
  });
  return { Subnet: showSubnet(cell, subnet) };
}

function deleteSubnet({ SubnetId }: { SubnetId: string }, { cell }: CallContext): object {
  need(cell, 'subnets', SubnetId);
  const { subnets, interfaces, natGateways, routeTables } = network(cell);
  if (
    Object.values(interfaces).some((i) => i.subnet === SubnetId) ||
    Object.values(natGateways).some((n) => n.subnet === SubnetId && n.deletedAt === null)
  )
    throw dependency(`The subnet '${SubnetId}' has dependencies and cannot be deleted.`);
  for (const table of Object.values(routeTables)) table.associations = table.associations.filter((a) => a.subnet !== SubnetId);
  delete subnets[SubnetId];
  forgetTags(cell, SubnetId);
  return {};
}

interface Toggle {
  Value?: boolean;
}

export const vpcOperations: Record<string, Operation> = {
  CreateVpc: createVpc,
  DeleteVpc: deleteVpc,
  DescribeVpcs(input: Listing & { VpcIds?: string[] }, { cell }) {
    const found = filtered(
      cell,
      listed(cell, 'vpcs', input.VpcIds),
      input.Filters,
      {
        'vpc-id': (v) => [v.id],
        cidr: (v) => [v.cidr],
        'cidr-block': (v) => [v.cidr],
        'cidr-block-association.cidr-block': (v) => [v.cidr],
        'cidr-block-association.state': () => ['associated'],
        'dhcp-options-id': (v) => [v.dhcpOptions],
        'is-default': () => [false],
        isDefault: () => [false],
        'owner-id': () => [cell.account],
        state: () => ['available'],
      },
      (v) => v.id,
    );
    const { items, token } = pageOf(found, input);
    return { Vpcs: items.map((vpc) => showVpc(cell, vpc)), NextToken: token };
  },
  DescribeVpcAttribute({ VpcId, Attribute }: { VpcId: string; Attribute: string }, { cell }) {
    const vpc = need(cell, 'vpcs', VpcId);
    switch (Attribute) {
      case 'enableDnsSupport':
        return { VpcId, EnableDnsSupport: { Value: vpc.dnsSupport } };
      case 'enableDnsHostnames':
        return { VpcId, EnableDnsHostnames: { Value: vpc.dnsHostnames } };
      case 'enableNetworkAddressUsageMetrics':
        return { VpcId, EnableNetworkAddressUsageMetrics: { Value: vpc.addressMetrics } };
      default:
        throw new AwsError('InvalidParameterValue', `Value (${Attribute}) for parameter attribute is invalid. Unknown attribute`);
    }
  },
  ModifyVpcAttribute(
    input: { VpcId: string; EnableDnsSupport?: Toggle; EnableDnsHostnames?: Toggle; EnableNetworkAddressUsageMetrics?: Toggle },
    { cell },
  ) {
    const vpc = need(cell, 'vpcs', input.VpcId);
    vpc.dnsSupport = input.EnableDnsSupport?.Value ?? vpc.dnsSupport;
    vpc.dnsHostnames = input.EnableDnsHostnames?.Value ?? vpc.dnsHostnames;
    vpc.addressMetrics = input.EnableNetworkAddressUsageMetrics?.Value ?? vpc.addressMetrics;
    return {};
  },
  CreateSubnet: createSubnet,
  DeleteSubnet: deleteSubnet,
  DescribeSubnets(input: Listing & { SubnetIds?: string[] }, { cell }) {
    const found = filtered(
      cell,
      listed(cell, 'subnets', input.SubnetIds),
      input.Filters,
      {
        'subnet-id': (s) => [s.id],
        'subnet-arn': (s) => [subnetArn(cell, s.id)],
        'vpc-id': (s) => [s.vpc],
        cidr: (s) => [s.cidr],
        cidrBlock: (s) => [s.cidr],
        'cidr-block': (s) => [s.cidr],
        'availability-zone': (s) => [s.zone],
        availabilityZone: (s) => [s.zone],
        'availability-zone-id': (s) => [zoneIdOf(s.zone)],
        'available-ip-address-count': (s) => [freeAddresses(cell, s)],
        'default-for-az': () => [false],
        defaultForAz: () => [false],
        'map-public-ip-on-launch': (s) => [s.publicIp],
        'owner-id': () => [cell.account],
        state: () => ['available'],
      },
      (s) => s.id,
    );
    const { items, token } = pageOf(found, input);
    return { Subnets: items.map((subnet) => showSubnet(cell, subnet)), NextToken: token };
  },
  ModifySubnetAttribute(input: { SubnetId: string; MapPublicIpOnLaunch?: Toggle }, { cell }) {
    const subnet = need(cell, 'subnets', input.SubnetId);
    subnet.publicIp = input.MapPublicIpOnLaunch?.Value ?? subnet.publicIp;
    return {};
  },
  /** A VPC's default list lets everything in and out. */
  DescribeNetworkAcls(input: Listing & { NetworkAclIds?: string[] }, { cell }) {
    const { vpcs, subnets } = network(cell);
    const all = Object.values(vpcs).filter((v) => input.NetworkAclIds?.includes(v.acl) ?? true);
    const unknown = input.NetworkAclIds?.find((id) => !all.some((v) => v.acl === id));
    if (unknown) throw new AwsError('InvalidNetworkAclID.NotFound', `The networkAcl ID '${unknown}' does not exist`);
    const found = filtered(
      cell,
      all,
      input.Filters,
      {
        'vpc-id': (v) => [v.id],
        'network-acl-id': (v) => [v.acl],
        default: () => [true],
        'association.subnet-id': (v) =>
          Object.values(subnets)
            .filter((s) => s.vpc === v.id)
            .map((s) => s.id),
        'owner-id': () => [cell.account],
      },
      (v) => v.acl,
    );
    const { items, token } = pageOf(found, input);
    const entry = (Egress: boolean, RuleNumber: number, RuleAction: string) => ({
      CidrBlock: '0.0.0.0/0',
      Egress,
      Protocol: '-1',
      RuleAction,
      RuleNumber,
    });
    return {
      NetworkAcls: items.map((vpc) => ({
        Associations: Object.values(subnets)
          .filter((s) => s.vpc === vpc.id)
          .map((s) => ({ NetworkAclAssociationId: s.aclAssociation, NetworkAclId: vpc.acl, SubnetId: s.id })),
        Entries: [true, false].flatMap((egress) => [entry(egress, 100, 'allow'), entry(egress, 32767, 'deny')]),
        IsDefault: true,
        NetworkAclId: vpc.acl,
        Tags: tagsOf(cell, vpc.acl),
        VpcId: vpc.id,
        OwnerId: cell.account,
      })),
      NextToken: token,
    };
  },
};
