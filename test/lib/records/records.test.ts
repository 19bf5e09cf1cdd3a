import { describe, expect, it } from 'vitest';
import { cancelledRecord, wayBack } from '../../../src/lib/records/cancel.js';
import { chooseRecords, currentRecord, prunedIds, resumable, rowOf } from '../../../src/lib/records/history.js';
import type { DeployStatus, RolloutStatus } from '../../../src/lib/model/outcome.js';
import { formatRecord, parseRecord } from '../../../src/lib/records/format.js';
import { isUnderWay } from '../../../src/lib/records/outcome.js';
import {
  GONE_MS,
  isGone,
  isId,
  newId,
  planKey,
  recordEvent,
  type DeployRecord,
  type RecordedRollout,
} from '../../../src/lib/records/record.js';
import { touchedLater } from '../../../src/lib/records/superseded.js';
import { parsePoint } from '../../../src/lib/records/time.js';
import { record, rollout, T0 } from './scene.js';

const id = (n: number) => `d-202611191400${String(n).padStart(2, '0')}-aaaa`;

describe('ids', () => {
  it('sort by time and are recognised', () => {
    const ids = [T0, T0 + 1000, T0 + 86_400_000].map((t) => newId(t, 0.999999));
    expect(ids).toEqual(ids.toSorted());
    expect(ids.every(isId)).toBe(true);
    expect(newId(T0, 0)).toBe('d-20261119140000-0000');
    expect(isId('d-1')).toBe(false);
  });
  it('of plans do not depend on the order, but on each part', () => {
    const [a, b] = [
      { service: 'ui', target: 'x', tag: '1' },
      { service: 'api', target: 'x', tag: '1' },
    ];
    expect(planKey([a!, b!])).toBe(planKey([b!, a!]));
    expect(planKey([a!])).not.toBe(planKey([{ ...a!, tag: '2' }]));
  });
});

describe('events', () => {
  it('change the record', () => {
    const open = record({ state: 'running', finishedAt: null, rollouts: [rollout({ status: 'queued' })] });
    const at = { at: T0, service: 'ui', target: 'shop-canary/eu-west-1' };
    const started = recordEvent(open, { type: 'rollout.started', ...at });
    expect(started.rollouts[0]!.status).toBe('running');
    const cause = { code: 'C', message: 'm', advice: 'a' };
    const { from, to } = rollout();
    const ended = recordEvent(started, { type: 'rollout.ended', ...at, status: 'rolled-back', from, to, cause });
    expect(ended.rollouts[0]).toMatchObject({ status: 'rolled-back', cause });
  });
  it('of a deploy taken up again leave done what it had done', () => {
    const { from, to } = rollout();
    const outcome = {
      id: 'x',
      environment: 'prod',
      status: 'unchanged' as const,
      startedAt: new Date(T0).toISOString(),
      finishedAt: new Date(T0 + 5000).toISOString(),
      rollouts: [{ service: 'ui', target: 'shop-canary/eu-west-1', status: 'unchanged' as const, from, to }],
    };
    const ended = recordEvent(record({ state: 'running', finishedAt: null }), { type: 'deploy.ended', at: T0, outcome });
    expect([ended.state, ended.rollouts[0]!.status, ended.finishedAt]).toEqual(['succeeded', 'succeeded', T0 + 5000]);
  });
  it('of a deploy whose last words were not written tell what it had done', () => {
    const at = { at: T0, service: 'ui', target: 'shop-canary/eu-west-1', type: 'rollout.ended', status: 'unchanged' } as const;
    const { from, to } = rollout();
    const found = (before: object, now = to) =>
      recordEvent(record({ rollouts: [rollout({ status: 'running', ...before })] }), { ...at, from: now, to: now }).rollouts[0]!
        .status;
    // Another version when the deploy began, another task definition, no service at all: somebody did it, and it was this deploy.
    expect(found({})).toBe('succeeded');
    expect(found({ from: { tag: '1.4.0', revision: from!.revision } })).toBe('succeeded');
    expect(found({ from: null })).toBe('succeeded');
    expect(found({ from: to })).toBe('unchanged');
  });
});

