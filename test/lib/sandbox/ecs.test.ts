import { describe, expect, it } from 'vitest';
import { thresholdOf } from '../../../src/lib/sandbox/services/ecs/configuration.js';
import { allServices } from '../../../src/lib/sandbox/services/index.js';
import { drive, type Drive } from './drive.js';

const register = (d: Drive, image: string): string =>
  d.call('ecs', 'RegisterTaskDefinition', {
    family: 'app',
    requiresCompatibilities: ['FARGATE'],
    networkMode: 'awsvpc',
    cpu: '256',
    memory: '512',
    containerDefinitions: [{ name: 'app', image }],
  }).taskDefinition.taskDefinitionArn;

const create = (d: Drive, input: object = {}) => {
  d.call('ecs', 'CreateCluster', { clusterName: 'baf' });
  d.call('ecs', 'CreateService', {
    cluster: 'baf',
    serviceName: 'app',
    desiredCount: 2,
    launchType: 'FARGATE',
    networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1', 'subnet-2', 'subnet-3'] } },
    taskDefinition: register(d, 'app:1'),
    ...input,
  });
};
const breaker = { deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } } };
const update = (d: Drive, image: string, input: object = {}) =>
  d.call('ecs', 'UpdateService', { cluster: 'baf', service: 'app', taskDefinition: register(d, image), ...breaker, ...input });
const service = (d: Drive) => d.call('ecs', 'DescribeServices', { cluster: 'baf', services: ['app'] }).services[0];
const messages = (d: Drive): string[] =>
  service(d)
    .events.map((e: { message: string }) => e.message)
    .reverse();

