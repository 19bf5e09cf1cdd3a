/** What Application Auto Scaling keeps for an account and region: plain values, times in milliseconds of sandbox time. */
import { AwsError, type CallContext, type Cell, type World } from '../../service.js';
import { page } from '../page.js';
import { entry } from '../records.js';

/** What every operation names. */
export interface Scalable {
  ServiceNamespace: string;
  ResourceId: string;
  ScalableDimension: string;
}
export interface Target extends Scalable {
  arn: string;
  min: number;
  max: number;
  role: string;
  createdAt: number;
  suspended: Record<string, boolean>;
  tags: Record<string, string>;
  /** When the capacity is brought between the bounds, and which bound was set last; or null. */
  boundsAt: number | null;
  cause: string;
}
export interface Policy extends Scalable {
  arn: string;
  name: string;
  type: string;
  configuration: Record<string, unknown>;
  /** Names of the alarms that it keeps. */
  alarms: string[];
  createdAt: number;
}
export interface Action extends Scalable {
  arn: string;
  name: string;
  schedule: string;
  zone: string | undefined;
  startAt: number | null;
  endAt: number | null;
  min: number | undefined;
  max: number | undefined;
  createdAt: number;
  nextAt: number | null;
}
export interface Activity extends Scalable {
  id: string;
  at: number;
  description: string;
  cause: string;
  status: 'Successful' | 'Failed';
  message: string;
}
export interface ScalingSlice {
  /** By `keyOf`. */
  targets: Record<string, Target>;
  policies: Policy[];
  actions: Action[];
  /** Newest first, at most 200. */
  activities: Activity[];
}

export const slice = (cell: Cell): ScalingSlice =>
  cell.slice('application-autoscaling', () => ({ targets: {}, policies: [], actions: [], activities: [] }));

export const keyOf = ({ ServiceNamespace, ResourceId, ScalableDimension }: Scalable): string =>
  [ServiceNamespace, ScalableDimension, ResourceId].join('|');
export const isSame = (a: Scalable, b: Scalable): boolean => keyOf(a) === keyOf(b);
export const scalableOf = ({ ServiceNamespace, ResourceId, ScalableDimension }: Scalable): Scalable => ({
  ServiceNamespace,
  ResourceId,
  ScalableDimension,
});

export const invalid = (message: string): AwsError => new AwsError('ValidationException', message);
export const notFound = (message: string): AwsError => new AwsError('ObjectNotFoundException', message);
const badToken = (): AwsError => new AwsError('InvalidNextTokenException', 'The next token supplied was invalid.');
const described = ({ ServiceNamespace, ResourceId, ScalableDimension }: Scalable): string =>
  `service namespace: ${ServiceNamespace}, resource ID: ${ResourceId}, scalable dimension: ${ScalableDimension}`;
export const missing = (what: string, scalable: Scalable, rest = ''): AwsError =>
  notFound(`No ${what} found for ${described(scalable)}${rest}`);

export function needTarget(cell: Cell, scalable: Scalable): Target {
  const found = entry(slice(cell).targets, keyOf(scalable));
  if (!found) throw missing('scalable target', scalable);
  return found;
}

/** As a UUID is written. */
export function uuid(id: (length: number) => string): string {
  const hex = id(32);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

const ROLE = 'aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService';
export const serviceRole = ({ account }: Cell): string => `arn:aws:iam::${account}:role/${ROLE}`;

/** The service acts in the account's name, as its service-linked role. */
export const actAs = (cell: Cell, world: World, now: number): CallContext => ({
  cell,
  account: cell.account,
  region: cell.region,
  now,
  callerArn: `arn:aws:sts::${cell.account}:assumed-role/AWSServiceRoleForApplicationAutoScaling_ECSService/AutoScaling-UpdateDesiredCapacity`,
  session: null,
  prepared: null,
  world,
  id: (length) => world.id(length),
});

export interface DescribeInput {
  ServiceNamespace: string;
  ResourceIds?: string[];
  ResourceId?: string;
  ScalableDimension?: string;
  MaxResults?: number;
  NextToken?: string;
}

/** What the Describe operations ask for, fifty at a time. */
export function selected<T extends Scalable>(
  list: readonly T[],
  input: DescribeInput,
): { items: T[]; token: string | undefined } {
  const found = list.filter(
    (item) =>
      item.ServiceNamespace === input.ServiceNamespace &&
      (!input.ResourceIds?.length || input.ResourceIds.includes(item.ResourceId)) &&
      (input.ResourceId === undefined || item.ResourceId === input.ResourceId) &&
      (input.ScalableDimension === undefined || item.ScalableDimension === input.ScalableDimension),
  );
  return page(found, input.NextToken, Math.min(input.MaxResults ?? 50, 50), badToken);
}