describe('a rollout that nobody waits for', () => {
  const { from, to } = rollout();
  const [first, second] = ['shop-canary/eu-west-1', 'shop-prod/eu-west-1'];
  const open = (...rollouts: RecordedRollout[]) => record({ state: 'running', finishedAt: null, rollouts });
  const after = (before: DeployRecord, status: DeployStatus, ...ends: RolloutStatus[]): string[] => {
    const rollouts = ends.map((end, index) => ({ service: 'ui', target: [first, second][index]!, status: end, from, to }));
    const [startedAt, finishedAt] = [new Date(T0).toISOString(), new Date(T0 + 5000).toISOString()];
    const outcome = { id: 'x', environment: 'prod', status, startedAt, finishedAt, rollouts };
    const ended = recordEvent(before, { type: 'deploy.ended', at: T0, outcome });
    return [ended.state, ended.finishedAt === null ? 'open' : 'ended', ...ended.rollouts.map((r) => r.status)];
  };
  const queued = open(rollout({ status: 'queued' }), rollout({ status: 'queued', target: second }));
  const begun = open(rollout({ status: 'started' }), rollout({ status: 'started', target: second }));

  it('leaves the record open, also beside others that ended', () => {
    expect(after(queued, 'started', 'started', 'started')).toEqual(['left', 'open', 'started', 'started']);
    expect(after(queued, 'started', 'succeeded', 'started')).toEqual(['left', 'open', 'succeeded', 'started']);
    expect(after(queued, 'partial', 'failed', 'started')).toEqual(['left', 'open', 'failed', 'started']);
    expect(after(queued, 'cancelled', 'rolled-back', 'started')).toEqual(['cancelled', 'ended', 'rolled-back', 'started']);
  });
  it('is done where the deploy, taken up again, finds nothing left to do', () => {
    expect(after(begun, 'unchanged', 'unchanged', 'unchanged')).toEqual(['succeeded', 'ended', 'succeeded', 'succeeded']);
    expect(after(begun, 'succeeded', 'succeeded', 'unchanged')).toEqual(['succeeded', 'ended', 'succeeded', 'succeeded']);
  });
  it('stays begun where it is not looked at again', () => {
    expect(after(begun, 'rolled-back', 'rolled-back', 'skipped')).toEqual(['rolled-back', 'ended', 'rolled-back', 'started']);
  });
  it('is under way while its record is open', () => {
    const [r] = begun.rollouts;
    const at = (state: DeployRecord['state']): boolean => isUnderWay({ ...begun, state }, r!);
    expect([at('running'), at('left'), at('cancelled')]).toEqual([true, true, false]);
  });
  it('is brought back where it is cancelled', () =>
    expect(wayBack(begun)).toEqual({ [`ui ${first}`]: '1.3.0', [`ui ${second}`]: '1.3.0' }));
  it('is written down and read again', () =>
    expect(parseRecord('prod', begun.id, formatRecord(begun))?.rollouts).toEqual(begun.rollouts));
});

