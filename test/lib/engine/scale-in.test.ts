import { expect, it } from 'vitest';
import type { Effects, ServiceScaling } from '../../../src/lib/engine/effects.js';
import { ScaleIn } from '../../../src/lib/engine/scale-in.js';
import type { PlannedRollout } from '../../../src/lib/rollout/plan.js';

const rollout = {
  ...{ service: { name: 'ui' }, target: { name: 'a/r' }, action: 'update', cluster: 'c', serviceName: 's' },
} as unknown as PlannedRollout;

async function callsOf(found: Partial<ServiceScaling>, waits: boolean): Promise<string[]> {
  const calls: string[] = [];
  const scaling = {
    describe: () => Promise.resolve([{ service: 's', arn: 'x', scaleInSuspended: false, suspendedBy: null, ...found }]),
    suspendScaleIn: () => Promise.resolve(void calls.push('suspend')),
    restoreScaleIn: () => Promise.resolve(void calls.push('restore')),
  };
  const effects = { at: () => ({ scaling }) } as unknown as Effects;
  await new ScaleIn('d', [rollout], effects, () => undefined, waits).during(rollout, () => Promise.resolve(calls.push('roll')));
  return calls;
}

it('is suspended only while somebody waits who restores it; what a killed deploy suspended is restored in every case', async () => {
  expect(await callsOf({}, true)).toEqual(['suspend', 'roll', 'restore']);
  expect(await callsOf({}, false)).toEqual(['roll']);
  expect(await callsOf({ scaleInSuspended: true, suspendedBy: 'd-killed' }, false)).toEqual(['roll', 'restore']);
});
