import { describe, expect, it } from 'vitest';
import { planOf } from '../../../src/lib/sandbox/services/ecs/stages.js';
import { alarm, balancer, scene, stagedBalancers, type Balancer, type Scene } from './ecs-scene.js';

const deploymentConfiguration = { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 5 };

function staged(configuration: object = deploymentConfiguration): { s: Scene; b: Balancer } {
  const s = scene();
  const b = balancer(s);
  s.create({ loadBalancers: stagedBalancers(b), deploymentConfiguration: configuration });
  s.d.pass(1200);
  expect(s.record().status).toBe('SUCCESSFUL');
  return { s, b };
}

/** What is seen of a deployment every five seconds, each state once. */
function watch(s: Scene, seconds: number, see: () => string): string[] {
  const seen: string[] = [];
  for (let at = 0; at < seconds; at += 5) {
    s.d.pass(5);
    const state = see();
    if (state !== seen.at(-1)) seen.push(state);
  }
  return seen;
}
const stage = (s: Scene) => (): string => s.record().lifecycleStage ?? s.record().status;
const hookOf = (s: Scene): { hookId: string; status: string; targetType: string; expiresAt: Date; timeoutAction: string } =>
  s.record().lifecycleHookDetails.at(-1);

describe('BLUE_GREEN', () => {
  it('goes through the stages, moves both rules, and keeps both revisions until the clean-up', () => {
    const { s, b } = staged();
    s.update('app:2');
    const before = watch(s, 140, stage(s));
    expect(before.filter((x) => x !== 'PENDING')).toEqual([
      'PRE_SCALE_UP',
      'SCALE_UP',
      'POST_SCALE_UP',
      'TEST_TRAFFIC_SHIFT',
      'POST_TEST_TRAFFIC_SHIFT',
      'PRODUCTION_TRAFFIC_SHIFT',
      'POST_PRODUCTION_TRAFFIC_SHIFT',
      'BAKE_TIME',
    ]);
    expect(s.service()).toMatchObject({ runningCount: 4, deployments: [{ runningCount: 2 }, { runningCount: 2 }] });
    expect(b.weights()).toEqual({ green: 100, blue: 0 });
    expect(b.weights(b.test)).toEqual({ green: 100, blue: 0 });
    expect(s.record()).toMatchObject({
      status: 'IN_PROGRESS',
      sourceServiceRevisions: [{ requestedProductionTrafficWeight: 0, runningTaskCount: 2 }],
      targetServiceRevision: { requestedProductionTrafficWeight: 100, requestedTestTrafficWeight: 100, runningTaskCount: 2 },
    });
    s.d.pass(280);
    expect(s.record().lifecycleStage).toBe('BAKE_TIME');
    s.d.pass(100);
    expect(s.record()).toMatchObject({ status: 'SUCCESSFUL', lifecycleStage: 'CLEAN_UP' });
    expect(s.service()).toMatchObject({ runningCount: 2, deployments: [{ rolloutState: 'COMPLETED' }] });
    s.update('app:3');
    s.d.pass(140);
    expect(b.weights()).toEqual({ blue: 100, green: 0 });
  });

  it('goes back at once when an alarm rings during the bake time', () => {
    const configuration = { ...deploymentConfiguration, alarms: { enable: true, rollback: true, alarmNames: ['errors'] } };
    const s = scene();
    alarm(s, 'errors', 'OK');
    const b = balancer(s);
    s.create({ loadBalancers: stagedBalancers(b), deploymentConfiguration: configuration });
    s.d.pass(1200);
    const old = s.service().deployments[0].id;
    s.update('app:2');
    s.d.pass(200);
    expect(s.record().lifecycleStage).toBe('BAKE_TIME');
    expect(b.weights()).toEqual({ green: 100, blue: 0 });
    alarm(s, 'errors', 'ALARM');
    s.d.pass(15);
    expect(b.weights()).toEqual({ blue: 100, green: 0 });
    expect(s.record()).toMatchObject({
      status: 'ROLLBACK_IN_PROGRESS',
      targetServiceRevision: { requestedProductionTrafficWeight: 0 },
    });
    s.d.pass(120);
    expect(s.record().status).toBe('ROLLBACK_SUCCESSFUL');
    expect(s.service().deployments).toMatchObject([{ id: old, runningCount: 2, rolloutState: 'COMPLETED' }]);
  });

  it('goes back when the new revision does not come up', () => {
    const breaker = { deploymentCircuitBreaker: { enable: true, rollback: true } };
    const { s, b } = staged({ ...deploymentConfiguration, ...breaker });
    s.outcome('app:2', 'exits');
    s.update('app:2');
    s.d.pass(400);
    expect(s.record()).toMatchObject({ status: 'ROLLBACK_SUCCESSFUL', lifecycleStage: 'SCALE_UP' });
    expect(b.weights()).toEqual({ blue: 100, green: 0 });
    expect(s.service()).toMatchObject({ runningCount: 2 });
  });

  it('goes back where a rule is gone', () => {
    const { s, b } = staged();
    s.elb('DeleteRule', { RuleArn: b.production });
    s.update('app:2');
    s.d.pass(300);
    expect(s.record()).toMatchObject({
      status: 'ROLLBACK_SUCCESSFUL',
      statusReason: 'Service deployment rolled back because of invalid networking configuration. One or more rules not found',
    });
  });

  it('a newer deployment begins where the last completed one serves', () => {
    const { s, b } = staged({ strategy: 'CANARY', canaryConfiguration: { canaryPercent: 20 } });
    s.update('app:2');
    s.d.pass(150);
    expect(b.weights()).toEqual({ green: 20, blue: 80 });
    s.update('app:3');
    expect(b.weights()).toEqual({ blue: 100, green: 0 });
    s.d.pass(5);
    expect(s.record().lifecycleStage).toBe('RECONCILE_SERVICE');
    s.d.pass(1200);
    expect(s.record().status).toBe('SUCCESSFUL');
    expect(s.service()).toMatchObject({ runningCount: 2, taskDefinition: expect.stringMatching(/app:3$/) as string });
  });
});

