/** What CloudWatch Logs keeps for an account and region: plain values, times in milliseconds of sandbox time. */
import { AwsError, type Cell } from '../../service.js';
import { entry } from '../records.js';

export interface Line {
  id: string;
  at: number;
  ingestedAt: number;
  message: string;
}
export interface Stream {
  createdAt: number;
  /** In the order of time. */
  lines: Line[];
}
export interface Group {
  createdAt: number;
  retention: number | null;
  kmsKeyId: string | undefined;
  class: string;
  streams: Record<string, Stream>;
  tags: Record<string, string>;
  filters: Record<string, MetricFilter>;
  /** Lines that were ever written: their ids count on. */
  written: number;
}
export interface MetricFilter {
  pattern: string;
  createdAt: number;
  transformations: { metricName: string; metricNamespace: string; metricValue: string; defaultValue?: number; unit?: string }[];
}

export const slice = (cell: Cell): { groups: Record<string, Group> } => cell.slice('logs', () => ({ groups: {} }));
export const arnOf = ({ account, region }: Cell, name: string): string => `arn:aws:logs:${region}:${account}:log-group:${name}`;

export const invalid = (message: string): AwsError => new AwsError('InvalidParameterException', message);
export const badToken = (): AwsError => invalid('The specified nextToken is invalid.');
export const noGroup = (): AwsError => new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
export const noStream = (): AwsError => new AwsError('ResourceNotFoundException', 'The specified log stream does not exist.');
export const exists = (what: string): AwsError =>
  new AwsError('ResourceAlreadyExistsException', `The specified log ${what} already exists`);

/** A group is named by its name, or by its ARN with or without `:*`. */
export function needGroup(cell: Cell, reference: string | undefined): { name: string; group: Group } {
  const name = (reference ?? '').replace(/^arn:aws:logs:[^:]*:\d*:log-group:/, '').replace(/:\*$/, '');
  const group = entry(slice(cell).groups, name);
  if (!group) throw noGroup();
  return { name, group };
}

export function needStream(group: Group, name: string): Stream {
  const found = entry(group.streams, name);
  if (!found) throw noStream();
  return found;
}

/** Which of the two names of a group an input gives. */
export function groupOf(
  cell: Cell,
  input: { logGroupName?: string; logGroupIdentifier?: string },
): { name: string; group: Group } {
  if (input.logGroupName !== undefined && input.logGroupIdentifier !== undefined)
    throw invalid('LogGroup name and LogGroup ARN are mutually exclusive parameters.');
  return needGroup(cell, input.logGroupName ?? input.logGroupIdentifier);
}
