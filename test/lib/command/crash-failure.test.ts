/** What goes back, killed at every call and run again: a deploy that fails, a rollback, a cancel of a deploy that was killed. */
import { openScene, scalable, type Scene } from './deploys.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cancelOne } from '../../../src/lib/command/cancel.js';
import { rollBack } from '../../../src/lib/command/rollback.js';
import { UserError } from '../../../src/lib/errors/user-error.js';
import { serving } from './aftermath.js';
import { course, cutBefore, killedEverywhere, type Saved, type Where } from './crash.js';

let scene: Scene;
let saved: Saved;
const targets = ['shop-canary', 'shop-prod/eu-west-1'];
const deploy = (tag: string, more: object = {}) => scene.deploy(['catalog'], tag, { targets, ...more });
const waits = (where: Where) => (where === 'here' ? {} : { 'lock-wait': '10m' });
const alternating = (index: number): readonly Where[] => [index % 2 === 0 ? 'here' : 'elsewhere'];
/** Run again after its very end it is refused: there is nothing left to do. */
const unless = (codes: readonly string[]) => (error: unknown) => {
  if (!(error instanceof UserError && codes.includes(error.code) && error.exitCode === 4)) throw error;
};

beforeAll(async () => {
  scene = openScene('crash-failure');
  saved = await scene.prepare(null, async (world) => {
    await deploy('1.3.0');
    await deploy('1.4.0');
    await scalable(world, '222222222222/eu-west-1', 'catalog');
    world.faultImage('retail-store-sample-catalog:2.0', 'exits');
  });
});
afterAll(() => scene.close());

describe('killed at any call and run again', () => {
  it('a deploy that fails is brought back', async () => {
    const undisturbed = await course(saved, () => deploy('2.0'));
    expect(serving(undisturbed.end)).toMatchObject({
      last: 'deploy rolled-back',
      tags: { '222222222222/eu-west-1 catalog': { desired: expect.stringMatching(/^1\.4\.0@/) as string } },
    });
    expect(undisturbed.cuts.length).toBeGreaterThan(40);
    const again = async (where: Where) => expect((await deploy('2.0', waits(where))).exitCode).toBe(1);
    expect(await killedEverywhere(undisturbed, again, alternating, serving)).toEqual([]);
  }, 900_000);

  it('a rollback goes on to the version that it had begun to go to', async () => {
    const back = (more: object = {}) =>
      rollBack({ ...scene.base(), services: ['catalog'], force: false, plan: false, targets, ...more });
    const undisturbed = await course(saved, () => back());
    expect(undisturbed.end.records.at(-1)).toEqual({
      ended: 'rollback succeeded',
      'catalog@shop-canary/eu-west-1': '1.4.0 -> 1.3.0 succeeded',
      'catalog@shop-prod/eu-west-1': '1.4.0 -> 1.3.0 succeeded',
    });
    const again = (where: Where) => back(waits(where)).catch(unless(['NoSteadyVersion']));
    expect(await killedEverywhere(undisturbed, again, alternating)).toEqual([]);
  }, 900_000);

  it('a cancel of a deploy that was killed brings all of it back', async () => {
    const killed = await course(saved, () => deploy('1.5.0'), 4710);
    const half = cutBefore(killed, killed.calls.lastIndexOf('ecs:UpdateService') + 4);
    const cancel = () => cancelOne(null, { ...scene.base(), json: true } as never);
    const undisturbed = await course(half, cancel);
    expect(serving(undisturbed.end)).toMatchObject({ last: 'deploy cancelled', open: [] });
    for (const versions of Object.values(undisturbed.end.tags)) expect(versions.at(-1)).toMatch(/^1\.4\.0@\w+ rollback live$/);
    const again = () => cancel().catch(unless(['DeployEnded', 'NothingRunning']));
    expect(await killedEverywhere(undisturbed, again, alternating, serving)).toEqual([]);
  }, 900_000);
});