describe('traffic', () => {
  it('of a CANARY goes in two steps', () => {
    const { s, b } = staged({
      strategy: 'CANARY',
      bakeTimeInMinutes: 1,
      canaryConfiguration: { canaryPercent: 12.5, canaryBakeTimeInMinutes: 3 },
    });
    s.update('app:2');
    const weights = watch(s, 500, () => String(s.record().targetServiceRevision.requestedProductionTrafficWeight));
    expect(weights.filter((w) => w !== 'undefined')).toEqual(['0', '12.5', '100']);
    expect(b.weights()).toEqual({ green: 100, blue: 0 });
  });

  it('of a LINEAR one goes in equal steps', () => {
    const { s } = staged({
      strategy: 'LINEAR',
      bakeTimeInMinutes: 0,
      linearConfiguration: { stepPercent: 30, stepBakeTimeInMinutes: 1 },
    });
    s.update('app:2');
    const weights = watch(s, 500, () => String(s.record().targetServiceRevision.requestedProductionTrafficWeight));
    expect(weights.filter((w) => w !== 'undefined')).toEqual(['0', '30', '60', '90', '100']);
  });

  it("steps are AWS's where none are given", () => {
    expect(planOf({ strategy: 'CANARY' }, true)).toMatchObject({ wait: 10 });
    expect(planOf({ strategy: 'CANARY' }, true).weightAfter(0)).toBe(5);
    expect(planOf({ strategy: 'LINEAR' }, true)).toMatchObject({ wait: 6 });
    expect([0, 1, 8, 9, 10].map(planOf({ strategy: 'LINEAR' }, true).weightAfter)).toEqual([10, 20, 90, 100, 100]);
    expect(planOf({ strategy: 'LINEAR' }, false).weightAfter(0)).toBe(100);
  });
});

describe('a hook', () => {
  const pause = (stages: string[], timeoutConfiguration?: object): object => ({
    ...deploymentConfiguration,
    bakeTimeInMinutes: 0,
    lifecycleHooks: [{ targetType: 'PAUSE', lifecycleStages: stages, timeoutConfiguration }],
  });
  /** The first deployment went without hooks; the next one has them. */
  function paused(stages: string[], timeoutConfiguration?: object): { s: Scene; b: Balancer } {
    const { s, b } = staged();
    s.update('app:2', { deploymentConfiguration: pause(stages, timeoutConfiguration) });
    s.d.pass(300);
    return { s, b };
  }

  it('pauses until somebody continues', () => {
    const { s, b } = paused(['POST_TEST_TRAFFIC_SHIFT']);
    expect(s.record()).toMatchObject({ lifecycleStage: 'POST_TEST_TRAFFIC_SHIFT', status: 'IN_PROGRESS' });
    const hook = hookOf(s);
    expect(hook).toMatchObject({ status: 'AWAITING_ACTION', targetType: 'PAUSE', timeoutAction: 'ROLLBACK' });
    expect(hook.expiresAt.getTime() - s.d.clock.now()).toBeGreaterThan(23 * 3_600_000);
    expect(b.weights(b.test)).toEqual({ green: 100, blue: 0 });
    expect(b.weights()).toEqual({ blue: 100, green: 0 });
    const serviceDeploymentArn = s.record().serviceDeploymentArn;
    expect(() => s.ecs('ContinueServiceDeployment', { serviceDeploymentArn, hookId: 'none' })).toThrow(/not found/);
    s.ecs('ContinueServiceDeployment', { serviceDeploymentArn, hookId: hook.hookId });
    expect(() => s.ecs('ContinueServiceDeployment', { serviceDeploymentArn, hookId: hook.hookId })).toThrow(/not awaiting/);
    s.d.pass(200);
    expect(s.record()).toMatchObject({ status: 'SUCCESSFUL', lifecycleHookDetails: [{ status: 'SUCCEEDED' }] });
  });

  it('goes back when somebody says so', () => {
    const { s, b } = paused(['POST_PRODUCTION_TRAFFIC_SHIFT']);
    expect(b.weights()).toEqual({ green: 100, blue: 0 });
    const { serviceDeploymentArn } = s.record();
    s.ecs('ContinueServiceDeployment', { serviceDeploymentArn, hookId: hookOf(s).hookId, action: 'ROLLBACK' });
    s.d.pass(200);
    expect(s.record()).toMatchObject({ status: 'ROLLBACK_SUCCESSFUL', lifecycleHookDetails: [{ status: 'FAILED' }] });
    expect(s.record().statusReason).toMatch(/because POST_PRODUCTION_TRAFFIC_SHIFT lifecycle hook\(s\) failed/);
    expect(b.weights()).toEqual({ blue: 100, green: 0 });
  });

  it.each([
    ['CONTINUE', 'SUCCESSFUL'],
    ['ROLLBACK', 'ROLLBACK_SUCCESSFUL'],
  ])('that nobody answers ends with %s', (action, status) => {
    const { s } = paused(['PRE_SCALE_UP'], { timeoutInMinutes: 30, action });
    expect(hookOf(s)).toMatchObject({ status: 'AWAITING_ACTION' });
    s.d.pass(1400);
    expect(s.record()).toMatchObject({ status: 'IN_PROGRESS', lifecycleStage: 'PRE_SCALE_UP' });
    s.d.pass(500);
    expect(hookOf(s).status).toBe('TIMED_OUT');
    expect(s.record().status).toBe(status);
  });

  it('of a function runs at each shift of production traffic, and answers', () => {
    const { s } = staged();
    s.update('app:2', {
      deploymentConfiguration: {
        strategy: 'CANARY',
        lifecycleHooks: [
          {
            hookTargetArn: 'arn:aws:lambda:eu-west-1:111111111111:function:check',
            lifecycleStages: ['PRODUCTION_TRAFFIC_SHIFT'],
          },
        ],
      },
    });
    s.d.pass(1500);
    expect(s.record().status).toBe('SUCCESSFUL');
    expect(s.record().lifecycleHookDetails).toMatchObject([
      { targetType: 'AWS_LAMBDA', status: 'SUCCEEDED' },
      { targetType: 'AWS_LAMBDA', status: 'SUCCEEDED' },
    ]);
  });
});

