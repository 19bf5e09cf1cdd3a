/** The network that a platform team's infrastructure code leaves in a target: its ids follow from account and region. */
import type { Sandbox } from './dispatch.js';
import { ec2 } from './services/ec2.js';

interface Place {
  readonly account: string;
  readonly region: string;
}

const ZONES = ['a', 'b', 'c'];

/** Ids of the network in an account and region. */
export const networkIds = ({ account, region }: Place): { vpc: string; subnets: string[]; balancerGroup: string } => ({
  vpc: `vpc-${hex(`${account}${region}`)}`,
  subnets: ZONES.map((zone) => `subnet-${hex(`${account}${region}${zone}`)}`),
  balancerGroup: `sg-${hex(`${account}${region}lb`)}`,
});

/** A VPC with a public subnet in each of three zones, and a security group that lets the world reach the load balancer. */
export function seedNetwork(sandbox: Sandbox, { account, region }: Place): void {
  const call = (operation: string, input: object, name: string): unknown =>
    ec2.operations[operation]!(input, {
      cell: sandbox.world.cell(account, region),
      account,
      region,
      now: sandbox.clock.now(),
      callerArn: `arn:aws:iam::${account}:role/platform`,
      session: null,
      prepared: null,
      world: sandbox.world,
      id: idsFrom(`${account}${region}${name}`),
    });
  const { vpc, subnets, balancerGroup } = networkIds({ account, region });
  const named = (ResourceType: string, Value: string): object => ({
    TagSpecifications: [{ ResourceType, Tags: [{ Key: 'Name', Value }] }],
  });
  call('CreateVpc', { CidrBlock: '10.0.0.0/16', ...named('vpc', 'baf') }, '');
  call('ModifyVpcAttribute', { VpcId: vpc, EnableDnsHostnames: { Value: true } }, '');
  const { InternetGateway } = call('CreateInternetGateway', named('internet-gateway', 'baf'), 'igw') as {
    InternetGateway: { InternetGatewayId: string };
  };
  const { InternetGatewayId } = InternetGateway;
  call('AttachInternetGateway', { InternetGatewayId, VpcId: vpc }, '');
  const { RouteTables } = call('DescribeRouteTables', { Filters: [{ Name: 'vpc-id', Values: [vpc] }] }, '') as {
    RouteTables: { RouteTableId: string }[];
  };
  const { RouteTableId } = RouteTables[0]!;
  call('CreateRoute', { RouteTableId, DestinationCidrBlock: '0.0.0.0/0', GatewayId: InternetGatewayId }, '');
  for (const [index, zone] of ZONES.entries()) {
    const input = { VpcId: vpc, CidrBlock: `10.0.${index * 64}.0/18`, AvailabilityZone: `${region}${zone}` };
    call('CreateSubnet', { ...input, ...named('subnet', `baf-${zone}`) }, zone);
    call('ModifySubnetAttribute', { SubnetId: subnets[index], MapPublicIpOnLaunch: { Value: true } }, '');
  }
  const group = { GroupName: 'baf-load-balancer', Description: 'load balancer of baf', VpcId: vpc };
  call('CreateSecurityGroup', { ...group, ...named('security-group', 'baf-load-balancer') }, 'lb');
  const https = { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: '0.0.0.0/0' }] };
  call('AuthorizeSecurityGroupIngress', { GroupId: balancerGroup, IpPermissions: [https] }, 'lb-https');
}

/** Ids of what one call makes: the first of the name itself, the others of the name and their number. */
function idsFrom(name: string): (length: number) => string {
  let made = 0;
  return (length) => hex(made++ === 0 ? name : `${name}#${made}`).slice(0, length);
}

/** Seventeen hex digits from a text, as ids of EC2 have them. */
function hex(text: string): string {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    high = Math.imul(high ^ text.charCodeAt(i), 2654435761);
    low = Math.imul(low ^ text.charCodeAt(i), 1597334677);
  }
  return `0${(high >>> 0).toString(16).padStart(8, '0')}${(low >>> 0).toString(16).padStart(8, '0')}`;
}
