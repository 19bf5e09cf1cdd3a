/** ELBv2: load balancers, listeners, rules, target groups, and the health of targets as time goes on. */
import { AwsError, type CallContext, type Cell, type SandboxService } from '../service.js';
import { page } from './page.js';

interface Target {
  id: string;
  port: number;
  registeredAt: number;
  /** Since when its checks pass or fail for good, set by ECS from how the image behaves. */
  good: boolean;
  drainingAt: number | null;
}
interface Group {
  arn: string;
  name: string;
  settings: Record<string, unknown>;
  attributes: Record<string, string>;
  targets: Target[];
  tags: Record<string, string>;
}
interface Rule {
  arn: string;
  listener: string;
  priority: string;
  conditions: unknown[];
  actions: { TargetGroupArn?: string; ForwardConfig?: { TargetGroups?: { TargetGroupArn?: string }[] } }[];
}
interface Slice {
  balancers: Record<string, Record<string, unknown> & { LoadBalancerArn: string; LoadBalancerName: string }>;
  listeners: Record<
    string,
    Record<string, unknown> & { ListenerArn: string; LoadBalancerArn: string; DefaultActions?: Rule['actions'] }
  >;
  groups: Record<string, Group>;
  rules: Record<string, Rule>;
}

const slice = (cell: Cell): Slice => cell.slice('elbv2', () => ({ balancers: {}, listeners: {}, groups: {}, rules: {} }));
const base = ({ account, region }: Cell) => `arn:aws:elasticloadbalancing:${region}:${account}`;

function need(cell: Cell, arn: string): Group {
  const group = slice(cell).groups[arn];
  if (!group) throw new AwsError('TargetGroupNotFound', `Target groups '${arn}' not found`);
  return group;
}

const forwardsTo = (actions: Rule['actions']): string[] =>
  actions
    .flatMap((a) => [a.TargetGroupArn, ...(a.ForwardConfig?.TargetGroups ?? []).map((t) => t.TargetGroupArn)])
    .filter((arn) => arn !== undefined);

/** Load balancers whose listeners or rules forward to a group. */
function balancersOf(cell: Cell, arn: string): string[] {
  const { listeners, rules } = slice(cell);
  const found = [
    ...Object.values(listeners).filter((l) => forwardsTo(l.DefaultActions ?? []).includes(arn)),
    ...Object.values(rules)
      .filter((r) => forwardsTo(r.actions).includes(arn))
      .map((r) => listeners[r.listener]!),
  ];
  return [...new Set(found.filter(Boolean).map((l) => l.LoadBalancerArn))];
}

const drainMs = (group: Group): number => Number(group.attributes['deregistration_delay.timeout_seconds'] ?? '300') * 1000;
const seconds = (group: Group, key: string): number => Number(group.settings[key]) * 1000;

/** For ECS: a task's address begins to take traffic once its checks have passed. `good` says whether they will. */
export function registerTarget(cell: Cell, arn: string, target: { id: string; port: number; good: boolean }, now: number): void {
  const group = slice(cell).groups[arn];
  if (!group) return;
  group.targets = group.targets.filter((t) => t.id !== target.id || t.port !== target.port);
  group.targets.push({ ...target, registeredAt: now, drainingAt: null });
}

/** For ECS: returns when the target has drained, sandbox time. */
export function deregisterTarget(cell: Cell, arn: string, id: string, now: number): number {
  const group = slice(cell).groups[arn];
  const target = group?.targets.find((t) => t.id === id && t.drainingAt === null);
  if (!group || !target) return now;
  target.drainingAt = now;
  return now + drainMs(group);
}

/** When the checks of a target registered at `from` have decided, sandbox time. */
export function decidedAt(cell: Cell, arn: string, from: number, good: boolean): number {
  const group = slice(cell).groups[arn];
  if (!group) return from;
  const times = Number(group.settings[good ? 'HealthyThresholdCount' : 'UnhealthyThresholdCount']);
  return from + times * seconds(group, 'HealthCheckIntervalSeconds');
}

export const hasGroup = (cell: Cell, arn: string): boolean => slice(cell).groups[arn] !== undefined;