describe('StopServiceDeployment', () => {
  it('rolls a rolling deployment back, which needs no rollback option', () => {
    const s = scene();
    s.create();
    s.d.pass(150);
    const old = s.service().deployments[0].id;
    s.update('app:2');
    s.d.pass(40);
    const { serviceDeploymentArn } = s.record();
    expect(s.ecs('StopServiceDeployment', { serviceDeploymentArn, stopType: 'ROLLBACK' })).toEqual({ serviceDeploymentArn });
    expect(s.record().status).toBe('ROLLBACK_REQUESTED');
    s.ecs('StopServiceDeployment', { serviceDeploymentArn });
    s.d.pass(5);
    expect(s.record()).toMatchObject({ status: 'ROLLBACK_IN_PROGRESS', rollback: { reason: expect.any(String) as string } });
    expect(s.service().currentServiceDeployment).toBe(serviceDeploymentArn);
    s.d.pass(100);
    expect(s.record().status).toBe('ROLLBACK_SUCCESSFUL');
    expect(s.service()).toMatchObject({ deployments: [{ id: old }] });
    expect(s.service().currentServiceDeployment).toBeUndefined();
    expect(() => s.ecs('StopServiceDeployment', { serviceDeploymentArn })).toThrow(
      expect.objectContaining({ code: 'ConflictException' }),
    );
  });

  it('refuses ABORT, and what is not there; the first deployment has nothing to go back to', () => {
    const s = scene();
    s.create();
    s.d.pass(10);
    const { serviceDeploymentArn } = s.record();
    expect(() => s.ecs('StopServiceDeployment', { serviceDeploymentArn, stopType: 'ABORT' })).toThrow(
      expect.objectContaining({ code: 'InvalidParameterException' }),
    );
    expect(() => s.ecs('StopServiceDeployment', { serviceDeploymentArn: `${serviceDeploymentArn}x` })).toThrow(
      expect.objectContaining({ code: 'ServiceDeploymentNotFoundException' }),
    );
    s.ecs('StopServiceDeployment', { serviceDeploymentArn });
    s.d.pass(60);
    expect(s.record()).toMatchObject({
      status: 'ROLLBACK_FAILED',
      statusReason: expect.stringMatching(/No rollback candidate was found/) as string,
    });
    expect(s.service().deployments).toMatchObject([{ rolloutState: 'FAILED' }]);
  });

  it('takes traffic back from a canary', () => {
    const { s, b } = staged({ strategy: 'CANARY' });
    s.update('app:2');
    s.d.pass(150);
    expect(b.weights()).toEqual({ green: 5, blue: 95 });
    s.ecs('StopServiceDeployment', { serviceDeploymentArn: s.record().serviceDeploymentArn });
    s.d.pass(200);
    expect(b.weights()).toEqual({ blue: 100, green: 0 });
    expect(s.record().status).toBe('ROLLBACK_SUCCESSFUL');
  });
});
