/** Target groups. */
import { AwsError, type CallContext, type Cell, type Operation } from '../../service.js';
import { network } from '../ec2/state.js';
import { balancersOf } from './actions.js';
import { base, invalid, needBalancer, needGroup, paged, slice, type Group, type Listing } from './state.js';
import { tagsOf, type Tag } from './tags.js';

type Settings = Record<string, unknown>;

const isHttp = (settings: Settings): boolean => /^HTTPS?$/.test(String(settings['Protocol']));

/** Defaults follow the protocol; a Lambda function has none of its own. */
function defaultsOf(input: Settings): Settings {
  if (input['TargetType'] === 'lambda')
    return {
      HealthCheckEnabled: false,
      HealthCheckIntervalSeconds: 35,
      HealthCheckTimeoutSeconds: 30,
      HealthyThresholdCount: 5,
      UnhealthyThresholdCount: 2,
      HealthCheckPath: '/',
      Matcher: { HttpCode: '200' },
    };
  const shared = {
    HealthCheckPort: 'traffic-port',
    HealthCheckEnabled: true,
    HealthCheckIntervalSeconds: 30,
    HealthyThresholdCount: 5,
    UnhealthyThresholdCount: 2,
    TargetType: 'instance',
    IpAddressType: 'ipv4',
  };
  const check = String(input['HealthCheckProtocol'] ?? (isHttp(input) ? 'HTTP' : 'TCP'));
  const web = check.startsWith('HTTP') ? { HealthCheckPath: '/', Matcher: { HttpCode: isHttp(input) ? '200' : '200-399' } } : {};
  if (isHttp(input))
    return { ...shared, HealthCheckProtocol: check, HealthCheckTimeoutSeconds: 5, ProtocolVersion: 'HTTP1', ...web };
  return { ...shared, HealthCheckProtocol: check, HealthCheckTimeoutSeconds: check === 'HTTP' ? 6 : 10, ...web };
}

const health = [
  'HealthCheckProtocol',
  'HealthCheckPort',
  'HealthCheckEnabled',
  'HealthCheckIntervalSeconds',
  'HealthCheckTimeoutSeconds',
  'HealthyThresholdCount',
  'UnhealthyThresholdCount',
  'HealthCheckPath',
  'Matcher',
];
const settingKeys = ['Protocol', 'Port', 'VpcId', 'TargetType', 'ProtocolVersion', 'IpAddressType', ...health];

const chosen = (input: Settings, keys: readonly string[]): Settings =>
  Object.fromEntries(keys.filter((key) => input[key] !== undefined).map((key) => [key, input[key]]));

const show = (cell: Cell, group: Group) => ({
  TargetGroupArn: group.arn,
  TargetGroupName: group.name,
  ...group.settings,
  LoadBalancerArns: balancersOf(cell, group.arn),
});

/** The answer to its creation does not tell yet who uses a group. */
const showNew = (cell: Cell, group: Group) => ({ ...show(cell, group), LoadBalancerArns: undefined });

export function checkName(what: string, name: string): void {
  if (name.length > 32) throw invalid(`${what} name '${name}' cannot be longer than '32' characters`);
  if (!/^[a-zA-Z0-9-]+$/.test(name))
    throw invalid(`${what} name '${name}' can only contain characters that are alphanumeric characters and hyphens(-)`);
  if (/^-|-$/.test(name)) throw invalid(`${what} name '${name}' cannot begin or end with '-'`);
}

function checkHealth(settings: Settings): void {
  const interval = Number(settings['HealthCheckIntervalSeconds']);
  const timeout = Number(settings['HealthCheckTimeoutSeconds']);
  if (isHttp(settings) && timeout >= interval) throw invalid(`Health check interval must be greater than the timeout.`);
  const path = settings['HealthCheckPath'];
  if (path !== undefined && !String(path).startsWith('/') && settings['ProtocolVersion'] !== 'GRPC')
    throw invalid(`Health check path '${String(path)}' must begin with a '/' character`);
}

interface NewGroup extends Settings {
  Name: string;
  Tags?: Tag[];
}

function createGroup(input: NewGroup, { cell, id }: CallContext): object {
  checkName('Target group', input.Name);
  if (input['TargetType'] !== 'lambda') {
    if (input['Protocol'] === undefined) throw invalid('A protocol must be specified');
    if (input['Port'] === undefined) throw invalid('A port must be specified');
    if (input['VpcId'] === undefined) throw invalid('A VPC ID must be specified');
    if (!network(cell).vpcs[String(input['VpcId'])]) throw invalid(`The VPC ID '${String(input['VpcId'])}' is not found`);
  }
  const settings = { ...defaultsOf(input), ...chosen(input, settingKeys) };
  checkHealth(settings);
  const tags = tagsOf(input.Tags);
  const { groups } = slice(cell);
  const there = Object.values(groups).find((g) => g.name === input.Name);
  if (there) {
    const same = settingKeys.every(
      (key) => JSON.stringify(there.settings[key]) === JSON.stringify(settings[key as keyof typeof settings]),
    );
    if (!same)
      throw new AwsError(
        'DuplicateTargetGroupName',
        `A target group with the same name '${input.Name}' exists, but with different settings`,
      );
    return { TargetGroups: [show(cell, there)] };
  }
  const arn = `${base(cell)}:targetgroup/${input.Name}/${id(16)}`;
  const made: Group = { arn, name: input.Name, settings, attributes: {}, targets: [], usedSince: null };
  groups[arn] = made;
  slice(cell).tags[arn] = tags;
  return { TargetGroups: [showNew(cell, made)] };
}

interface Asked extends Listing {
  TargetGroupArns?: string[];
  Names?: string[];
  LoadBalancerArn?: string;
}

function describeGroups(input: Asked, { cell }: CallContext): object {
  const all = Object.values(slice(cell).groups);
  if (input.LoadBalancerArn) needBalancer(cell, input.LoadBalancerArn);
  const named = [...(input.TargetGroupArns ?? []), ...(input.Names ?? [])];
  if (named.some((name) => !all.some((g) => g.arn === name || g.name === name)))
    throw new AwsError('TargetGroupNotFound', 'One or more target groups not found');
  const found = all.filter(
    (g) =>
      (!input.TargetGroupArns?.length || input.TargetGroupArns.includes(g.arn)) &&
      (!input.Names?.length || input.Names.includes(g.name)) &&
      (!input.LoadBalancerArn || balancersOf(cell, g.arn).includes(input.LoadBalancerArn)),
  );
  const { items, token } = paged(found, input, named);
  return { TargetGroups: items.map((g) => show(cell, g)), NextMarker: token };
}

export const groupOperations: Record<string, Operation> = {
  CreateTargetGroup: createGroup,
  DescribeTargetGroups: describeGroups,
  ModifyTargetGroup(input: Settings & { TargetGroupArn: string }, { cell }) {
    const group = needGroup(cell, input.TargetGroupArn);
    const next = { ...group.settings, ...chosen(input, health) };
    checkHealth(next);
    group.settings = next;
    return { TargetGroups: [show(cell, group)] };
  },
  /** One that is gone is deleted already. */
  DeleteTargetGroup({ TargetGroupArn }: { TargetGroupArn: string }, { cell }) {
    if (balancersOf(cell, TargetGroupArn).length > 0)
      throw new AwsError('ResourceInUse', `Target group '${TargetGroupArn}' is currently in use by a listener or a rule`);
    delete slice(cell).groups[TargetGroupArn];
    delete slice(cell).tags[TargetGroupArn];
    return {};
  },
};
