/** Elastic network interfaces: other services put theirs here, so that networks and groups in use cannot be deleted. */
import { AwsError, type CallContext, type Cell, type Operation } from '../../service.js';
import { filtered, pageOf, type Listing } from './filters.js';
import { zoneIdOf } from './places.js';
import { attachedInterfaces } from './attached.js';
import { need, network, newId, type NetworkInterface } from './state.js';
import { forgetTags, tagsOf } from './tags.js';
import { takeAddress } from './subnets.js';

export interface NewInterface {
  /** What it belongs to: an ARN or an id. */
  readonly owner: string;
  readonly description: string;
  readonly type: 'interface' | 'nat_gateway' | 'network_load_balancer';
  readonly subnet: string;
  readonly groups: readonly string[];
  /** Who asked for it: an account id, or a service such as `amazon-elb`. */
  readonly requester: string;
  /** An address of its own choice. */
  readonly ip?: string;
}

/** Returns null where the subnet does not exist. */
export function attachInterface(
  cell: Cell,
  made: NewInterface,
  { now, id }: Pick<CallContext, 'now' | 'id'>,
): NetworkInterface | null {
  const { subnets, interfaces } = network(cell);
  const subnet = subnets[made.subnet];
  if (!subnet) return null;
  const eni = newId({ id }, 'eni');
  return (interfaces[eni] = {
    ...made,
    groups: [...made.groups],
    id: eni,
    ip: made.ip ?? takeAddress(cell, subnet),
    createdAt: now,
  });
}

/** Those of one owner go, e.g. when a load balancer or a task does. */
export function releaseInterfaces(cell: Cell, owner: string): void {
  const { interfaces } = network(cell);
  for (const { id, owner: held } of Object.values(interfaces))
    if (held === owner) {
      delete interfaces[id];
      forgetTags(cell, id);
    }
}

/** The interfaces of an owner stand in other groups. */
export function regroupInterfaces(cell: Cell, owner: string, groups: readonly string[]): void {
  for (const held of Object.values(network(cell).interfaces)) if (held.owner === owner) held.groups = [...groups];
}

const privateName = (ip: string, region: string): string =>
  `ip-${ip.replaceAll('.', '-')}.${region === 'us-east-1' ? 'ec2' : `${region}.compute`}.internal`;

/** Derived from the address: no two interfaces of a network share it. */
const macOf = (ip: string): string =>
  ['02', 'ba', ...ip.split('.').map((part) => Number(part).toString(16).padStart(2, '0'))].join(':');

function show(cell: Cell, eni: NetworkInterface): object {
  const { subnets, groups } = network(cell);
  const subnet = subnets[eni.subnet]!;
  return {
    Attachment: {
      AttachTime: new Date(eni.createdAt),
      AttachmentId: `eni-attach-${eni.id.slice('eni-'.length)}`,
      DeleteOnTermination: false,
      DeviceIndex: 1,
      InstanceOwnerId: eni.requester,
      Status: 'attached',
    },
    AvailabilityZone: subnet.zone,
    AvailabilityZoneId: zoneIdOf(subnet.zone),
    Description: eni.description,
    Groups: eni.groups.map((id) => ({ GroupId: id, GroupName: groups[id]?.name })),
    InterfaceType: eni.type,
    Ipv6Addresses: [],
    MacAddress: macOf(eni.ip),
    NetworkInterfaceId: eni.id,
    OwnerId: cell.account,
    PrivateDnsName: privateName(eni.ip, cell.region),
    PrivateIpAddress: eni.ip,
    PrivateIpAddresses: [{ Primary: true, PrivateDnsName: privateName(eni.ip, cell.region), PrivateIpAddress: eni.ip }],
    RequesterId: eni.requester,
    RequesterManaged: true,
    SourceDestCheck: eni.type !== 'nat_gateway',
    Status: 'in-use',
    SubnetId: eni.subnet,
    TagSet: tagsOf(cell, eni.id),
    VpcId: subnet.vpc,
  };
}

/** Those of the given ids, or all. */
function asked(cell: Cell, ids: readonly string[]): NetworkInterface[] {
  const all = attachedInterfaces(cell);
  return ids.length === 0 ? all : ids.map((id) => all.find((eni) => eni.id === id) ?? need(cell, 'interfaces', id));
}

export const interfaceOperations: Record<string, Operation> = {
  DescribeNetworkInterfaces(input: Listing & { NetworkInterfaceIds?: string[] }, { cell }) {
    const { subnets, groups } = network(cell);
    const found = filtered(
      cell,
      asked(cell, input.NetworkInterfaceIds ?? []),
      input.Filters,
      {
        'network-interface-id': (i) => [i.id],
        'vpc-id': (i) => [subnets[i.subnet]?.vpc],
        'subnet-id': (i) => [i.subnet],
        'group-id': (i) => i.groups,
        'group-name': (i) => i.groups.map((id) => groups[id]?.name),
        'availability-zone': (i) => [subnets[i.subnet]?.zone],
        description: (i) => [i.description],
        'interface-type': (i) => [i.type],
        'private-ip-address': (i) => [i.ip],
        'addresses.private-ip-address': (i) => [i.ip],
        'requester-id': (i) => [i.requester],
        'requester-managed': () => [true],
        'owner-id': () => [cell.account],
        status: () => ['in-use'],
        'attachment.status': () => ['attached'],
        'attachment.instance-owner-id': (i) => [i.requester],
        'attachment.instance-id': () => [],
      },
      (i) => i.id,
    );
    const { items, token } = pageOf(found, input);
    return { NetworkInterfaces: items.map((eni) => show(cell, eni)), NextToken: token };
  },
  /** Services run here, instances do not: there is none to be found. */
  DescribeInstances(input: Listing & { InstanceIds?: string[] }) {
    const ids = input.InstanceIds ?? [];
    if (ids.length === 1) throw new AwsError('InvalidInstanceID.NotFound', `The instance ID '${ids[0]}' does not exist`);
    if (ids.length > 1) throw new AwsError('InvalidInstanceID.NotFound', `The instance IDs '${ids.join(', ')}' do not exist`);
    return { Reservations: [] };
  },
};
