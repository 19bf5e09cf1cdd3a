/** What EC2 keeps for an account and region: networks, security groups, interfaces; and how each is found by its id. */
import { AwsError, type CallContext, type Cell } from '../../service.js';

export interface Vpc {
  id: string;
  cidr: string;
  association: string;
  tenancy: string;
  dhcpOptions: string;
  dnsSupport: boolean;
  dnsHostnames: boolean;
  addressMetrics: boolean;
  acl: string;
}
export interface Subnet {
  id: string;
  vpc: string;
  cidr: string;
  zone: string;
  publicIp: boolean;
  aclAssociation: string;
}
export interface Route {
  destination: string;
  /** `gatewayId`, `natGatewayId`, ...: the member of the API that names where it goes. */
  via: string;
  target: string;
  origin: 'CreateRouteTable' | 'CreateRoute';
}
export interface RouteTable {
  id: string;
  vpc: string;
  routes: Route[];
  /** `subnet` is null of the main table's own association. */
  associations: { id: string; subnet: string | null }[];
}
export interface NatGateway {
  id: string;
  subnet: string;
  vpc: string;
  allocation: string | null;
  connectivity: string;
  interface: string;
  privateIp: string;
  createdAt: number;
  deletedAt: number | null;
}
export interface Address {
  id: string;
  ip: string;
  association: string | null;
  interface: string | null;
}
export interface Rule {
  id: string;
  egress: boolean;
  protocol: string;
  from: number;
  to: number;
  peer: { kind: 'cidr4' | 'cidr6' | 'list' | 'group'; value: string };
  description: string | null;
}
export interface SecurityGroup {
  id: string;
  name: string;
  description: string;
  vpc: string;
  rules: Rule[];
}
/** An elastic network interface: of a load balancer, a NAT gateway, a task. */
export interface NetworkInterface {
  id: string;
  /** What it belongs to: an ARN or an id. */
  owner: string;
  description: string;
  type: string;
  subnet: string;
  ip: string;
  groups: string[];
  requester: string;
  createdAt: number;
}
interface Slice {
  vpcs: Record<string, Vpc>;
  subnets: Record<string, Subnet>;
  routeTables: Record<string, RouteTable>;
  /** Internet gateways, and the VPC that each is attached to. */
  gateways: Record<string, { id: string; vpc: string | null }>;
  natGateways: Record<string, NatGateway>;
  addresses: Record<string, Address>;
  groups: Record<string, SecurityGroup>;
  interfaces: Record<string, NetworkInterface>;
  tags: Record<string, Record<string, string>>;
}

export const network = (cell: Cell): Slice =>
  cell.slice('ec2-network', () => ({
    vpcs: {},
    subnets: {},
    routeTables: {},
    gateways: {},
    natGateways: {},
    addresses: {},
    groups: {},
    interfaces: {},
    tags: {},
  }));

/** Where ids are looked up: the part of the state, the code of the error, and how its message names the kind. */
const kinds = {
  vpcs: ['InvalidVpcID.NotFound', 'The vpc ID'],
  subnets: ['InvalidSubnetID.NotFound', 'The subnet ID'],
  routeTables: ['InvalidRouteTableID.NotFound', 'The routeTable ID'],
  gateways: ['InvalidInternetGatewayID.NotFound', 'The internetGateway ID'],
  natGateways: ['NatGatewayNotFound', 'NatGateway'],
  addresses: ['InvalidAllocationID.NotFound', 'The allocation ID'],
  interfaces: ['InvalidNetworkInterfaceID.NotFound', 'The networkInterface ID'],
} as const;
type Kind = keyof typeof kinds;
type Kept<K extends Kind> = Slice[K][string];

/** What has an id; throws AWS's own `...NotFound` where nothing has it. */
export function need<K extends Kind>(cell: Cell, kind: K, id: string): Kept<K> {
  const found = network(cell)[kind][id] as Kept<K> | undefined;
  if (found) return found;
  const [code, named] = kinds[kind];
  throw new AwsError(code, kind === 'natGateways' ? `NatGateway ${id} was not found` : `${named} '${id}' does not exist`);
}

/** Those of the given ids, all of which have to be there, or all. */
export const listed = <K extends Kind>(cell: Cell, kind: K, ids: readonly string[] | undefined): Kept<K>[] =>
  ids?.length ? ids.map((id) => need(cell, kind, id)) : (Object.values(network(cell)[kind]) as Kept<K>[]);

export const newId = ({ id }: Pick<CallContext, 'id'>, prefix: string): string => `${prefix}-${id(17)}`;

export const dependency = (message: string): AwsError => new AwsError('DependencyViolation', message);
