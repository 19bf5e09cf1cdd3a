import { describe, expect, it } from 'vitest';
import { resourcesOf } from '../../../src/lib/sandbox/iam/resources.js';
import { slice } from '../../../src/lib/sandbox/services/events/state.js';
import { checked, refused } from './checked.js';
import { ACCOUNT, REGION, START } from './drive.js';

const make = await checked('events');
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const entry = (more: object = {}) => ({ Source: 'baf', DetailType: 'Deploy Started', Detail: '{"a":1}', ...more });

describe('events', () => {
  it('are kept, with an id each; what is wrong with one is told of that one', () => {
    const { d, call } = make();
    const { FailedEntryCount, Entries } = call('PutEvents', {
      Entries: [
        entry(),
        { DetailType: 'x', Detail: '{}' },
        { Source: 'baf', Detail: '{}' },
        { Source: 'baf', DetailType: 'x' },
        entry({ Detail: 'no json' }),
        entry({ Detail: '[1]' }),
        entry({ Source: 'aws.ecs' }),
        entry({ DetailType: 'x'.repeat(129) }),
        entry({ Time: new Date(START - 60_000), Resources: ['arn:aws:ecs:one'], DetailType: 'Deploy Ended' }),
      ],
    });
    expect(FailedEntryCount).toBe(7);
    expect(Entries.map((e: { ErrorCode?: string }) => e.ErrorCode ?? null)).toEqual([
      null,
      ...['InvalidArgument', 'InvalidArgument', 'InvalidArgument'],
      ...['MalformedDetail', 'MalformedDetail', 'NotAuthorizedForSourceException', 'InvalidArgument'],
      null,
    ]);
    expect(Entries[1].ErrorMessage).toBe('Parameter Source is not valid. Reason: Source is a required argument.');
    const kept = slice(d.sandbox.world.cell(ACCOUNT, REGION)).events;
    expect(kept.map(({ id, ...rest }) => [UUID.test(id), rest])).toEqual([
      [true, { bus: 'default', source: 'baf', detailType: 'Deploy Started', detail: { a: 1 }, resources: [], time: START }],
      [
        true,
        {
          ...{ bus: 'default', source: 'baf', detailType: 'Deploy Ended', detail: { a: 1 } },
          ...{ resources: ['arn:aws:ecs:one'], time: START - 60_000 },
        },
      ],
    ]);
    expect(kept[0]!.id).not.toBe(kept[1]!.id);
  });

  it('are ten a call at most, and 256 KB together', () => {
    const { call } = make();
    const many = (count: number) => ({ Entries: Array.from({ length: count }, () => entry()) });
    expect(call('PutEvents', many(10)).FailedEntryCount).toBe(0);
    expect(() => call('PutEvents', many(11))).toThrow(refused('ValidationException', /'entries' .*less than or equal to 10/));
    expect(() => call('PutEvents', many(0))).toThrow(refused('ValidationException', /greater than or equal to 1/));
    expect(() => call('PutEvents')).toThrow(refused('ValidationException', /'entries' .*not be null/));
    const detail = (size: number) => JSON.stringify({ a: 'x'.repeat(size - 8) });
    const room = 256 * 1024 - 'baf'.length - 'Deploy Started'.length;
    expect(call('PutEvents', { Entries: [entry({ Detail: detail(room) })] }).FailedEntryCount).toBe(0);
    expect(() => call('PutEvents', { Entries: [entry({ Detail: detail(room + 1) })] })).toThrow(
      refused('ValidationException', /Total size of the entries in the request is over the limit/),
    );
    const half = detail(room / 2);
    expect(() => call('PutEvents', { Entries: [entry({ Detail: half }), entry({ Detail: half })] })).toThrow(
      refused('ValidationException', /over the limit/),
    );
  });

  it('go to a bus by name or ARN; to one that is not there they are lost without a word, as on AWS', () => {
    const { d, call } = make();
    const { EventBusArn } = call('CreateEventBus', { Name: 'deploys', Description: 'what is deployed' });
    expect(EventBusArn).toBe(`arn:aws:events:${REGION}:${ACCOUNT}:event-bus/deploys`);
    const put = ['deploys', EventBusArn, 'nowhere'].map((EventBusName) => entry({ EventBusName }));
    expect(call('PutEvents', { Entries: put }).FailedEntryCount).toBe(0);
    expect(slice(d.sandbox.world.cell(ACCOUNT, REGION)).events.map((e) => e.bus)).toEqual(['deploys', 'deploys']);
  });

  it('are kept to a thousand', () => {
    const { d, call } = make();
    for (let i = 0; i < 101; i++)
      call('PutEvents', { Entries: Array.from({ length: 10 }, () => entry({ DetailType: `n${i}` })) });
    const kept = slice(d.sandbox.world.cell(ACCOUNT, REGION)).events;
    expect([kept.length, kept[0]!.detailType, kept.at(-1)!.detailType]).toEqual([1_000, 'n1', 'n100']);
  });

  it('need to be allowed on each bus', () => {
    const place = { account: ACCOUNT, region: REGION };
    expect(resourcesOf('events', 'PutEvents', { Entries: [entry(), entry({ EventBusName: 'deploys' })] }, place)).toEqual([
      `arn:aws:events:${REGION}:${ACCOUNT}:event-bus/default`,
      `arn:aws:events:${REGION}:${ACCOUNT}:event-bus/deploys`,
    ]);
  });
});

