/** A deploy whose own way back failed: what it left on its new version is brought back by the command that it names. */
import { openScene, type Scene } from './deploys.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cancelOne } from '../../../src/lib/command/cancel.js';
import type { UserError } from '../../../src/lib/errors/user-error.js';
import type { DeployOutcome } from '../../../src/lib/model/outcome.js';
import { aftermath, lockedIn, serving } from './aftermath.js';
import { load, save, type Saved } from './crash.js';
import { asProcess, play } from './one-clock.js';

const image = (tag: string) => `retail-store-sample-catalog:${tag}`;
let scene: Scene;
let saved: Saved;
let stranded: { readonly outcome: DeployOutcome; readonly exitCode: number; readonly end: Saved };

beforeAll(async () => {
  scene = openScene('cancel-again');
  saved = await scene.prepare(null, async () => void (await scene.deploy(['catalog'], '1.3.0')));
  const world = load(saved);
  asProcess(4711);
  let updates = 0;
  // The second wave finds both versions broken: it keeps its old tasks, the first has none of them any more.
  world.before = (_, { operation }) => {
    if (operation === 'UpdateService' && ++updates === 2)
      for (const tag of ['1.3.0', '1.4.0']) world.faultImage(image(tag), 'exits');
  };
  const done = await play(world, scene.deploy(['catalog'], '1.4.0'));
  stranded = { ...done, end: save(world) };
});
afterAll(() => scene.close());

/** Its images start again. */
const mended = ({ state, at }: Saved): Saved => ({ state: JSON.stringify({ ...(JSON.parse(state) as object), images: {} }), at });

async function cancel(from: Saved) {
  const world = load({ ...from, at: from.at + 10 * 60_000 });
  asProcess(4712, 'desktop');
  const run = cancelOne(stranded.outcome.id, { ...scene.base(), json: true } as never);
  const done = await play(world, run).catch((error: unknown) => error as UserError);
  return { done, end: save(world), left: aftermath(world.state), locked: lockedIn(world.state, Date.now()) };
}

it('says which command brings it back', () => {
  const { outcome, exitCode } = stranded;
  expect([exitCode, outcome.status]).toEqual([1, 'failed']);
  expect(outcome.rollouts.map((r) => `${r.target} ${r.status} ${r.cause?.code}`)).toEqual([
    'shop-canary/eu-west-1 failed RollbackFailed',
    'shop-prod/eu-west-1 rolled-back ContainerExited',
    'shop-prod/us-east-1 rolled-back ContainerExited',
  ]);
  expect(outcome.rollouts[0]!.cause!.advice).toContain(`baf cancel ${outcome.id} --env prod`);
});

it('is brought back once that works, and not a second time', async () => {
  const failed = await cancel(stranded.end);
  expect(failed.done).toMatchObject({ exitCode: 1, warnings: [expect.stringMatching(/^Not all of it could be brought back/)] });
  const { deploy } = (failed.done as { json: { deploy: DeployOutcome } }).json;
  expect(deploy.rollouts[0]).toMatchObject({ status: 'failed', cause: { code: 'RollbackFailed' } });
  expect(deploy.rollouts[0]!.cause!.advice).toContain(`baf cancel ${deploy.id} --env prod`);
  const back = await cancel(mended(failed.end));
  expect(back.done).toMatchObject({ exitCode: 0, warnings: [], json: { deploy: { status: 'cancelled' } } });
  expect(back.locked).toEqual([]);
  const end = serving(back.left);
  expect(end).toMatchObject({ left: [], open: [], last: 'deploy cancelled' });
  expect(Object.values(end.tags).map(({ desired, live }) => `${desired} ${live}`.replace(/@\w+/g, ''))).toEqual(
    Array(3).fill('1.3.0 1.3.0'),
  );
  for (const service of Object.values(end.services) as { running: string[] }[])
    expect(service.running).not.toContain('retail-store-prod-catalog:2');
  expect((await cancel(back.end)).done).toMatchObject({ code: 'DeployEnded', exitCode: 4 });
});

it('stays with those who have deployed since', async () => {
  const world = load(mended(stranded.end));
  asProcess(4713);
  expect((await play(world, scene.deploy(['catalog'], '1.5.0'))).exitCode).toBe(0);
  expect((await cancel(save(world))).done).toMatchObject({ code: 'DeployEnded', exitCode: 4 });
});