function health(group: Group, target: Target, now: number): { State: string; Reason?: string; Description?: string } {
  if (target.drainingAt !== null)
    return { State: 'draining', Reason: 'Target.DeregistrationInProgress', Description: 'Target deregistration is in progress' };
  const times = Number(group.settings[target.good ? 'HealthyThresholdCount' : 'UnhealthyThresholdCount']);
  if (now < target.registeredAt + times * seconds(group, 'HealthCheckIntervalSeconds'))
    return { State: 'initial', Reason: 'Elb.RegistrationInProgress', Description: 'Target registration is in progress' };
  if (target.good) return { State: 'healthy' };
  return { State: 'unhealthy', Reason: 'Target.FailedHealthChecks', Description: 'Health checks failed' };
}

/** Targets that have drained are gone. */
function sweep(group: Group, now: number): void {
  group.targets = group.targets.filter((t) => t.drainingAt === null || now < t.drainingAt + drainMs(group));
}

const defaults = {
  Protocol: 'HTTP',
  Port: 80,
  HealthCheckProtocol: 'HTTP',
  HealthCheckPort: 'traffic-port',
  HealthCheckEnabled: true,
  HealthCheckIntervalSeconds: 30,
  HealthCheckTimeoutSeconds: 5,
  HealthyThresholdCount: 5,
  UnhealthyThresholdCount: 2,
  HealthCheckPath: '/',
  TargetType: 'instance',
  ProtocolVersion: 'HTTP1',
  IpAddressType: 'ipv4',
};
const settingKeys = [...Object.keys(defaults), 'VpcId', 'Matcher'];
const showGroup = (cell: Cell, group: Group) => ({
  TargetGroupArn: group.arn,
  TargetGroupName: group.name,
  Matcher: { HttpCode: '200' },
  ...group.settings,
  LoadBalancerArns: balancersOf(cell, group.arn),
});
const showRule = (rule: Rule) => ({
  RuleArn: rule.arn,
  Priority: rule.priority,
  Conditions: rule.conditions,
  Actions: rule.actions,
  IsDefault: false,
});
const chosen = (input: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(keys.filter((key) => input[key] !== undefined).map((key) => [key, input[key]]));
const tagsOf = (tags: { Key: string; Value?: string }[] | undefined) =>
  Object.fromEntries((tags ?? []).map((t) => [t.Key, t.Value ?? '']));

function createGroup(
  input: Record<string, unknown> & { Name: string; Tags?: { Key: string; Value?: string }[] },
  { cell, id }: CallContext,
): object {
  if (!/^(?!-)[a-zA-Z0-9-]{1,32}(?<!-)$/.test(input.Name))
    throw new AwsError(
      'ValidationError',
      `Target group name '${input.Name}' cannot be longer than '32' characters and must be alphanumeric with hyphens`,
    );
  const { groups } = slice(cell);
  const settings = { ...defaults, ...chosen(input, settingKeys) };
  const there = Object.values(groups).find((g) => g.name === input.Name);
  if (there) {
    if (JSON.stringify(there.settings) !== JSON.stringify(settings))
      throw new AwsError(
        'DuplicateTargetGroupName',
        `A target group with the same name '${input.Name}' exists, but with different settings`,
      );
    return { TargetGroups: [showGroup(cell, there)] };
  }
  const arn = `${base(cell)}:targetgroup/${input.Name}/${id(16)}`;
  const made = (groups[arn] = { arn, name: input.Name, settings, attributes: {}, targets: [], tags: tagsOf(input.Tags) });
  return { TargetGroups: [showGroup(cell, made)] };
}

function checkPriority(cell: Cell, listener: string, priority: string, except?: string): void {
  if (!/^\d+$/.test(priority) || Number(priority) < 1 || Number(priority) > 50_000)
    throw new AwsError('ValidationError', `Priority '${priority}' must be between 1 and 50000`);
  if (Object.values(slice(cell).rules).some((r) => r.listener === listener && r.priority === priority && r.arn !== except))
    throw new AwsError('PriorityInUse', `Priority '${priority}' is currently in use`);
}

function needRule(cell: Cell, arn: string): Rule {
  const rule = slice(cell).rules[arn];
  if (!rule) throw new AwsError('RuleNotFound', `One or more rules not found`);
  return rule;
}

export const elbv2: SandboxService = {
  name: 'elasticloadbalancing',
  operations: {
    CreateLoadBalancer(input: Record<string, unknown> & { Name: string; Subnets?: string[] }, { cell, id, now }) {
      const arn = `${base(cell)}:loadbalancer/app/${input.Name}/${id(16)}`;
      const balancer = {
        LoadBalancerArn: arn,
        LoadBalancerName: input.Name,
        DNSName: `${input.Name}-${id(10)}.${cell.region}.elb.amazonaws.com`,
        Scheme: input['Scheme'] ?? 'internet-facing',
        Type: input['Type'] ?? 'application',
        SecurityGroups: input['SecurityGroups'] ?? [],
        State: { Code: 'active' },
        CreatedAt: now,
      };
      slice(cell).balancers[arn] = balancer;
      return { LoadBalancers: [{ ...balancer, CreatedTime: new Date(now), CreatedAt: undefined }] };
    },
    DescribeLoadBalancers(input: { LoadBalancerArns?: string[]; Names?: string[] }, { cell }) {
      const found = Object.values(slice(cell).balancers).filter(
        (b) =>
          (input.LoadBalancerArns?.includes(b.LoadBalancerArn) ?? true) && (input.Names?.includes(b.LoadBalancerName) ?? true),
      );
      if (found.length === 0 && (input.LoadBalancerArns ?? input.Names))
        throw new AwsError(
          'LoadBalancerNotFound',
          `Load balancers '[${(input.LoadBalancerArns ?? input.Names)!.join(', ')}]' not found`,
        );
      return { LoadBalancers: found.map(({ CreatedAt, ...b }) => ({ ...b, CreatedTime: new Date(Number(CreatedAt)) })) };
    },
    CreateListener(input: Record<string, unknown> & { LoadBalancerArn: string; DefaultActions: Rule['actions'] }, { cell, id }) {
      const arn = `${input.LoadBalancerArn.replace(':loadbalancer/', ':listener/')}/${id(16)}`;
      const listener = { ListenerArn: arn, ...input };
      slice(cell).listeners[arn] = listener;
      return { Listeners: [listener] };
    },
    DescribeListeners(input: { LoadBalancerArn?: string; ListenerArns?: string[] }, { cell }) {
      return {
        Listeners: Object.values(slice(cell).listeners).filter(
          (l) =>
            (!input.LoadBalancerArn || l.LoadBalancerArn === input.LoadBalancerArn) &&
            (input.ListenerArns?.includes(l.ListenerArn) ?? true),
        ),
      };
    },
    CreateTargetGroup: createGroup,
    DescribeTargetGroups(
      input: { TargetGroupArns?: string[]; Names?: string[]; LoadBalancerArn?: string; Marker?: string; PageSize?: number },
      { cell },
    ) {
      const found = Object.values(slice(cell).groups).filter(
        (g) =>
          (input.TargetGroupArns?.includes(g.arn) ?? true) &&
          (input.Names?.includes(g.name) ?? true) &&
          (!input.LoadBalancerArn || balancersOf(cell, g.arn).includes(input.LoadBalancerArn)),
      );
      if (found.length === 0 && (input.TargetGroupArns ?? input.Names))
        throw new AwsError('TargetGroupNotFound', 'One or more target groups not found');
      const { items, token } = page(found, input.Marker, input.PageSize ?? 400);
      return { TargetGroups: items.map((g) => showGroup(cell, g)), NextMarker: token };
    },
    ModifyTargetGroup(input: Record<string, unknown> & { TargetGroupArn: string }, { cell }) {
      const group = need(cell, input.TargetGroupArn);
      Object.assign(group.settings, chosen(input, settingKeys));
      return { TargetGroups: [showGroup(cell, group)] };
    },
    ModifyTargetGroupAttributes(input: { TargetGroupArn: string; Attributes: { Key: string; Value: string }[] }, { cell }) {
      const group = need(cell, input.TargetGroupArn);
      for (const { Key, Value } of input.Attributes) group.attributes[Key] = Value;
      return { Attributes: Object.entries(group.attributes).map(([Key, Value]) => ({ Key, Value })) };
    },
    DescribeTargetGroupAttributes(input: { TargetGroupArn: string }, { cell }) {
      const all = { 'deregistration_delay.timeout_seconds': '300', ...need(cell, input.TargetGroupArn).attributes };
      return { Attributes: Object.entries(all).map(([Key, Value]) => ({ Key, Value })) };
    },
    DeleteTargetGroup(input: { TargetGroupArn: string }, { cell }) {
      if (balancersOf(cell, input.TargetGroupArn).length > 0)
        throw new AwsError('ResourceInUse', `Target group '${input.TargetGroupArn}' is currently in use by a listener or a rule`);
      delete slice(cell).groups[input.TargetGroupArn];
      return {};
    },
    CreateRule(input: { ListenerArn: string; Priority: number; Conditions: unknown[]; Actions: Rule['actions'] }, { cell, id }) {
      const { listeners, rules, groups } = slice(cell);
      if (!listeners[input.ListenerArn]) throw new AwsError('ListenerNotFound', `One or more listeners not found`);
      checkPriority(cell, input.ListenerArn, String(input.Priority));
      for (const arn of forwardsTo(input.Actions))
        if (!groups[arn]) throw new AwsError('TargetGroupNotFound', `Target groups '${arn}' not found`);
      const arn = `${input.ListenerArn.replace(':listener/', ':listener-rule/')}/${id(16)}`;
      const made = (rules[arn] = {
        arn,
        listener: input.ListenerArn,
        priority: String(input.Priority),
        conditions: input.Conditions,
        actions: input.Actions,
      });
      return { Rules: [showRule(made)] };
    },
    ModifyRule(input: { RuleArn: string; Conditions?: unknown[]; Actions?: Rule['actions'] }, { cell }) {
      const rule = needRule(cell, input.RuleArn);
      if (input.Conditions) rule.conditions = input.Conditions;
      if (input.Actions) rule.actions = input.Actions;
      return { Rules: [showRule(rule)] };
    },
    SetRulePriorities(input: { RulePriorities: { RuleArn: string; Priority: number }[] }, { cell }) {
      return {
        Rules: input.RulePriorities.map(({ RuleArn, Priority }) => {
          const rule = needRule(cell, RuleArn);
          checkPriority(cell, rule.listener, String(Priority), rule.arn);
          rule.priority = String(Priority);
          return showRule(rule);
        }),
      };
    },
    DeleteRule(input: { RuleArn: string }, { cell }) {
      needRule(cell, input.RuleArn);
      delete slice(cell).rules[input.RuleArn];
      return {};
    },
    DescribeRules(input: { ListenerArn?: string; RuleArns?: string[] }, { cell }) {
      const found = Object.values(slice(cell).rules).filter(
        (r) => (!input.ListenerArn || r.listener === input.ListenerArn) && (input.RuleArns?.includes(r.arn) ?? true),
      );
      return { Rules: found.sort((a, b) => Number(a.priority) - Number(b.priority)).map(showRule) };
    },
    RegisterTargets(input: { TargetGroupArn: string; Targets: { Id: string; Port?: number }[] }, { cell, now }) {
      const group = need(cell, input.TargetGroupArn);
      for (const { Id, Port } of input.Targets)
        registerTarget(cell, group.arn, { id: Id, port: Port ?? Number(group.settings['Port']), good: true }, now);
      return {};
    },
    DeregisterTargets(input: { TargetGroupArn: string; Targets: { Id: string }[] }, { cell, now }) {
      const group = need(cell, input.TargetGroupArn);
      for (const { Id } of input.Targets) deregisterTarget(cell, group.arn, Id, now);
      return {};
    },
    DescribeTargetHealth(input: { TargetGroupArn: string; Targets?: { Id: string }[] }, { cell, now }) {
      const group = need(cell, input.TargetGroupArn);
      sweep(group, now);
      return {
        TargetHealthDescriptions: group.targets
          .filter((t) => input.Targets?.some((asked) => asked.Id === t.id) ?? true)
          .map((t) => ({
            Target: { Id: t.id, Port: t.port },
            HealthCheckPort: String(t.port),
            TargetHealth: health(group, t, now),
          })),
      };
    },
    AddTags(input: { ResourceArns: string[]; Tags: { Key: string; Value?: string }[] }, { cell }) {
      for (const arn of input.ResourceArns) Object.assign(slice(cell).groups[arn]?.tags ?? {}, tagsOf(input.Tags));
      return {};
    },
    DescribeTags(input: { ResourceArns: string[] }, { cell }) {
      return {
        TagDescriptions: input.ResourceArns.map((ResourceArn) => ({
          ResourceArn,
          Tags: Object.entries(slice(cell).groups[ResourceArn]?.tags ?? {}).map(([Key, Value]) => ({ Key, Value })),
        })),
      };
    },
  },
};
