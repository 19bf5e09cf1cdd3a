/** Route tables, and the gateways that routes lead to. */
import { AwsError, type CallContext, type Cell, type Operation } from '../../service.js';
import { canonical } from './cidr.js';
import { filtered, pageOf, type Listing } from './filters.js';
import { dependency, listed, need, network, newId, type Route, type RouteTable } from './state.js';
import { forgetTags, tagNew, tagsOf, type Tagged } from './tags.js';

const show = (cell: Cell, table: RouteTable) => ({
  Associations: table.associations.map(({ id, subnet }) => ({
    Main: subnet === null,
    RouteTableAssociationId: id,
    RouteTableId: table.id,
    ...(subnet === null ? {} : { SubnetId: subnet }),
    AssociationState: { State: 'associated' },
  })),
  PropagatingVgws: [],
  RouteTableId: table.id,
  Routes: table.routes.map((route) => ({
    ...(route.destination.includes(':')
      ? { DestinationIpv6CidrBlock: route.destination }
      : { DestinationCidrBlock: route.destination }),
    [route.via]: route.target,
    Origin: route.origin,
    State: isThere(cell, route) ? 'active' : 'blackhole',
  })),
  Tags: tagsOf(cell, table.id),
  VpcId: table.vpc,
  OwnerId: cell.account,
});

/** A route whose gateway is gone leads nowhere. */
function isThere(cell: Cell, { via, target }: Route): boolean {
  const { gateways, natGateways } = network(cell);
  if (via === 'NatGatewayId') return natGateways[target]?.deletedAt === null;
  return !target.startsWith('igw-') || Boolean(gateways[target]?.vpc);
}

const vias = [
  'GatewayId',
  'NatGatewayId',
  'TransitGatewayId',
  'VpcPeeringConnectionId',
  'EgressOnlyInternetGatewayId',
  'NetworkInterfaceId',
  'InstanceId',
];

interface NewRoute extends Record<string, unknown> {
  RouteTableId: string;
  DestinationCidrBlock?: string;
  DestinationIpv6CidrBlock?: string;
}

function destinationOf(input: NewRoute): string {
  const given = input.DestinationIpv6CidrBlock ?? canonical(input.DestinationCidrBlock ?? '');
  if (!given)
    throw input.DestinationCidrBlock
      ? new AwsError(
          'InvalidParameterValue',
          `Value (${input.DestinationCidrBlock}) for parameter destinationCidrBlock is invalid. This is not a valid CIDR block.`,
        )
      : new AwsError('MissingParameter', 'The request must contain the parameter destinationCidrBlock');
  return given;
}

function routeOf(cell: Cell, input: NewRoute, table: RouteTable): Route {
  const via = vias.find((name) => input[name] !== undefined);
  if (!via) throw new AwsError('InvalidParameterCombination', 'Exactly one route target must be specified.');
  const target = String(input[via]);
  if (via === 'NatGatewayId' && network(cell).natGateways[target]?.deletedAt !== null)
    throw new AwsError('InvalidNatGatewayID.NotFound', `The natGateway ID '${target}' does not exist`);
  if (target.startsWith('igw-') && need(cell, 'gateways', target).vpc !== table.vpc)
    throw new AwsError(
      'InvalidParameterValue',
      `route table ${table.id} and network gateway ${target} belong to different networks`,
    );
  return { destination: destinationOf(input), via, target, origin: 'CreateRoute' };
}

function indexOfRoute(table: RouteTable, input: NewRoute): number {
  const destination = destinationOf(input);
  const index = table.routes.findIndex((r) => r.destination === destination);
  if (index < 0)
    throw new AwsError('InvalidRoute.NotFound', `no route with destination-cidr-block ${destination} in route table ${table.id}`);
  return index;
}

function associationOf(cell: Cell, id: string): { table: RouteTable; association: RouteTable['associations'][number] } {
  for (const table of Object.values(network(cell).routeTables)) {
    const association = table.associations.find((a) => a.id === id);
    if (association) return { table, association };
  }
  throw new AwsError('InvalidAssociationID.NotFound', `The association ID '${id}' does not exist`);
}

function associate({ RouteTableId, SubnetId }: { RouteTableId: string; SubnetId?: string }, context: CallContext): object {
  const { cell } = context;
  const table = need(cell, 'routeTables', RouteTableId);
  if (!SubnetId) throw new AwsError('MissingParameter', 'The request must contain the parameter subnetId or gatewayId');
  const subnet = need(cell, 'subnets', SubnetId);
  if (subnet.vpc !== table.vpc)
    throw new AwsError('InvalidParameterValue', `Route table ${table.id} and subnet ${subnet.id} belong to different networks`);
  const other = Object.values(network(cell).routeTables).find((t) => t.associations.some((a) => a.subnet === SubnetId));
  const there = other?.associations.find((a) => a.subnet === SubnetId);
  if (there && other !== table)
    throw new AwsError(
      'Resource.AlreadyAssociated',
      `the specified association for route table ${table.id} conflicts with an existing association`,
    );
  const id = there?.id ?? newId(context, 'rtbassoc');
  if (!there) table.associations.push({ id, subnet: SubnetId });
  return { AssociationId: id, AssociationState: { State: 'associated' } };
}

