import { describe, expect, it } from 'vitest';
import { network, scene } from './ecs-scene.js';

describe('tags', () => {
  it('are put on, read and taken off everything that carries them', () => {
    const s = scene();
    s.create({ tags: [{ key: 'a', value: '1' }] });
    const instance = s.ecs('RegisterContainerInstance', {}).containerInstance.containerInstanceArn as string;
    const provider = s.ecs('CreateCapacityProvider', {
      name: 'mine',
      autoScalingGroupProvider: {
        autoScalingGroupArn: 'arn:aws:autoscaling:eu-west-1:111111111111:autoScalingGroup:x:autoScalingGroupName/y',
      },
    }).capacityProvider.capacityProviderArn as string;
    s.d.pass(100);
    const arns = [
      s.service().serviceArn,
      s.ecs('DescribeClusters', { clusters: ['baf'] }).clusters[0].clusterArn,
      s.service().taskDefinition,
      s.ecs('ListTasks').taskArns[0],
      instance,
      provider,
    ];
    for (const resourceArn of arns) {
      s.ecs('TagResource', { resourceArn, tags: [{ key: 'b', value: '2' }] });
      s.ecs('TagResource', {
        resourceArn,
        tags: [
          { key: 'b', value: '3' },
          { key: 'c', value: '4' },
        ],
      });
      s.ecs('UntagResource', { resourceArn, tagKeys: ['a', 'c'] });
      expect(s.ecs('ListTagsForResource', { resourceArn }).tags).toEqual([{ key: 'b', value: '3' }]);
    }
    expect(s.ecs('DescribeServices', { services: ['app'], include: ['TAGS'] }).services[0].tags).toEqual([
      { key: 'b', value: '3' },
    ]);
    expect(s.service().tags).toBeUndefined();
    for (const resourceArn of ['nonsense', `${s.service().serviceArn}x`, 'arn:aws:ecs:eu-west-1:111111111111:constructor/x'])
      expect(() => s.ecs('ListTagsForResource', { resourceArn })).toThrow(
        expect.objectContaining({ code: 'InvalidParameterException' }),
      );
  });
});

describe('clusters', () => {
  it('tell what is in them, as far as it is asked for', () => {
    const s = scene();
    s.create();
    s.d.pass(150);
    const [bare] = s.ecs('DescribeClusters', { clusters: ['baf'] }).clusters;
    expect(bare).toMatchObject({ runningTasksCount: 2, activeServicesCount: 1, settings: [], tags: [], statistics: [] });
    const [whole] = s.ecs('DescribeClusters', { clusters: ['baf'], include: ['SETTINGS', 'STATISTICS', 'TAGS'] }).clusters;
    expect(whole.settings).toEqual([{ name: 'containerInsights', value: 'disabled' }]);
    expect(whole.statistics).toContainEqual({ name: 'runningFargateTasksCount', value: '2' });
    expect(
      s.ecs('UpdateCluster', { cluster: 'baf', settings: [{ name: 'containerInsights', value: 'enhanced' }] }).cluster.settings,
    ).toEqual([{ name: 'containerInsights', value: 'enhanced' }]);
    expect(s.ecs('DescribeClusters', { clusters: ['none', 'constructor'] }).failures).toMatchObject([
      { reason: 'MISSING' },
      { reason: 'MISSING' },
    ]);
  });

  it('are deleted only when nothing is in them, and are INACTIVE then', () => {
    const s = scene();
    s.create();
    const remove = () => s.ecs('DeleteCluster', { cluster: 'baf' });
    expect(remove).toThrow(expect.objectContaining({ code: 'ClusterContainsServicesException' }));
    s.ecs('DeleteService', { service: 'app', force: true });
    s.d.pass(100);
    s.ecs('RunTask', { taskDefinition: 'app', launchType: 'FARGATE', networkConfiguration: network });
    expect(remove).toThrow(expect.objectContaining({ code: 'ClusterContainsTasksException' }));
    s.ecs('StopTask', { task: s.ecs('ListTasks').taskArns[0] });
    s.d.pass(100);
    s.ecs('RegisterContainerInstance', {});
    expect(remove).toThrow(expect.objectContaining({ code: 'ClusterContainsContainerInstancesException' }));
    s.ecs('DeregisterContainerInstance', { containerInstance: s.ecs('ListContainerInstances').containerInstanceArns[0] });
    expect(remove().cluster.status).toBe('INACTIVE');
    expect(s.ecs('DescribeClusters', { clusters: ['baf'] }).clusters[0].status).toBe('INACTIVE');
    expect(s.ecs('ListClusters').clusterArns).toEqual([]);
    expect(() => s.ecs('ListTasks')).toThrow('Cluster not found.');
    expect(s.ecs('CreateCluster', { clusterName: 'baf' }).cluster.status).toBe('ACTIVE');
  });

  it('know the capacity providers of AWS and their own', () => {
    const s = scene();
    expect(s.ecs('DescribeCapacityProviders', {}).capacityProviders.map((p: { name: string }) => p.name)).toEqual([
      'FARGATE',
      'FARGATE_SPOT',
    ]);
    expect(s.ecs('DescribeCapacityProviders', { capacityProviders: ['x'] }).failures).toMatchObject([{ reason: 'MISSING' }]);
    const put = (capacityProviders: string[], strategy: object[]) =>
      s.ecs('PutClusterCapacityProviders', { capacityProviders, defaultCapacityProviderStrategy: strategy });
    expect(() => put(['x'], [])).toThrow(/was not found/);
    expect(() => put(['FARGATE'], [{ capacityProvider: 'FARGATE_SPOT' }])).toThrow(/not associated/);
    expect(put(['FARGATE'], [{ capacityProvider: 'FARGATE', weight: 1 }]).cluster).toMatchObject({
      capacityProviders: ['FARGATE'],
      defaultCapacityProviderStrategy: [{ capacityProvider: 'FARGATE', weight: 1, base: 0 }],
    });
    s.create({ launchType: undefined });
    expect(s.service().capacityProviderStrategy).toEqual([{ capacityProvider: 'FARGATE', weight: 1 }]);
  });
});