describe('buses and rules', () => {
  it('are made, listed, described and deleted', () => {
    const { call } = make();
    expect(call('DescribeEventBus')).toEqual({ Name: 'default', Arn: `arn:aws:events:${REGION}:${ACCOUNT}:event-bus/default` });
    expect(() => call('DescribeEventBus', { Name: 'deploys' })).toThrow(
      refused('ResourceNotFoundException', /^Event bus deploys does not exist\.$/),
    );
    call('CreateEventBus', { Name: 'deploys' });
    expect(() => call('CreateEventBus', { Name: 'deploys' })).toThrow(refused('ResourceAlreadyExistsException'));
    expect(call('DescribeEventBus', { Name: 'deploys' }).CreationTime).toEqual(new Date(START));
    const names = (list: { Name: string }[]) => list.map((one) => one.Name);
    const first = call('ListEventBuses', { Limit: 1 });
    expect(names(first.EventBuses)).toEqual(['default']);
    expect(names(call('ListEventBuses', { Limit: 1, NextToken: first.NextToken }).EventBuses)).toEqual(['deploys']);

    const EventPattern = JSON.stringify({ source: ['baf'] });
    expect(call('PutRule', { Name: 'all', EventPattern }).RuleArn).toBe(`arn:aws:events:${REGION}:${ACCOUNT}:rule/all`);
    const there = { Name: 'ends', EventBusName: 'deploys' };
    expect(call('PutRule', { ...there, EventPattern }).RuleArn).toMatch(/:rule\/deploys\/ends$/);
    expect(names(call('ListRules').Rules)).toEqual(['all']);
    expect(names(call('ListRules', { EventBusName: 'deploys' }).Rules)).toEqual(['ends']);
    expect(call('DescribeRule', there)).toMatchObject({
      EventPattern,
      State: 'ENABLED',
      EventBusName: 'deploys',
      CreatedBy: ACCOUNT,
    });
    expect(() => call('DescribeRule', { Name: 'ends' })).toThrow(refused('ResourceNotFoundException'));
    expect(() => call('PutRule', { Name: 'none' })).toThrow(refused('ValidationException'));
    expect(() => call('PutRule', { Name: 'bad', EventPattern: 'baf' })).toThrow(refused('InvalidEventPatternException'));
    expect(() => call('PutRule', { ...there, ScheduleExpression: 'rate(1 hour)' })).toThrow(refused('ValidationException'));
    expect(() => call('DeleteEventBus', { Name: 'deploys' })).toThrow(refused('ValidationException', /has rules/));
    call('DeleteRule', there);
    call('DeleteEventBus', { Name: 'deploys' });
    expect(names(call('ListEventBuses').EventBuses)).toEqual(['default']);
    expect(() => call('DeleteEventBus', { Name: 'default' })).toThrow(refused('ValidationException'));
  });
});
