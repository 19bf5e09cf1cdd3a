import { describe, expect, it } from 'vitest';
import { alarm, balancer, loadBalancers, scene, type Scene } from './ecs-scene.js';

const breaker = { deploymentCircuitBreaker: { enable: true, rollback: true } };
const short = (message: string): string =>
  message
    .replace(/[0-9a-f]{32}/g, 'T')
    .replace(/ecs-svc\/\d{19}/g, 'D')
    .replace(/arn:\S+?\/(blue|green)\/\w+/g, '$1');
const told = (s: Scene): string[] => s.messages().map((m) => short(m).replace('(service app) ', ''));

describe('behind a load balancer', () => {
  it('events come as ECS tells them, in its order', () => {
    const s = scene();
    s.create({ loadBalancers: loadBalancers(balancer(s)) });
    s.d.pass(150);
    s.update('app:2');
    s.d.pass(200);
    expect(told(s)).toEqual([
      'has started 2 tasks: (task T) (task T).',
      'registered 2 targets in (target-group blue)',
      '(deployment D) deployment completed.',
      'has reached a steady state.',
      'has started 2 tasks: (task T) (task T).',
      'registered 2 targets in (target-group blue)',
      'has stopped 2 running tasks: (task T) (task T).',
      'deregistered 2 targets in (target-group blue)',
      '(service app, taskSet D) has begun draining connections on 2 tasks.',
      '(deployment D) deployment completed.',
      'has reached a steady state.',
    ]);
  });

  it("a task drains for as long as its target group's deregistration delay, and is stopped then", () => {
    const s = scene();
    const b = balancer(s, '120');
    s.create({ desiredCount: 1, loadBalancers: loadBalancers(b) });
    s.d.pass(150);
    s.update('app:2');
    const states = (): string[] =>
      s
        .elb('DescribeTargetHealth', { TargetGroupArn: b.blue })
        .TargetHealthDescriptions.map((t: { TargetHealth: { State: string } }) => t.TargetHealth.State);
    s.d.pass(100);
    expect(states().sort()).toEqual(['draining', 'healthy']);
    const [leaving] = s.ecs('ListTasks', { desiredStatus: 'STOPPED' }).taskArns;
    const task = () => s.ecs('DescribeTasks', { tasks: [leaving] }).tasks[0];
    expect(task().lastStatus).toBe('DEACTIVATING');
    expect(s.service().deployments).toHaveLength(2);
    s.d.pass(150);
    const { lastStatus, stoppingAt, stoppedAt } = task();
    expect(lastStatus).toBe('STOPPED');
    expect(stoppedAt - stoppingAt).toBeGreaterThanOrEqual(120_000);
    expect(stoppedAt - stoppingAt).toBeLessThan(145_000);
    expect(states()).toEqual(['healthy']);
    expect(s.service().deployments).toMatchObject([{ rolloutState: 'COMPLETED' }]);
  });

  it('an unhealthy task is told with its real port, and counted', () => {
    const s = scene();
    s.create({ loadBalancers: loadBalancers(balancer(s)), deploymentConfiguration: breaker });
    s.d.pass(150);
    const old = s.service().deployments[0].id;
    s.outcome('app:2', 'unhealthy');
    const failed = s.update('app:2');
    s.d.pass(70);
    expect(told(s)).toContain('(task T) (port 8123) is unhealthy in (target-group blue) due to (reason Health checks failed).');
    s.d.pass(400);
    expect(s.service().deployments).toMatchObject([{ id: old, rolloutState: 'COMPLETED', runningCount: 2 }]);
    const { taskArns } = s.ecs('ListTasks', { desiredStatus: 'STOPPED', startedBy: failed });
    const { tasks } = s.ecs('DescribeTasks', { tasks: taskArns });
    const reasons: string[] = tasks.map((t: { stoppedReason: string }) => t.stoppedReason);
    expect(reasons.filter((r) => /^Task failed ELB health checks in \(target-group arn:/.test(r))).toHaveLength(3);
    expect(s.record()).toMatchObject({
      status: 'ROLLBACK_SUCCESSFUL',
      statusReason: 'Service deployment rolled back because the circuit breaker threshold was exceeded.',
      deploymentCircuitBreaker: { status: 'TRIGGERED', failureCount: 3, threshold: 3 },
    });
  });

  it('what becomes unhealthy later is replaced first, and stopped then', () => {
    const s = scene();
    const b = balancer(s);
    s.outcome('app:1', 'unhealthy-later');
    s.create({ loadBalancers: loadBalancers(b) });
    s.d.pass(100);
    expect(s.service().deployments[0].rolloutState).toBe('COMPLETED');
    s.outcome('app:1', 'ok');
    const states = (): string[] =>
      s
        .elb('DescribeTargetHealth', { TargetGroupArn: b.blue })
        .TargetHealthDescriptions.map((t: { TargetHealth: { State: string } }) => t.TargetHealth.State);
    expect(states()).toEqual(['healthy', 'healthy']);
    s.d.pass(100);
    expect(states()).toContain('unhealthy');
    expect(s.service()).toMatchObject({ runningCount: 2, pendingCount: 2 });
    s.d.pass(200);
    expect(s.service()).toMatchObject({ runningCount: 2, pendingCount: 0 });
    expect(states()).toEqual(['healthy', 'healthy']);
    const later = told(s).slice(4);
    expect(later[0]).toMatch(/^has started 2 tasks/);
    expect(later.findIndex((m) => /has stopped/.test(m))).toBeGreaterThan(later.findIndex((m) => /^registered/.test(m)));
    expect(later.at(-1)).toBe('has reached a steady state.');
  });
});

describe('a service', () => {
  it('is steady again after scaling out, and in, and tells so once', () => {
    const s = scene();
    s.create();
    s.d.pass(150);
    const steady = (): number => s.messages().filter((m) => /steady/.test(m)).length;
    expect(steady()).toBe(1);
    s.update(null, { desiredCount: 4 });
    s.d.pass(150);
    expect(steady()).toBe(2);
    s.update(null, { desiredCount: 1 });
    s.d.pass(150);
    expect(steady()).toBe(3);
    expect(s.service()).toMatchObject({ runningCount: 1, deployments: [{ rolloutState: 'COMPLETED' }] });
  });

  it('whose tasks crash after a while replaces them without the circuit breaker counting', () => {
    const s = scene();
    s.create({ deploymentConfiguration: breaker });
    s.d.pass(150);
    s.outcome('app:2', 'crash-later');
    s.update('app:2');
    s.d.pass(900);
    expect(s.service().deployments).toMatchObject([{ status: 'PRIMARY', rolloutState: 'COMPLETED', failedTasks: 0 }]);
    const { taskArns } = s.ecs('ListTasks', { desiredStatus: 'STOPPED' });
    const { tasks } = s.ecs('DescribeTasks', { tasks: taskArns });
    const crashed = tasks.filter((t: { stopCode: string }) => t.stopCode === 'EssentialContainerExited');
    expect(crashed.length).toBeGreaterThan(2);
    for (const task of crashed) {
      expect(task.containers[0].exitCode).toBe(1);
      expect(task.stoppingAt - task.startedAt).toBe(120_000);
    }
  });

  it('that fails without a rollback stays as it failed until it is replaced', () => {
    const s = scene();
    s.create({ deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: false } } });
    s.d.pass(150);
    s.outcome('app:2', 'exits');
    const failed = s.update('app:2');
    s.d.pass(3600);
    expect(s.service().deployments).toMatchObject([
      {
        id: failed,
        status: 'PRIMARY',
        rolloutState: 'FAILED',
        rolloutStateReason: 'ECS deployment circuit breaker: tasks failed to start.',
        desiredCount: 0,
      },
      { status: 'ACTIVE', rolloutState: 'COMPLETED', runningCount: 2 },
    ]);
    expect(s.record()).toMatchObject({
      status: 'STOPPED',
      statusReason: 'Service deployment stopped because the circuit breaker threshold was exceeded.',
    });
    const next = s.update('app:3');
    s.d.pass(10);
    expect(s.service().deployments.map((d: { rolloutState: string }) => d.rolloutState)).toEqual([
      'IN_PROGRESS',
      'FAILED',
      'COMPLETED',
    ]);
    s.d.pass(200);
    expect(s.service().deployments).toMatchObject([{ id: next, rolloutState: 'COMPLETED' }]);
  });

  it.each([
    [{ type: 'COUNT', value: 1 }, 1],
    [{ type: 'COUNT', value: 5 }, 5],
    [{ type: 'UNBOUNDED_PERCENT', value: 50 }, 1],
    [{ type: 'BOUNDED_PERCENT', value: 300 }, 6],
  ])('gives up at the threshold %o', (thresholdConfiguration, failures) => {
    const s = scene();
    const deploymentConfiguration = { deploymentCircuitBreaker: { ...breaker.deploymentCircuitBreaker, thresholdConfiguration } };
    s.create({ deploymentConfiguration });
    s.d.pass(150);
    s.outcome('app:2', 'exits');
    s.update('app:2');
    s.d.pass(1200);
    const { deploymentCircuitBreaker, status } = s.record();
    expect(status).toBe('ROLLBACK_SUCCESSFUL');
    expect(deploymentCircuitBreaker.threshold).toBe(failures);
    // Tasks of one start may fail together.
    expect(deploymentCircuitBreaker.failureCount).toBeGreaterThanOrEqual(failures);
    expect(deploymentCircuitBreaker.failureCount).toBeLessThan(failures + 2);
  });

  it.each([
    [undefined, true],
    [false, false],
  ])('takes failures off the count when a task gets healthy: resetOnHealthyTask %s', (resetOnHealthyTask, reset) => {
    const s = scene();
    s.outcome('app:1', 'exits');
    s.create({
      deploymentConfiguration: {
        deploymentCircuitBreaker: {
          enable: true,
          rollback: true,
          resetOnHealthyTask,
          thresholdConfiguration: { type: 'COUNT', value: 10 },
        },
      },
    });
    s.d.pass(50);
    expect(s.service().deployments[0].failedTasks).toBe(2);
    s.outcome('app:1', 'ok');
    s.d.pass(300);
    const [deployment] = s.service().deployments;
    expect(deployment.rolloutState).toBe('COMPLETED');
    expect(deployment.failedTasks === 0).toBe(reset);
  });

  it('says that its tasks keep failing', () => {
    const s = scene();
    s.outcome('app:1', 'missing');
    s.create();
    s.d.pass(1800);
    expect(told(s)).toContain(
      'is unable to consistently start tasks successfully. For more information, see the Troubleshooting section.',
    );
  });

  it('goes back when one of its alarms rings, also while they are watched at its end', () => {
    const s = scene();
    const deploymentConfiguration = { alarms: { enable: true, rollback: true, alarmNames: ['errors'] } };
    alarm(s, 'errors', 'OK');
    s.create({ deploymentConfiguration });
    s.d.pass(300);
    const old = s.service().deployments[0].id;
    expect(s.record()).toMatchObject({ status: 'SUCCESSFUL', alarms: { status: 'MONITORING_COMPLETE', alarmNames: ['errors'] } });
    s.update('app:2');
    s.d.pass(100);
    // Both tasks are healthy and the old ones gone, but the alarm's minute is not over.
    expect(s.service()).toMatchObject({ runningCount: 2, deployments: [{ rolloutState: 'IN_PROGRESS' }, {}] });
    alarm(s, 'errors', 'ALARM');
    s.d.pass(15);
    expect(told(s).slice(-3)).toContain('rolling back to deployment D.');
    expect(told(s)).toContain('(deployment D) deployment failed: alarm detected.');
    s.d.pass(300);
    expect(s.service().deployments).toMatchObject([{ id: old, rolloutState: 'COMPLETED' }]);
    expect(s.record()).toMatchObject({
      status: 'ROLLBACK_SUCCESSFUL',
      statusReason: 'Service deployment rolled back because of one or more active alarms.',
      alarms: { status: 'TRIGGERED', triggeredAlarmNames: ['errors'] },
    });
  });

  it('has succeeded early where that is asked for, and goes on to the full count', () => {
    const s = scene();
    const earlySuccessCriteria = { enable: true, healthyPercent: 75, sourceServiceRevisionCleanup: 'DEFERRED' };
    const deploymentConfiguration = { maximumPercent: 150, minimumHealthyPercent: 75, earlySuccessCriteria };
    s.create({ desiredCount: 4, deploymentConfiguration });
    s.d.pass(200);
    const id = s.update('app:2');
    let completed: { deployments: { id: string; runningCount: number; rolloutState: string }[] } | null = null;
    for (let i = 0; i < 40 && !completed; i++) {
      s.d.pass(5);
      if (s.service().deployments[0].rolloutState === 'COMPLETED') completed = s.service();
    }
    expect(completed!.deployments[0]!.runningCount).toBeLessThan(4);
    expect(completed!.deployments).toHaveLength(2);
    s.d.pass(300);
    expect(s.service().deployments).toMatchObject([{ id, runningCount: 4 }]);
    expect(s.messages().at(-1)).toBe('(service app) has reached a steady state.');
  });

  it('with 100/100 or one task and 150 can make no progress, says so once, and goes on when it may', () => {
    for (const [desiredCount, maximumPercent] of [
      [2, 100],
      [1, 150],
    ]) {
      const s = scene();
      s.create({ desiredCount, deploymentConfiguration: { maximumPercent, minimumHealthyPercent: 100 } });
      s.d.pass(150);
      s.update('app:2');
      s.d.pass(600);
      expect(told(s).filter((m) => /^was unable to stop or start tasks during a deployment/.test(m))).toHaveLength(1);
      expect(s.service().runningCount).toBe(desiredCount);
      s.update(null, { deploymentConfiguration: { maximumPercent: 200 } });
      s.d.pass(200);
      expect(s.service().deployments).toMatchObject([{ rolloutState: 'COMPLETED' }]);
    }
  });

  it('stops old tasks first where no more than the desired ones may run', () => {
    const s = scene();
    s.create({ deploymentConfiguration: { maximumPercent: 100, minimumHealthyPercent: 50 } });
    s.d.pass(150);
    s.update('app:2');
    const seen: number[] = [];
    for (let i = 0; i < 60; i++) {
      s.d.pass(5);
      seen.push(s.service().runningCount + s.service().pendingCount);
    }
    expect(Math.max(...seen)).toBe(2);
    expect(s.service().deployments).toMatchObject([{ rolloutState: 'COMPLETED' }]);
  });

  it('is pending for a moment, and records what came before and after', () => {
    const s = scene();
    s.create();
    expect(s.record()).toMatchObject({ status: 'PENDING' });
    expect(s.record().startedAt).toBeUndefined();
    s.d.pass(2);
    expect(s.record()).toMatchObject({ status: 'IN_PROGRESS', deploymentCircuitBreaker: { status: 'DISABLED' } });
    s.update('app:2');
    const { serviceDeployments } = s.ecs('ListServiceDeployments', { service: 'app' });
    expect(serviceDeployments.map((r: { status: string }) => r.status)).toEqual(['PENDING', 'STOPPED']);
    s.d.pass(200);
    expect(s.record()).toMatchObject({
      status: 'SUCCESSFUL',
      targetServiceRevision: { requestedTaskCount: 2, runningTaskCount: 2 },
    });
  });
});
