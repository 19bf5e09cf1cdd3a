/** Alarms: made, shown, switched, set by hand, deleted. */
import { AwsError, type CallContext, type Cell, type Operation } from '../../service.js';
import { page } from '../page.js';
import { sorted, tagsOf } from '../records.js';
import { checkActions, checkMetricAlarm, type PutInput } from './alarm-input.js';
import { parseRule } from './composite.js';
import { followUp, setState, watchedBy } from './evaluate.js';
import {
  badCombination,
  badToken,
  findAlarm,
  invalid,
  noAlarm,
  note,
  schedule,
  slice,
  type Alarm,
  type AlarmSettings,
  type AlarmState,
  type Dimension,
} from './state.js';
import { findMetric, metricKey } from './statistics.js';

function put(context: CallContext, input: PutInput, type: Alarm['type']): Alarm {
  const { cell, now } = context;
  checkActions(input);
  const { AlarmName: name, Tags, ...given } = input;
  const before = findAlarm(cell, name);
  if (before && before.type !== type) throw invalid(`An alarm of another type with the name ${name} already exists.`);
  const settings: AlarmSettings = {
    ActionsEnabled: true,
    OKActions: [],
    AlarmActions: [],
    InsufficientDataActions: [],
    ...(type === 'MetricAlarm' && !given.Metrics ? { Dimensions: [] } : {}),
    ...(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<AlarmSettings>),
  };
  const alarm: Alarm = {
    name,
    arn: `arn:aws:cloudwatch:${cell.region}:${cell.account}:alarm:${name}`,
    type,
    settings,
    tags: before?.tags ?? tagsOf(Tags),
    state: before?.state ?? 'INSUFFICIENT_DATA',
    reason: before?.reason ?? 'Unchecked: Initial alarm creation',
    reasonData: before?.reasonData,
    configuredAt: now,
    updatedAt: before?.updatedAt ?? now,
    transitionedAt: before?.transitionedAt ?? now,
    nextAt: null,
  };
  const held = slice(cell);
  held.alarms[name] = alarm;
  const summary = `Alarm "${name}" ${before ? 'updated' : 'created'}`;
  const change = { type: before ? 'Update' : 'Create', updatedAlarm: show(alarm) };
  note(held, alarm, { at: now, kind: 'ConfigurationUpdate', summary }, change);
  return alarm;
}

/** As DescribeAlarms shows it. */
export function show(alarm: Alarm): object {
  return {
    AlarmName: alarm.name,
    AlarmArn: alarm.arn,
    ...alarm.settings,
    AlarmConfigurationUpdatedTimestamp: new Date(alarm.configuredAt),
    StateValue: alarm.state,
    StateReason: alarm.reason,
    ...(alarm.reasonData === undefined ? {} : { StateReasonData: alarm.reasonData }),
    StateUpdatedTimestamp: new Date(alarm.updatedAt),
    StateTransitionedTimestamp: new Date(alarm.transitionedAt),
  };
}

interface DescribeInput {
  AlarmNames?: string[];
  AlarmNamePrefix?: string;
  AlarmTypes?: Alarm['type'][];
  ChildrenOfAlarmName?: string;
  ParentsOfAlarmName?: string;
  StateValue?: AlarmState;
  ActionPrefix?: string;
  MaxRecords?: number;
  NextToken?: string;
}

function describe(input: DescribeInput, { cell }: CallContext): object {
  const { AlarmNames: names, AlarmNamePrefix: prefix, ActionPrefix: action } = input;
  if (names && prefix !== undefined)
    throw badCombination('The parameters AlarmNames and AlarmNamePrefix are mutually exclusive and you have specified both.');
  const children = input.ChildrenOfAlarmName === undefined ? null : childrenOf(cell, input.ChildrenOfAlarmName);
  const parentOf = input.ParentsOfAlarmName;
  // Composite alarms are shown only to those who ask for them.
  const types = input.AlarmTypes ?? (parentOf === undefined && !children ? ['MetricAlarm'] : ['MetricAlarm', 'CompositeAlarm']);
  const found = sorted(slice(cell).alarms)
    .map(([, alarm]) => alarm)
    .filter(
      (alarm) =>
        types.includes(alarm.type) &&
        (!names || names.includes(alarm.name)) &&
        (prefix === undefined || alarm.name.startsWith(prefix)) &&
        (input.StateValue === undefined || alarm.state === input.StateValue) &&
        (action === undefined || alarm.settings.AlarmActions.some((arn) => arn.startsWith(action))) &&
        (!children || children.includes(alarm.name)) &&
        (parentOf === undefined || (alarm.settings.AlarmRule && childrenOf(cell, alarm.name).includes(parentOf))),
    );
  const { items, token } = page(found, input.NextToken, input.MaxRecords ?? 100, badToken);
  const of = (type: Alarm['type']): object[] => items.filter((alarm) => alarm.type === type).map(show);
  return { MetricAlarms: of('MetricAlarm'), CompositeAlarms: of('CompositeAlarm'), NextToken: token };
}

const childrenOf = (cell: Cell, name: string): string[] => {
  const rule = findAlarm(cell, name)?.settings.AlarmRule;
  return rule === undefined ? [] : parseRule(rule).alarms;
};

const reaches = (cell: Cell, from: string, to: string): boolean =>
  childrenOf(cell, from).some((child) => child === to || reaches(cell, child, to));

