/** Load balancers. */
import { AwsError, type CallContext, type Cell, type Operation } from '../../service.js';
import { attachInterface, regroupInterfaces, releaseInterfaces } from '../ec2.js';
import { network } from '../ec2/state.js';
import { noteUse } from './actions.js';
import { checkName } from './groups.js';
import { base, invalid, needBalancer, paged, slice, type Balancer, type Listing } from './state.js';
import { tagsOf, type Tag } from './tags.js';

/** How long a new one is being provisioned. */
const PROVISIONING_MS = 90_000;

const zonesOf = (cell: Cell, { subnets }: Balancer) =>
  subnets.map((SubnetId) => ({
    ZoneName: network(cell).subnets[SubnetId]?.zone,
    SubnetId,
    LoadBalancerAddresses: [],
  }));

const show = (cell: Cell, balancer: Balancer, now: number) => ({
  LoadBalancerArn: balancer.arn,
  DNSName: balancer.dns,
  CanonicalHostedZoneId: hostedZone(cell.region, balancer.type),
  CreatedTime: new Date(balancer.createdAt),
  LoadBalancerName: balancer.name,
  Scheme: balancer.scheme,
  VpcId: balancer.vpc,
  State: { Code: now < balancer.createdAt + PROVISIONING_MS ? 'provisioning' : 'active' },
  Type: balancer.type,
  AvailabilityZones: zonesOf(cell, balancer),
  SecurityGroups: balancer.groups,
  IpAddressType: balancer.ipType,
});

/** Every region has one for each type; ids look like those of Route 53. */
function hostedZone(region: string, type: string): string {
  let hash = 0x811c9dc5;
  for (const letter of `${region}/${type}`) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193) >>> 0;
  return `Z${hash.toString(36).toUpperCase().padStart(7, '0')}${(hash ^ 0x5bd1e995).toString(36).replace('-', '').toUpperCase()}`;
}

/** The subnets of a load balancer: there, of one VPC, each in a zone of its own; an application's in two zones at least. */
function checkSubnets(cell: Cell, subnets: readonly string[], type: string): string {
  const held = network(cell).subnets;
  const missing = subnets.filter((id) => !held[id]);
  if (missing.length > 0)
    throw new AwsError(
      'SubnetNotFound',
      missing.length === 1
        ? `The subnet ID '${missing[0]}' does not exist`
        : `The subnet IDs '${missing.join(', ')}' do not exist`,
    );
  const zones = new Set(subnets.map((id) => held[id]!.zone));
  if (type === 'application' && subnets.length < 2)
    throw invalid('At least two subnets in two different Availability Zones must be specified');
  if (subnets.length === 0) throw invalid('At least one subnet must be specified');
  if (zones.size < subnets.length)
    throw new AwsError(
      'InvalidConfigurationRequest',
      'A load balancer cannot be attached to multiple subnets in the same Availability Zone',
    );
  const vpcs = new Set(subnets.map((id) => held[id]!.vpc));
  if (vpcs.size > 1) throw new AwsError('InvalidConfigurationRequest', 'The specified subnets do not belong to the same VPC');
  return [...vpcs][0]!;
}

function checkGroups(cell: Cell, ids: readonly string[], vpc: string): void {
  const { groups } = network(cell);
  for (const id of ids) {
    if (!groups[id]) throw new AwsError('InvalidSecurityGroup', `The security group '${id}' does not exist`);
    if (groups[id].vpc !== vpc) throw new AwsError('InvalidConfigurationRequest', `One or more security groups are invalid`);
  }
}

interface NewBalancer {
  Name: string;
  Subnets?: string[];
  SubnetMappings?: { SubnetId?: string }[];
  SecurityGroups?: string[];
  Scheme?: string;
  Type?: string;
  IpAddressType?: string;
  Tags?: Tag[];
}

const subnetsOf = ({ Subnets, SubnetMappings }: Pick<NewBalancer, 'Subnets' | 'SubnetMappings'>): string[] =>
  Subnets?.length ? Subnets : (SubnetMappings ?? []).map((mapping) => mapping.SubnetId ?? '');

/** It stands in each subnet with an address of its own. */
function attach(balancer: Balancer, subnets: readonly string[], context: CallContext): void {
  for (const subnet of subnets)
    attachInterface(
      context.cell,
      {
        owner: balancer.arn,
        description: `ELB ${balancer.arn.split(':loadbalancer/')[1]!}`,
        type: balancer.type === 'network' ? 'network_load_balancer' : 'interface',
        subnet,
        groups: balancer.groups,
        requester: 'amazon-elb',
      },
      context,
    );
}

