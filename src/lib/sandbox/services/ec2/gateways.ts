/** Internet gateways, NAT gateways and elastic addresses. */
import { AwsError, type CallContext, type Cell, type Operation } from '../../service.js';
import { filtered, pageOf, type Listing } from './filters.js';
import { attachInterface, releaseInterfaces } from './interfaces.js';
import { dependency, listed, need, network, newId, type Address, type NatGateway } from './state.js';
import { forgetTags, tagNew, tagsOf, type Tagged } from './tags.js';

const showGateway = (cell: Cell, { id, vpc }: { id: string; vpc: string | null }) => ({
  Attachments: vpc === null ? [] : [{ State: 'available', VpcId: vpc }],
  InternetGatewayId: id,
  OwnerId: cell.account,
  Tags: tagsOf(cell, id),
});

/** How long a NAT gateway takes to come, and to go. */
const NAT_MS = 60_000;
/** A deleted one stays visible for about an hour. */
const NAT_KEEP_MS = 3_600_000;

function natState(gateway: NatGateway, now: number): string {
  if (gateway.deletedAt !== null) return now < gateway.deletedAt + NAT_MS ? 'deleting' : 'deleted';
  return now < gateway.createdAt + NAT_MS ? 'pending' : 'available';
}

const showNat = (cell: Cell, gateway: NatGateway, now: number) => ({
  CreateTime: new Date(gateway.createdAt),
  ...(gateway.deletedAt === null ? {} : { DeleteTime: new Date(gateway.deletedAt) }),
  NatGatewayAddresses: [
    {
      ...(gateway.allocation === null
        ? {}
        : { AllocationId: gateway.allocation, PublicIp: network(cell).addresses[gateway.allocation]?.ip }),
      NetworkInterfaceId: gateway.interface,
      PrivateIp: gateway.privateIp,
      IsPrimary: true,
      Status: 'succeeded',
    },
  ],
  NatGatewayId: gateway.id,
  State: natState(gateway, now),
  SubnetId: gateway.subnet,
  VpcId: gateway.vpc,
  ConnectivityType: gateway.connectivity,
  Tags: tagsOf(cell, gateway.id),
});

interface NewNat extends Tagged {
  SubnetId: string;
  AllocationId?: string;
  ConnectivityType?: string;
}

function createNat(input: NewNat, context: CallContext): object {
  const { cell, now, account } = context;
  const subnet = need(cell, 'subnets', input.SubnetId);
  const connectivity = input.ConnectivityType ?? 'public';
  if (connectivity === 'public' && !input.AllocationId)
    throw new AwsError(
      'MissingParameter',
      'The request must include the AllocationId parameter. Add the required parameter and retry the request.',
    );
  const address = input.AllocationId ? need(cell, 'addresses', input.AllocationId) : null;
  if (address?.association)
    throw new AwsError('Resource.AlreadyAssociated', `Elastic IP address [${address.id}] is already associated`);
  const id = newId(context, 'nat');
  tagNew(cell, id, input);
  const eni = attachInterface(
    cell,
    {
      owner: id,
      description: `Interface for NAT Gateway ${id}`,
      type: 'nat_gateway',
      subnet: subnet.id,
      groups: [],
      requester: account,
    },
    context,
  )!;
  if (address) Object.assign(address, { association: newId(context, 'eipassoc'), interface: eni.id });
  const gateway: NatGateway = {
    id,
    subnet: subnet.id,
    vpc: subnet.vpc,
    allocation: input.AllocationId ?? null,
    connectivity,
    interface: eni.id,
    privateIp: eni.ip,
    createdAt: now,
    deletedAt: null,
  };
  network(cell).natGateways[id] = gateway;
  return { NatGateway: showNat(cell, gateway, now) };
}

const showAddress = (cell: Cell, address: Address) => {
  const eni = address.interface ? network(cell).interfaces[address.interface] : undefined;
  return {
    AllocationId: address.id,
    Domain: 'vpc',
    PublicIp: address.ip,
    PublicIpv4Pool: 'amazon',
    NetworkBorderGroup: cell.region,
    ...(eni
      ? {
          AssociationId: address.association,
          NetworkInterfaceId: eni.id,
          NetworkInterfaceOwnerId: cell.account,
          PrivateIpAddress: eni.ip,
        }
      : {}),
    Tags: tagsOf(cell, address.id),
  };
};

