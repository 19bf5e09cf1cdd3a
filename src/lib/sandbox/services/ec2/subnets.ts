/** Subnets, and the addresses in them. */
import { AwsError, type CallContext, type Cell, type Operation } from '../../service.js';
import { addressAt, canonical, contains, overlaps, rangeOf, sizeOf } from './cidr.js';
import { attachedInterfaces } from './attached.js';
import { filtered, pageOf, type Listing } from './filters.js';
import { zoneIdOf, zonesOf } from './places.js';
import { dependency, listed, need, network, newId, type Subnet } from './state.js';
import { forgetTags, tagNew, tagsOf, type Tagged } from './tags.js';
import type { Toggle } from './vpcs.js';

const subnetArn = ({ account, region }: Cell, id: string) => `arn:aws:ec2:${region}:${account}:subnet/${id}`;

/** AWS keeps five addresses of every subnet for itself. */
function freeAddresses(cell: Cell, subnet: Subnet): number {
  const taken = attachedInterfaces(cell).filter((i) => i.subnet === subnet.id).length;
  return sizeOf(rangeOf(subnet.cidr)!) - 5 - taken;
}

/** An address of a subnet that nothing holds. */
export function takeAddress(cell: Cell, subnet: Subnet): string {
  const range = rangeOf(subnet.cidr)!;
  const taken = new Set(attachedInterfaces(cell).map((i) => i.ip));
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
  const { subnets, natGateways, routeTables } = network(cell);
  if (
    attachedInterfaces(cell).some((i) => i.subnet === SubnetId) ||
    Object.values(natGateways).some((n) => n.subnet === SubnetId && n.deletedAt === null)
  )
    throw dependency(`The subnet '${SubnetId}' has dependencies and cannot be deleted.`);
  for (const table of Object.values(routeTables)) table.associations = table.associations.filter((a) => a.subnet !== SubnetId);
  delete subnets[SubnetId];
  forgetTags(cell, SubnetId);
  return {};
}

export const subnetOperations: Record<string, Operation> = {
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
};
