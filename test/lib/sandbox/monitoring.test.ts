import { describe, expect, it } from 'vitest';
import { verdict } from '../../../src/lib/sandbox/services/monitoring/evaluate.js';
import { checked, refused } from './checked.js';
import { ACCOUNT, REGION } from './drive.js';

const make = await checked('monitoring');

const errors = {
  Namespace: 'Shop',
  MetricName: 'Errors',
  Dimensions: [{ Name: 'Service', Value: 'ui' }],
  Statistic: 'Sum',
  Period: 60,
  EvaluationPeriods: 2,
  Threshold: 10,
  ComparisonOperator: 'GreaterThanThreshold',
};

function watch() {
  const { d, call } = make();
  const alarm = (AlarmName: string, more: object = {}) => call('PutMetricAlarm', { AlarmName, ...errors, ...more });
  const state = (AlarmName: string): string =>
    call('DescribeAlarms', { AlarmNames: [AlarmName], AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] })[
      AlarmName.startsWith('all') ? 'CompositeAlarms' : 'MetricAlarms'
    ][0].StateValue;
  const record = (Value: number) =>
    call('PutMetricData', {
      Namespace: 'Shop',
      MetricData: [{ MetricName: 'Errors', Dimensions: errors.Dimensions, Value, Unit: 'Count' }],
    });
  const set = (AlarmName: string, StateValue: string) =>
    call('SetAlarmState', { AlarmName, StateValue, StateReason: 'rehearsal' });
  return { d, call, alarm, state, record, set };
}
const namesOf = (list: { AlarmName: string }[]): string[] => list.map((a) => a.AlarmName);

