/** Actions and conditions of rules: checked, and completed as AWS shows them. */
import { AwsError, type Cell } from '../../service.js';
import { invalid, slice } from './state.js';

export interface Weighted {
  TargetGroupArn?: string;
  Weight?: number;
}
export interface Action {
  Type?: string;
  Order?: number;
  TargetGroupArn?: string;
  ForwardConfig?: { TargetGroups?: Weighted[]; TargetGroupStickinessConfig?: { Enabled?: boolean; DurationSeconds?: number } };
  RedirectConfig?: Record<string, string | undefined>;
  FixedResponseConfig?: { StatusCode?: string; MessageBody?: string; ContentType?: string };
}
export interface Condition {
  Field?: string;
  Values?: string[];
  HostHeaderConfig?: { Values?: string[]; RegexValues?: string[] };
  PathPatternConfig?: { Values?: string[]; RegexValues?: string[] };
  HttpHeaderConfig?: { HttpHeaderName?: string; Values?: string[] };
  QueryStringConfig?: { Values?: { Key?: string; Value?: string }[] };
  HttpRequestMethodConfig?: { Values?: string[] };
  SourceIpConfig?: { Values?: string[] };
}

export const forwardsTo = (actions: readonly Action[]): string[] =>
  actions
    .flatMap((a) => [a.TargetGroupArn, ...(a.ForwardConfig?.TargetGroups ?? []).map((t) => t.TargetGroupArn)])
    .filter((arn) => arn !== undefined);

/** Load balancers whose listeners or rules forward to a group. */
export function balancersOf(cell: Cell, arn: string): string[] {
  const { listeners, rules } = slice(cell);
  const found = Object.values(rules).filter((rule) => forwardsTo(rule.actions).includes(arn));
  return [...new Set(found.map((rule) => listeners[rule.listener]!.balancer))];
}

/** After every change of listeners and rules: groups come into use, and fall out of it. */
export function noteUse(cell: Cell, now: number): void {
  const { groups, rules } = slice(cell);
  const used = new Set(Object.values(rules).flatMap((rule) => forwardsTo(rule.actions)));
  for (const group of Object.values(groups)) group.usedSince = used.has(group.arn) ? (group.usedSince ?? now) : null;
}

const MAX_WEIGHT = 999;
const MAX_GROUPS = 5;
const MAX_VALUES = 5;

function forward(cell: Cell, action: Action, balancer: string): Action {
  const { TargetGroups = [], TargetGroupStickinessConfig } = action.ForwardConfig ?? {};
  const named = TargetGroups.length > 0 ? TargetGroups : [{ TargetGroupArn: action.TargetGroupArn }];
  if (TargetGroups.length > 0 && action.TargetGroupArn && TargetGroups.every((t) => t.TargetGroupArn !== action.TargetGroupArn))
    throw invalid('You cannot specify a target group ARN that differs from those of the forward configuration');
  if (named.length > MAX_GROUPS)
    throw new AwsError('TooManyTargetGroups', `A rule can forward to at most ${MAX_GROUPS} target groups`);
  const groups = named.map(({ TargetGroupArn, Weight = 1 }) => {
    if (!TargetGroupArn) throw invalid('A target group ARN must be specified');
    if (!slice(cell).groups[TargetGroupArn])
      throw new AwsError('TargetGroupNotFound', `Target groups '${TargetGroupArn}' not found`);
    if (Weight < 0 || Weight > MAX_WEIGHT) throw invalid(`Weight '${Weight}' must be between 0 and ${MAX_WEIGHT}`);
    if (balancersOf(cell, TargetGroupArn).some((other) => other !== balancer))
      throw new AwsError(
        'TargetGroupAssociationLimit',
        `The following target groups cannot be associated with more than one load balancer: ${TargetGroupArn}`,
      );
    return { TargetGroupArn, Weight };
  });
  return {
    Type: 'forward',
    ...(groups.length === 1 ? { TargetGroupArn: groups[0]!.TargetGroupArn } : {}),
    ...(action.Order === undefined ? {} : { Order: action.Order }),
    ForwardConfig: { TargetGroups: groups, TargetGroupStickinessConfig: TargetGroupStickinessConfig ?? { Enabled: false } },
  };
}

const redirected = { Protocol: '#{protocol}', Port: '#{port}', Host: '#{host}', Path: '/#{path}', Query: '#{query}' };

/** Actions in their order, complete; the last one answers. */
export function actionsOf(cell: Cell, given: readonly Action[], balancer: string): Action[] {
  const ordered = [...given].sort((a, b) => (a.Order ?? 0) - (b.Order ?? 0));
  if (!['forward', 'redirect', 'fixed-response'].includes(ordered.at(-1)?.Type ?? ''))
    throw invalid('The last action must be one of forward, fixed-response or redirect');
  if (ordered.length > 1 && ordered.some((a) => a.Order === undefined))
    throw invalid('An order must be specified for every action');
  return ordered.map((action) => {
    if (action.Type === 'forward') return forward(cell, action, balancer);
    if (action.Type === 'fixed-response' && !/^[245]\d\d$/.test(action.FixedResponseConfig?.StatusCode ?? ''))
      throw invalid('The status code of a fixed response must be 2XX, 4XX or 5XX');
    if (action.Type !== 'redirect') return action;
    if (!/^HTTP_30[12]$/.test(action.RedirectConfig?.['StatusCode'] ?? ''))
      throw invalid('A status code must be specified for a redirect');
    return { ...action, RedirectConfig: { ...redirected, ...action.RedirectConfig } };
  });
}

type Values = { Values?: unknown[]; RegexValues?: string[] } | undefined;
const configs: Readonly<Record<string, (c: Condition) => Values>> = {
  'host-header': (c) => c.HostHeaderConfig ?? { Values: c.Values },
  'path-pattern': (c) => c.PathPatternConfig ?? { Values: c.Values },
  'http-header': (c) => c.HttpHeaderConfig,
  'query-string': (c) => c.QueryStringConfig,
  'http-request-method': (c) => c.HttpRequestMethodConfig,
  'source-ip': (c) => c.SourceIpConfig,
};

/** Conditions in both of their forms; a rule has one at least, and five values at most. */
export function conditionsOf(given: readonly Condition[]): Condition[] {
  if (given.length === 0) throw invalid('A condition must be specified');
  let values = 0;
  const made = given.map((condition) => {
    const field = condition.Field ?? '';
    const config = configs[field]?.(condition);
    if (!configs[field]) throw invalid(`Condition field '${field}' must be one of '[${Object.keys(configs).join(', ')}]'`);
    const all = [...(config?.Values ?? []), ...(config?.RegexValues ?? [])];
    if (all.length === 0) throw invalid('A condition value must be specified');
    if (all.some((value) => typeof value === 'string' && value.length > 128))
      throw invalid('Condition values cannot be longer than 128 characters');
    values += all.length;
    const { Values } = config as { Values?: string[] };
    if (field === 'host-header')
      return { Field: field, ...(Values ? { Values } : {}), HostHeaderConfig: config as Condition['HostHeaderConfig'] };
    if (field === 'path-pattern')
      return { Field: field, ...(Values ? { Values } : {}), PathPatternConfig: config as Condition['PathPatternConfig'] };
    return condition;
  });
  for (const field of ['host-header', 'path-pattern', 'http-request-method', 'source-ip'])
    if (given.filter((c) => c.Field === field).length > 1) throw invalid(`A rule can only have one '${field}' condition`);
  if (values > MAX_VALUES) throw invalid(`A rule can only have '${MAX_VALUES}' condition values`);
  return made;
}
