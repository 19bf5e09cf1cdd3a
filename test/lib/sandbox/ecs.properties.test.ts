/** What holds of ECS whatever is asked of it: over sizes, percentages, images, and steps of time. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nextDue } from '../../../src/lib/sandbox/services/ecs/agenda.js';
import { thresholdOf } from '../../../src/lib/sandbox/services/ecs/configuration.js';
import { isHealthy, slice, type Task } from '../../../src/lib/sandbox/services/ecs/state.js';
import { ACCOUNT, drive, REGION, type Drive } from './drive.js';
import { balancer, loadBalancers, scene, stagedBalancers, type Scene } from './ecs-scene.js';

const breaker = { deploymentCircuitBreaker: { enable: true, rollback: true } };
const STUCK = /was unable to stop or start tasks during a deployment because of the service deployment configuration/;

const sizes = {
  desired: fc.integer({ min: 1, max: 8 }),
  minimum: fc.constantFrom(0, 25, 50, 75, 100),
  maximum: fc.constantFrom(100, 125, 150, 200),
  balanced: fc.boolean(),
};
const steps = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 5, maxLength: 30 });
const image = fc.constantFrom('ok', 'missing', 'exits', 'unhealthy', 'oom', 'slow');

const cellOf = (d: Drive) => d.sandbox.world.cell(ACCOUNT, REGION);
const tasksIn = (d: Drive): Task[] => Object.values(slice(cellOf(d)).tasks);
const healthy = (s: Scene): number => tasksIn(s.d).filter((t) => isHealthy(t, s.d.clock.now())).length;
const running = (s: Scene): number => s.service().runningCount + s.service().pendingCount;

it('never more tasks than the upper bound, never fewer healthy ones than the lower by the scheduler', () => {
  fc.assert(
    fc.property(
      fc.record({ ...sizes, image, steps, scaled: fc.integer({ min: 1, max: 8 }) }),
      ({ desired, minimum, maximum, balanced, image: outcome, steps: passes, scaled }) => {
        const s = scene();
        const deploymentConfiguration = { maximumPercent: maximum, minimumHealthyPercent: minimum, ...breaker };
        s.create({
          desiredCount: desired,
          deploymentConfiguration,
          ...(balanced ? { loadBalancers: loadBalancers(balancer(s)) } : {}),
        });
        s.d.pass(400);
        expect(healthy(s)).toBe(desired);
        s.outcome('app:2', outcome);
        s.update('app:2');
        for (const seconds of passes) {
          s.d.pass(seconds);
          expect(running(s)).toBeLessThanOrEqual(Math.floor((desired * maximum) / 100));
          expect(healthy(s)).toBeGreaterThanOrEqual(Math.ceil((desired * minimum) / 100));
        }
        s.update(null, { desiredCount: scaled });
        const most = Math.max(running(s), Math.floor((scaled * maximum) / 100));
        const least = Math.min(healthy(s), Math.ceil((scaled * minimum) / 100));
        for (const seconds of passes) {
          s.d.pass(seconds);
          expect(running(s)).toBeLessThanOrEqual(most);
          expect(healthy(s)).toBeGreaterThanOrEqual(least);
        }
      },
    ),
    { numRuns: 60 },
  );
});

it("the threshold is AWS's formula", () => {
  const least = fc.record({ desired: fc.integer({ min: 0, max: 5000 }), value: fc.integer({ min: 1, max: 400 }) });
  fc.assert(
    fc.property(least, ({ desired, value }) => {
      const usual = thresholdOf(desired);
      expect(usual).toBe(Math.min(200, Math.max(3, Math.ceil(desired / 2))));
      expect(thresholdOf(desired, { type: 'BOUNDED_PERCENT', value: 50 })).toBe(usual);
      expect(thresholdOf(desired, { type: 'COUNT', value })).toBe(value);
      const bounded = thresholdOf(desired, { type: 'BOUNDED_PERCENT', value });
      const unbounded = thresholdOf(desired, { type: 'UNBOUNDED_PERCENT', value });
      expect(bounded).toBe(Math.min(200, Math.max(3, unbounded)));
      expect(unbounded).toBeGreaterThanOrEqual(1);
      expect(unbounded - (desired * value) / 100).toBeLessThan(desired * value < 100 ? 1.01 : 1);
    }),
  );
});

it('ends on the revision that last completed, whatever failed since', () => {
  const change = fc.record({ image, wait: fc.integer({ min: 1, max: 400 }) });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), sizes.desired, sizes.balanced, (changes, desired, balanced) => {
      const s = scene();
      s.create({
        desiredCount: desired,
        deploymentConfiguration: breaker,
        ...(balanced ? { loadBalancers: loadBalancers(balancer(s)) } : {}),
      });
      s.d.pass(400);
      changes.forEach(({ image: outcome, wait }, at) => {
        s.outcome(`app:${at + 2}`, outcome);
        s.update(`app:${at + 2}`);
        s.d.pass(wait);
      });
      s.d.pass(7200);
      const { serviceDeployments } = s.ecs('ListServiceDeployments', { service: 'app', maxResults: 100 });
      const last = serviceDeployments.find((r: { status: string }) => r.status === 'SUCCESSFUL');
      const { serviceRevisions } = s.ecs('DescribeServiceRevisions', { serviceRevisionArns: [last.targetServiceRevisionArn] });
      expect(s.service()).toMatchObject({
        runningCount: desired,
        pendingCount: 0,
        taskDefinition: serviceRevisions[0].taskDefinition,
        deployments: [{ status: 'PRIMARY', rolloutState: 'COMPLETED' }],
      });
      for (const { status } of serviceDeployments) expect(['SUCCESSFUL', 'STOPPED', 'ROLLBACK_SUCCESSFUL']).toContain(status);
    }),
    { numRuns: 40 },
  );
});

it('a deployment of a good image completes, or says that it can make no progress', () => {
  fc.assert(
    fc.property(fc.record(sizes), ({ desired, minimum, maximum, balanced }) => {
      const s = scene();
      s.create({
        desiredCount: desired,
        deploymentConfiguration: { maximumPercent: maximum, minimumHealthyPercent: minimum },
        ...(balanced ? { loadBalancers: loadBalancers(balancer(s)) } : {}),
      });
      s.d.pass(400);
      s.update('app:2');
      s.d.pass(7200);
      const told = s.messages().filter((m) => STUCK.test(m)).length;
      const room = Math.floor((desired * maximum) / 100) > desired || Math.ceil((desired * minimum) / 100) < desired;
      expect(s.service().deployments[0].rolloutState).toBe(room ? 'COMPLETED' : 'IN_PROGRESS');
      expect(told).toBe(room ? 0 : 1);
      expect(s.service().runningCount).toBe(desired);
    }),
    { numRuns: 60 },
  );
});

it('production traffic goes only where all tasks are healthy', () => {
  const strategies = [
    { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 1 },
    { strategy: 'CANARY', bakeTimeInMinutes: 1, canaryConfiguration: { canaryPercent: 20, canaryBakeTimeInMinutes: 1 } },
    { strategy: 'LINEAR', bakeTimeInMinutes: 1, linearConfiguration: { stepPercent: 40, stepBakeTimeInMinutes: 1 } },
  ];
  fc.assert(
    fc.property(fc.constantFrom(...strategies), sizes.desired, image, steps, (strategy, desired, outcome, passes) => {
      const s = scene();
      const b = balancer(s);
      s.create({
        desiredCount: desired,
        loadBalancers: stagedBalancers(b),
        deploymentConfiguration: { ...strategy, ...breaker },
      });
      s.d.pass(1200);
      s.outcome('app:2', outcome);
      s.update('app:2');
      for (const seconds of passes) {
        s.d.pass(seconds);
        const weights = b.weights();
        for (const color of ['blue', 'green'] as const) {
          const here = tasksIn(s.d).filter((t) => isHealthy(t, s.d.clock.now()) && t.targets[0]?.group === b[color]);
          if ((weights[color] ?? 0) > 0) expect(here.length).toBeGreaterThanOrEqual(desired);
        }
      }
    }),
    { numRuns: 30 },
  );
});

/** Something that a user does to a service. */
type Act = (s: Scene) => void;
const acts: readonly Act[] = [
  (s) => s.update('app:2'),
  (s) => s.update('app:1'),
  (s) => s.update(null, { desiredCount: 1 }),
  (s) => s.update(null, { desiredCount: 4 }),
  (s) => s.ecs('StopTask', { task: s.ecs('ListTasks').taskArns[0] ?? 'none' }),
  (s) => s.ecs('StopServiceDeployment', { serviceDeploymentArn: s.record().serviceDeploymentArn }),
  (s) => s.update('app:2', { deploymentConfiguration: { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 1 } }),
  (s) => s.update('app:2', { deploymentConfiguration: { strategy: 'ROLLING' } }),
  (s) =>
    s.ecs('RunTask', { taskDefinition: 'app', launchType: 'FARGATE', networkConfiguration: s.service().networkConfiguration }),
];
const life = fc.array(fc.record({ act: fc.nat(acts.length - 1), wait: fc.integer({ min: 1, max: 90 }) }), {
  minLength: 1,
  maxLength: 8,
});
const outcomes = fc.constantFrom('ok', 'exits', 'unhealthy', 'crash-later', 'unhealthy-later');