describe('account settings', () => {
  it('come from the principal, the account, and AWS, in that order', () => {
    const s = scene();
    const value = (name: string): string | undefined =>
      s.ecs('ListAccountSettings', { name, effectiveSettings: true }).settings[0]?.value;
    expect(value('containerInsights')).toBe('disabled');
    s.ecs('PutAccountSettingDefault', { name: 'containerInsights', value: 'enabled' });
    expect(value('containerInsights')).toBe('enabled');
    expect(s.ecs('PutAccountSetting', { name: 'containerInsights', value: 'enhanced' }).setting).toMatchObject({
      name: 'containerInsights',
      value: 'enhanced',
      principalArn: expect.stringMatching(/user\/test$/) as string,
    });
    expect(value('containerInsights')).toBe('enhanced');
    expect(s.ecs('ListAccountSettings', {}).settings).toHaveLength(1);
    s.ecs('DeleteAccountSetting', { name: 'containerInsights' });
    expect(value('containerInsights')).toBe('enabled');
    const first = s.ecs('ListAccountSettings', { effectiveSettings: true, maxResults: 4 });
    const second = s.ecs('ListAccountSettings', { effectiveSettings: true, nextToken: first.nextToken });
    expect([first.settings.length, second.settings.length]).toEqual([4, 6]);
  });
});

describe('task definitions', () => {
  it('are deregistered, then deleted; what runs goes on', () => {
    const s = scene();
    s.create();
    s.register('app:2');
    const remove = (...taskDefinitions: string[]) => s.ecs('DeleteTaskDefinitions', { taskDefinitions });
    expect(remove('app:1').failures[0].reason).toMatch(/still in ACTIVE status/);
    expect(() => s.ecs('DeregisterTaskDefinition', { taskDefinition: 'app' })).toThrow('Revision is missing.');
    s.ecs('DeregisterTaskDefinition', { taskDefinition: 'app:1' });
    expect(s.ecs('DescribeTaskDefinition', { taskDefinition: 'app:1' }).taskDefinition.deregisteredAt).toBeInstanceOf(Date);
    expect(remove('app:1', 'none:1')).toMatchObject({
      taskDefinitions: [{ status: 'DELETE_IN_PROGRESS' }],
      failures: [{ reason: expect.stringMatching(/does not exist/) as string }],
    });
    s.d.pass(150);
    s.update(null, { desiredCount: 3 });
    s.d.pass(150);
    expect(s.service().runningCount).toBe(3);
    expect(() => s.ecs('UpdateService', { service: 'app', taskDefinition: 'app:1' })).toThrow('TaskDefinition is inactive');
    expect(s.ecs('ListTaskDefinitions', { status: 'DELETE_IN_PROGRESS' }).taskDefinitionArns).toHaveLength(1);
    s.ecs('DeregisterTaskDefinition', { taskDefinition: 'app:2' });
    expect(s.ecs('ListTaskDefinitionFamilies', { status: 'ACTIVE' }).families).toEqual([]);
    expect(s.ecs('ListTaskDefinitionFamilies', { status: 'INACTIVE' }).families).toEqual(['app']);
  });

  it('are refused as AWS refuses them', () => {
    const s = scene();
    const register = (input: object) => () =>
      s.ecs('RegisterTaskDefinition', { family: 'x', containerDefinitions: [{ name: 'a', image: 'b', memory: 64 }], ...input });
    expect(register({})).not.toThrow();
    expect(register({ containerDefinitions: [{ name: 'a', image: 'b' }] })).toThrow(/At least one of 'memory'/);
    expect(register({ containerDefinitions: Array(2).fill({ name: 'a', image: 'b', memory: 64 }) })).toThrow(/unique/);
    expect(register({ containerDefinitions: [{ name: 'a', image: 'b', memory: 64, essential: false }] })).toThrow(
      /must be essential/,
    );
    expect(register({ containerDefinitions: [{ name: 'a', image: 'b', memory: 64, command: ['x'.repeat(66_000)] }] })).toThrow(
      /65536/,
    );
    expect(register({ requiresCompatibilities: ['FARGATE'], networkMode: 'bridge' })).toThrow(/awsvpc/);
    expect(register({ family: '__proto__' })).not.toThrow();
    expect(() => s.ecs('DescribeTaskDefinition', { taskDefinition: 'constructor' })).toThrow(/Unable to describe/);
  });
});

