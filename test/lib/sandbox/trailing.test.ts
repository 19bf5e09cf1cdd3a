/** Reads that show for a moment what was there before a write, and the moment after. */
import { describe, expect, it } from 'vitest';
import { drive, START } from './drive.js';
import { network, scene } from './ecs-scene.js';

const trailing = () => scene(drive(undefined, START, { readsTrailMs: 2_000 }));

describe('reads trail writes', () => {
  it('of a service that was created: missing, in no list, and then there', () => {
    const s = trailing();
    s.create({ taskDefinition: s.register('app:1') });
    expect(s.ecs('DescribeServices', { services: ['app'] })).toMatchObject({ services: [], failures: [{ reason: 'MISSING' }] });
    expect(s.ecs('ListServices').serviceArns).toEqual([]);
    s.d.pass(2);
    expect(s.ecs('DescribeServices', { services: ['app'] }).failures).toEqual([]);
    expect(s.ecs('ListServices').serviceArns).toHaveLength(1);
  });

  it('of a service that was updated: the old definition and deployment, with tags or without', () => {
    const s = trailing();
    s.create({ taskDefinition: s.register('app:1') });
    s.d.pass(300);
    const before = s.service();
    const next = s.update('app:2');
    for (const include of [[], ['TAGS']]) {
      const [shown] = s.ecs('DescribeServices', { services: ['app'], include }).services;
      expect(shown.taskDefinition).toBe(before.taskDefinition);
      expect(shown.deployments).toHaveLength(1);
    }
    const running = { service: 'app', status: ['PENDING', 'IN_PROGRESS'] };
    expect(s.ecs('ListServiceDeployments', running).serviceDeployments).toEqual([]);
    s.d.pass(2);
    for (const include of [[], ['TAGS']]) {
      const [shown] = s.ecs('DescribeServices', { services: ['app'], include }).services;
      expect(shown.deployments[0].taskDefinition).toBe(shown.taskDefinition);
      expect(shown.deployments[0].id).toBe(next);
    }
    expect(s.ecs('ListServiceDeployments', running).serviceDeployments).toHaveLength(1);
  });

  it('of tasks: a new one is missing, a stopped one runs on', () => {
    const s = trailing();
    const run = { taskDefinition: s.register('app:1'), launchType: 'FARGATE', networkConfiguration: network };
    const { taskArn } = s.ecs('RunTask', run).tasks[0];
    expect(s.ecs('DescribeTasks', { tasks: [taskArn] })).toMatchObject({ tasks: [], failures: [{ reason: 'MISSING' }] });
    expect(s.ecs('ListTasks').taskArns).toEqual([]);
    s.d.pass(60);
    expect(s.ecs('ListTasks').taskArns).toEqual([taskArn]);
    s.ecs('StopTask', { task: taskArn });
    expect(s.ecs('DescribeTasks', { tasks: [taskArn] }).tasks[0]).toMatchObject({
      lastStatus: 'RUNNING',
      desiredStatus: 'RUNNING',
    });
    expect(s.ecs('ListTasks').taskArns).toEqual([taskArn]);
    s.d.pass(2);
    expect(s.ecs('DescribeTasks', { tasks: [taskArn] }).tasks[0].desiredStatus).toBe('STOPPED');
    expect(s.ecs('ListTasks').taskArns).toEqual([]);
  });
});

describe("reads of SSM's parameters", () => {
  const d = drive(undefined, START, { readsTrailMs: 2_000 });
  const put = (Value: string) => d.call('ssm', 'PutParameter', { Name: '/a/b', Value, Type: 'String', Overwrite: true });
  const seen = () => [
    d.call('ssm', 'GetParameters', { Names: ['/a/b'] }).Parameters.map((p: { Value: string }) => p.Value),
    d.call('ssm', 'GetParametersByPath', { Path: '/a' }).Parameters.map((p: { Value: string }) => p.Value),
  ];

  it('trail what was put, by the version', () => {
    put('1');
    expect(() => d.call('ssm', 'GetParameter', { Name: '/a/b' })).toThrow();
    expect(seen()).toEqual([[], []]);
    d.pass(2);
    expect(seen()).toEqual([['1'], ['1']]);
    expect(put('2')).toMatchObject({ Version: 2 });
    expect(seen()).toEqual([['1'], ['1']]);
    expect(d.call('ssm', 'GetParameter', { Name: '/a/b:2' }).Parameter.Value).toBe('2');
    d.pass(2);
    expect(seen()).toEqual([['2'], ['2']]);
  });
});
