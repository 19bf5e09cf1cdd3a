import { describe, expect, it } from 'vitest';
import { appendLog } from '../../../src/lib/sandbox/services/logs.js';
import { checked, refused } from './checked.js';
import { ACCOUNT, REGION } from './drive.js';

const make = await checked('logs');
const DAY = 86_400;

function journal() {
  const { d, call } = make();
  call('CreateLogGroup', { logGroupName: '/g' });
  call('CreateLogStream', { logGroupName: '/g', logStreamName: 's' });
  const where = { logGroupName: '/g', logStreamName: 's' };
  const write = (...messages: string[]) =>
    call('PutLogEvents', { ...where, logEvents: messages.map((message, i) => ({ timestamp: d.clock.now() + i, message })) });
  const read = (more: object = {}) => call('GetLogEvents', { ...where, ...more });
  const texts = ({ events }: { events: { message: string }[] }): string[] => events.map((e) => e.message);
  const find = (filterPattern?: string, more: object = {}) =>
    texts(call('FilterLogEvents', { logGroupName: '/g', filterPattern, ...more }));
  return { d, call, write, read, texts, find, where };
}

describe('log groups', () => {
  it('are made, found by prefix and pattern, and paged by fifty', () => {
    const { call } = journal();
    for (let i = 0; i < 60; i++) call('CreateLogGroup', { logGroupName: `/ecs/Shop/${String(i).padStart(2, '0')}` });
    const first = call('DescribeLogGroups');
    expect(first.logGroups).toHaveLength(50);
    expect(call('DescribeLogGroups', { nextToken: first.nextToken }).logGroups).toHaveLength(11);
    const names = (input: object) =>
      call('DescribeLogGroups', input).logGroups.map((g: { logGroupName: string }) => g.logGroupName);
    expect(names({ logGroupNamePrefix: '/ecs/Shop/0', limit: 2 })).toEqual(['/ecs/Shop/00', '/ecs/Shop/01']);
    expect(names({ logGroupNamePattern: 'shop/5' })).toHaveLength(10);
    expect(call('DescribeLogGroups', { logGroupNamePrefix: '/g' }).logGroups).toMatchObject([
      {
        arn: `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/g:*`,
        logGroupArn: `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/g`,
        logGroupClass: 'STANDARD',
      },
    ]);
    expect(() => names({ logGroupNamePrefix: '/', logGroupNamePattern: 'x' })).toThrow(refused('InvalidParameterException'));
    expect(() => names({ limit: 51 })).toThrow(refused('InvalidParameterException'));
    expect(() => names({ nextToken: 'junk' })).toThrow(refused('InvalidParameterException', /nextToken/));
    expect(() => call('CreateLogGroup', { logGroupName: '/g' })).toThrow(refused('ResourceAlreadyExistsException'));
    call('DeleteLogGroup', { logGroupName: '/g' });
    expect(() => call('DeleteLogGroup', { logGroupName: '/g' })).toThrow(refused('ResourceNotFoundException'));
  });

  it('carry tags by both ways, and a retention', () => {
    const { call } = journal();
    const resourceArn = `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/g`;
    call('TagResource', { resourceArn, tags: { a: 'b', c: 'd' } });
    call('TagLogGroup', { logGroupName: '/g', tags: { e: 'f' } });
    call('UntagResource', { resourceArn, tagKeys: ['a'] });
    call('UntagLogGroup', { logGroupName: '/g', tags: ['e'] });
    expect(call('ListTagsForResource', { resourceArn }).tags).toEqual({ c: 'd' });
    expect(call('ListTagsLogGroup', { logGroupName: '/g' }).tags).toEqual({ c: 'd' });
    const retention = () => call('DescribeLogGroups').logGroups[0].retentionInDays;
    call('PutRetentionPolicy', { logGroupName: '/g', retentionInDays: 7 });
    expect(retention()).toBe(7);
    expect(() => call('PutRetentionPolicy', { logGroupName: '/g', retentionInDays: 8 })).toThrow(
      refused('InvalidParameterException', /retentionInDays/),
    );
    call('DeleteRetentionPolicy', { logGroupName: '/g' });
    expect(retention()).toBeUndefined();
  });
});

