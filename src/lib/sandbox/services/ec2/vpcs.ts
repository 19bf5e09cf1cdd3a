/** VPCs, and what every one of them has. */
import { AwsError, type CallContext, type Cell, type Operation } from '../../service.js';
import { canonical, rangeOf } from './cidr.js';
import { filtered, pageOf, type Listing } from './filters.js';
import { createDefaultGroup } from './security-groups.js';
import { dependency, listed, need, network, newId, type Vpc } from './state.js';
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

export interface Toggle {
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
