/** Gaps in the contact with AWS: told once, outlasted, and what is no gap is not. */
import { describe, expect, it } from 'vitest';
import { Contact, throughGaps } from '../../../src/lib/engine/contact.js';
import type { EcsGateway, Effects, TargetGateways } from '../../../src/lib/engine/effects.js';
import { ClusterPoller } from '../../../src/lib/engine/poller.js';
import { UserError } from '../../../src/lib/errors/user-error.js';
import type { Clock } from '../../../src/lib/model/clock.js';
import type { BafEvent } from '../../../src/lib/model/event.js';
import type { Target } from '../../../src/lib/model/target.js';
import { service } from '../rollout/watch-values.js';

const target: Target = { name: 'a/eu-west-1', account: 'a', accountId: '111111111111', region: 'eu-west-1' };
const gap = () => new UserError('ThrottlingException', { message: 'Rate exceeded', transient: true });

function scene(answer: (now: number) => Promise<never> | Promise<ReturnType<typeof service>[]>) {
  let now = 0;
  const clock: Clock = { now: () => now, sleep: (ms) => ((now += ms), Promise.resolve()) };
  const events: BafEvent[] = [];
  const contact = new Contact(target.name, clock, (e) => events.push(e));
  let calls = 0;
  const ecs = { describeServices: () => (calls++, answer(now)) } as unknown as EcsGateway;
  const effects = {
    at: () => ({ ecs, tasks: {}, ssm: {}, stacks: {} }) as unknown as TargetGateways,
    clock,
    actor: 'ana',
  } as Effects;
  return { clock, contact, events, ecs, effects, calls: () => calls };
}
const twoMinutes = (now: number) => (now <= 120_000 ? Promise.reject(gap()) : Promise.resolve([service([])]));

describe('a gap of two minutes', () => {
  it('is told once by the poller, whoever watches, and its end once', async () => {
    const { clock, contact, events, ecs } = scene(twoMinutes);
    const poller = new ClusterPoller(ecs, 'baf', clock, contact);
    const kinds: string[] = [];
    do kinds.push(...(await Promise.all([poller.look('ui'), poller.look('cart')])).map((p) => p.kind));
    while (kinds.at(-1) === 'unanswered');
    expect(kinds.filter((k) => k === 'unanswered')).toHaveLength(48);
    expect(events).toEqual([
      { type: 'contact.lost', at: 5_000, target: target.name, api: 'ecs', reason: 'Rate exceeded' },
      { type: 'contact.back', at: 125_000, target: target.name, api: 'ecs', lostAt: 5_000 },
    ]);
    expect(await poller.look('ui')).toMatchObject({ kind: 'answered', service: { name: 'ui' } });
    expect(await poller.look('cart')).toEqual({ kind: 'answered', service: null, stopped: [] });
  });

  it('is outlasted by the calls of a rollout', async () => {
    const { effects, contact, events, calls } = scene(twoMinutes);
    const { ecs } = throughGaps(effects, () => contact, new AbortController().signal, 600_000).at(target);
    expect(await ecs.describeServices('baf', ['ui'])).toHaveLength(1);
    expect(calls()).toBe(26);
    expect(events.map((e) => e.type)).toEqual(['contact.lost', 'contact.back']);
  });
});

describe('the calls of a rollout', () => {
  it('give up when their time is over', async () => {
    const { effects, contact, clock } = scene(() => Promise.reject(gap()));
    const { ecs } = throughGaps(effects, () => contact, new AbortController().signal, 60_000).at(target);
    await expect(ecs.describeServices('baf', ['ui'])).rejects.toMatchObject({ code: 'ThrottlingException' });
    expect(clock.now()).toBe(60_000);
  });
  it('are made once where it is no gap, or the deploy was interrupted', async () => {
    const refused = scene(() => Promise.reject(new UserError('AccessDenied', { message: 'no' })));
    const signal = new AbortController();
    const calls = throughGaps(refused.effects, () => refused.contact, signal.signal, 60_000);
    await expect(calls.at(target).ecs.describeServices('baf', [])).rejects.toMatchObject({ code: 'AccessDenied' });
    expect([refused.calls(), refused.events]).toEqual([1, []]);
    const stopped = scene(() => Promise.reject(gap()));
    signal.abort();
    await expect(
      throughGaps(stopped.effects, () => stopped.contact, signal.signal, 60_000)
        .at(target)
        .ecs.describeServices('baf', []),
    ).rejects.toMatchObject({ code: 'ThrottlingException' });
    expect(stopped.calls()).toBe(1);
  });
  it('are the same gateway each time, so that those who gather calls by it can', () => {
    const { effects, contact } = scene(() => Promise.resolve([]));
    const calls = throughGaps(effects, () => contact, new AbortController().signal, 1);
    expect(calls.at(target).ecs).toBe(calls.at(target).ecs);
  });
});
