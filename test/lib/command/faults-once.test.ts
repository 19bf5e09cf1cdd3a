/** A deploy while AWS fails at any of its calls, in any way: throttles, faults, cut connections, silence, lost answers. */
import { openScene, scalable, withDeploy, type Deployed, type Scene } from './deploys.js';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Saved } from './crash.js';
import { KINDS, matrix, operationsOf, played, type Ran } from './faults.js';

// Hundreds of deploys: on a busy machine they take their time.
vi.setConfig({ testTimeout: 900_000 });

let scene: Scene;
let saved: Saved;
let operations: string[];
let undisturbed: Ran<Deployed>;
const run = () => scene.deploy(['catalog'], '1.4.0', { targets: ['shop-canary'] });

beforeAll(async () => {
  scene = openScene('faults');
  saved = await scene.prepare(null, async (world) => {
    await scene.deploy(['catalog'], '1.3.0', { targets: ['shop-canary'] });
    await scalable(world, '222222222222/eu-west-1', 'catalog');
  });
  scene.edit(withDeploy('catalog', '{ before: [{ name: migrate, command: [up], timeout: 5m }] }'));
  undisturbed = await played(saved, run);
  operations = operationsOf(undisturbed.world);
});
afterAll(() => scene.close());

const judge = ({ result, error, end }: Ran<Deployed>) => ({
  exit: result?.exitCode ?? `${error}`,
  outcome: result?.outcome.rollouts.map((r) => `${r.status} ${r.cause?.message ?? ''}`.trim()),
  end,
});

describe('a deploy', () => {
  it('is undisturbed here, and uses what it is thought to use', () => {
    expect(judge(undisturbed)).toMatchObject({ exit: 0, outcome: ['succeeded'] });
    expect(operations).toEqual(
      expect.arrayContaining(['ecs:UpdateService', 'ecs:RunTask', 'ssm:PutParameter', 'sts:AssumeRole']),
    );
    expect(operations.length).toBeGreaterThan(20);
  });

  it.each(KINDS)('is the same when any one of its calls meets: %s', async (kind) => {
    expect(await matrix(saved, run, { judge, operations, kinds: [kind], times: 1 })).toEqual([]);
  });

  it('is the same when any of its operations is throttled several times running', async () => {
    expect(await matrix(saved, run, { judge, operations, kinds: ['throttle'], times: 5 })).toEqual([]);
  });
});