function remove(cell: Cell, names: readonly string[], now: number): void {
  const held = slice(cell);
  for (const name of names) {
    const alarm = findAlarm(cell, name);
    if (!alarm) continue;
    const parent = Object.values(held.alarms).find((a) => !names.includes(a.name) && childrenOf(cell, a.name).includes(name));
    if (parent) throw invalid(`Alarm ${name} cannot be deleted as it is part of the composite alarm ${parent.name}.`);
    delete held.alarms[name];
    const item = { at: now, kind: 'ConfigurationUpdate', summary: `Alarm "${name}" deleted` } as const;
    note(held, alarm, item, { type: 'Delete', deletedAlarm: show(alarm) });
  }
  schedule(held);
}

interface HistoryInput {
  AlarmName?: string;
  AlarmTypes?: Alarm['type'][];
  HistoryItemType?: string;
  StartDate?: Date;
  EndDate?: Date;
  MaxRecords?: number;
  NextToken?: string;
  ScanBy?: string;
}

function history(input: HistoryInput, { cell }: CallContext): object {
  const types = input.AlarmTypes ?? ['MetricAlarm'];
  const found = slice(cell).history.filter(
    (item) =>
      types.includes(item.type) &&
      (input.AlarmName === undefined || item.alarm === input.AlarmName) &&
      (input.HistoryItemType === undefined || item.kind === input.HistoryItemType) &&
      (!input.StartDate || item.at >= input.StartDate.getTime()) &&
      (!input.EndDate || item.at <= input.EndDate.getTime()),
  );
  if (input.ScanBy !== 'TimestampAscending') found.reverse();
  const { items, token } = page(found, input.NextToken, input.MaxRecords ?? 100, badToken);
  return {
    AlarmHistoryItems: items.map((item) => ({
      AlarmName: item.alarm,
      AlarmType: item.type,
      Timestamp: new Date(item.at),
      HistoryItemType: item.kind,
      HistorySummary: item.summary,
      HistoryData: item.data,
    })),
    NextToken: token,
  };
}

interface ForMetricInput {
  MetricName: string;
  Namespace: string;
  Dimensions?: Dimension[];
  Statistic?: string;
  Period?: number;
}

/** Unknown names are passed over. */
const switchActions = (cell: Cell, names: readonly string[], on: boolean): object => {
  for (const name of names) {
    const alarm = findAlarm(cell, name);
    if (alarm) alarm.settings.ActionsEnabled = on;
  }
  return {};
};

export const alarmOperations: Readonly<Record<string, Operation>> = {
  PutMetricAlarm(input: PutInput, context) {
    checkMetricAlarm(input);
    const alarm = put(context, input, 'MetricAlarm');
    const watched = watchedBy(alarm);
    // It is looked at once there is data, or at once where missing data says something.
    const speaks = ['breaching', 'notBreaching'].includes(alarm.settings.TreatMissingData ?? '');
    if (watched && (speaks || findMetric(context.cell, watched.namespace, watched.name, watched.dimensions)))
      alarm.nextAt = (Math.floor(context.now / watched.periodMs) + 1) * watched.periodMs;
    schedule(slice(context.cell));
    return {};
  },
  PutCompositeAlarm(input: PutInput & { AlarmRule: string }, context) {
    const named = parseRule(input.AlarmRule).alarms;
    const unknown = named.find((name) => !findAlarm(context.cell, name));
    if (unknown !== undefined) throw invalid(`Could not save the composite alarm as alarm(s) ${unknown} do not exist.`);
    if (named.some((name) => name === input.AlarmName || reaches(context.cell, name, input.AlarmName)))
      throw invalid('Could not save the composite alarm as it would create a cycle.');
    put(context, input, 'CompositeAlarm');
    followUp(context.cell, context.now);
    return {};
  },
  DescribeAlarms: describe,
  DescribeAlarmHistory: history,
  DescribeAlarmsForMetric(input: ForMetricInput, { cell }) {
    const key = metricKey(input.Namespace, input.MetricName, input.Dimensions);
    const found = sorted(slice(cell).alarms).filter(([, alarm]) => {
      const watched = watchedBy(alarm);
      return (
        watched &&
        metricKey(watched.namespace ?? '', watched.name ?? '', watched.dimensions) === key &&
        (input.Period === undefined || watched.periodMs === input.Period * 1000) &&
        (input.Statistic === undefined || watched.stat === input.Statistic)
      );
    });
    return { MetricAlarms: found.map(([, alarm]) => show(alarm)) };
  },
  DeleteAlarms(input: { AlarmNames: string[] }, { cell, now }) {
    remove(cell, input.AlarmNames, now);
    return {};
  },
  SetAlarmState(
    input: { AlarmName: string; StateValue: AlarmState; StateReason: string; StateReasonData?: string },
    { cell, now },
  ) {
    const alarm = findAlarm(cell, input.AlarmName);
    if (!alarm) throw noAlarm(input.AlarmName);
    if (input.StateReasonData !== undefined)
      try {
        JSON.parse(input.StateReasonData);
      } catch {
        throw new AwsError('InvalidFormat', 'StateReasonData is not valid JSON.');
      }
    setState(cell, alarm, input.StateValue, input.StateReason, input.StateReasonData, now);
    return {};
  },
  EnableAlarmActions: (input: { AlarmNames: string[] }, { cell }) => switchActions(cell, input.AlarmNames, true),
  DisableAlarmActions: (input: { AlarmNames: string[] }, { cell }) => switchActions(cell, input.AlarmNames, false),
};
