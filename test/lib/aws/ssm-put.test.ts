/** One PutParameter is one version, whatever happens to its answer; and many are paced under AWS's bucket. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPacer, type Urgency } from '../../../src/lib/aws/pacer.js';
import type { SsmGateway } from '../../../src/lib/engine/effects.js';
import { tagScene, type TagScene } from '../tags/scene.js';

const NAME = '/baf/tags/prod/ui';
let scene: TagScene;
let ssm: SsmGateway;
beforeEach(async () => {
  scene = await tagScene(1);
  ssm = scene.as('ana').at(scene.targets[0]!).ssm;
});
afterEach(() => scene.close());
const values = () => scene.versions(scene.targets[0]!, NAME).map((v) => v.value);

describe('a put whose answer is lost', () => {
  it('is found, and made once', async () => {
    await ssm.put(NAME, '1.0', { description: 'a', create: true });
    scene.fail('PutParameter', 'lost', 1);
    expect(await ssm.put(NAME, '2.0', { description: 'b', after: 1 })).toBe(2);
    expect(values()).toEqual(['1.0', '2.0']);
  });
  it('is found where it made the parameter', async () => {
    scene.fail('PutParameter', 'lost', 1);
    expect(await ssm.put(NAME, '1.0', { description: 'a', create: true })).toBe(1);
    expect(values()).toEqual(['1.0']);
  });
  it('is told from another that says the same', async () => {
    await ssm.put(NAME, '2.0', { description: 'b', create: true });
    await ssm.put(NAME, '1.0', { description: 'a', after: 1 });
    scene.fail('PutParameter', 'reset', 1);
    expect(await ssm.put(NAME, '2.0', { description: 'b', after: 2 })).toBe(3);
    expect(values()).toEqual(['2.0', '1.0', '2.0']);
  });
  it('is sent again where AWS never got it', async () => {
    scene.fail('PutParameter', 'reset', 2);
    expect(await ssm.put(NAME, '1.0', {})).toBe(1);
    expect(values()).toEqual(['1.0']);
  });
  it('is not guessed at where nobody may look', async () => {
    scene.fail('PutParameter', 'lost', 1);
    scene.fail('GetParameterHistory', 'denied', null);
    await expect(ssm.put(NAME, '1.0', {})).rejects.toMatchObject({ code: 'AnswerLost', exitCode: 1 });
    expect(values()).toEqual(['1.0']);
  });
});

it('tries again after a refusal that is about the pace, and never otherwise', async () => {
  scene.fail('PutParameter', 'throttle', 3);
  expect(await ssm.put(NAME, '1.0', {})).toBe(1);
  await expect(ssm.put(NAME, 'a {{ b }}', {})).rejects.toMatchObject({ code: 'ValidationException' });
  scene.fail('PutParameter', 'denied', null);
  const before = scene.calls('PutParameter').count;
  await expect(ssm.put(NAME, '2.0', {})).rejects.toMatchObject({ code: 'AccessDenied', exitCode: 3 });
  expect(scene.calls('PutParameter').count).toBe(before + 1);
});

it('waits for the other writer of the same moment', async () => {
  scene.ssm(scene.targets[0]!, 'PutParameter', { Name: NAME, Value: 'x', Type: 'String' });
  expect(await ssm.put(NAME, '1.0', { after: 1 })).toBe(2);
  expect(scene.calls('PutParameter').count).toBeGreaterThan(1);
});

it('writes 110 parameters under the bucket: none throttled, all once, and tells how long it takes', async () => {
  const names = Array.from({ length: 110 }, (_, i) => `/baf/tags/prod/s-${i}`);
  const startedAt = scene.sandbox.clock.now();
  const estimate = ssm.estimateWrites(names.length);
  await Promise.all(names.map((name) => ssm.put(name, '1.0', { create: true })));
  const took = scene.sandbox.clock.now() - startedAt;
  expect(scene.calls('PutParameter')).toEqual({ count: 110, throttled: 0 });
  expect(took).toBeGreaterThan(36_000);
  expect(took).toBeLessThan(40_000);
  expect(Math.abs(took - estimate)).toBeLessThan(2_000);
});

it('reads a history of more than one page, with labels', async () => {
  for (let i = 1; i <= 60; i++)
    scene.ssm(scene.targets[0]!, 'PutParameter', { Name: NAME, Value: `1.${i}`, Type: 'String', Overwrite: true });
  scene.ssm(scene.targets[0]!, 'LabelParameterVersion', { Name: NAME, ParameterVersion: 58, Labels: ['live'] });
  const history = await ssm.history(NAME);
  expect(history.map((v) => v.version)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
  expect(history[57]).toMatchObject({
    value: '1.58',
    labels: ['live'],
    updatedBy: expect.stringContaining('platform') as string,
  });
  expect(await ssm.history('/baf/tags/prod/none')).toEqual([]);
});

it('slows down when refused, and recovers', async () => {
  let now = 0;
  const pacer = createPacer({ burst: 1, perSecond: 4 }, { now: () => now, sleep: (ms) => Promise.resolve(void (now += ms)) });
  const gaps = async (count: number) => {
    const begun = now;
    for (let i = 0; i < count; i++) await pacer.turn();
    return (now - begun) / count;
  };
  await pacer.turn();
  expect(await gaps(4)).toBe(250);
  pacer.slowDown();
  expect(await gaps(2)).toBeGreaterThan(450);
  await gaps(40);
  expect(await gaps(4)).toBe(250);
});

it('has so many calls under way at most, urgent ones first, and what can wait last', async () => {
  const clock = { now: () => 0, sleep: () => Promise.resolve() };
  const pacer = createPacer({ burst: 100, perSecond: 1, underWay: 2 }, clock);
  const ends: (() => void)[] = [];
  const begun: string[] = [];
  const call = (name: string, urgency?: Urgency) =>
    pacer.run(() => {
      begun.push(name);
      return new Promise<void>((end) => ends.push(end));
    }, urgency);
  const all = [call('a'), call('b'), call('label', 'later'), call('c'), call('d'), call('sign of life', 'urgent')];
  const settle = () => new Promise(setImmediate);
  await settle();
  expect(begun).toEqual(['a', 'b']);
  ends[0]!();
  await settle();
  expect(begun).toEqual(['a', 'b', 'sign of life']);
  for (let i = 1; i < 6; i++) {
    ends[i]!();
    await settle();
  }
  expect(begun).toEqual(['a', 'b', 'sign of life', 'c', 'd', 'label']);
  await Promise.all(all);
});