function createBalancer(input: NewBalancer, context: CallContext): object {
  const { cell, id, now } = context;
  const { Name, Type: type = 'application', Scheme: scheme = 'internet-facing' } = input;
  checkName('Load balancer', Name);
  if (Name.startsWith('internal-')) throw invalid(`Load balancer name '${Name}' cannot begin with 'internal-'`);
  const subnets = subnetsOf(input);
  const vpc = checkSubnets(cell, subnets, type);
  checkGroups(cell, input.SecurityGroups ?? [], vpc);
  const tags = tagsOf(input.Tags);
  const usual = Object.values(network(cell).groups).filter((g) => g.vpc === vpc && g.name === 'default');
  const groups = input.SecurityGroups ?? (type === 'application' ? usual.map((g) => g.id) : []);
  const { balancers } = slice(cell);
  const there = Object.values(balancers).find((b) => b.name === Name);
  if (there) {
    const wanted = JSON.stringify([type, scheme, [...subnets].sort(), groups]);
    if (wanted !== JSON.stringify([there.type, there.scheme, [...there.subnets].sort(), there.groups]))
      throw new AwsError(
        'DuplicateLoadBalancerName',
        `A load balancer with the same name '${Name}' exists, but with different settings`,
      );
    return { LoadBalancers: [show(cell, there, now)] };
  }
  const kind = { application: 'app', network: 'net', gateway: 'gwy' }[type] ?? 'app';
  const arn = `${base(cell)}:loadbalancer/${kind}/${Name}/${id(16)}`;
  const dns = `${scheme === 'internal' ? 'internal-' : ''}${Name}-${String(parseInt(id(8), 16)).padStart(10, '1')}.${cell.region}.elb.amazonaws.com`;
  const balancer: Balancer = {
    arn,
    name: Name,
    dns,
    scheme,
    type,
    vpc,
    subnets,
    groups,
    ipType: input.IpAddressType ?? 'ipv4',
    createdAt: now,
    attributes: {},
  };
  balancers[arn] = balancer;
  slice(cell).tags[arn] = tags;
  attach(balancer, subnets, context);
  return { LoadBalancers: [show(cell, balancer, now)] };
}

interface Asked extends Listing {
  LoadBalancerArns?: string[];
  Names?: string[];
}

function describeBalancers(input: Asked, { cell, now }: CallContext): object {
  const all = Object.values(slice(cell).balancers);
  const named = [...(input.LoadBalancerArns ?? []), ...(input.Names ?? [])];
  const missing = named.filter((name) => !all.some((b) => b.arn === name || b.name === name));
  if (missing.length > 0) throw new AwsError('LoadBalancerNotFound', `Load balancers '[${missing.join(', ')}]' not found`);
  const found = all.filter((b) => named.length === 0 || named.includes(b.arn) || named.includes(b.name));
  const { items, token } = paged(found, input, named);
  return { LoadBalancers: items.map((b) => show(cell, b, now)), NextMarker: token };
}

/** Its listeners and their rules go with it; target groups stay. One that is gone is deleted already. */
function deleteBalancer({ LoadBalancerArn }: { LoadBalancerArn: string }, { cell, now }: CallContext): object {
  const { balancers, listeners, rules, tags } = slice(cell);
  const balancer = balancers[LoadBalancerArn];
  if (!balancer) return {};
  if (balancer.attributes['deletion_protection.enabled'] === 'true')
    throw new AwsError(
      'OperationNotPermitted',
      `Load balancer '${LoadBalancerArn}' cannot be deleted because deletion protection is enabled`,
    );
  for (const listener of Object.values(listeners).filter((l) => l.balancer === LoadBalancerArn)) {
    for (const rule of Object.values(rules).filter((r) => r.listener === listener.arn)) {
      delete rules[rule.arn];
      delete tags[rule.arn];
    }
    delete listeners[listener.arn];
    delete tags[listener.arn];
  }
  delete balancers[LoadBalancerArn];
  delete tags[LoadBalancerArn];
  releaseInterfaces(cell, LoadBalancerArn);
  noteUse(cell, now);
  return {};
}

export const balancerOperations: Record<string, Operation> = {
  CreateLoadBalancer: createBalancer,
  DescribeLoadBalancers: describeBalancers,
  DeleteLoadBalancer: deleteBalancer,
  SetSubnets(input: Pick<NewBalancer, 'Subnets' | 'SubnetMappings'> & { LoadBalancerArn: string }, context) {
    const { cell } = context;
    const balancer = needBalancer(cell, input.LoadBalancerArn);
    const subnets = subnetsOf(input);
    if (checkSubnets(cell, subnets, balancer.type) !== balancer.vpc)
      throw new AwsError('InvalidConfigurationRequest', 'The specified subnets do not belong to the VPC of the load balancer');
    balancer.subnets = subnets;
    releaseInterfaces(cell, balancer.arn);
    attach(balancer, subnets, context);
    return { AvailabilityZones: zonesOf(cell, balancer), IpAddressType: balancer.ipType };
  },
  SetSecurityGroups(input: { LoadBalancerArn: string; SecurityGroups: string[] }, { cell }) {
    const balancer = needBalancer(cell, input.LoadBalancerArn);
    checkGroups(cell, input.SecurityGroups, balancer.vpc);
    balancer.groups = input.SecurityGroups;
    regroupInterfaces(cell, balancer.arn, balancer.groups);
    return { SecurityGroupIds: balancer.groups };
  },
  SetIpAddressType(input: { LoadBalancerArn: string; IpAddressType: string }, { cell }) {
    const balancer = needBalancer(cell, input.LoadBalancerArn);
    balancer.ipType = input.IpAddressType;
    return { IpAddressType: balancer.ipType };
  },
  /** Nobody reserves capacity here: the answer is that of a load balancer without a reservation. */
  DescribeCapacityReservation(input: { LoadBalancerArn: string }, { cell }) {
    needBalancer(cell, input.LoadBalancerArn);
    return { CapacityReservationState: [] };
  },
};