describe('alarms', () => {
  it('are made, shown, found and deleted', () => {
    const { call, alarm } = watch();
    alarm('ui-errors', { AlarmActions: ['arn:aws:sns:eu-west-1:1:page'], Tags: [{ Key: 'a', Value: 'b' }] });
    alarm('ui-slow', { MetricName: 'Latency', Statistic: undefined, ExtendedStatistic: 'p99' });
    alarm('api-errors', { Dimensions: [] });
    const [shown] = call('DescribeAlarms', { AlarmNames: ['ui-errors'] }).MetricAlarms;
    expect(shown).toMatchObject({
      ...errors,
      AlarmArn: `arn:aws:cloudwatch:${REGION}:${ACCOUNT}:alarm:ui-errors`,
      ActionsEnabled: true,
      StateValue: 'INSUFFICIENT_DATA',
      StateReason: 'Unchecked: Initial alarm creation',
    });
    const described = (input: object) => namesOf(call('DescribeAlarms', input).MetricAlarms);
    expect(described({})).toEqual(['api-errors', 'ui-errors', 'ui-slow']);
    expect(described({ AlarmNamePrefix: 'ui-' })).toEqual(['ui-errors', 'ui-slow']);
    expect(described({ ActionPrefix: 'arn:aws:sns' })).toEqual(['ui-errors']);
    const first = call('DescribeAlarms', { MaxRecords: 2 });
    expect(described({ MaxRecords: 2, NextToken: first.NextToken })).toEqual(['ui-slow']);
    const { MetricName, Namespace, Dimensions } = errors;
    expect(namesOf(call('DescribeAlarmsForMetric', { MetricName, Namespace, Dimensions }).MetricAlarms)).toEqual(['ui-errors']);
    expect(call('ListTagsForResource', { ResourceARN: shown.AlarmArn }).Tags).toEqual([{ Key: 'a', Value: 'b' }]);
    call('TagResource', { ResourceARN: shown.AlarmArn, Tags: [{ Key: 'c', Value: 'd' }] });
    call('UntagResource', { ResourceARN: shown.AlarmArn, TagKeys: ['a'] });
    expect(call('ListTagsForResource', { ResourceARN: shown.AlarmArn }).Tags).toEqual([{ Key: 'c', Value: 'd' }]);
    call('DisableAlarmActions', { AlarmNames: ['ui-errors', 'none'] });
    expect(call('DescribeAlarms', { AlarmNames: ['ui-errors'] }).MetricAlarms[0].ActionsEnabled).toBe(false);
    call('EnableAlarmActions', { AlarmNames: ['ui-errors'] });
    expect(call('DescribeAlarms', { AlarmNames: ['ui-errors'] }).MetricAlarms[0].ActionsEnabled).toBe(true);
    call('DeleteAlarms', { AlarmNames: ['ui-errors', 'never'] });
    expect(described({})).toEqual(['api-errors', 'ui-slow']);
    expect(() => call('ListTagsForResource', { ResourceARN: shown.AlarmArn })).toThrow(refused('ResourceNotFoundException'));
  });

  it.each([
    ['no comparison', { ComparisonOperator: undefined }, 'MissingParameter'],
    ['no statistic', { Statistic: undefined }, 'MissingParameter'],
    ['two statistics', { ExtendedStatistic: 'p50' }, 'InvalidParameterCombination'],
    ['an odd period', { Period: 45 }, 'ValidationError'],
    ['more datapoints than periods', { DatapointsToAlarm: 3 }, 'ValidationError'],
    ['an action that is no ARN', { AlarmActions: ['page me'] }, 'ValidationError'],
    ['a comparison that is none', { ComparisonOperator: 'Above' }, 'ValidationError'],
    ['another treatment of missing data', { TreatMissingData: 'guess' }, 'ValidationError'],
    ['a metric and a list of them', { Metrics: [{ Id: 'm' }] }, 'InvalidParameterCombination'],
  ])('refuse %s', (_name, more, code) => {
    const { call, alarm } = watch();
    expect(() => alarm('x', more)).toThrow(refused(code));
    expect(call('DescribeAlarms').MetricAlarms).toEqual([]);
  });

  it('stay as they were set by hand while there is no data', () => {
    const { d, call, alarm, state, set } = watch();
    alarm('ui-errors');
    set('ui-errors', 'ALARM');
    d.pass(86_400);
    expect(state('ui-errors')).toBe('ALARM');
    set('ui-errors', 'OK');
    const items = call('DescribeAlarmHistory', { AlarmName: 'ui-errors' }).AlarmHistoryItems;
    expect(items.map((i: { HistorySummary: string }) => i.HistorySummary)).toEqual([
      'Alarm updated from ALARM to OK',
      'Alarm updated from INSUFFICIENT_DATA to ALARM',
      'Alarm "ui-errors" created',
    ]);
    expect(call('DescribeAlarmHistory', { HistoryItemType: 'StateUpdate', MaxRecords: 1 })).toMatchObject({
      AlarmHistoryItems: [{ AlarmName: 'ui-errors', HistoryItemType: 'StateUpdate' }],
      NextToken: expect.any(String),
    });
    expect(() => set('none', 'OK')).toThrow(refused('ResourceNotFound'));
    expect(() => set('ui-errors', 'BROKEN')).toThrow(refused('ValidationError', /enum value set/));
  });

  it('follow the data that is put, and forget it in time', () => {
    const { d, alarm, state, record, set } = watch();
    alarm('ui-errors');
    alarm('quick', { EvaluationPeriods: 3, DatapointsToAlarm: 1 });
    record(4);
    record(7);
    d.pass(60);
    expect([state('ui-errors'), state('quick')]).toEqual(['ALARM', 'ALARM']);
    record(1);
    d.pass(60);
    expect([state('ui-errors'), state('quick')]).toEqual(['OK', 'ALARM']);
    set('ui-errors', 'ALARM');
    record(0);
    d.pass(60);
    expect(state('ui-errors')).toBe('OK');
    d.pass(600);
    expect(state('ui-errors')).toBe('INSUFFICIENT_DATA');
    const before = JSON.stringify(d.sandbox.store.state);
    d.pass(86_400);
    expect(JSON.stringify(d.sandbox.store.state)).toBe(before);
  });

  it('read missing data as they are told', () => {
    const { d, alarm, state } = watch();
    alarm('good', { TreatMissingData: 'notBreaching' });
    alarm('bad', { TreatMissingData: 'breaching' });
    alarm('none');
    d.pass(60);
    expect(['good', 'bad', 'none'].map(state)).toEqual(['OK', 'ALARM', 'INSUFFICIENT_DATA']);
  });

  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html, three of three.
  it.each([
    ['0-X-X', ['OK', 'OK', 'OK', 'OK']],
    ['----0', ['OK', 'OK', 'OK', 'OK']],
    ['-----', ['INSUFFICIENT_DATA', 'kept', 'ALARM', 'OK']],
    ['0XX-X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
    ['--X--', ['ALARM', 'kept', 'ALARM', 'OK']],
  ])('judge %s as AWS documents it', (range, expected) => {
    const real = [...range].reverse().filter((c) => c !== '-').slice(0, 3).map((c) => c === 'X'); // prettier-ignore
    const states = ['missing', 'ignore', 'breaching', 'notBreaching'].map((m) => verdict(real, 3, 3, m, 'kept' as never));
    expect(states).toEqual(expected);
  });

  it('are put together by rules', () => {
    const { call, alarm, state, set } = watch();
    alarm('a');
    alarm('b');
    const rule = (AlarmRule: string, AlarmName = 'all') => call('PutCompositeAlarm', { AlarmName, AlarmRule });
    rule('ALARM("a") AND NOT (ALARM(b) OR FALSE)');
    expect(state('all')).toBe('OK');
    set('a', 'ALARM');
    expect(state('all')).toBe('ALARM');
    rule('ALARM(all)', 'all-over');
    set('b', 'ALARM');
    expect([state('all'), state('all-over')]).toEqual(['OK', 'OK']);
    expect(call('DescribeAlarms').CompositeAlarms).toEqual([]);
    expect(namesOf(call('DescribeAlarms', { ChildrenOfAlarmName: 'all' }).MetricAlarms)).toEqual(['a', 'b']);
    expect(namesOf(call('DescribeAlarms', { ParentsOfAlarmName: 'a' }).CompositeAlarms)).toEqual(['all']);
    expect(() => call('DeleteAlarms', { AlarmNames: ['a'] })).toThrow(refused('ValidationError', /composite alarm all/));
    expect(() => rule('ALARM(a) AND')).toThrow(refused('ValidationError', /rule expression/));
    expect(() => rule('ALARM(none)')).toThrow(refused('ValidationError', /none do not exist/));
    expect(() => rule('OK("all-over")')).toThrow(refused('ValidationError', /cycle/));
    call('DeleteAlarms', { AlarmNames: ['all', 'all-over', 'a'] });
    expect(namesOf(call('DescribeAlarms').MetricAlarms)).toEqual(['b']);
  });
});

describe('metrics', () => {
  it('are listed and counted by period', () => {
    const { d, call } = watch();
    const put = (data: object[]) => call('PutMetricData', { Namespace: 'Shop', MetricData: data });
    const start = new Date(d.clock.now());
    put([
      { MetricName: 'Latency', Value: 10 },
      { MetricName: 'Latency', Values: [20, 30], Counts: [1, 2] },
      {
        MetricName: 'Errors',
        Dimensions: errors.Dimensions,
        StatisticValues: { SampleCount: 2, Sum: 6, Minimum: 1, Maximum: 5 },
      },
    ]);
    d.pass(60);
    put([{ MetricName: 'Latency', Value: 50, Unit: 'Milliseconds' }]);
    const window = { StartTime: start, EndTime: new Date(start.getTime() + 120_000) };
    const all = ['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'];
    const get = (more: object) =>
      call('GetMetricStatistics', { Namespace: 'Shop', MetricName: 'Latency', Period: 60, ...window, ...more }).Datapoints;
    expect(get({ Statistics: all, ExtendedStatistics: ['p50', 'p100'] })).toEqual([
      {
        Timestamp: start,
        SampleCount: 4,
        Average: 22.5,
        Sum: 90,
        Minimum: 10,
        Maximum: 30,
        Unit: 'None',
        ExtendedStatistics: { p50: 20, p100: 30 },
      },
      expect.objectContaining({ SampleCount: 1, Average: 50, Unit: 'Milliseconds' }),
    ]);
    expect(get({ Statistics: ['Sum'], Unit: 'Milliseconds' })).toHaveLength(1);
    expect(get({ Statistics: ['Average'], MetricName: 'Errors', Dimensions: errors.Dimensions })).toMatchObject([{ Average: 3 }]);
    expect(get({ Statistics: ['Sum'], MetricName: 'Errors' })).toEqual([]);
    expect(() => get({ Statistics: ['Sum'], EndTime: new Date(start.getTime() + 86_400_000 * 2) })).toThrow(
      refused('InvalidParameterCombination', /exceeds the limit of 1,440/),
    );
    expect(() => get({})).toThrow(refused('InvalidParameterCombination'));
    const stat = (Id: string, Stat: string) => ({
      Id,
      MetricStat: { Metric: { Namespace: 'Shop', MetricName: 'Latency' }, Period: 60, Stat },
    });
    const data = (...MetricDataQueries: object[]) => call('GetMetricData', { MetricDataQueries, ...window }).MetricDataResults;
    expect(data(stat('m1', 'Sum'), { ...stat('m2', 'p50'), ReturnData: false })).toMatchObject([
      { Id: 'm1', Label: 'Latency', Values: [50, 90], StatusCode: 'Complete' },
    ]);
    expect(() => data({ Id: 'e', Expression: 'm1/m2' })).toThrow(refused('ValidationError', /expressions/));
    const listed = (input: object) => call('ListMetrics', input).Metrics.map((m: { MetricName: string }) => m.MetricName);
    expect(listed({})).toEqual(['Errors', 'Latency']);
    expect(listed({ Dimensions: [{ Name: 'Service' }] })).toEqual(['Errors']);
    expect(listed({ Namespace: 'None' })).toEqual([]);
  });

  it.each([
    ['a namespace of AWS', { Namespace: 'AWS/ECS', MetricData: [{ MetricName: 'x', Value: 1 }] }, 'InvalidParameterValue'],
    ['two kinds of values', { MetricData: [{ MetricName: 'x', Value: 1, Values: [1] }] }, 'InvalidParameterCombination'],
    ['counts of another length', { MetricData: [{ MetricName: 'x', Values: [1], Counts: [1, 2] }] }, 'InvalidParameterValue'],
    ['no value', { MetricData: [{ MetricName: 'x' }] }, 'InvalidParameterCombination'],
    ['no number', { MetricData: [{ MetricName: 'x', Value: NaN }] }, 'InvalidParameterValue'],
    ['old data', { MetricData: [{ MetricName: 'x', Value: 1, Timestamp: new Date(0) }] }, 'InvalidParameterValue'],
    ['no name', { MetricData: [{ Value: 1 }] }, 'ValidationError'],
  ])('refuse %s', (_name, input, code) => {
    const { call } = watch();
    expect(() => call('PutMetricData', { Namespace: 'Shop', ...input })).toThrow(refused(code));
    expect(call('ListMetrics').Metrics).toEqual([]);
  });
});
