/** When alarms change: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html */
import type { Cell } from '../../service.js';
import { parseRule } from './composite.js';
import { findAlarm, note, schedule, slice, type Alarm, type AlarmState, type Dimension, type Metric } from './state.js';
import { between, findMetric, statistic } from './statistics.js';

/** Periods that AWS looks back beyond those that count, for data that came late. */
const EXTRA_PERIODS = 2;

interface Watched {
  namespace: string | undefined;
  name: string | undefined;
  dimensions: Dimension[] | undefined;
  periodMs: number;
  stat: string;
  unit: string | undefined;
}

/** The one metric that an alarm watches; null where it computes, which the sandbox does not. */
export function watchedBy({ settings: s }: Alarm): Watched | null {
  if (s.MetricName !== undefined)
    return {
      namespace: s.Namespace,
      name: s.MetricName,
      dimensions: s.Dimensions,
      periodMs: (s.Period ?? 60) * 1000,
      stat: s.Statistic ?? s.ExtendedStatistic ?? 'Average',
      unit: s.Unit,
    };
  const only = s.Metrics?.length === 1 ? s.Metrics[0]!.MetricStat : undefined;
  if (!only) return null;
  const { Namespace, MetricName, Dimensions } = only.Metric;
  return {
    namespace: Namespace,
    name: MetricName,
    dimensions: Dimensions,
    periodMs: only.Period * 1000,
    stat: only.Stat,
    unit: only.Unit,
  };
}

const comparisons: Readonly<Record<string, { test: (value: number, threshold: number) => boolean; words: string }>> = {
  GreaterThanThreshold: { test: (v, t) => v > t, words: 'greater than' },
  GreaterThanOrEqualToThreshold: { test: (v, t) => v >= t, words: 'greater than or equal to' },
  LessThanThreshold: { test: (v, t) => v < t, words: 'less than' },
  LessThanOrEqualToThreshold: { test: (v, t) => v <= t, words: 'less than or equal to' },
};

/** What AWS's table of missing data says, for the newest datapoints in reach. */
export function verdict(
  real: readonly boolean[],
  periods: number,
  needed: number,
  missing: string,
  before: AlarmState,
): AlarmState {
  const breaching = real.filter(Boolean).length;
  const fill = periods - real.length;
  if (breaching >= needed) return 'ALARM';
  if (fill === 0) return 'OK';
  if (missing === 'breaching') return breaching + fill >= needed ? 'ALARM' : 'OK';
  if (missing === 'notBreaching') return 'OK';
  if (real.length > breaching) return 'OK';
  if (missing === 'ignore') return before;
  return real.length === 0 ? 'INSUFFICIENT_DATA' : 'ALARM';
}

/** Lets alarms look at a metric again at the end of the present period. */
export function wake(cell: Cell, metric: Metric, now: number): void {
  for (const alarm of Object.values(slice(cell).alarms)) {
    const watched = watchedBy(alarm);
    if (!watched || findMetric(cell, watched.namespace, watched.name, watched.dimensions) !== metric) continue;
    alarm.nextAt ??= (Math.floor(now / watched.periodMs) + 1) * watched.periodMs;
  }
  schedule(slice(cell));
}

export function evaluateDue(cell: Cell, now: number): void {
  for (const alarm of Object.values(slice(cell).alarms))
    if (alarm.nextAt !== null && alarm.nextAt <= now) evaluate(cell, alarm, now);
  schedule(slice(cell));
}

function evaluate(cell: Cell, alarm: Alarm, now: number): void {
  const watched = watchedBy(alarm);
  alarm.nextAt = null;
  if (!watched) return;
  const { periodMs, stat, unit } = watched;
  const metric = findMetric(cell, watched.namespace, watched.name, watched.dimensions);
  const { EvaluationPeriods: periods = 1, DatapointsToAlarm: needed = periods, Threshold: threshold = 0 } = alarm.settings;
  const reach = periods + EXTRA_PERIODS;
  const end = Math.floor(now / periodMs) * periodMs;
  const found: { at: number; value: number }[] = [];
  for (let index = 1; metric && index <= reach && found.length < periods; index++) {
    const from = end - index * periodMs;
    const value = statistic(between(metric, from, from + periodMs, unit), stat);
    if (value !== null) found.push({ at: from, value });
  }
  const { test, words } = comparisons[alarm.settings.ComparisonOperator ?? ''] ?? comparisons['GreaterThanThreshold']!;
  const real = found.map(({ value }) => test(value, threshold));
  const state = verdict(real, periods, needed, alarm.settings.TreatMissingData ?? 'missing', alarm.state);
  // The clock goes on only while there is data that the next look could see.
  const next = end + periodMs;
  if (metric?.points.some(({ at }) => at >= next - (reach + 1) * periodMs)) alarm.nextAt = next;
  const shown = found.map(({ at, value }) => `${value} (${stamp(at)})`).join(', ');
  const breaching = real.filter(Boolean).length;
  const crossed = state === 'ALARM' ? `${breaching} out of the last ${periods} datapoints` : `${found.length} datapoints`;
  const reason =
    found.length === 0
      ? `Insufficient Data: ${periods} datapoint${periods === 1 ? ' was' : 's were'} unknown.`
      : `Threshold Crossed: ${crossed} [${shown}] ${state === 'ALARM' ? 'were' : 'were not'} ${words} the threshold (${threshold}).`;
  setState(cell, alarm, state, reason, undefined, now);
}

const stamp = (at: number): string => {
  const [date, time] = new Date(at).toISOString().split('T') as [string, string];
  const [year, month, day] = date.split('-');
  return `${day}/${month}/${year!.slice(2)} ${time.slice(0, 8)}`;
};

/** Puts an alarm into a state, writes its history, and lets composite alarms follow. */
export function setState(
  cell: Cell,
  alarm: Alarm,
  state: AlarmState,
  reason: string,
  reasonData: string | undefined,
  now: number,
): void {
  if (alarm.state === state) return;
  const before = alarm.state;
  note(
    slice(cell),
    alarm,
    { at: now, kind: 'StateUpdate', summary: `Alarm updated from ${before} to ${state}` },
    {
      oldState: { stateValue: before, stateReason: alarm.reason },
      newState: { stateValue: state, stateReason: reason },
    },
  );
  Object.assign(alarm, { state, reason, reasonData, updatedAt: now, transitionedAt: now });
  followUp(cell, now);
}

/** Composite alarms are as their rules say at any moment. */
export function followUp(cell: Cell, now: number): void {
  for (const alarm of Object.values(slice(cell).alarms)) {
    if (alarm.type !== 'CompositeAlarm') continue;
    const text = alarm.settings.AlarmRule!;
    const met = parseRule(text).rule((name) => findAlarm(cell, name)?.state ?? 'INSUFFICIENT_DATA');
    setState(cell, alarm, met ? 'ALARM' : 'OK', `${text} was ${met ? 'met' : 'not met'}.`, undefined, now);
  }
}
