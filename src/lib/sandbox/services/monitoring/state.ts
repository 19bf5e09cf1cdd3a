/** What CloudWatch keeps for an account and region: plain values, times in milliseconds of sandbox time. */
import { AwsError, type Cell } from '../../service.js';
import { entry } from '../records.js';

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

export interface Dimension {
  Name: string;
  Value: string;
}
/** Members of PutMetricAlarm and PutCompositeAlarm as they stand. */
export interface AlarmSettings {
  AlarmDescription?: string;
  ActionsEnabled: boolean;
  OKActions: string[];
  AlarmActions: string[];
  InsufficientDataActions: string[];
  AlarmRule?: string;
  MetricName?: string;
  Namespace?: string;
  Statistic?: string;
  ExtendedStatistic?: string;
  Dimensions?: Dimension[];
  Period?: number;
  Unit?: string;
  EvaluationPeriods?: number;
  DatapointsToAlarm?: number;
  Threshold?: number;
  ComparisonOperator?: string;
  TreatMissingData?: string;
  Metrics?: MetricQuery[];
  [other: string]: unknown;
}
export interface MetricQuery {
  Id: string;
  MetricStat?: {
    Metric: { Namespace?: string; MetricName?: string; Dimensions?: Dimension[] };
    Period: number;
    Stat: string;
    Unit?: string;
  };
  Expression?: string;
  Label?: string;
  ReturnData?: boolean;
}
export interface Alarm {
  name: string;
  arn: string;
  type: 'MetricAlarm' | 'CompositeAlarm';
  settings: AlarmSettings;
  tags: Record<string, string>;
  state: AlarmState;
  reason: string;
  reasonData: string | undefined;
  configuredAt: number;
  updatedAt: number;
  transitionedAt: number;
  /** When it is evaluated next, or null while there is nothing to evaluate. */
  nextAt: number | null;
}
export interface HistoryItem {
  alarm: string;
  type: Alarm['type'];
  at: number;
  kind: 'ConfigurationUpdate' | 'StateUpdate' | 'Action';
  summary: string;
  data: string;
}
/** One datum: values with how often each came, or a set of statistics. */
export interface Point {
  at: number;
  unit: string;
  values: number[];
  counts: number[];
  set: { count: number; sum: number; min: number; max: number } | null;
}
export interface Metric {
  namespace: string;
  name: string;
  /** By name. */
  dimensions: Dimension[];
  /** In the order of time. */
  points: Point[];
}
export interface MonitoringSlice {
  alarms: Record<string, Alarm>;
  history: HistoryItem[];
  metrics: Record<string, Metric>;
  /** The earliest `nextAt` of the alarms. */
  nextAt: number | null;
}

const MAX_HISTORY = 2_000;

export const slice = (cell: Cell): MonitoringSlice =>
  cell.slice('monitoring', () => ({ alarms: {}, history: [], metrics: {}, nextAt: null }));

export const findAlarm = (cell: Cell, name: string): Alarm | undefined => entry(slice(cell).alarms, name);

export function note(
  { history }: MonitoringSlice,
  alarm: Alarm,
  item: Pick<HistoryItem, 'at' | 'kind' | 'summary'>,
  data: object,
): void {
  history.push({ alarm: alarm.name, type: alarm.type, ...item, data: JSON.stringify({ version: '1.0', ...data }) });
  if (history.length > MAX_HISTORY) history.splice(0, history.length - MAX_HISTORY);
}

/** After alarms or their times changed. */
export function schedule(held: MonitoringSlice): void {
  const times = Object.values(held.alarms).flatMap(({ nextAt }) => nextAt ?? []);
  held.nextAt = times.length ? times.reduce((a, b) => Math.min(a, b)) : null;
}

export const badValue = (message: string): AwsError => new AwsError('InvalidParameterValue', message);
export const badCombination = (message: string): AwsError => new AwsError('InvalidParameterCombination', message);
export const invalid = (message: string): AwsError => new AwsError('ValidationError', message);
export const badToken = (): AwsError => new AwsError('InvalidNextToken', 'The next token specified is invalid.');
export const noAlarm = (name: string): AwsError => new AwsError('ResourceNotFound', `Unknown alarm: ${name}`, 404);
