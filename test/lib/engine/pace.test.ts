/** How rollouts begin at AWS's pace, and how many calls it takes to watch them. Time is virtual. */
import { expect, it } from 'vitest';
import { createPacer } from '../../../src/lib/aws/pacer.js';
import { ECS } from '../../../src/lib/aws/paces.js';
import { Admission } from '../../../src/lib/engine/admission.js';
import { ClusterPoller, POLL_MS } from '../../../src/lib/engine/poller.js';
import type { Effects } from '../../../src/lib/engine/effects.js';
import type { PlannedRollout } from '../../../src/lib/rollout/plan.js';
import { virtualTime } from '../virtual-time.js';

function admission() {
  const time = virtualTime();
  const turns = createPacer(ECS.registerDefinition, time.clock);
  const effects = { at: () => ({ ecs: { turnToRegister: () => turns.turn() } }), clock: time.clock } as unknown as Effects;
  let stop = () => {};
  const gate = new Admission(effects, new Promise((resolve) => (stop = resolve)));
  const begun: number[] = [];
  const enter = (changes: string[]) =>
    void gate
      .enter({ target: { name: 'prod/eu-west-1' }, changes } as unknown as PlannedRollout)
      .then(() => begun.push(time.clock.now()));
  return { time, begun, enter, stop: () => stop() };
}

it('110 rollouts begin as soon as their task definitions may be registered', async () => {
  const { time, begun, enter } = admission();
  for (let i = 0; i < 110; i++) enter(['tag', 'task definition']);
  await time.until(1_000);
  expect(begun.length).toBeGreaterThanOrEqual(15);
  expect(begun.length).toBeLessThanOrEqual(20);
  await time.until(80_000);
  expect(begun.length).toBeLessThanOrEqual(100);
  await time.until(95_000);
  expect(begun).toHaveLength(110);
});

it('what waits for its turn does not wait longer than the deploy goes on, and what registers nothing does not wait', async () => {
  const { time, begun, enter, stop } = admission();
  for (let i = 0; i < 110; i++) enter(['task definition']);
  await time.until(5_000);
  const before = begun.length;
  enter(['tag']);
  await time.until(5_000);
  expect(begun).toHaveLength(before + 1);
  stop();
  await time.until(5_000);
  expect(begun).toHaveLength(111);
});

function poller(services: number) {
  const time = virtualTime();
  const calls: { at: number; names: readonly string[] }[] = [];
  const ecs = {
    describeServices: (_: string, names: readonly string[]) => {
      calls.push({ at: time.clock.now(), names });
      return Promise.resolve(names.map((name) => ({ name }) as never));
    },
  };
  const made = new ClusterPoller(ecs, 'baf', time.clock);
  return { time, calls, poller: made, names: Array.from({ length: services }, (_, i) => `service-${i}`) };
}

it('110 services that began one after the other are looked at in time, by calls that are full', async () => {
  const { time, calls, poller: eyes, names } = poller(110);
  let longest = 0;
  const watch = async (name: string, at: number) => {
    await time.clock.sleep(at);
    for (;;) {
      const asked = time.clock.now();
      await eyes.look(name);
      longest = Math.max(longest, time.clock.now() - asked);
    }
  };
  names.forEach((name, i) => void watch(name, i * 1_000));
  await time.until(300_000);
  expect(longest).toBeLessThanOrEqual(POLL_MS + 1_000);
  const late = calls.filter((c) => c.at > 150_000);
  expect(late.every((c) => c.names.length === 10)).toBe(true);
  expect(late.length / 150).toBeLessThan(5);
});

it('a few services that began together stay together: one call for all, sooner where an end is near', async () => {
  const { time, calls, poller: eyes, names } = poller(5);
  const rounds = async (count: number, soon?: string) => {
    const before = calls.length;
    for (let i = 0; i < count; i++) {
      const all = Promise.all(names.map((name) => eyes.look(name, name === soon)));
      await time.until(time.clock.now() + POLL_MS);
      await all;
    }
    return calls.length - before;
  };
  expect(await rounds(4)).toBe(4);
  const from = time.clock.now();
  expect(await rounds(1, names[3])).toBe(1);
  expect(calls.at(-1)!.at - from).toBe(1_000);
});

it('where more are watched than fit into a call, an end that is near is looked for every two seconds', async () => {
  const { time, calls, poller: eyes, names } = poller(30);
  names.forEach((name) => void eyes.look(name));
  await time.until(500);
  void eyes.look(names[3]!, true);
  await time.until(2_400);
  expect(calls).toHaveLength(0);
  await time.until(2_600);
  expect(calls).toHaveLength(1);
});

it('the last of many begin fewer at a time, so that the deploy ends soon after the last may begin', async () => {
  const { time, begun, enter } = admission();
  for (let i = 0; i < 110; i++) enter(['task definition']);
  await time.until(200_000);
  const groups = [...new Set(begun)].map((at) => begun.filter((other) => other === at).length);
  expect(groups.slice(-4)).toEqual([1, 1, 1, 1]);
  expect(Math.max(...groups.slice(5))).toBe(5);
});