export const routeOperations: Record<string, Operation> = {
  CreateRouteTable(input: Tagged & { VpcId: string }, context) {
    const { cell } = context;
    const vpc = need(cell, 'vpcs', input.VpcId);
    const id = newId(context, 'rtb');
    tagNew(cell, id, input);
    const table: RouteTable = {
      id,
      vpc: vpc.id,
      routes: [{ destination: vpc.cidr, via: 'GatewayId', target: 'local', origin: 'CreateRouteTable' }],
      associations: [],
    };
    network(cell).routeTables[id] = table;
    return { RouteTable: show(cell, table) };
  },
  DeleteRouteTable({ RouteTableId }: { RouteTableId: string }, { cell }) {
    if (need(cell, 'routeTables', RouteTableId).associations.length > 0)
      throw dependency(`The routeTable '${RouteTableId}' has dependencies and cannot be deleted.`);
    delete network(cell).routeTables[RouteTableId];
    forgetTags(cell, RouteTableId);
    return {};
  },
  DescribeRouteTables(input: Listing & { RouteTableIds?: string[] }, { cell }) {
    const found = filtered(
      cell,
      listed(cell, 'routeTables', input.RouteTableIds),
      input.Filters,
      {
        'route-table-id': (t) => [t.id],
        'vpc-id': (t) => [t.vpc],
        'owner-id': () => [cell.account],
        'association.main': (t) => t.associations.map((a) => a.subnet === null),
        'association.subnet-id': (t) => t.associations.map((a) => a.subnet),
        'association.route-table-association-id': (t) => t.associations.map((a) => a.id),
        'association.route-table-id': (t) => (t.associations.length > 0 ? [t.id] : []),
        'route.destination-cidr-block': (t) => t.routes.map((r) => r.destination),
        'route.gateway-id': (t) => t.routes.filter((r) => r.via === 'GatewayId').map((r) => r.target),
        'route.nat-gateway-id': (t) => t.routes.filter((r) => r.via === 'NatGatewayId').map((r) => r.target),
        'route.origin': (t) => t.routes.map((r) => r.origin),
      },
      (t) => t.id,
    );
    const { items, token } = pageOf(found, input);
    return { RouteTables: items.map((table) => show(cell, table)), NextToken: token };
  },
  AssociateRouteTable: associate,
  DisassociateRouteTable({ AssociationId }: { AssociationId: string }, { cell }) {
    const { table, association } = associationOf(cell, AssociationId);
    if (association.subnet === null)
      throw new AwsError('InvalidParameterValue', `cannot disassociate the main route table association ${AssociationId}`);
    table.associations = table.associations.filter((a) => a !== association);
    return {};
  },
  ReplaceRouteTableAssociation(input: { AssociationId: string; RouteTableId: string }, context) {
    const { table, association } = associationOf(context.cell, input.AssociationId);
    const next = need(context.cell, 'routeTables', input.RouteTableId);
    table.associations = table.associations.filter((a) => a !== association);
    const id = newId(context, 'rtbassoc');
    next.associations.push({ id, subnet: association.subnet });
    return { NewAssociationId: id, AssociationState: { State: 'associated' } };
  },
  CreateRoute(input: NewRoute, { cell }) {
    const table = need(cell, 'routeTables', input.RouteTableId);
    const route = routeOf(cell, input, table);
    if (table.routes.some((r) => r.destination === route.destination))
      throw new AwsError('RouteAlreadyExists', `The route identified by ${route.destination} already exists.`);
    table.routes.push(route);
    return { Return: true };
  },
  ReplaceRoute(input: NewRoute, { cell }) {
    const table = need(cell, 'routeTables', input.RouteTableId);
    table.routes[indexOfRoute(table, input)] = routeOf(cell, input, table);
    return {};
  },
  DeleteRoute(input: NewRoute, { cell }) {
    const table = need(cell, 'routeTables', input.RouteTableId);
    const index = indexOfRoute(table, input);
    if (table.routes[index]!.target === 'local')
      throw new AwsError(
        'InvalidParameterValue',
        `cannot remove local route ${table.routes[index]!.destination} in route table ${table.id}`,
      );
    table.routes.splice(index, 1);
    return {};
  },
};
