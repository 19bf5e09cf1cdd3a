/** Statistics over the points of a metric: sums, averages, extremes, percentiles, by period. */
import type { Cell } from '../../service.js';
import { entry } from '../records.js';
import { slice, type Dimension, type Metric, type Point } from './state.js';

export const metricKey = (namespace: string, name: string, dimensions: readonly Dimension[] = []): string =>
  JSON.stringify([namespace, name, ...ordered(dimensions).map(({ Name, Value }) => [Name, Value])]);

export const ordered = (dimensions: readonly Dimension[]): Dimension[] =>
  [...dimensions].sort((a, b) => (a.Name < b.Name ? -1 : 1)).map(({ Name, Value }) => ({ Name, Value }));

export const findMetric = (
  cell: Cell,
  namespace: string | undefined,
  name: string | undefined,
  dimensions: readonly Dimension[] | undefined,
): Metric | undefined => entry(slice(cell).metrics, metricKey(namespace ?? '', name ?? '', dimensions));

const total = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
const countOf = ({ set, counts }: Point): number => set?.count ?? total(counts);
const sumOf = ({ set, values, counts }: Point): number => set?.sum ?? total(values.map((value, i) => value * counts[i]!));
const least = (numbers: readonly number[]): number => numbers.reduce((a, b) => Math.min(a, b));
const most = (numbers: readonly number[]): number => numbers.reduce((a, b) => Math.max(a, b));

/** The points of [from, to), of one unit where one is asked for. */
export const between = (metric: Metric, from: number, to: number, unit?: string): Point[] =>
  metric.points.filter((point) => point.at >= from && point.at < to && (!unit || point.unit === unit));

/** `Average`, `Sum`, `SampleCount`, `Minimum`, `Maximum`, or `p99.9`; null without data. */
export function statistic(points: readonly Point[], name: string): number | null {
  if (points.length === 0) return null;
  switch (name) {
    case 'SampleCount':
      return total(points.map(countOf));
    case 'Sum':
      return total(points.map(sumOf));
    case 'Average':
      return total(points.map(sumOf)) / total(points.map(countOf));
    case 'Minimum':
      return least(points.flatMap(({ set, values }) => set?.min ?? values));
    case 'Maximum':
      return most(points.flatMap(({ set, values }) => set?.max ?? values));
    default:
      return percentile(points, Number(/^p(\d{1,2}(?:\.\d+)?|100)$/.exec(name)?.[1] ?? NaN));
  }
}

export const isStatistic = (name: string): boolean =>
  /^(SampleCount|Sum|Average|Minimum|Maximum|p(\d{1,2}(\.\d+)?|100))$/.test(name);

/** The value below which that share of the samples lies. Sets of statistics hold no samples. */
function percentile(points: readonly Point[], share: number): number | null {
  const samples = points
    .flatMap(({ values, counts }) => values.map((value, i) => ({ value, count: counts[i]! })))
    .sort((a, b) => a.value - b.value);
  const wanted = (share / 100) * total(samples.map(({ count }) => count));
  let seen = 0;
  for (const { value, count } of samples) {
    seen += count;
    if (seen >= wanted) return value;
  }
  return null;
}
