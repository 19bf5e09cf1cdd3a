/** What is left when a deploy is left, killed or out of contact: said by its last line, its record, and those who come next. */
import { openScene, scalable, type Scene } from './deploys.js';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { freezeServices } from '../../../src/lib/command/freeze.js';
import { showHistory } from '../../../src/lib/command/history.js';
import { watchOne } from '../../../src/lib/command/watch.js';
import type { DeployRow } from '../../../src/lib/model/deploy-row.js';
import type { BafEvent } from '../../../src/lib/model/event.js';
import type { DeployOutcome } from '../../../src/lib/model/outcome.js';
import type { State } from '../../../src/lib/sandbox/state.js';
import { aftermath } from './aftermath.js';
import { load, save, type Saved } from './crash.js';
import { asProcess, play, type World } from './one-clock.js';

const targets = ['shop-canary'];
let scene: Scene;
let saved: Saved;
let told: BafEvent[] = [];

beforeAll(async () => {
  scene = openScene('leftovers');
  saved = await scene.prepare(null, async (world) => {
    await scene.deploy(['catalog', 'cart'], '1.3.0', { targets });
    await scalable(world, '222222222222/eu-west-1', 'catalog');
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    for (const line of String(text).split('\n')) if (line.startsWith('{')) told.push(JSON.parse(line) as BafEvent);
    return true;
  });
  vi.spyOn(process, 'exit').mockImplementation(() => undefined as never);
});
afterAll(() => scene.close());

const deploy = (service: string, more: object = {}) => scene.deploy([service], '1.4.0', { targets, ...more });
const history = async () => {
  const done = await showHistory(['catalog'], { ...scene.base(), limit: 1 });
  return { row: (done.json as { deploys: DeployRow[] }).deploys[0]!, text: done.text };
};
const suspended = ({ state }: { readonly state: string }) => aftermath(JSON.parse(state) as State).scaling;
const warnings = () => told.flatMap((event) => (event.type === 'warning' ? [event.text] : []));

/** The state before the first call of that operation; the process lives on unless it is another one that comes then. */
async function killedBefore(operation: string): Promise<Saved> {
  const world = load(saved);
  asProcess(4711);
  let killed: Saved | null = null;
  world.before = (_, call) => void (`${call.service}:${call.operation}` === operation && (killed ??= save(world)));
  await play(world, deploy('catalog'));
  return killed!;
}
/** A command that begins so much later, as another process. */
async function later<T>(from: Saved, ms: number, act: (world: World) => Promise<T>): Promise<{ done: T; end: Saved }> {
  told = [];
  const world = load({ ...from, at: from.at + ms });
  const done = await play(world, act(world));
  return { done, end: save(world) };
}

describe('scale-in that a killed deploy has left suspended', () => {
  let killed: Saved;
  beforeAll(async () => {
    killed = await killedBefore('ecs:UpdateService');
    expect(suspended(killed)).toHaveLength(1);
  });

  it('is told by baf watch, and restored by the next deploy of another service', async () => {
    asProcess(4712, 'pipeline');
    const { end } = await later(killed, 120_000, () => watchOne(null, { ...scene.base(), progress: 'jsonl' }));
    expect(warnings()).toContainEqual(expect.stringMatching(/^Scale-in is suspended still: catalog in shop-canary\/eu-west-1\./));
    const next = await later(end, 0, () => deploy('cart', { progress: 'jsonl' }));
    expect([next.done.exitCode, suspended(next.end)]).toEqual([0, []]);
    expect(warnings()).toEqual([
      expect.stringMatching(
        /^Scale-in of catalog in shop-canary\/eu-west-1, which d-[\w-]+ had suspended and left so, is restored\.$/,
      ),
    ]);
  });

  it('is left alone while that deploy lives', async () => {
    asProcess(4712, 'laptop', [4711, 4712]);
    const next = await later(killed, 2_000, () => deploy('cart', { progress: 'jsonl' }));
    expect([next.done.exitCode, suspended(next.end).length, warnings()]).toEqual([0, 1, []]);
  });

  it('stops no deploy where it cannot be restored', async () => {
    asProcess(4712);
    const next = await later(killed, 2_000, (world) => {
      world.before = () => {
        world.before = () => undefined;
        world.fault('application-autoscaling:RegisterScalableTarget', 'denied', 1);
      };
      return deploy('cart', { progress: 'jsonl' });
    });
    expect([next.done.exitCode, suspended(next.end).length]).toEqual([0, 1]);
    expect(warnings()).toEqual([expect.stringMatching(/could not be restored: .* The next deploy tries again\.$/)]);
  });
});

it('a deploy that is left says so in its last line, as its history does', async () => {
  asProcess(4711);
  const { done, end } = await later(saved, 0, (world) => {
    world.before = (_, { operation }) => void (operation === 'UpdateService' && process.emit('SIGTERM', 'SIGTERM'));
    return deploy('catalog', { progress: 'lines' });
  });
  const { id, status, left } = done.outcome;
  expect([done.exitCode, status, left]).toEqual([143, 'cancelled', true]);
  expect(done.text).toMatch(/^prod left /);
  expect(done.text).toContain(`baf watch ${id} --env prod`);
  expect((await later(end, 2_000, history)).done.row).toMatchObject({ id, status: 'left' });
  const again = await later(end, 2_000, () => deploy('catalog'));
  expect([again.done.outcome.id, again.done.outcome.left, again.done.exitCode]).toEqual([id, undefined, 0]);
});

it('the reason for which a freeze was overridden is in the history', async () => {
  asProcess(4711);
  const { done } = await later(saved, 0, async () => {
    await freezeServices([], { ...scene.base(), reason: 'Christmas' } as never);
    await new Promise<void>((resolve) => setTimeout(resolve, 2_000));
    await deploy('catalog', { 'override-freeze': true, reason: 'INC-1234: carts get lost' });
    // Reads trail writes.
    await new Promise<void>((resolve) => setTimeout(resolve, 2_000));
    return history();
  });
  expect(done.row).toMatchObject({ status: 'succeeded', reason: 'INC-1234: carts get lost', overrode: 'freeze' });
  expect(done.text).toContain('"INC-1234: carts get lost", freeze overridden');
});

it('a rollout out of contact names the command that tells how ECS ended it', async () => {
  asProcess(4711);
  const { done, end } = await later(saved, 0, (world) => {
    world.before = (_, { operation }) =>
      void (operation === 'UpdateService' && world.fault('ecs:DescribeServices', 'error', null));
    return deploy('catalog', { timeout: '3m' });
  });
  const [{ status, cause }] = done.outcome.rollouts as [DeployOutcome['rollouts'][number]];
  expect([status, cause!.code]).toEqual(['failed', 'ContactLost']);
  expect(cause!.advice).toContain(`baf watch ${done.outcome.id} --env prod`);
  const { done: watched } = await later(end, 600_000, (world) => {
    world.before = () => world.clearFaults();
    return watchOne(done.outcome.id, scene.base());
  });
  const { rollouts } = (watched.json as { deploy: DeployOutcome }).deploy;
  expect([watched.exitCode, rollouts.map((r) => [r.status, r.cause])]).toEqual([0, [['succeeded', undefined]]]);
});
