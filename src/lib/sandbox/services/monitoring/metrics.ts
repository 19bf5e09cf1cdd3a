/** Metrics: what was put, and statistics over it. */
import type { CallContext, Cell, Operation } from '../../service.js';
import { page } from '../page.js';
import { wake } from './evaluate.js';
import { badCombination, badToken, badValue, invalid, slice, type Dimension, type MetricQuery, type Point } from './state.js';
import { between, findMetric, isStatistic, metricKey, ordered, statistic } from './statistics.js';

interface Datum {
  MetricName: string;
  Dimensions?: Dimension[];
  Timestamp?: Date;
  Value?: number;
  StatisticValues?: { SampleCount: number; Sum: number; Minimum: number; Maximum: number };
  Values?: number[];
  Counts?: number[];
  Unit?: string;
}
const MAX_POINTS = 3_000;
const MAX_DATAPOINTS = 1_440;

/** Adds a datum, as services do for their own metrics. */
export function recordMetric(cell: Cell, namespace: string, datum: Datum, now: number): void {
  const dimensions = ordered(datum.Dimensions ?? []);
  const metric = (slice(cell).metrics[metricKey(namespace, datum.MetricName, dimensions)] ??= {
    namespace,
    name: datum.MetricName,
    dimensions,
    points: [],
  });
  const set = datum.StatisticValues;
  const values = datum.Values ?? (datum.Value === undefined ? [] : [datum.Value]);
  const point: Point = {
    at: datum.Timestamp?.getTime() ?? now,
    unit: datum.Unit ?? 'None',
    values: set ? [] : values,
    counts: set ? [] : (datum.Counts ?? values.map(() => 1)),
    set: set ? { count: set.SampleCount, sum: set.Sum, min: set.Minimum, max: set.Maximum } : null,
  };
  const later = metric.points.findIndex(({ at }) => at > point.at);
  metric.points.splice(later < 0 ? metric.points.length : later, 0, point);
  if (metric.points.length > MAX_POINTS) metric.points.shift();
  wake(cell, metric, now);
}

function putData(input: { Namespace: string; MetricData?: Datum[] }, { cell, now }: CallContext): object {
  if (input.Namespace.startsWith('AWS/')) throw badValue('The value AWS/ for parameter Namespace is invalid.');
  const data = input.MetricData ?? [];
  data.forEach((datum, index) => check(datum, `MetricData.member.${index + 1}`, now));
  for (const datum of data) recordMetric(cell, input.Namespace, datum, now);
  return {};
}

const TWO_WEEKS_MS = 14 * 86_400_000;
const TWO_HOURS_MS = 2 * 3_600_000;

function check(datum: Datum, path: string, now: number): void {
  const { Value, Values, Counts, StatisticValues, Timestamp, Dimensions = [] } = datum;
  const exclusive = (a: string, b: string) =>
    badCombination(`The parameters ${path}.${a} and ${path}.${b} are mutually exclusive and you have specified both.`);
  if (Value !== undefined && Values) throw exclusive('Value', 'Values');
  if (Value !== undefined && StatisticValues) throw exclusive('Value', 'StatisticValues');
  if (Values && Counts && Values.length !== Counts.length)
    throw badValue(`The parameters ${path}.Values and ${path}.Counts must be of the same size.`);
  if (Value === undefined && !Values && !StatisticValues)
    throw badCombination(
      `At least one of the parameters ${path}.Value, ${path}.Values or ${path}.StatisticValues must be specified.`,
    );
  const wrong = [...(Values ?? []), ...(Value === undefined ? [] : [Value])].find((value) => !Number.isFinite(value));
  if (wrong !== undefined) throw badValue(`The value ${wrong} for parameter ${path}.Value is invalid.`);
  if (new Set(Dimensions.map(({ Name }) => Name)).size !== Dimensions.length)
    throw badValue(`The value for parameter ${path}.Dimensions has duplicate dimension names.`);
  const at = Timestamp?.getTime() ?? now;
  if (at < now - TWO_WEEKS_MS || at > now + TWO_HOURS_MS)
    throw badValue(`The parameter ${path}.Timestamp must be at most two weeks in the past and two hours in the future.`);
}

interface ListInput {
  Namespace?: string;
  MetricName?: string;
  Dimensions?: { Name: string; Value?: string }[];
  NextToken?: string;
}

