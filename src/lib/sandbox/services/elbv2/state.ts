/** What ELBv2 keeps for an account and region, and how each is found. */
import { AwsError, type Cell } from '../../service.js';
import { page } from '../page.js';
import type { Action, Condition } from './actions.js';

export interface Target {
  id: string;
  port: number;
  registeredAt: number;
  /** Whether its checks pass, set by ECS from how the image behaves. */
  good: boolean;
  drainingAt: number | null;
}
export interface Group {
  arn: string;
  name: string;
  settings: Record<string, unknown>;
  attributes: Record<string, string>;
  targets: Target[];
  /** Since when a listener or rule forwards to it, or null: without traffic there are no checks. */
  usedSince: number | null;
}
export interface Rule {
  arn: string;
  listener: string;
  /** A number, or `default`. */
  priority: string;
  conditions: Condition[];
  actions: Action[];
  transforms: unknown[];
}
export interface Listener {
  arn: string;
  balancer: string;
  port: number;
  protocol: string;
  sslPolicy: string | null;
  alpn: string[];
  /** The first is the default. */
  certificates: string[];
  attributes: Record<string, string>;
}
export interface Balancer {
  arn: string;
  name: string;
  dns: string;
  scheme: string;
  type: string;
  vpc: string;
  subnets: string[];
  groups: string[];
  ipType: string;
  createdAt: number;
  attributes: Record<string, string>;
}
interface Slice {
  balancers: Record<string, Balancer>;
  listeners: Record<string, Listener>;
  groups: Record<string, Group>;
  /** The default rules of the listeners among them. */
  rules: Record<string, Rule>;
  tags: Record<string, Record<string, string>>;
}

export const slice = (cell: Cell): Slice =>
  cell.slice('elbv2', () => ({ balancers: {}, listeners: {}, groups: {}, rules: {}, tags: {} }));
export const base = ({ account, region }: Cell): string => `arn:aws:elasticloadbalancing:${region}:${account}`;

export const invalid = (message: string): AwsError => new AwsError('ValidationError', message);

export function needGroup(cell: Cell, arn: string): Group {
  const found = slice(cell).groups[arn];
  if (!found) throw new AwsError('TargetGroupNotFound', `Target groups '${arn}' not found`);
  return found;
}
export function needBalancer(cell: Cell, arn: string): Balancer {
  const found = slice(cell).balancers[arn];
  if (!found) throw new AwsError('LoadBalancerNotFound', `Load balancer '${arn}' not found`);
  return found;
}
export function needListener(cell: Cell, arn: string): Listener {
  const found = slice(cell).listeners[arn];
  if (!found) throw new AwsError('ListenerNotFound', `Listener '${arn}' not found`);
  return found;
}
export function needRule(cell: Cell, arn: string): Rule {
  const found = slice(cell).rules[arn];
  if (!found) throw new AwsError('RuleNotFound', `Rule '${arn}' not found`);
  return found;
}
export const defaultRule = (cell: Cell, listener: string): Rule =>
  Object.values(slice(cell).rules).find((r) => r.listener === listener && r.priority === 'default')!;

export interface Listing {
  Marker?: string;
  PageSize?: number;
}

/** A page of at most 400; names and a page size do not go together. */
export function paged<T>(
  items: readonly T[],
  input: Listing,
  named: readonly unknown[] | undefined,
): { items: T[]; token?: string } {
  if (named?.length && input.PageSize !== undefined) throw invalid('A page size cannot be specified together with names or ARNs');
  try {
    return page(items, input.Marker, input.PageSize ?? 400) as { items: T[]; token?: string };
  } catch {
    throw invalid(`The specified marker is not valid`);
  }
}