describe('a service', () => {
  it("gets steady, telling so in ECS's words", () => {
    const d = drive();
    create(d);
    d.pass(200);
    expect(service(d)).toMatchObject({
      runningCount: 2,
      pendingCount: 0,
      deployments: [{ status: 'PRIMARY', rolloutState: 'COMPLETED' }],
    });
    const [started, completed, steady] = messages(d);
    expect(started).toMatch(/^\(service app\) has started 2 tasks: \(task [0-9a-f]{32}\) \(task [0-9a-f]{32}\)\.$/);
    expect(completed).toMatch(/^\(service app\) \(deployment ecs-svc\/\d{19}\) deployment completed\.$/);
    expect(steady).toBe('(service app) has reached a steady state.');
    const idle = allServices.map(
      (s) => s.nextEventAt?.(d.sandbox.world.cell('111111111111', 'eu-west-1'), d.sandbox.world) ?? null,
    );
    expect(idle.every((at) => at === null)).toBe(true);
  });

  it('rolls to a new version under a deployment id of its own, recorded as a service deployment', () => {
    const d = drive();
    create(d);
    d.pass(200);
    const before = service(d).deployments[0].id;
    const id = update(d, 'app:2').service.deployments[0].id;
    expect(id).not.toBe(before);
    d.pass(20);
    expect(service(d).deployments.map((x: { status: string }) => x.status)).toEqual(['PRIMARY', 'ACTIVE']);
    d.pass(300);
    expect(service(d).deployments).toMatchObject([{ id, rolloutState: 'COMPLETED', runningCount: 2 }]);
    const { serviceDeployments } = d.call('ecs', 'ListServiceDeployments', { cluster: 'baf', service: 'app' });
    expect(serviceDeployments.map((s: { status: string }) => s.status)).toEqual(['SUCCESSFUL', 'SUCCESSFUL']);
    const arn = serviceDeployments[0].serviceDeploymentArn;
    const described = d.call('ecs', 'DescribeServiceDeployments', { serviceDeploymentArns: [arn, 'arn:none'] });
    expect(described.serviceDeployments[0]).toMatchObject({
      deploymentCircuitBreaker: { status: 'MONITORING_COMPLETE', threshold: 3 },
    });
    expect(described.failures).toEqual([{ arn: 'arn:none', reason: 'MISSING' }]);
    const revision = d.call('ecs', 'DescribeServiceRevisions', {
      serviceRevisionArns: [described.serviceDeployments[0].targetServiceRevision.arn],
    });
    expect(revision.serviceRevisions[0].containerImages[0].image).toBe('app:2');
  });

  it.each([
    ['exits', 'EssentialContainerExited', /Essential container in task exited/, 1],
    ['oom', 'EssentialContainerExited', /Essential container/, 137],
    ['missing', 'TaskFailedToStart', /^CannotPullContainerError/, undefined],
  ] as const)('goes back to the old deployment id when an image %s', (outcome, stopCode, reason, exitCode) => {
    const d = drive();
    create(d);
    d.pass(200);
    const old = service(d).deployments[0].id;
    d.sandbox.store.state.images['app:2'] = outcome;
    const failed = update(d, 'app:2').service.deployments[0].id;
    d.pass(400);
    expect(service(d).deployments).toMatchObject([{ id: old, status: 'PRIMARY', rolloutState: 'COMPLETED', runningCount: 2 }]);
    expect(messages(d)).toContain(`(service app) rolling back to deployment ${old}.`);
    expect(messages(d)).toContain(`(service app) (deployment ${failed}) deployment failed: tasks failed to start.`);
    const { taskArns } = d.call('ecs', 'ListTasks', {
      cluster: 'baf',
      serviceName: 'app',
      desiredStatus: 'STOPPED',
      startedBy: failed,
    });
    const { tasks } = d.call('ecs', 'DescribeTasks', { cluster: 'baf', tasks: taskArns });
    const failures = tasks.filter((t: { stopCode: string }) => t.stopCode !== 'ServiceSchedulerInitiated');
    expect(failures.length).toBeGreaterThanOrEqual(3);
    expect(failures[0]).toMatchObject({ stopCode, stoppedReason: expect.stringMatching(reason) as string });
    expect(failures[0].containers[0].exitCode).toBe(exitCode);
    const { serviceDeployments } = d.call('ecs', 'ListServiceDeployments', { cluster: 'baf', service: 'app' });
    expect(serviceDeployments[0].status).toBe('ROLLBACK_SUCCESSFUL');
    d.pass(3700);
    expect(d.call('ecs', 'ListTasks', { cluster: 'baf', serviceName: 'app', desiredStatus: 'STOPPED' }).taskArns).toEqual([]);
  });

  it('stays failed where nothing was steady before', () => {
    const d = drive();
    d.sandbox.store.state.images['app:1'] = 'exits';
    create(d, breaker);
    d.pass(600);
    expect(service(d).deployments[0]).toMatchObject({
      status: 'PRIMARY',
      rolloutState: 'FAILED',
      rolloutStateReason: 'ECS deployment circuit breaker: tasks failed to start.',
    });
  });

  it('that can make no progress says so', () => {
    const d = drive();
    create(d, { deploymentConfiguration: { maximumPercent: 100, minimumHealthyPercent: 100 } });
    d.pass(200);
    update(d, 'app:2', { deploymentConfiguration: { maximumPercent: 100, minimumHealthyPercent: 100 } });
    d.pass(300);
    expect(messages(d).filter((m) => /unable to stop or start tasks during a deployment/.test(m))).toHaveLength(1);
  });

  it('is deleted only with force while it is scaled, and can be made again', () => {
    const d = drive();
    create(d);
    d.pass(200);
    expect(() => d.call('ecs', 'DeleteService', { cluster: 'baf', service: 'app' })).toThrow(/scaled above 0/);
    d.call('ecs', 'DeleteService', { cluster: 'baf', service: 'app', force: true });
    expect(service(d).status).toBe('DRAINING');
    expect(() => create(d)).toThrow(/still Draining/);
    d.pass(120);
    expect(service(d).status).toBe('INACTIVE');
    expect(() => update(d, 'app:2')).toThrow('Service was not ACTIVE.');
    create(d);
    d.call('ecs', 'UpdateService', { cluster: 'baf', service: 'app', desiredCount: 0 });
    d.pass(200);
    expect(service(d).runningCount).toBe(0);
    expect(d.call('ecs', 'DescribeClusters', { clusters: ['baf', 'none'] })).toMatchObject({
      clusters: [{ activeServicesCount: 1 }],
      failures: [{ reason: 'MISSING' }],
    });
  });

  it('replaces a task that a user stops', () => {
    const d = drive();
    create(d);
    d.pass(200);
    const [task] = d.call('ecs', 'ListTasks', { cluster: 'baf', serviceName: 'app' }).taskArns;
    d.call('ecs', 'StopTask', { cluster: 'baf', task, reason: 'test' });
    d.pass(10);
    expect(service(d).runningCount).toBe(1);
    d.pass(200);
    expect(service(d).runningCount).toBe(2);
  });
});