describe('history', () => {
  const open = record({ id: id(3), state: 'running', finishedAt: null });
  const left = record({ id: id(4), state: 'left', finishedAt: null });
  it('is newest first, by service, at most so many', () => {
    const api = record({ id: id(2), rollouts: [rollout({ service: 'api' })] });
    expect(chooseRecords([record({ id: id(1) }), open, api], ['ui'], 5).map((r) => r.id)).toEqual([id(3), id(1)]);
    expect(chooseRecords([record({ id: id(1) }), open, api], [], 1).map((r) => r.id)).toEqual([id(3)]);
  });
  it('means the newest that runs, else the newest that was left', () => {
    const gone = (r: { state: string }) => r.state === 'left';
    expect(currentRecord([record(), open, left], gone)?.id).toBe(id(3));
    expect(currentRecord([record(), left], gone)?.id).toBe(id(4));
    expect(currentRecord([record()], gone)).toBeNull();
  });
  it('knows when a process is gone', () => {
    expect(isGone(open, open.beatAt + GONE_MS)).toBe(false);
    expect(isGone(open, open.beatAt + GONE_MS + 1)).toBe(true);
    expect(rowOf(open, T0 + 120_000, true, [open])).toMatchObject({ status: 'lost', seconds: 60, finishedAt: null });
    expect(rowOf(open, T0 + 120_000, false, [open])).toMatchObject({ status: 'running', seconds: 120 });
  });
  it('says of what was left open who went on instead, once that was with all of it', () => {
    const one = rollout({ service: 'a', status: 'running' });
    const two = rollout({ service: 'b', status: 'queued' });
    const done = rollout({ service: 'c', status: 'unchanged' });
    const first = record({ id: id(3), state: 'running', finishedAt: null, rollouts: [one, two, done] });
    const next = record({ id: id(5), rollouts: [{ ...one, status: 'succeeded' }, two] });
    const last = record({ id: id(6), rollouts: [{ ...two, status: 'unchanged' }] });
    const row = (all: DeployRecord[], gone = true) => rowOf(first, T0, gone, [first, ...all]);
    expect(row([record({ id: id(2), rollouts: last.rollouts }), next])).toMatchObject({ status: 'lost', supersededBy: null });
    expect(row([last, next])).toMatchObject({ status: 'superseded', supersededBy: id(6), finishedAt: null });
    expect(row([last, next], false)).toMatchObject({ status: 'running', supersededBy: null });
    expect(rowOf(next, T0, false, [first, next, last])).toMatchObject({ status: 'succeeded', supersededBy: null });
    expect([...touchedLater(first, [first, next])]).toEqual(['a shop-canary/eu-west-1']);
    // Nobody means it any more who names none.
    expect(currentRecord([first, next, last], () => true)).toBeNull();
    expect(currentRecord([first, next, last], () => false)?.id).toBe(id(3));
    expect(currentRecord([first, next], () => true)?.id).toBe(id(3));
  });
  it('forgets the oldest, and nothing that runs', () => {
    const many = Array.from({ length: 52 }, (_, n) => record({ id: id(n) }));
    expect(prunedIds(many, T0)).toEqual([id(2), id(1), id(0)]);
    expect(prunedIds([record({ ...open, id: id(0) }), ...many.slice(1)], T0)).toEqual([id(2), id(1)]);
  });
  it('takes up only an open record of the same, and no older one', () => {
    const asked = { plan: 'x', kind: 'deploy', services: ['ui'] } as const;
    expect(resumable([record(), open], asked)?.id).toBe(id(3));
    expect(resumable([open], { ...asked, plan: 'y' })).toBeNull();
    expect(resumable([open], { ...asked, kind: 'rollback' })).toBeNull();
    expect(resumable([open, record({ id: id(9) })], asked)).toBeNull();
  });
});

describe('cancelling for a process that is gone', () => {
  it('brings back what may have begun, and ends the record', () => {
    const open = record({
      state: 'running',
      finishedAt: null,
      rollouts: [
        rollout(),
        rollout({ service: 'new', from: null, status: 'running' }),
        rollout({ service: 'b', status: 'unchanged' }),
      ],
    });
    expect(wayBack(open)).toEqual({ 'ui shop-canary/eu-west-1': '1.3.0' });
    const { from, to } = rollout();
    const outcome = {
      id: open.id,
      environment: 'prod',
      status: 'succeeded' as const,
      startedAt: '',
      finishedAt: '',
      rollouts: [{ service: 'ui', target: 'shop-canary/eu-west-1', status: 'succeeded' as const, from: to, to: from! }],
    };
    const ended = cancelledRecord(open, outcome, 'ben', T0 + 9);
    expect([ended.state, ended.finishedAt]).toEqual(['cancelled', T0 + 9]);
    expect(ended.rollouts.map((r) => r.status)).toEqual(['rolled-back', 'cancelled', 'unchanged']);
  });
});

describe('points in time', () => {
  it.each([
    ['2h', T0 - 7_200_000],
    ['30m ago', T0 - 1_800_000],
    ['2026-11-19', Date.parse('2026-11-19T00:00:00Z')],
    ['2026-11-19T13:00', T0 - 3_600_000],
    ['2026-11-19T14:00+01:00', T0 - 3_600_000],
    ['2026-11-19 13:00:30Z', T0 - 3_570_000],
    ['2026-02-31', null],
    ['yesterday', null],
    ['2x', null],
  ])('%s', (text, at) => expect(parsePoint(text, T0)).toBe(at));
});
