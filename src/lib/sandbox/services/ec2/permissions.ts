/** Rules of security groups: from the two forms that callers write to what is kept, and back. */
import { AwsError, type CallContext, type Cell } from '../../service.js';
import { canonical } from './cidr.js';
import { network, newId, type Rule, type SecurityGroup } from './state.js';
import { tagsOf } from './tags.js';

export interface Permission {
  IpProtocol?: string;
  FromPort?: number;
  ToPort?: number;
  IpRanges?: { CidrIp?: string; Description?: string }[];
  Ipv6Ranges?: { CidrIpv6?: string; Description?: string }[];
  PrefixListIds?: { PrefixListId?: string; Description?: string }[];
  UserIdGroupPairs?: { GroupId?: string; GroupName?: string; UserId?: string; Description?: string }[];
}

/** What Authorize and Revoke take: permissions, or one rule in members of its own. */
export interface RuleInput {
  GroupId?: string;
  GroupName?: string;
  IpPermissions?: Permission[];
  IpProtocol?: string;
  FromPort?: number;
  ToPort?: number;
  CidrIp?: string;
  SourceSecurityGroupName?: string;
  SecurityGroupRuleIds?: string[];
}
/** Before it has an id. */
export type NewRule = Omit<Rule, 'id'>;

const numbers: Readonly<Record<string, string>> = { '6': 'tcp', '17': 'udp', '1': 'icmp', '58': 'icmpv6', all: '-1' };
const withPorts = ['tcp', 'udp', 'icmp', 'icmpv6'];

function protocolOf(text: string | undefined): string {
  if (!text) throw new AwsError('MissingParameter', 'The request must contain the parameter ipProtocol');
  const protocol = numbers[text.toLowerCase()] ?? text.toLowerCase();
  const known = withPorts.includes(protocol) || protocol === '-1' || (/^\d{1,3}$/.test(protocol) && Number(protocol) < 256);
  if (!known)
    throw new AwsError('InvalidPermission.Malformed', `Unsupported IP protocol "${text}" - supported: [tcp, udp, icmp]`);
  return protocol;
}

/** -1 stands for all. */
function portsOf(protocol: string, from: number | undefined, to: number | undefined): { from: number; to: number } {
  if (!withPorts.includes(protocol)) return { from: -1, to: -1 };
  if (protocol.startsWith('icmp')) return { from: from ?? -1, to: to ?? -1 };
  if (from === undefined || to === undefined)
    throw new AwsError(
      'InvalidParameterValue',
      `Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.`,
    );
  if (from < 0 || to > 65_535 || from > to)
    throw new AwsError('InvalidParameterValue', `Invalid TCP/UDP port range (${from}:${to})`);
  return { from, to };
}

function addressesOf(text = ''): string {
  const found = canonical(text);
  if (!found) throw new AwsError('InvalidParameterValue', `CIDR block ${text} is malformed`);
  return found;
}

function addresses6Of(text = ''): string {
  if (!/^[0-9a-fA-F:]*:[0-9a-fA-F:.]*\/\d{1,3}$/.test(text) || Number(text.split('/')[1]) > 128)
    throw new AwsError('InvalidParameterValue', `CIDR block ${text} is malformed`);
  return text.toLowerCase();
}

export function needGroup(cell: Cell, id: string): SecurityGroup {
  const found = network(cell).groups[id];
  if (found) return found;
  if (!/^sg-[0-9a-f]{8}([0-9a-f]{9})?$/.test(id))
    throw new AwsError('InvalidGroupId.Malformed', `Invalid id: "${id}" (expecting "sg-...")`);
  throw new AwsError('InvalidGroup.NotFound', `The security group '${id}' does not exist`);
}

function namedGroup(cell: Cell, vpc: string, name = ''): SecurityGroup {
  const found = Object.values(network(cell).groups).find((g) => g.vpc === vpc && g.name === name);
  if (!found) throw new AwsError('InvalidGroup.NotFound', `The security group '${name}' does not exist`);
  return found;
}