const nextEvents = (d: Drive) =>
  allServices.map((s) => s.nextEventAt?.(d.sandbox.world.cell('111111111111', 'eu-west-1'), d.sandbox.world) ?? null);

it('a crash loop slows down, and leaves no heap of stopped tasks behind', () => {
  const d = drive();
  d.sandbox.store.state.images['app:1'] = 'exits';
  create(d);
  d.pass(3 * 86_400);
  expect(service(d).deployments[0].failedTasks).toBeLessThan(500);
  expect(
    Object.keys((d.sandbox.store.state.cells['111111111111/eu-west-1']!['ecs'] as { tasks: object }).tasks).length,
  ).toBeLessThan(20);
});

it('a deployment that is stuck rests', () => {
  const d = drive();
  const deploymentConfiguration = { maximumPercent: 100, minimumHealthyPercent: 100 };
  create(d, { deploymentConfiguration });
  d.pass(200);
  update(d, 'app:2', { deploymentConfiguration });
  d.pass(300);
  expect(nextEvents(d).every((at) => at === null)).toBe(true);
  update(d, 'app:2', { deploymentConfiguration: { maximumPercent: 200, minimumHealthyPercent: 100 } });
  d.pass(300);
  expect(service(d).deployments).toMatchObject([{ rolloutState: 'COMPLETED' }]);
});

it('the order of keys in an update starts no deployment', () => {
  const d = drive();
  const network = { subnets: ['subnet-1'], assignPublicIp: 'DISABLED' };
  create(d, { networkConfiguration: { awsvpcConfiguration: network } });
  d.pass(200);
  const { id } = service(d).deployments[0];
  const turned = Object.fromEntries(Object.entries(network).reverse());
  d.call('ecs', 'UpdateService', { cluster: 'baf', service: 'app', networkConfiguration: { awsvpcConfiguration: turned } });
  expect(service(d).deployments[0].id).toBe(id);
});

it('what is asked wrongly is answered as ECS answers', () => {
  const d = drive();
  create(d);
  const wrong = (operation: string, input: object) => () => d.call('ecs', operation, input);
  expect(wrong('DescribeServices', { cluster: 'none', services: ['x'] })).toThrow('Cluster not found.');
  expect(wrong('DescribeServices', { cluster: 'baf', services: Array(11).fill('x') })).toThrow(/more than 10/);
  expect(wrong('UpdateService', { cluster: 'baf', service: 'none' })).toThrow('Service not found.');
  expect(wrong('DescribeTaskDefinition', { taskDefinition: 'none' })).toThrow('Unable to describe task definition.');
  expect(wrong('CreateService', { cluster: 'baf', serviceName: 'app', taskDefinition: 'app' })).toThrow(
    'Creation of service was not idempotent.',
  );
  expect(wrong('CreateService', { cluster: 'baf', serviceName: 'b', taskDefinition: 'none' })).toThrow(
    'TaskDefinition not found.',
  );
  expect(wrong('RegisterTaskDefinition', { family: 'a b', containerDefinitions: [] })).toThrow(/Family/);
  expect(
    wrong('RegisterTaskDefinition', {
      family: 'a',
      requiresCompatibilities: ['FARGATE'],
      networkMode: 'awsvpc',
      cpu: '256',
      memory: '9999',
      containerDefinitions: [{ name: 'a', image: 'b' }],
    }),
  ).toThrow(/No Fargate configuration/);
  expect(d.call('ecs', 'ListServices', { cluster: 'baf' }).serviceArns).toHaveLength(1);
  expect(d.call('ecs', 'ListTaskDefinitions', { familyPrefix: 'app' }).taskDefinitionArns).toHaveLength(1);
  expect(d.call('ecs', 'ListTaskDefinitionFamilies', {}).families).toEqual(['app']);
  expect(d.call('ecs', 'DeregisterTaskDefinition', { taskDefinition: 'app:1' }).taskDefinition.status).toBe('INACTIVE');
});

it("the threshold of the circuit breaker is AWS's", () => {
  expect([1, 3, 6, 7, 25, 400, 1000].map((desired) => thresholdOf(desired))).toEqual([3, 3, 3, 4, 13, 200, 200]);
});