function live(s: Scene, days: readonly { act: number; wait: number }[]): void {
  for (const { act, wait } of days) {
    try {
      acts[act]!(s);
    } catch (error) {
      // What cannot be done just now is refused, and changes nothing.
      expect(error).toMatchObject({ code: expect.any(String) as string });
    }
    s.d.pass(wait);
  }
}

it('a state saved and loaded at any moment goes on identically', () => {
  fc.assert(
    fc.property(life, outcomes, fc.integer({ min: 0, max: 200 }), (days, outcome, moment) => {
      const s = scene();
      s.outcome('app:2', outcome);
      s.create({ loadBalancers: stagedBalancers(balancer(s)), deploymentConfiguration: breaker });
      s.d.pass(150);
      live(s, days);
      s.d.pass(moment);
      const copy = drive(JSON.parse(JSON.stringify(s.d.sandbox.store.state)), s.d.clock.now());
      s.d.pass(400);
      for (const seconds of [1, 99, 300]) copy.pass(seconds);
      expect(copy.sandbox.store.state.cells).toEqual(s.d.sandbox.store.state.cells);
      expect(copy.sandbox.store.state.seed).toBe(s.d.sandbox.store.state.seed);
    }),
    { numRuns: 40 },
  );
});

it('the agenda knows the next event, as a look at every task and service would', () => {
  fc.assert(
    fc.property(life, outcomes, (days, outcome) => {
      const s = scene();
      s.outcome('app:2', outcome);
      s.create({ loadBalancers: stagedBalancers(balancer(s)), deploymentConfiguration: breaker });
      for (const day of days) {
        live(s, [day]);
        const { tasks, services } = slice(cellOf(s.d));
        const times = [...Object.values(tasks).map((t) => t.nextAt), ...Object.values(services).map((x) => x.nextTick)];
        const known = times.filter((at) => at !== null);
        expect(nextDue(cellOf(s.d))).toBe(known.length === 0 ? null : Math.min(...known));
      }
    }),
    { numRuns: 40 },
  );
});