describe('log events', () => {
  it('are read from both ends, and say where they end by the same token', () => {
    const { d, call, write, read, texts, where } = journal();
    write('1', '2', '3', '4', '5');
    expect(texts(read({ limit: 2 }))).toEqual(['4', '5']);
    const head = read({ limit: 2, startFromHead: true });
    expect(texts(head)).toEqual(['1', '2']);
    const next = read({ limit: 2, nextToken: head.nextForwardToken });
    expect(texts(next)).toEqual(['3', '4']);
    expect(texts(read({ limit: 2, nextToken: next.nextBackwardToken }))).toEqual(['1', '2']);
    const last = read({ limit: 2, nextToken: next.nextForwardToken });
    const end = read({ limit: 2, nextToken: last.nextForwardToken });
    expect([texts(last), texts(end), end.nextForwardToken]).toEqual([['5'], [], last.nextForwardToken]);
    d.pass(1);
    write('6');
    expect(texts(read({ nextToken: end.nextForwardToken }))).toEqual(['6']);
    expect(read({ limit: 9, nextToken: head.nextBackwardToken }).nextBackwardToken).toBe(head.nextBackwardToken);
    expect(() => read({ nextToken: 'junk' })).toThrow(refused('InvalidParameterException', /nextToken/));
    expect(() => call('GetLogEvents', { ...where, logStreamName: 'none' })).toThrow(
      refused('ResourceNotFoundException', /log stream does not exist/),
    );
  });

  it('are found by terms, streams and times', () => {
    const { d, call, write, find } = journal();
    write('INFO started', 'ERROR timeout of db', 'ERROR refused');
    d.pass(60);
    appendLog(d.sandbox.world.cell(ACCOUNT, REGION), '/g', 'ecs/ui/1', ['WARN slow "db"'], d.clock.now());
    appendLog(d.sandbox.world.cell(ACCOUNT, REGION), '/none', 's', ['lost'], d.clock.now());
    expect(find()).toHaveLength(4);
    expect(find('ERROR timeout')).toEqual(['ERROR timeout of db']);
    expect(find('?WARN ?timeout')).toEqual(['ERROR timeout of db', 'WARN slow "db"']);
    expect(find('ERROR -timeout')).toEqual(['ERROR refused']);
    expect(find('"timeout of"')).toHaveLength(1);
    expect(find('"\\"db\\""')).toEqual(['WARN slow "db"']);
    expect(find('%ref.sed%')).toEqual(['ERROR refused']);
    expect(find(undefined, { logStreamNamePrefix: 'ecs/' })).toHaveLength(1);
    expect(find(undefined, { startTime: d.clock.now() })).toEqual(['WARN slow "db"']);
    const page = call('FilterLogEvents', { logGroupName: '/g', limit: 3 });
    expect(find(undefined, { limit: 3, nextToken: page.nextToken })).toHaveLength(1);
    expect(() => find('{ $.level = "x" }')).toThrow(refused('InvalidParameterException', /JSON/));
    expect(() => find(undefined, { logStreamNames: ['none'] })).toThrow(refused('ResourceNotFoundException'));
  });

  it('are refused out of order, and passed over when too old or too new', () => {
    const { d, call, write, read, texts, where } = journal();
    const now = d.clock.now();
    const put = (...times: number[]) =>
      call('PutLogEvents', { ...where, logEvents: times.map((timestamp) => ({ timestamp, message: 'm' })) });
    expect(() => put(now, now - 1)).toThrow(refused('InvalidParameterException', /chronological/));
    expect(() => put(now - 2 * DAY * 1000, now)).toThrow(refused('InvalidParameterException', /24 hours/));
    expect(put(now - 20 * DAY * 1000).rejectedLogEventsInfo).toEqual({ tooOldLogEventEndIndex: 1 });
    expect(put(now, now + 3 * 3_600_000).rejectedLogEventsInfo).toEqual({ tooNewLogEventStartIndex: 1 });
    expect(texts(read())).toEqual(['m']);
    call('PutRetentionPolicy', { logGroupName: '/g', retentionInDays: 1 });
    d.pass(2 * DAY);
    expect(texts(read())).toEqual([]);
    expect(write('later')).toMatchObject({ nextSequenceToken: expect.stringMatching(/^\d{56}$/) });
  });

  it('order their streams', () => {
    const { d, call, write } = journal();
    call('CreateLogStream', { logGroupName: '/g', logStreamName: 'a' });
    d.pass(1);
    write('x');
    const names = (more: object) =>
      call('DescribeLogStreams', { logGroupName: '/g', ...more }).logStreams.map(
        (s: { logStreamName: string }) => s.logStreamName,
      );
    expect(names({})).toEqual(['a', 's']);
    expect(names({ orderBy: 'LastEventTime', descending: true })).toEqual(['s', 'a']);
    expect(names({ logStreamNamePrefix: 's' })).toEqual(['s']);
    expect(() => names({ orderBy: 'LastEventTime', logStreamNamePrefix: 's' })).toThrow(refused('InvalidParameterException'));
    expect(() => call('CreateLogStream', { logGroupName: '/g', logStreamName: 'a' })).toThrow(
      refused('ResourceAlreadyExistsException', /stream/),
    );
    call('DeleteLogStream', { logGroupName: '/g', logStreamName: 'a' });
    expect(names({})).toEqual(['s']);
  });

  it('become metrics, and metrics alarms', () => {
    const { d, call, write } = journal();
    call('PutMetricFilter', {
      logGroupName: '/g',
      filterName: 'errors',
      filterPattern: 'ERROR',
      metricTransformations: [{ metricName: 'Errors', metricNamespace: 'Shop', metricValue: '1' }],
    });
    d.call('monitoring', 'PutMetricAlarm', {
      AlarmName: 'errors',
      Namespace: 'Shop',
      MetricName: 'Errors',
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanThreshold',
    });
    write('ERROR a', 'fine', 'ERROR b');
    d.pass(60);
    expect(d.call('monitoring', 'DescribeAlarms', {}).MetricAlarms[0].StateValue).toBe('ALARM');
    const filters = (more: object) => call('DescribeMetricFilters', more).metricFilters;
    expect(filters({ logGroupName: '/g' })).toMatchObject([{ filterName: 'errors', filterPattern: 'ERROR' }]);
    expect(filters({ metricName: 'Errors', metricNamespace: 'Shop' })).toHaveLength(1);
    expect(call('DescribeLogGroups').logGroups[0].metricFilterCount).toBe(1);
    call('DeleteMetricFilter', { logGroupName: '/g', filterName: 'errors' });
    expect(() => call('DeleteMetricFilter', { logGroupName: '/g', filterName: 'errors' })).toThrow(
      refused('ResourceNotFoundException'),
    );
  });
});
