import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PAUSES, type DeploySettings } from '../../../src/lib/model/service.js';
import { withoutLeftovers } from '../../../src/lib/rollout/strategies/ecs-configuration.js';
import { hasReached, positionOf, STAGES } from '../../../src/lib/rollout/strategies/ecs-stages.js';
import { strategies, strategyNames } from '../../../src/lib/rollout/strategies/index.js';

const settings: DeploySettings = {
  strategy: 'rolling',
  minimumHealthyPercent: 100,
  maximumPercent: 200,
  bakeMinutes: 5,
  steps: { percent: 25, waitMinutes: 3 },
  alarms: [],
  pause: { at: [], timeoutMinutes: 60 },
};
const minutes = fc.integer({ min: 0, max: 1440 });
const anySettings = fc.record({
  strategy: fc.constantFrom(...strategyNames),
  minimumHealthyPercent: fc.integer({ min: 0, max: 100 }),
  maximumPercent: fc.integer({ min: 100, max: 200 }),
  bakeMinutes: minutes,
  steps: fc.record({ percent: fc.integer({ min: 3, max: 100 }), waitMinutes: minutes }),
  alarms: fc.array(fc.string({ minLength: 1 }), { maxLength: 3 }),
  pause: fc.record({ at: fc.uniqueArray(fc.constantFrom(...PAUSES)), timeoutMinutes: fc.integer({ min: 1, max: 1440 }) }),
});

describe('strategies', () => {
  it('turn settings into the deployment configuration of ECS', () => {
    expect(strategies.rolling.configuration(settings)).toEqual({
      strategy: 'ROLLING',
      maximumPercent: 200,
      minimumHealthyPercent: 100,
    });
    expect(strategies['blue-green'].configuration(settings)).toEqual({
      strategy: 'BLUE_GREEN',
      maximumPercent: 200,
      minimumHealthyPercent: 100,
      bakeTimeInMinutes: 5,
    });
    expect(strategies.canary.configuration(settings)).toMatchObject({
      strategy: 'CANARY',
      canaryConfiguration: { canaryPercent: 25, canaryBakeTimeInMinutes: 3 },
    });
    expect(strategies.linear.configuration(settings)).toMatchObject({
      strategy: 'LINEAR',
      linearConfiguration: { stepPercent: 25, stepBakeTimeInMinutes: 3 },
    });
    const watched = { ...settings, alarms: ['5xx'], pause: { at: ['pre-scale-up'] as const, timeoutMinutes: 30 } };
    expect(strategies.canary.configuration(watched)).toMatchObject({
      alarms: { alarmNames: ['5xx'], enable: true, rollback: true },
      lifecycleHooks: [
        {
          targetType: 'PAUSE',
          lifecycleStages: ['PRE_SCALE_UP'],
          timeoutConfiguration: { timeoutInMinutes: 30, action: 'ROLLBACK' },
        },
      ],
    });
  });

  it('know how long they wait by themselves', () => {
    expect(strategyNames.map((name) => [name, strategies[name].waitMinutes(settings)])).toEqual([
      ['rolling', 0],
      ['blue-green', 5],
      ['canary', 8],
      ['linear', 17],
      ['all-at-once', 0],
    ]);
    const paused = { ...settings, pause: { at: ['pre-production-traffic-shift', 'post-scale-up'] as const, timeoutMinutes: 10 } };
    expect(strategies.linear.waitMinutes(paused)).toBe(17 + 4 * 10 + 10);
  });

  it('are each what the registry says, and give only what ECS takes', () =>
    fc.assert(
      fc.property(anySettings, (some) => {
        const strategy = strategies[some.strategy];
        expect(strategy.name).toBe(some.strategy);
        const made = strategy.configuration(some);
        expect(made.strategy !== 'ROLLING').toBe(strategy.shiftsTraffic);
        expect(made.canaryConfiguration !== undefined).toBe(made.strategy === 'CANARY');
        expect(made.linearConfiguration !== undefined).toBe(made.strategy === 'LINEAR');
        // Pauses and bakes belong to rollouts by stages.
        if (!strategy.shiftsTraffic) expect([made.bakeTimeInMinutes, made.lifecycleHooks]).toEqual([undefined, undefined]);
        expect(strategy.waitMinutes(some)).toBeGreaterThanOrEqual(strategy.shiftsTraffic ? some.bakeMinutes : 0);
      }),
    ));

  it('leave nothing of the strategy from before', () =>
    fc.assert(
      fc.property(anySettings, anySettings, (before, after) => {
        const live = strategies[before.strategy].configuration(before);
        const wanted = strategies[after.strategy].configuration(after);
        // ECS keeps what an update leaves out.
        const merged: Record<string, unknown> = { ...live, ...withoutLeftovers({ ...wanted }, live) };
        expect((merged['alarms'] as { enable?: boolean } | undefined)?.enable ?? false).toBe(after.alarms.length > 0);
        expect(merged['lifecycleHooks'] ?? []).toEqual(wanted.lifecycleHooks ?? []);
        expect(merged['bakeTimeInMinutes'] ?? 0).toBe(wanted.bakeTimeInMinutes ?? 0);
      }),
    ));
});

it('stages are compared by position: one that was not seen has been passed', () => {
  expect(hasReached('BAKE_TIME', 'TEST_TRAFFIC_SHIFT')).toBe(true);
  expect(hasReached('SCALE_UP', 'TEST_TRAFFIC_SHIFT')).toBe(false);
  expect(hasReached(null, 'RECONCILE_SERVICE')).toBe(false);
  expect(STAGES.map(positionOf)).toEqual(STAGES.map((_, index) => index));
});