/** The single rules that an input speaks of. */
export function rulesOf(cell: Cell, group: SecurityGroup, input: RuleInput, egress: boolean): NewRule[] {
  const single: Permission = {
    IpProtocol: input.SourceSecurityGroupName && !input.IpProtocol ? '-1' : input.IpProtocol,
    FromPort: input.FromPort,
    ToPort: input.ToPort,
    IpRanges: input.CidrIp ? [{ CidrIp: input.CidrIp }] : [],
    UserIdGroupPairs: input.SourceSecurityGroupName ? [{ GroupName: input.SourceSecurityGroupName }] : [],
  };
  const permissions = input.IpPermissions?.length ? input.IpPermissions : single.IpProtocol ? [single] : [];
  if (permissions.length === 0) throw new AwsError('MissingParameter', `The request must contain the parameter ipPermissions`);
  return permissions.flatMap((p) => {
    const protocol = protocolOf(p.IpProtocol);
    const made = (kind: Rule['peer']['kind'], value: string, description: string | undefined): NewRule => ({
      egress,
      protocol,
      ...portsOf(protocol, p.FromPort, p.ToPort),
      peer: { kind, value },
      description: descriptionOf(description),
    });
    return [
      ...(p.IpRanges ?? []).map((r) => made('cidr4', addressesOf(r.CidrIp), r.Description)),
      ...(p.Ipv6Ranges ?? []).map((r) => made('cidr6', addresses6Of(r.CidrIpv6), r.Description)),
      ...(p.PrefixListIds ?? []).map((r) => made('list', r.PrefixListId ?? '', r.Description)),
      ...(p.UserIdGroupPairs ?? []).map((r) =>
        made('group', (r.GroupId ? needGroup(cell, r.GroupId) : namedGroup(cell, group.vpc, r.GroupName)).id, r.Description),
      ),
    ];
  });
}

function descriptionOf(text: string | undefined): string | null {
  if (!text) return null;
  if (text.length > 255 || !/^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]*$/.test(text))
    throw new AwsError(
      'InvalidParameterValue',
      'Invalid rule description. Valid descriptions are strings less than 256 characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*',
    );
  return text;
}

/** A rule as the operations on single rules write it: with one peer in a member of its own. */
export interface RuleRequest {
  IpProtocol?: string;
  FromPort?: number;
  ToPort?: number;
  CidrIpv4?: string;
  CidrIpv6?: string;
  PrefixListId?: string;
  ReferencedGroupId?: string;
  Description?: string;
}

export const ruleOfRequest = (cell: Cell, group: SecurityGroup, r: RuleRequest, egress: boolean): NewRule | undefined =>
  rulesOf(
    cell,
    group,
    {
      IpPermissions: [
        {
          IpProtocol: r.IpProtocol,
          FromPort: r.FromPort,
          ToPort: r.ToPort,
          IpRanges: r.CidrIpv4 ? [{ CidrIp: r.CidrIpv4, Description: r.Description }] : [],
          Ipv6Ranges: r.CidrIpv6 ? [{ CidrIpv6: r.CidrIpv6, Description: r.Description }] : [],
          PrefixListIds: r.PrefixListId ? [{ PrefixListId: r.PrefixListId, Description: r.Description }] : [],
          UserIdGroupPairs: r.ReferencedGroupId ? [{ GroupId: r.ReferencedGroupId, Description: r.Description }] : [],
        },
      ],
    },
    egress,
  )[0];

/** Rules are the same by direction, protocol, ports and peer; the description does not count. */
export const sameRule = (a: NewRule, b: NewRule): boolean =>
  a.egress === b.egress &&
  a.protocol === b.protocol &&
  a.from === b.from &&
  a.to === b.to &&
  a.peer.kind === b.peer.kind &&
  a.peer.value === b.peer.value;

const MAX_RULES = 60;