export const gatewayOperations: Record<string, Operation> = {
  CreateInternetGateway(input: Tagged, context) {
    const id = newId(context, 'igw');
    tagNew(context.cell, id, input);
    const made = (network(context.cell).gateways[id] = { id, vpc: null });
    return { InternetGateway: showGateway(context.cell, made) };
  },
  AttachInternetGateway({ InternetGatewayId, VpcId }: { InternetGatewayId: string; VpcId: string }, { cell }) {
    const gateway = need(cell, 'gateways', InternetGatewayId);
    need(cell, 'vpcs', VpcId);
    if (gateway.vpc !== null)
      throw new AwsError('Resource.AlreadyAssociated', `resource ${gateway.id} is already attached to network ${gateway.vpc}`);
    if (Object.values(network(cell).gateways).some((g) => g.vpc === VpcId))
      throw new AwsError('InvalidParameterValue', `Network ${VpcId} already has an internet gateway attached`);
    gateway.vpc = VpcId;
    return {};
  },
  DetachInternetGateway({ InternetGatewayId, VpcId }: { InternetGatewayId: string; VpcId: string }, { cell }) {
    const gateway = need(cell, 'gateways', InternetGatewayId);
    if (gateway.vpc !== VpcId)
      throw new AwsError('Gateway.NotAttached', `resource ${gateway.id} is not attached to network ${VpcId}`);
    gateway.vpc = null;
    return {};
  },
  DeleteInternetGateway({ InternetGatewayId }: { InternetGatewayId: string }, { cell }) {
    if (need(cell, 'gateways', InternetGatewayId).vpc !== null)
      throw dependency(`The internetGateway '${InternetGatewayId}' has dependencies and cannot be deleted.`);
    delete network(cell).gateways[InternetGatewayId];
    forgetTags(cell, InternetGatewayId);
    return {};
  },
  DescribeInternetGateways(input: Listing & { InternetGatewayIds?: string[] }, { cell }) {
    const found = filtered(
      cell,
      listed(cell, 'gateways', input.InternetGatewayIds),
      input.Filters,
      {
        'internet-gateway-id': (g) => [g.id],
        'attachment.vpc-id': (g) => [g.vpc],
        'attachment.state': (g) => (g.vpc ? ['available'] : []),
        'owner-id': () => [cell.account],
      },
      (g) => g.id,
    );
    const { items, token } = pageOf(found, input);
    return { InternetGateways: items.map((gateway) => showGateway(cell, gateway)), NextToken: token };
  },
  CreateNatGateway: createNat,
  DeleteNatGateway({ NatGatewayId }: { NatGatewayId: string }, { cell, now }) {
    const gateway = need(cell, 'natGateways', NatGatewayId);
    if (gateway.deletedAt === null) {
      gateway.deletedAt = now;
      releaseInterfaces(cell, gateway.id);
      const address = gateway.allocation ? network(cell).addresses[gateway.allocation] : undefined;
      if (address) Object.assign(address, { association: null, interface: null });
    }
    return { NatGatewayId };
  },
  DescribeNatGateways(
    input: Omit<Listing, 'Filters'> & { NatGatewayIds?: string[]; Filter?: Listing['Filters'] },
    { cell, now },
  ) {
    const { natGateways } = network(cell);
    for (const { id, deletedAt } of Object.values(natGateways))
      if (deletedAt !== null && now > deletedAt + NAT_KEEP_MS) {
        delete natGateways[id];
        forgetTags(cell, id);
      }
    const found = filtered(
      cell,
      listed(cell, 'natGateways', input.NatGatewayIds),
      input.Filter,
      {
        'nat-gateway-id': (g) => [g.id],
        'subnet-id': (g) => [g.subnet],
        'vpc-id': (g) => [g.vpc],
        state: (g) => [natState(g, now)],
      },
      (g) => g.id,
    );
    const { items, token } = pageOf(found, input);
    return { NatGateways: items.map((gateway) => showNat(cell, gateway, now)), NextToken: token };
  },
  AllocateAddress(input: Tagged, context) {
    const { cell } = context;
    const { addresses } = network(cell);
    if (Object.keys(addresses).length >= 5)
      throw new AwsError('AddressLimitExceeded', 'The maximum number of addresses has been reached.');
    const id = newId(context, 'eipalloc');
    tagNew(cell, id, input);
    const digits = context
      .id(6)
      .match(/../g)!
      .map((pair) => parseInt(pair, 16));
    const address: Address = { id, ip: ['52', ...digits].join('.'), association: null, interface: null };
    addresses[id] = address;
    const { AllocationId, Domain, PublicIp, PublicIpv4Pool, NetworkBorderGroup } = showAddress(cell, address);
    return { AllocationId, Domain, PublicIp, PublicIpv4Pool, NetworkBorderGroup };
  },
  ReleaseAddress({ AllocationId }: { AllocationId?: string }, { cell }) {
    const address = need(cell, 'addresses', AllocationId ?? '');
    if (address.association) throw new AwsError('InvalidIPAddress.InUse', `Address ${address.ip} is in use.`);
    delete network(cell).addresses[address.id];
    forgetTags(cell, address.id);
    return {};
  },
  DescribeAddresses(input: Listing & { AllocationIds?: string[]; PublicIps?: string[] }, { cell }) {
    const unknown = input.PublicIps?.find((ip) => !Object.values(network(cell).addresses).some((a) => a.ip === ip));
    if (unknown) throw new AwsError('InvalidAddress.NotFound', `Address '${unknown}' not found.`);
    const asked = listed(cell, 'addresses', input.AllocationIds).filter((a) => input.PublicIps?.includes(a.ip) ?? true);
    const found = filtered(
      cell,
      asked,
      input.Filters,
      {
        'allocation-id': (a) => [a.id],
        'public-ip': (a) => [a.ip],
        'association-id': (a) => [a.association],
        'network-interface-id': (a) => [a.interface],
        domain: () => ['vpc'],
      },
      (a) => a.id,
    );
    return { Addresses: found.map((address) => showAddress(cell, address)) };
  },
  DescribeAddressesAttribute() {
    return { Addresses: [] };
  },
};
