/** The AWS SDK's own waiters and paginators against the sandbox: the SDK decides what done means, and where a page ends. */
import {
  CloudFormation,
  paginateDescribeStackEvents,
  paginateListStacks,
  waitUntilStackCreateComplete,
  waitUntilStackDeleteComplete,
  waitUntilStackUpdateComplete,
} from '@aws-sdk/client-cloudformation';
import { CloudWatch, paginateDescribeAlarms, waitUntilAlarmExists } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogs, paginateDescribeLogGroups, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { EC2, paginateDescribeSecurityGroups, waitUntilSubnetAvailable, waitUntilVpcAvailable } from '@aws-sdk/client-ec2';
import { ECR, paginateDescribeRepositories } from '@aws-sdk/client-ecr';
import {
  ECS,
  paginateListServices,
  paginateListTaskDefinitions,
  paginateListTasks,
  waitUntilServicesInactive,
  waitUntilServicesStable,
  waitUntilTasksRunning,
  waitUntilTasksStopped,
} from '@aws-sdk/client-ecs';
import {
  ElasticLoadBalancingV2,
  paginateDescribeTargetGroups,
  waitUntilLoadBalancerAvailable,
  waitUntilTargetDeregistered,
  waitUntilTargetInService,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { IAM, paginateListRoles, waitUntilPolicyExists, waitUntilRoleExists } from '@aws-sdk/client-iam';
import { paginateListObjectsV2, S3, waitUntilBucketExists, waitUntilObjectNotExists } from '@aws-sdk/client-s3';
import { paginateListSecrets, SecretsManager } from '@aws-sdk/client-secrets-manager';
import { paginateDescribeParameters, paginateGetParameterHistory, paginateGetParametersByPath, SSM } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { withClient } from './client.js';
import { ACCOUNT, REGION, serveSandbox, type Served } from './served.js';

/** Sandbox time between two looks of a waiter; its own pause is as short as the SDK allows. */
const LOOK_SECONDS = 15;
const numbers = (upTo: number): number[] => Array.from({ length: upTo }, (_none, index) => index + 1);

withClient({ name: 'AWS SDK', program: null, unit: 'waiters and paginators' }, 'all services', 25, (tally) => {
  let served: Served;
  beforeAll(async () => {
    served = await serveSandbox();
  });
  afterAll(() => served.close());
  const settings = () => ({
    endpoint: served.endpoint,
    region: REGION,
    credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'secret' },
  });

  /** A waiter of the SDK ends well. */
  async function waits<Client, Input>(
    wait: (
      params: { client: Client; maxWaitTime: number; minDelay: number; maxDelay: number },
      input: Input,
    ) => Promise<{ state: string }>,
    client: Client,
    input: Input,
  ): Promise<void> {
    const result = await served.pace(LOOK_SECONDS, () =>
      wait({ client, maxWaitTime: 60, minDelay: 0.001, maxDelay: 0.001 }, input),
    );
    expect(result.state).toBe('SUCCESS');
    tally.checked++;
  }

  /** A paginator of the SDK gives pages of at most `size`, and all the items. */
  async function pages<Client, Input, Output>(
    paginate: (config: { client: Client; pageSize: number }, input: Input) => AsyncIterable<Output>,
    client: Client,
    input: Input,
    size: number,
    items: (page: Output) => readonly unknown[] | undefined,
    expected: readonly unknown[],
  ): Promise<void> {
    const found: unknown[] = [];
    let count = 0;
    for await (const page of paginate({ client, pageSize: size }, input)) {
      const held = items(page) ?? [];
      expect(held.length).toBeLessThanOrEqual(size);
      found.push(...held);
      count++;
    }
    expect([...found].sort()).toEqual([...expected].sort());
    expect(count).toBeGreaterThan(1);
    tally.checked++;
  }

  it('Parameter Store: paths, histories, descriptions', async () => {
    const ssm = new SSM(settings());
    const names = numbers(5).map((n) => `/sdk/${n}`);
    for (const Name of names) await ssm.putParameter({ Name, Value: 'x', Type: 'String' });
    await pages(paginateGetParametersByPath, ssm, { Path: '/sdk' }, 2, (p) => p.Parameters?.map((q) => q.Name), names);
    const filters = { ParameterFilters: [{ Key: 'Path', Values: ['/sdk'] }] };
    await pages(paginateDescribeParameters, ssm, filters, 3, (p) => p.Parameters?.map((q) => q.Name), names);
    for (const n of [2, 3, 4]) await ssm.putParameter({ Name: '/sdk/1', Value: `x${n}`, Overwrite: true });
    await pages(
      paginateGetParameterHistory,
      ssm,
      { Name: '/sdk/1' },
      2,
      (p) => p.Parameters?.map((q) => q.Version),
      [1, 2, 3, 4],
    );
  });

  it('ECS: services get stable, tasks run and stop', async () => {
    const ecs = new ECS(settings());
    const cluster = 'sdk';
    await ecs.createCluster({ clusterName: cluster });
    const arns: string[] = [];
    for (const tag of ['1', '2', '3']) {
      const { taskDefinition } = await ecs.registerTaskDefinition({
        family: 'ui',
        networkMode: 'awsvpc',
        requiresCompatibilities: ['FARGATE'],
        cpu: '256',
        memory: '512',
        containerDefinitions: [{ name: 'ui', image: `public.ecr.aws/shop/ui:${tag}` }],
      });
      arns.push(taskDefinition!.taskDefinitionArn!);
    }
    await pages(paginateListTaskDefinitions, ecs, { familyPrefix: 'ui' }, 2, (p) => p.taskDefinitionArns, arns);
    const networkConfiguration = { awsvpcConfiguration: { subnets: ['subnet-0a1b2c3d4e5f60718'] } };
    const services: string[] = [];
    for (const serviceName of ['a', 'b', 'c']) {
      const { service } = await ecs.createService({
        cluster,
        serviceName,
        taskDefinition: 'ui:1',
        desiredCount: 2,
        launchType: 'FARGATE',
        networkConfiguration,
      });
      services.push(service!.serviceArn!);
    }
    await pages(paginateListServices, ecs, { cluster }, 2, (p) => p.serviceArns, services);
    await waits(waitUntilServicesStable, ecs, { cluster, services });
    const { taskArns = [] } = await ecs.listTasks({ cluster });
    expect(taskArns).toHaveLength(6);
    await pages(paginateListTasks, ecs, { cluster }, 4, (p) => p.taskArns, taskArns);
    await ecs.updateService({ cluster, service: 'a', taskDefinition: 'ui:2' });
    await waits(waitUntilServicesStable, ecs, { cluster, services: ['a'] });
    const { services: after = [] } = await ecs.describeServices({ cluster, services: ['a'] });
    expect(after[0]).toMatchObject({ taskDefinition: arns[1], runningCount: 2, deployments: [{ rolloutState: 'COMPLETED' }] });
    const { tasks = [] } = await ecs.runTask({ cluster, taskDefinition: 'ui:3', launchType: 'FARGATE', networkConfiguration });
    const task = tasks[0]!.taskArn!;
    await waits(waitUntilTasksRunning, ecs, { cluster, tasks: [task] });
    await ecs.stopTask({ cluster, task });
    await waits(waitUntilTasksStopped, ecs, { cluster, tasks: [task] });
    await expect(waits(waitUntilTasksRunning, ecs, { cluster, tasks: [task] })).rejects.toThrow(/FAILURE/);
    await ecs.deleteService({ cluster, service: 'c', force: true });
    await waits(waitUntilServicesInactive, ecs, { cluster, services: ['c'] });
  });

  it('ELBv2: targets come into service and leave it', async () => {
    const [ec2, elb] = [new EC2(settings()), new ElasticLoadBalancingV2(settings())];
    const { Vpc } = await ec2.createVpc({ CidrBlock: '10.30.0.0/16' });
    const VpcId = Vpc!.VpcId!;
    await waits(waitUntilVpcAvailable, ec2, { VpcIds: [VpcId] });
    const subnets: string[] = [];
    for (const [index, zone] of ['a', 'b'].entries()) {
      const { Subnet } = await ec2.createSubnet({
        VpcId,
        CidrBlock: `10.30.${index}.0/24`,
        AvailabilityZone: `${REGION}${zone}`,
      });
      subnets.push(Subnet!.SubnetId!);
    }
    await waits(waitUntilSubnetAvailable, ec2, { SubnetIds: subnets });
    const groups: string[] = [];
    for (const n of numbers(6))
      groups.push((await ec2.createSecurityGroup({ GroupName: `g${n}`, Description: 'x', VpcId })).GroupId!);
    const own = { Filters: [{ Name: 'group-name', Values: ['g*'] }] };
    await pages(paginateDescribeSecurityGroups, ec2, own, 5, (p) => p.SecurityGroups?.map((g) => g.GroupId), groups);
    const { LoadBalancers } = await elb.createLoadBalancer({ Name: 'sdk', Subnets: subnets, Scheme: 'internal' });
    const LoadBalancerArn = LoadBalancers![0]!.LoadBalancerArn!;
    await waits(waitUntilLoadBalancerAvailable, elb, { LoadBalancerArns: [LoadBalancerArn] });
    const targetGroups: string[] = [];
    for (const n of numbers(3)) {
      const made = await elb.createTargetGroup({ Name: `t${n}`, Protocol: 'HTTP', Port: 80, VpcId, TargetType: 'ip' });
      targetGroups.push(made.TargetGroups![0]!.TargetGroupArn!);
    }
    await pages(
      paginateDescribeTargetGroups,
      elb,
      { PageSize: 2 },
      2,
      (p) => p.TargetGroups?.map((g) => g.TargetGroupArn),
      targetGroups,
    );
    const TargetGroupArn = targetGroups[0]!;
    const Targets = [{ Id: '10.30.0.7', Port: 80 }];
    const DefaultActions = [{ Type: 'forward' as const, TargetGroupArn }];
    await elb.createListener({ LoadBalancerArn, Port: 80, Protocol: 'HTTP', DefaultActions });
    await elb.registerTargets({ TargetGroupArn, Targets });
    await waits(waitUntilTargetInService, elb, { TargetGroupArn });
    await elb.deregisterTargets({ TargetGroupArn, Targets });
    await waits(waitUntilTargetDeregistered, elb, { TargetGroupArn, Targets });
  });

  it('CloudFormation: stacks are created, updated, deleted', async () => {
    const cloudformation = new CloudFormation(settings());
    const template = (count: number): string =>
      JSON.stringify({
        Resources: Object.fromEntries(
          numbers(count).map((n) => [
            `Group${n}`,
            { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: `/sdk/stack/${n}` } },
          ]),
        ),
      });
    const StackName = 'sdk';
    await cloudformation.createStack({ StackName, TemplateBody: template(1) });
    await waits(waitUntilStackCreateComplete, cloudformation, { StackName });
    await cloudformation.updateStack({ StackName, TemplateBody: template(30) });
    await waits(waitUntilStackUpdateComplete, cloudformation, { StackName });
    const { StackResourceSummaries = [] } = await cloudformation.listStackResources({ StackName });
    expect(StackResourceSummaries).toHaveLength(30);
    const ids: string[] = [];
    const sizes: number[] = [];
    for await (const { StackEvents = [] } of paginateDescribeStackEvents({ client: cloudformation }, { StackName })) {
      ids.push(...StackEvents.map((e) => e.EventId!));
      sizes.push(StackEvents.length);
    }
    // AWS decides the size of these pages: a hundred.
    expect(sizes.length).toBeGreaterThan(0);
    expect(new Set(ids).size).toBe(ids.length);
    tally.checked++;
    await cloudformation.deleteStack({ StackName });
    await waits(waitUntilStackDeleteComplete, cloudformation, { StackName });
    const listed: string[] = [];
    for await (const page of paginateListStacks({ client: cloudformation }, { StackStatusFilter: ['DELETE_COMPLETE'] }))
      listed.push(...(page.StackSummaries ?? []).map((s) => s.StackName!));
    expect(listed).toEqual([StackName]);
    tally.checked++;
    await cloudformation.createStack({ StackName: 'broken', TemplateBody: template(1) });
    await waits(waitUntilStackCreateComplete, cloudformation, { StackName: 'broken' });
    await cloudformation.createStack({ StackName: 'twin', TemplateBody: template(1) });
    await expect(waits(waitUntilStackCreateComplete, cloudformation, { StackName: 'twin' })).rejects.toThrow(/FAILURE/);
  });

  it('CloudWatch: groups of logs, their lines, and alarms', async () => {
    const [logs, cloudwatch] = [new CloudWatchLogs(settings()), new CloudWatch(settings())];
    const names = numbers(5).map((n) => `/sdk/paged/${n}`);
    for (const logGroupName of names) await logs.createLogGroup({ logGroupName });
    const prefix = { logGroupNamePrefix: '/sdk/paged' };
    await pages(paginateDescribeLogGroups, logs, prefix, 2, (p) => p.logGroups?.map((g) => g.logGroupName), names);
    const logGroupName = names[0]!;
    await logs.createLogStream({ logGroupName, logStreamName: 's' });
    const logEvents = numbers(5).map((n) => ({ timestamp: served.now() + n, message: `line ${n}` }));
    await logs.putLogEvents({ logGroupName, logStreamName: 's', logEvents });
    const lines = logEvents.map((e) => e.message);
    await pages(paginateFilterLogEvents, logs, { logGroupName }, 2, (p) => p.events?.map((e) => e.message), lines);
    const alarms = numbers(3).map((n) => `sdk-${n}`);
    for (const AlarmName of alarms)
      await cloudwatch.putMetricAlarm({
        AlarmName,
        Namespace: 'Shop',
        MetricName: 'Errors',
        Statistic: 'Sum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: 'GreaterThanThreshold',
      });
    await waits(waitUntilAlarmExists, cloudwatch, { AlarmNames: alarms });
    const own = { AlarmNamePrefix: 'sdk-' };
    await pages(paginateDescribeAlarms, cloudwatch, own, 2, (p) => p.MetricAlarms?.map((a) => a.AlarmName), alarms);
  });

  it('the rest: repositories, roles, secrets, objects', async () => {
    const names = ['sdk-a', 'sdk-b', 'sdk-c'];
    const ecr = new ECR(settings());
    for (const repositoryName of names) await ecr.createRepository({ repositoryName });
    await pages(paginateDescribeRepositories, ecr, {}, 2, (p) => p.repositories?.map((r) => r.repositoryName), names);
    const iam = new IAM(settings());
    const statement = { Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' };
    const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    for (const RoleName of names) await iam.createRole({ RoleName, Path: '/sdk/', AssumeRolePolicyDocument });
    await waits(waitUntilRoleExists, iam, { RoleName: 'sdk-a' });
    await pages(paginateListRoles, iam, { PathPrefix: '/sdk/' }, 2, (p) => p.Roles?.map((r) => r.RoleName), names);
    const PolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'ecs:*', Resource: '*' }],
    });
    const { Policy } = await iam.createPolicy({ PolicyName: 'sdk', PolicyDocument });
    await waits(waitUntilPolicyExists, iam, { PolicyArn: Policy!.Arn! });
    const secrets = new SecretsManager(settings());
    for (const Name of names) await secrets.createSecret({ Name, SecretString: 'x' });
    await pages(paginateListSecrets, secrets, {}, 2, (p) => p.SecretList?.map((s) => s.Name), names);
    const s3 = new S3({ ...settings(), forcePathStyle: true });
    const Bucket = 'sdk-states';
    await s3.createBucket({ Bucket, CreateBucketConfiguration: { LocationConstraint: REGION } });
    await waits(waitUntilBucketExists, s3, { Bucket });
    for (const Key of names) await s3.putObject({ Bucket, Key, Body: 'x' });
    await pages(paginateListObjectsV2, s3, { Bucket }, 2, (p) => p.Contents?.map((o) => o.Key), names);
    await s3.deleteObject({ Bucket, Key: 'sdk-a' });
    await waits(waitUntilObjectNotExists, s3, { Bucket, Key: 'sdk-a' });
  });
});
