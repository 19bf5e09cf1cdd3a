/** Other commands, and a deploy that goes back, while AWS fails at any of their calls. */
import { openScene, type Deployed, type Scene } from './deploys.js';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { rollBack } from '../../../src/lib/command/rollback.js';
import { upStaging } from '../../../src/lib/command/staging.js';
import { promoteTags } from '../../../src/lib/command/tags-promote.js';
import { setTag } from '../../../src/lib/command/tags-set.js';
import type { Saved } from './crash.js';
import { KINDS, matrix, operationsOf, played, type Kind, type Ran } from './faults.js';

// Hundreds of deploys: on a busy machine they take their time.
vi.setConfig({ testTimeout: 900_000 });

let scene: Scene;
let saved: Saved;
const targets = ['shop-canary'];

beforeAll(async () => {
  scene = openScene('faults-commands');
  saved = await scene.prepare(null, async (world) => {
    await scene.deploy(['catalog'], '1.3.0', { targets });
    await scene.deploy(['catalog'], '1.4.0', { targets });
    await setTag('catalog', '1.5.0', { ...scene.base(), env: 'staging' } as never);
    world.faultImage('retail-store-sample-catalog:2.0', 'exits');
  });
});
afterAll(() => scene.close());

type Result = { readonly exitCode?: number; readonly outcome?: Deployed['outcome'] };
const judge = ({ result, error, end }: Ran<Result>) => ({
  exit: result ? (result.exitCode ?? 0) : `${error}`,
  outcome: result?.outcome?.rollouts.map((r) => `${r.status} ${r.cause?.code ?? ''}`.trim()),
  end,
});

async function same(
  run: () => Promise<Result>,
  kinds: readonly Kind[],
  ends: object,
  only = /./,
  { times = 1, from = saved } = {},
): Promise<void> {
  const undisturbed = await played(from, run);
  expect(judge(undisturbed)).toMatchObject(ends);
  const operations = operationsOf(undisturbed.world).filter((operation) => only.test(operation));
  expect(operations).not.toEqual([]);
  expect(await matrix(from, run, { judge, operations, kinds, times })).toEqual([]);
}

describe('is the same when any one of its calls fails:', () => {
  it('a deploy that is brought back', () =>
    same(() => scene.deploy(['catalog'], '2.0', { targets }), KINDS, { exit: 1, outcome: ['rolled-back ContainerExited'] }, WHY));

  it.each([
    [1, KINDS],
    [2, ['lost'] as const],
  ])('another try of what failed, which is begun once (calls that fail: %i)', async (times, kinds) => {
    const from = await scene.prepare(saved, async (world) => {
      expect((await scene.deploy(['catalog'], '2.0', { targets, 'on-failure': 'stop' })).outcome.status).toBe('failed');
      world.clearFaults();
    });
    const run = () => scene.deploy(['catalog'], '2.0', { targets });
    await same(run, kinds, { exit: 0, outcome: ['succeeded'] }, /UpdateService/, { times, from });
  });

  it('a rollback', () => {
    const run = () => rollBack({ ...scene.base(), services: ['catalog'], force: false, plan: false, targets });
    return same(run, ['error', 'lost'], { exit: 0 });
  });

  it('baf ssm tags set', () => same(() => setTag('catalog', '1.6.0', { ...scene.base(), targets } as never), KINDS, { exit: 0 }));

  it('baf ssm tags promote', () => {
    const flags = { ...scene.base(), services: ['catalog'], from: 'staging', to: 'prod', targets };
    const run = () => promoteTags({ ...flags, all: false, resume: false, plan: false, deploy: false } as never);
    return same(run, KINDS, { exit: 0 });
  });

  it('baf staging up', () => {
    const run = () => upStaging('demo', { ...scene.base(), service: ['catalog'] } as never);
    return same(run, ['reset', 'lost'], { exit: 0 });
  });
});

/** What only a rollout asks that goes wrong. */
const WHY = /Tasks$|StopServiceDeployment|GetLogEvents|TargetHealth|ServiceDeployments|ServiceRevisions|GetParameterHistory/;