describe('services', () => {
  it('are created only of parts that fit', () => {
    const s = scene();
    const create = (input: object) => () => s.create(input);
    expect(create({ networkConfiguration: undefined })).toThrow(/Network Configuration must be provided/);
    expect(create({ loadBalancers: [{ targetGroupArn: 'arn:none', containerName: 'app', containerPort: 1 }] })).toThrow(
      'The target group arn:none does not exist.',
    );
    const bridge = s.ecs('RegisterTaskDefinition', {
      family: 'bridge',
      containerDefinitions: [{ name: 'a', image: 'b', memory: 64 }],
    }).taskDefinition.taskDefinitionArn as string;
    expect(create({ taskDefinition: bridge })).toThrow('Task definition does not support launch_type FARGATE.');
    expect(create({ schedulingStrategy: 'DAEMON' })).toThrow(/daemon/);
    expect(create({ capacityProviderStrategy: [{ capacityProvider: 'FARGATE' }] })).toThrow(/both a launch type/);
    expect(create({ deploymentConfiguration: { minimumHealthyPercent: 120 } })).toThrow(/minimumHealthyPercent/);
    create({ deploymentConfiguration: { maximumPercent: 100, minimumHealthyPercent: 0 } })();
    expect(s.service()).toMatchObject({ availabilityZoneRebalancing: 'DISABLED', status: 'ACTIVE' });
  });

  it('of another deployment controller take no task definition from UpdateService', () => {
    const s = scene();
    s.create({ deploymentController: { type: 'CODE_DEPLOY' } });
    expect(() => s.update('app:2')).toThrow(/CODE_DEPLOY deployment controller\. Use AWS CodeDeploy/);
    expect(s.update(null, { desiredCount: 3 })).toMatch(/^ecs-svc/);
    expect(s.service().desiredCount).toBe(3);
  });

  it('are listed in pages of ten, also by namespace', () => {
    const s = scene();
    for (let i = 0; i < 12; i++)
      s.create({ serviceName: `s${i}`, desiredCount: 0, serviceConnectConfiguration: { enabled: i < 3, namespace: 'shop' } });
    const first = s.ecs('ListServices');
    const second = s.ecs('ListServices', { nextToken: first.nextToken });
    expect([first.serviceArns.length, second.serviceArns.length, second.nextToken]).toEqual([10, 2, undefined]);
    expect(() => s.ecs('ListServices', { maxResults: 101 })).toThrow(/between 1 and 100/);
    expect(() => s.ecs('ListServices', { nextToken: 'x' })).toThrow(
      expect.objectContaining({ code: 'InvalidParameterException' }),
    );
    expect(s.ecs('ListServicesByNamespace', { namespace: 'shop' }).serviceArns).toHaveLength(3);
    expect(s.ecs('ListServices', { launchType: 'EC2' }).serviceArns).toEqual([]);
  });

  it('have their deployments listed by status and time, twenty to a page', () => {
    const s = scene();
    s.create();
    for (let i = 0; i < 22; i++) {
      s.d.pass(60);
      s.update(null, { forceNewDeployment: true });
    }
    const list = (input: object = {}) => s.ecs('ListServiceDeployments', { service: 'app', ...input });
    const first = list();
    expect(first.serviceDeployments).toHaveLength(20);
    expect(list({ nextToken: first.nextToken }).serviceDeployments).toHaveLength(3);
    expect(list({ status: ['PENDING'] }).serviceDeployments).toHaveLength(1);
    const fifth: Date = first.serviceDeployments[4].createdAt;
    expect(list({ createdAt: { after: fifth } }).serviceDeployments).toHaveLength(4);
    expect(list({ createdAt: { before: fifth }, maxResults: 100 }).serviceDeployments).toHaveLength(18);
    const arns: string[] = first.serviceDeployments.map((r: { serviceDeploymentArn: string }) => r.serviceDeploymentArn);
    expect(() => s.ecs('DescribeServiceDeployments', { serviceDeploymentArns: [...arns, 'x'] })).toThrow(/more than 20/);
    const revisions: string[] = first.serviceDeployments.map(
      (r: { targetServiceRevisionArn: string }) => r.targetServiceRevisionArn,
    );
    expect(s.ecs('DescribeServiceRevisions', { serviceRevisionArns: [...revisions.slice(0, 3), 'x'] })).toMatchObject({
      serviceRevisions: [{ launchType: 'FARGATE', networkConfiguration: network }, {}, {}],
      failures: [{ arn: 'x', reason: 'MISSING' }],
    });
  });

  it('keep the latest hundred events', () => {
    const s = scene();
    s.outcome('app:1', 'exits');
    s.create();
    s.d.pass(3 * 86_400);
    expect(s.service().events).toHaveLength(100);
  });
});