/** Adds rules, all or none. */
export function addRules(group: SecurityGroup, added: readonly NewRule[], context: Pick<CallContext, 'id'>): Rule[] {
  for (const [index, rule] of added.entries()) {
    const twice = added.slice(0, index).some((other) => sameRule(other, rule));
    if (twice) throw new AwsError('InvalidParameterValue', 'The same permission must not appear multiple times');
    if (group.rules.some((there) => sameRule(there, rule)))
      throw new AwsError('InvalidPermission.Duplicate', `the specified rule "${sayRule(rule)}" already exists`);
  }
  for (const egress of [true, false]) {
    const all = [...group.rules, ...added].filter((r) => r.egress === egress).length;
    if (all > MAX_RULES && added.some((r) => r.egress === egress))
      throw new AwsError(
        'RulesPerSecurityGroupLimitExceeded',
        'The maximum number of rules per security group has been reached.',
      );
  }
  const made = added.map((rule) => ({ ...rule, id: newId(context, 'sgr') }));
  group.rules.push(...made);
  return made;
}

function sayRule({ peer, protocol, from, to }: NewRule): string {
  if (protocol === '-1') return `peer: ${peer.value}, ALL, ALLOW`;
  const icmp = protocol.startsWith('icmp');
  const ports = icmp ? `type: ${from}, code: ${to}` : `from port: ${from}, to port: ${to}`;
  return `peer: ${peer.value}, ${protocol.toUpperCase()}, ${ports}, ALLOW`;
}

export const showRule = (cell: Cell, group: SecurityGroup, rule: Rule) => ({
  SecurityGroupRuleId: rule.id,
  SecurityGroupRuleArn: `arn:aws:ec2:${cell.region}:${cell.account}:security-group-rule/${rule.id}`,
  GroupId: group.id,
  GroupOwnerId: cell.account,
  IsEgress: rule.egress,
  IpProtocol: rule.protocol,
  FromPort: rule.from,
  ToPort: rule.to,
  ...(rule.peer.kind === 'cidr4' ? { CidrIpv4: rule.peer.value } : {}),
  ...(rule.peer.kind === 'cidr6' ? { CidrIpv6: rule.peer.value } : {}),
  ...(rule.peer.kind === 'list' ? { PrefixListId: rule.peer.value } : {}),
  ...(rule.peer.kind === 'group' ? { ReferencedGroupInfo: { GroupId: rule.peer.value, UserId: cell.account } } : {}),
  ...(rule.description === null ? {} : { Description: rule.description }),
  Tags: tagsOf(cell, rule.id),
});

/** A group's rules of one direction, gathered by protocol and ports. */
export function permissionsOf(cell: Cell, { rules }: SecurityGroup, egress: boolean): object[] {
  const gathered = new Map<string, Rule[]>();
  for (const rule of rules.filter((r) => r.egress === egress)) {
    const key = `${rule.protocol}/${rule.from}/${rule.to}`;
    gathered.set(key, [...(gathered.get(key) ?? []), rule]);
  }
  return [...gathered.values()].map((same) => {
    const { protocol, from, to } = same[0]!;
    const peers = <T>(kind: Rule['peer']['kind'], show: (value: string) => T) =>
      same
        .filter((r) => r.peer.kind === kind)
        .map((r) => ({ ...show(r.peer.value), ...(r.description === null ? {} : { Description: r.description }) }));
    return {
      IpProtocol: protocol,
      ...(withPorts.includes(protocol) ? { FromPort: from, ToPort: to } : {}),
      UserIdGroupPairs: peers('group', (GroupId) => ({ GroupId, UserId: cell.account })),
      IpRanges: peers('cidr4', (CidrIp) => ({ CidrIp })),
      Ipv6Ranges: peers('cidr6', (CidrIpv6) => ({ CidrIpv6 })),
      PrefixListIds: peers('list', (PrefixListId) => ({ PrefixListId })),
    };
  });
}
