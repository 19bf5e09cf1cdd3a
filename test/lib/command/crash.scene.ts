/** The crash test of docs/rollouts.md: three services to three targets, killed at every call and run again. */
import { expect } from 'vitest';
import { course, killedEverywhere, type Where } from './crash.js';
import { openScene, scalable } from './deploys.js';
import type { World } from './one-clock.js';

const SERVICES = ['catalog', 'cart', 'ui'];
const TARGETS = ['222222222222/eu-west-1', '333333333333/eu-west-1', '333333333333/us-east-1'];

/** Every second state that a kill can leave, from the `first` on; the second run is `where`. */
export async function crashTest(first: 0 | 1, where: Where): Promise<void> {
  const scene = openScene(`crash-${where}`);
  try {
    const deploy = (more: object = {}) => scene.deploy(SERVICES, '1.4.0', more);
    const saved = await scene.prepare(null, async (world: World) => {
      expect((await scene.deploy(SERVICES, '1.3.0')).exitCode).toBe(0);
      for (const target of TARGETS) await scalable(world, target, 'catalog');
    });
    const undisturbed = await course(saved, () => deploy());
    expect(undisturbed.calls.length).toBeGreaterThan(300);
    expect(undisturbed.cuts.length).toBeGreaterThan(100);
    // What it is compared with is itself as it should be.
    const { tags, services, scaling, records, left } = undisturbed.end;
    expect(Object.keys(services)).toHaveLength(9);
    for (const versions of Object.values(tags))
      expect(versions).toEqual([
        expect.stringMatching(/^1\.3\.0@\w+ deploy last-good$/),
        expect.stringMatching(/^1\.4\.0@\w+ deploy live$/),
      ]);
    for (const [name, service] of Object.entries(services)) {
      const own = name.split(' ')[1]!;
      expect(service).toMatchObject({ deployments: [`PRIMARY COMPLETED ${own}:2`], revisions: 2 });
      expect(service).toMatchObject({ rolled: [`${own}:2 SUCCESSFUL`, `${own}:1 SUCCESSFUL`] });
    }
    expect([scaling, left]).toEqual([[], []]);
    expect(records.map((r) => r['ended'])).toEqual(['deploy succeeded', 'deploy succeeded']);
    const again = async () => {
      const done = await deploy(where === 'here' ? {} : { 'lock-wait': '10m' });
      expect(done.exitCode).toBe(0);
    };
    const wrong = await killedEverywhere(undisturbed, again, (index) => (index % 2 === first ? [where] : []));
    expect(wrong).toEqual([]);
  } finally {
    scene.close();
  }
}
