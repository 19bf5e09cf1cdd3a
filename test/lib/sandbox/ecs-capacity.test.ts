import { describe, expect, it } from 'vitest';
import { network, place, scene, type Scene } from './ecs-scene.js';

const capacity = (s: Scene, where: string, tasks: number | null): void => {
  const limits = s.d.sandbox.store.state.faults.capacity;
  if (tasks === null) delete limits[where];
  else limits[where] = tasks;
};
const NO_CAPACITY =
  '(service app) was unable to place a task. Reason: Capacity is unavailable at this time. Please try again later or in a different availability zone.';
const tasksOf = (s: Scene, input: object = {}): { availabilityZone: string; lastStatus: string; [key: string]: unknown }[] => {
  const { taskArns } = s.ecs('ListTasks', input);
  return taskArns.length === 0 ? [] : s.ecs('DescribeTasks', { tasks: taskArns }).tasks;
};
const zones = (s: Scene): string[] =>
  tasksOf(s)
    .map((t) => t.availabilityZone.at(-1)!)
    .sort();

describe('Fargate', () => {
  it('spreads tasks over the zones of the subnets', () => {
    const s = scene();
    s.create({ desiredCount: 6 });
    s.d.pass(150);
    expect(zones(s).join('')).toBe('aabbcc');
  });

  it('runs no more tasks than there is capacity for, says so, and goes on when there is more', () => {
    const s = scene();
    capacity(s, place, 3);
    s.create({ desiredCount: 5 });
    s.d.pass(600);
    expect(s.service()).toMatchObject({ runningCount: 3, deployments: [{ rolloutState: 'IN_PROGRESS' }] });
    const told = s.messages().filter((m) => m === NO_CAPACITY);
    expect(told.length).toBeGreaterThan(0);
    expect(told.length).toBeLessThan(4);
    capacity(s, place, null);
    s.d.pass(150);
    expect(s.service()).toMatchObject({ runningCount: 5, deployments: [{ rolloutState: 'COMPLETED' }] });
  });

  it('a zone that is gone takes its tasks along; others take over, and it is used again when it is back', () => {
    const s = scene();
    s.create({ desiredCount: 3 });
    s.d.pass(150);
    capacity(s, `${place}/eu-west-1b`, 0);
    expect(s.service()).toMatchObject({ runningCount: 2 });
    const [lost] = tasksOf(s, { desiredStatus: 'STOPPED' });
    expect(lost).toMatchObject({
      availabilityZone: 'eu-west-1b',
      stopCode: 'TerminationNotice',
      stoppedReason: 'ECS is performing maintenance on the underlying infrastructure hosting the task.',
    });
    s.d.pass(150);
    expect(s.service()).toMatchObject({ runningCount: 3 });
    expect(zones(s).join('')).not.toContain('b');
    expect(s.messages().at(-1)).toBe('(service app) has reached a steady state.');
    capacity(s, `${place}/eu-west-1b`, null);
    s.update(null, { forceNewDeployment: true });
    s.d.pass(200);
    expect(zones(s).join('')).toBe('abc');
  });

  it('all zones gone: nothing runs, and the service waits', () => {
    const s = scene();
    s.create({ networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'] } } });
    s.d.pass(150);
    capacity(s, `${place}/eu-west-1a`, 0);
    expect(s.service().runningCount).toBe(0);
    s.d.pass(120);
    expect(s.service()).toMatchObject({ runningCount: 0, pendingCount: 0 });
    expect(s.messages()).toContain(NO_CAPACITY);
    capacity(s, `${place}/eu-west-1a`, null);
    s.d.pass(120);
    expect(s.service()).toMatchObject({ runningCount: 2 });
  });

  it('RunTask fails for want of capacity, without an exception', () => {
    const s = scene();
    capacity(s, place, 1);
    const { tasks, failures } = s.ecs('RunTask', {
      taskDefinition: s.register('app:1'),
      launchType: 'FARGATE',
      networkConfiguration: network,
      count: 2,
    });
    expect(tasks).toHaveLength(1);
    expect(failures).toEqual([
      { reason: 'Capacity is unavailable at this time. Please try again later or in a different availability zone' },
    ]);
  });
});

describe('EC2', () => {
  const instance = (s: Scene, cpu = 1024, memory = 2048, zone = 'eu-west-1a'): string =>
    s.ecs('RegisterContainerInstance', {
      instanceIdentityDocument: JSON.stringify({ instanceId: `i-${zone.at(-1)}`, availabilityZone: zone }),
      totalResources: [
        { name: 'CPU', type: 'INTEGER', integerValue: cpu },
        { name: 'MEMORY', type: 'INTEGER', integerValue: memory },
      ],
    }).containerInstance.containerInstanceArn as string;
  const describeOne = (s: Scene, arn: string) =>
    s.ecs('DescribeContainerInstances', { containerInstances: [arn] }).containerInstances[0];
  const create = (s: Scene, input: object = {}): void => s.create({ launchType: 'EC2', ...input });

  it('has no place in an empty cluster, and uses instances as they come', () => {
    const s = scene();
    create(s);
    s.d.pass(60);
    expect(s.messages()).toEqual([
      '(service app) was unable to place a task because no container instance met all of its requirements. Reason: No Container Instances were found in your cluster.',
    ]);
    const arn = instance(s);
    s.d.pass(90);
    expect(s.service()).toMatchObject({ runningCount: 2 });
    expect(describeOne(s, arn)).toMatchObject({
      ec2InstanceId: 'i-a',
      status: 'ACTIVE',
      runningTasksCount: 2,
      remainingResources: [
        { name: 'CPU', integerValue: 512 },
        { name: 'MEMORY', integerValue: 1024 },
        { name: 'PORTS' },
        { name: 'PORTS_UDP' },
      ],
    });
    expect(tasksOf(s)[0]).toMatchObject({ launchType: 'EC2', containerInstanceArn: arn, availabilityZone: 'eu-west-1a' });
    expect(s.ecs('ListTasks', { containerInstance: arn }).taskArns).toHaveLength(2);
  });

  it.each([
    [512, 8192, 'CPU units'],
    [8192, 1024, 'memory'],
  ])('is full at %d CPU units and %d MiB: insufficient %s', (cpu, memory, what) => {
    const s = scene();
    const arn = instance(s, cpu, memory);
    create(s, { desiredCount: 3 });
    s.d.pass(120);
    expect(s.service().runningCount).toBe(2);
    expect(s.messages()).toContain(
      `(service app) was unable to place a task because no container instance met all of its requirements. The closest matching container-instance ${arn.split('/').at(-1)} has insufficient ${what} available.`,
    );
    const { failures } = s.ecs('RunTask', { taskDefinition: 'app', launchType: 'EC2', networkConfiguration: network });
    expect(failures).toEqual([{ arn, reason: what === 'memory' ? 'RESOURCE:MEMORY' : 'RESOURCE:CPU' }]);
  });

  it('a draining instance gives its tasks to others, within the bounds', () => {
    const s = scene();
    const first = instance(s);
    create(s);
    s.d.pass(90);
    const second = instance(s, 1024, 2048, 'eu-west-1b');
    s.ecs('UpdateContainerInstancesState', { containerInstances: [first], status: 'DRAINING' });
    const least: number[] = [];
    for (let i = 0; i < 50; i++) {
      s.d.pass(5);
      least.push(s.service().runningCount);
    }
    expect(Math.min(...least)).toBe(2);
    expect(describeOne(s, first)).toMatchObject({ status: 'DRAINING', runningTasksCount: 0 });
    expect(describeOne(s, second)).toMatchObject({ runningTasksCount: 2 });
    expect(s.ecs('ListContainerInstances', { status: 'DRAINING' }).containerInstanceArns).toEqual([first]);
    s.ecs('DeregisterContainerInstance', { containerInstance: first });
    expect(() => s.ecs('DeregisterContainerInstance', { containerInstance: second })).toThrow(/running tasks/);
    s.ecs('DeregisterContainerInstance', { containerInstance: second, force: true });
    expect(tasksOf(s, { desiredStatus: 'STOPPED' })[0]).toMatchObject({
      stopCode: 'TerminationNotice',
      stoppedReason: 'Host EC2 (instance i-b) terminated.',
    });
    expect(s.ecs('DescribeContainerInstances', { containerInstances: [second] }).failures).toEqual([
      { arn: second, reason: 'MISSING' },
    ]);
  });

  it('a daemon runs once on each instance', () => {
    const s = scene();
    instance(s);
    instance(s, 1024, 2048, 'eu-west-1b');
    create(s, { schedulingStrategy: 'DAEMON', desiredCount: undefined });
    s.d.pass(90);
    expect(s.service()).toMatchObject({ desiredCount: 2, runningCount: 2, availabilityZoneRebalancing: 'DISABLED' });
    expect(zones(s).join('')).toBe('ab');
    instance(s, 1024, 2048, 'eu-west-1c');
    s.d.pass(90);
    expect(zones(s).join('')).toBe('abc');
    s.update('app:2');
    s.d.pass(200);
    expect(s.service()).toMatchObject({ runningCount: 3, deployments: [{ rolloutState: 'COMPLETED' }] });
    expect(zones(s).join('')).toBe('abc');
  });

  it('StartTask goes to the instances that are named', () => {
    const s = scene();
    const arn = instance(s, 300, 600);
    const start = () =>
      s.ecs('StartTask', {
        taskDefinition: s.register('app:1'),
        containerInstances: [arn, 'none'],
        networkConfiguration: network,
      });
    const { tasks, failures } = start();
    expect(tasks).toMatchObject([{ containerInstanceArn: arn, launchType: 'EC2', group: 'family:app' }]);
    expect(failures).toMatchObject([{ reason: 'MISSING' }]);
    expect(start().failures).toMatchObject([{ arn, reason: 'RESOURCE:CPU' }, { reason: 'MISSING' }]);
  });
});

describe('a task of its own', () => {
  const run = (s: Scene, input: object = {}) =>
    s.ecs('RunTask', { taskDefinition: s.register('app:1'), launchType: 'FARGATE', networkConfiguration: network, ...input })
      .tasks[0];
  const now = (s: Scene, task: { taskArn: string }) => s.ecs('DescribeTasks', { tasks: [task.taskArn] }).tasks[0];

  it('runs until it is stopped', () => {
    const s = scene();
    const task = run(s, { startedBy: 'me', tags: [{ key: 'k', value: 'v' }] });
    expect(task).toMatchObject({ lastStatus: 'PROVISIONING', desiredStatus: 'RUNNING', startedBy: 'me', group: 'family:app' });
    s.d.pass(3600);
    expect(now(s, task)).toMatchObject({ lastStatus: 'RUNNING', tags: [] });
    s.ecs('StopTask', { task: task.taskArn, reason: 'enough' });
    s.d.pass(60);
    expect(now(s, task)).toMatchObject({ lastStatus: 'STOPPED', stopCode: 'UserInitiated', stoppedReason: 'enough' });
    s.d.pass(3700);
    expect(s.ecs('DescribeTasks', { tasks: [task.taskArn] }).failures).toEqual([{ arn: task.taskArn, reason: 'MISSING' }]);
  });

  it('with a command does its work and ends', () => {
    const s = scene();
    const overrides = { containerOverrides: [{ name: 'app', command: ['migrate'] }] };
    const task = run(s, { overrides });
    s.d.pass(120);
    expect(now(s, task)).toMatchObject({
      lastStatus: 'STOPPED',
      stopCode: 'EssentialContainerExited',
      stoppedReason: 'Essential container in task exited',
      containers: [{ exitCode: 0 }],
      overrides,
    });
    expect(() => run(s, { overrides: { containerOverrides: [{ name: 'other' }] } })).toThrow(/other is not a container/);
  });

  it('ends as its image does', () => {
    const s = scene();
    s.outcome('app:1', 'oom');
    const task = run(s);
    s.d.pass(60);
    expect(now(s, task)).toMatchObject({
      lastStatus: 'STOPPED',
      containers: [{ exitCode: 137, reason: 'OutOfMemoryError: Container killed due to memory usage' }],
    });
  });
});

describe('a task of several containers', () => {
  const ended = (essential: boolean) => {
    const s = scene();
    s.outcome('proxy:1', 'exits');
    const { taskDefinition } = s.ecs('RegisterTaskDefinition', {
      ...{ family: 'two', networkMode: 'awsvpc', requiresCompatibilities: ['FARGATE'], cpu: '256', memory: '512' },
      containerDefinitions: [
        { name: 'app', image: 'app:1' },
        { name: 'proxy', image: 'proxy:1', essential },
      ],
    });
    const [task] = s.ecs('RunTask', {
      taskDefinition: taskDefinition.taskDefinitionArn,
      launchType: 'FARGATE',
      networkConfiguration: network,
    }).tasks;
    s.d.pass(60);
    return s.ecs('DescribeTasks', { tasks: [task.taskArn] }).tasks[0];
  };

  it('ends when an essential one of them does, which is the one that failed', () => {
    expect(ended(true)).toMatchObject({
      stoppedReason: 'Essential container in task exited',
      containers: [
        { name: 'app', exitCode: 143 },
        { name: 'proxy', exitCode: 1 },
      ],
    });
    expect(ended(false).lastStatus).toBe('RUNNING');
  });
});

describe('a protected task', () => {
  it('is kept when its service scales in, until the protection ends', () => {
    const s = scene();
    s.create();
    s.d.pass(150);
    const tasks: string[] = s.ecs('ListTasks').taskArns;
    const { protectedTasks } = s.ecs('UpdateTaskProtection', { tasks, protectionEnabled: true, expiresInMinutes: 10 });
    expect(protectedTasks).toMatchObject([{ protectionEnabled: true }, { protectionEnabled: true }]);
    s.update(null, { desiredCount: 0 });
    s.d.pass(120);
    expect(s.service().runningCount).toBe(2);
    expect(s.messages().at(-1)).toMatch(
      /was unable to reach steady state because task set \(ecs-svc\/\d+\) was unable to scale in\. Reason: The number of protected tasks are more than the desired count of tasks\.$/,
    );
    s.d.pass(600);
    expect(s.service().runningCount).toBe(0);
    expect(s.ecs('GetTaskProtection', { tasks })).toMatchObject({
      protectedTasks: [{ protectionEnabled: false }, { protectionEnabled: false }],
    });
  });
});

describe('capacity providers', () => {
  it('share tasks by base and weight', () => {
    const s = scene();
    const strategy = [
      { capacityProvider: 'FARGATE', base: 2, weight: 1 },
      { capacityProvider: 'FARGATE_SPOT', weight: 3 },
    ];
    const create = (): void => s.create({ launchType: undefined, capacityProviderStrategy: strategy, desiredCount: 6 });
    expect(create).toThrow(/was not found/);
    s.ecs('PutClusterCapacityProviders', { capacityProviders: ['FARGATE', 'FARGATE_SPOT'], defaultCapacityProviderStrategy: [] });
    create();
    s.d.pass(150);
    const used = tasksOf(s).map((t) => t['capacityProviderName']);
    expect(used.filter((p) => p === 'FARGATE')).toHaveLength(3);
    expect(used.filter((p) => p === 'FARGATE_SPOT')).toHaveLength(3);
    expect(s.service().launchType).toBeUndefined();
    s.update(null, { capacityProviderStrategy: [] });
    expect(s.service()).toMatchObject({ launchType: 'FARGATE', deployments: [{ launchType: 'FARGATE' }] });
  });
});