function list(input: ListInput, { cell }: CallContext): object {
  const found = Object.entries(slice(cell).metrics)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, metric]) => metric)
    .filter(
      ({ namespace, name, dimensions }) =>
        (input.Namespace === undefined || namespace === input.Namespace) &&
        (input.MetricName === undefined || name === input.MetricName) &&
        (input.Dimensions ?? []).every((wanted) =>
          dimensions.some((d) => d.Name === wanted.Name && (wanted.Value === undefined || d.Value === wanted.Value)),
        ),
    );
  const { items, token } = page(found, input.NextToken, 500, badToken);
  return {
    Metrics: items.map(({ namespace, name, dimensions }) => ({
      Namespace: namespace,
      MetricName: name,
      Dimensions: dimensions,
    })),
    NextToken: token,
  };
}

/** `[start, end)` cut into periods that begin at multiples of their length. */
function* periods(start: number, end: number, length: number): Generator<number> {
  for (let at = Math.floor(start / length) * length; at < end; at += length) yield at;
}

interface StatisticsInput {
  Namespace: string;
  MetricName: string;
  Dimensions?: Dimension[];
  StartTime: Date;
  EndTime: Date;
  Period: number;
  Statistics?: string[];
  ExtendedStatistics?: string[];
  Unit?: string;
}

function getStatistics(input: StatisticsInput, { cell }: CallContext): object {
  const [start, end, length] = [input.StartTime.getTime(), input.EndTime.getTime(), input.Period * 1000];
  if (start >= end) throw badValue('The parameter StartTime must be less than the parameter EndTime.');
  const plain = input.Statistics ?? [];
  const extended = input.ExtendedStatistics ?? [];
  if (plain.length === 0 && extended.length === 0)
    throw badCombination('At least one of the parameters Statistics and ExtendedStatistics must be specified.');
  const wrong = extended.find((name) => !isStatistic(name));
  if (wrong !== undefined) throw badValue(`The value ${wrong} for parameter ExtendedStatistics is not supported.`);
  const asked = Math.ceil((end - start) / length);
  if (asked > MAX_DATAPOINTS)
    throw badCombination(
      `You have requested up to ${asked} datapoints, which exceeds the limit of 1,440. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`,
    );
  const metric = findMetric(cell, input.Namespace, input.MetricName, input.Dimensions);
  const points = metric
    ? [...periods(start, end, length)].flatMap((from) => {
        const held = between(metric, from, from + length, input.Unit);
        if (held.length === 0) return [];
        const each = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, statistic(held, name)]));
        return {
          Timestamp: new Date(from),
          ...each(plain),
          Unit: held[0]!.unit,
          ...(extended.length ? { ExtendedStatistics: each(extended) } : {}),
        };
      })
    : [];
  return { Label: input.MetricName, Datapoints: points };
}

interface DataInput {
  MetricDataQueries: MetricQuery[];
  StartTime: Date;
  EndTime: Date;
  ScanBy?: 'TimestampDescending' | 'TimestampAscending';
}

function getData(input: DataInput, { cell }: CallContext): object {
  const [start, end] = [input.StartTime.getTime(), input.EndTime.getTime()];
  if (start === end) throw invalid('The parameter StartTime must not equal parameter EndTime.');
  if (start > end) throw invalid('The parameter EndTime must be greater than StartTime.');
  const wrong = input.MetricDataQueries.find(({ MetricStat }) => !MetricStat || !isStatistic(MetricStat.Stat));
  if (wrong)
    throw invalid(
      `Error in expression '${wrong.Id}': ${wrong.MetricStat ? `${wrong.MetricStat.Stat} is not supported` : 'the embedded AWS computes no expressions'}`,
    );
  return {
    MetricDataResults: input.MetricDataQueries.filter(({ ReturnData }) => ReturnData !== false).map(
      ({ Id, Label, MetricStat }) => {
        const { Metric, Period, Stat, Unit } = MetricStat!;
        const metric = findMetric(cell, Metric.Namespace, Metric.MetricName, Metric.Dimensions);
        const found = [...periods(start, end, Period * 1000)].flatMap((at) => {
          const value = metric ? statistic(between(metric, at, at + Period * 1000, Unit), Stat) : null;
          return value === null ? [] : { at, value };
        });
        if (input.ScanBy !== 'TimestampAscending') found.reverse();
        return {
          Id,
          Label: Label ?? Metric.MetricName,
          Timestamps: found.map(({ at }) => new Date(at)),
          Values: found.map(({ value }) => value),
          StatusCode: 'Complete',
        };
      },
    ),
    Messages: [],
  };
}

export const metricOperations: Readonly<Record<string, Operation>> = {
  PutMetricData: putData,
  ListMetrics: list,
  GetMetricStatistics: getStatistics,
  GetMetricData: getData,
};
