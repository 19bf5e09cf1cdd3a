/** Every resource type: made by its service, in sync with its template, changed, in sync again, gone when the stack is. */
import { describe, expect, it } from 'vitest';
import { resourceTypes } from '../../../src/lib/sandbox/services/cloudformation/types/index.js';
import { schemaOf, typed } from '../../../src/lib/sandbox/services/cloudformation/types/schema.js';
import { stackDrive, type StackDrive } from './stack-drive.js';

type Resources = Record<string, { Type: string; Properties?: object; DependsOn?: string }>;
interface Case {
  /** Makes what the resources need, and gives them: `n` is 1 at first and 2 after the update. */
  resources(n: 1 | 2, d: StackDrive, made: Record<string, string>): Resources;
  prepare?(d: StackDrive): Record<string, string>;
  /** What the owning service says of it; it throws or is empty where it is gone. */
  seen(d: StackDrive, physical: string): unknown;
  /** Parts of what is seen before and after the update. */
  first: object;
  second: object;
}

const trust = (service: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
});
const allow = (Action: string) => ({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] });
const role = { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: trust('ecs-tasks.amazonaws.com') } };
const task = {
  Type: 'AWS::ECS::TaskDefinition',
  Properties: {
    Family: 'web',
    Cpu: '256',
    Memory: '512',
    NetworkMode: 'awsvpc',
    RequiresCompatibilities: ['FARGATE'],
    ContainerDefinitions: [{ Name: 'web', Image: 'web:1', Environment: [{ Name: 'A', Value: '1' }] }],
  },
};
const subnet = (d: StackDrive): Record<string, string> => ({
  subnet: d.call('ec2', 'CreateSubnet', { VpcId: d.vpc, CidrBlock: '10.0.1.0/24', AvailabilityZone: 'eu-west-1a' }).Subnet
    .SubnetId,
  other: d.call('ec2', 'CreateSubnet', { VpcId: d.vpc, CidrBlock: '10.0.2.0/24', AvailabilityZone: 'eu-west-1b' }).Subnet
    .SubnetId,
});
const network = (made: Record<string, string>) => ({ AwsvpcConfiguration: { Subnets: [made['subnet']] } });

const cases: Record<string, Case> = {
  'AWS::Logs::LogGroup': {
    resources: (n) => ({
      It: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/l', RetentionInDays: n === 1 ? 7 : '14' } },
    }),
    seen: (d) => d.call('logs', 'DescribeLogGroups', {}).logGroups[0],
    first: { logGroupName: '/l', retentionInDays: 7 },
    second: { logGroupName: '/l', retentionInDays: 14 },
  },
  'AWS::SSM::Parameter': {
    resources: (n) => ({
      It: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/p', Type: 'String', Value: n, Tags: { stage: `t${n}` } } },
    }),
    seen: (d) => ({
      ...d.call('ssm', 'GetParameter', { Name: '/p' }).Parameter,
      tags: d.call('ssm', 'ListTagsForResource', { ResourceType: 'Parameter', ResourceId: '/p' }).TagList,
    }),
    first: { Value: '1', Version: 1, tags: [{ Key: 'stage', Value: 't1' }] },
    second: { Value: '2', Version: 2, tags: [{ Key: 'stage', Value: 't2' }] },
  },
  'AWS::SecretsManager::Secret': {
    resources: (n) => ({
      It: {
        Type: 'AWS::SecretsManager::Secret',
        Properties: {
          Name: 'shop/key',
          Description: `d${n}`,
          GenerateSecretString: { SecretStringTemplate: '{"user":"u"}', GenerateStringKey: 'password', PasswordLength: 24 },
        },
      },
    }),
    seen: (d) => {
      const { SecretString } = d.call('secretsmanager', 'GetSecretValue', { SecretId: 'shop/key' });
      const { user, password } = JSON.parse(SecretString as string) as { user: string; password: string };
      return { user, length: password.length, ...d.call('secretsmanager', 'DescribeSecret', { SecretId: 'shop/key' }) };
    },
    first: { Description: 'd1', user: 'u', length: 24 },
    second: { Description: 'd2', user: 'u', length: 24 },
  },
  'AWS::IAM::Role': {
    resources: (n) => ({
      It: {
        Type: 'AWS::IAM::Role',
        Properties: {
          RoleName: 'r',
          Path: '/app/',
          MaxSessionDuration: n * 3600,
          AssumeRolePolicyDocument: trust('ecs-tasks.amazonaws.com'),
          ManagedPolicyArns: [{ Ref: `Managed${n}` }],
          Policies: [{ PolicyName: `in${n}`, PolicyDocument: allow('s3:GetObject') }],
        },
      },
      Managed1: { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: allow('sqs:SendMessage') } },
      Managed2: { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: allow('sns:Publish') } },
    }),
    seen: (d) => ({
      ...d.call('iam', 'GetRole', { RoleName: 'r' }).Role,
      inline: d.call('iam', 'ListRolePolicies', { RoleName: 'r' }).PolicyNames,
      attached: d.call('iam', 'ListAttachedRolePolicies', { RoleName: 'r' }).AttachedPolicies.length,
    }),
    first: { Arn: 'arn:aws:iam::111111111111:role/app/r', MaxSessionDuration: 3600, inline: ['in1'], attached: 1 },
    second: { MaxSessionDuration: 7200, inline: ['in2'], attached: 1 },
  },
  'AWS::IAM::Policy': {
    resources: (n) => ({
      Role: { ...role, Properties: { ...role.Properties, RoleName: 'r' } },
      It: {
        Type: 'AWS::IAM::Policy',
        Properties: {
          PolicyName: 'p',
          PolicyDocument: allow(n === 1 ? 's3:GetObject' : 's3:PutObject'),
          Roles: [{ Ref: 'Role' }],
        },
      },
    }),
    seen: (d) => {
      const { PolicyDocument } = d.call('iam', 'GetRolePolicy', { RoleName: 'r', PolicyName: 'p' });
      return JSON.parse(decodeURIComponent(PolicyDocument as string)) as object;
    },
    first: { Statement: [{ Action: 's3:GetObject' }] },
    second: { Statement: [{ Action: 's3:PutObject' }] },
  },
  'AWS::IAM::ManagedPolicy': {
    resources: (n) => ({
      Role: role,
      It: {
        Type: 'AWS::IAM::ManagedPolicy',
        Properties: {
          ManagedPolicyName: 'm',
          PolicyDocument: allow(n === 1 ? 's3:GetObject' : 's3:PutObject'),
          Roles: n === 1 ? [] : [{ Ref: 'Role' }],
        },
      },
    }),
    seen: (d, PolicyArn) => d.call('iam', 'GetPolicy', { PolicyArn }).Policy,
    first: { PolicyName: 'm', DefaultVersionId: 'v1', AttachmentCount: 0 },
    second: { PolicyName: 'm', DefaultVersionId: 'v2', AttachmentCount: 1 },
  },
  'AWS::IAM::InstanceProfile': {
    resources: (n) => ({
      Role1: { ...role, Properties: { ...role.Properties, RoleName: 'one' } },
      Role2: { ...role, Properties: { ...role.Properties, RoleName: 'two' } },
      It: { Type: 'AWS::IAM::InstanceProfile', Properties: { InstanceProfileName: 'i', Roles: [{ Ref: `Role${n}` }] } },
    }),
    seen: (d) => d.call('iam', 'GetInstanceProfile', { InstanceProfileName: 'i' }).InstanceProfile,
    first: { Roles: [{ RoleName: 'one' }] },
    second: { Roles: [{ RoleName: 'two' }] },
  },
  'AWS::EC2::SecurityGroup': {
    resources: (n, d) => ({
      It: {
        Type: 'AWS::EC2::SecurityGroup',
        Properties: {
          GroupDescription: 'g',
          VpcId: d.vpc,
          SecurityGroupIngress: [{ IpProtocol: 'tcp', FromPort: 80 * n, ToPort: `${80 * n}`, CidrIp: '10.0.0.0/8' }],
          SecurityGroupEgress: [{ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, CidrIp: '0.0.0.0/0' }],
          Tags: [{ Key: 'n', Value: `${n}` }],
        },
      },
    }),
    seen: (d, id) => d.call('ec2', 'DescribeSecurityGroups', { GroupIds: [id] }).SecurityGroups[0],
    first: {
      IpPermissions: [{ FromPort: 80, ToPort: 80 }],
      IpPermissionsEgress: [{ FromPort: 443 }],
      Tags: [{ Key: 'n', Value: '1' }],
    },
    second: {
      IpPermissions: [{ FromPort: 160, ToPort: 160 }],
      IpPermissionsEgress: [{ FromPort: 443 }],
      Tags: [{ Key: 'n', Value: '2' }],
    },
  },
  'AWS::EC2::SecurityGroupIngress': {
    resources: (n, d) => ({
      Group: { Type: 'AWS::EC2::SecurityGroup', Properties: { GroupDescription: 'g', VpcId: d.vpc } },
      It: {
        Type: 'AWS::EC2::SecurityGroupIngress',
        Properties: {
          GroupId: { Ref: 'Group' },
          IpProtocol: 'tcp',
          FromPort: 80,
          ToPort: 80,
          SourceSecurityGroupId: { 'Fn::GetAtt': ['Group', 'GroupId'] },
          Description: `d${n}`,
        },
      },
    }),
    seen: (d, id) => d.call('ec2', 'DescribeSecurityGroupRules', { SecurityGroupRuleIds: [id] }).SecurityGroupRules[0],
    first: { IsEgress: false, FromPort: 80, Description: 'd1' },
    second: { IsEgress: false, FromPort: 80, Description: 'd2' },
  },
  'AWS::EC2::SecurityGroupEgress': {
    resources: (n, d) => ({
      Group: { Type: 'AWS::EC2::SecurityGroup', Properties: { GroupDescription: 'g', VpcId: d.vpc } },
      It: {
        Type: 'AWS::EC2::SecurityGroupEgress',
        Properties: { GroupId: { Ref: 'Group' }, IpProtocol: 'tcp', FromPort: 79 + n, ToPort: 79 + n, CidrIp: '10.0.0.0/8' },
      },
    }),
    seen: (d, id) => d.call('ec2', 'DescribeSecurityGroupRules', { SecurityGroupRuleIds: [id] }).SecurityGroupRules[0],
    first: { IsEgress: true, FromPort: 80, CidrIpv4: '10.0.0.0/8' },
    second: { IsEgress: true, FromPort: 81 },
  },
  'AWS::CloudWatch::Alarm': {
    resources: (n) => ({
      It: {
        Type: 'AWS::CloudWatch::Alarm',
        Properties: {
          AlarmName: 'a',
          Namespace: 'AWS/ECS',
          MetricName: 'CPUUtilization',
          Dimensions: [{ Name: 'ServiceName', Value: 'web' }],
          Statistic: 'Average',
          Period: 60,
          EvaluationPeriods: 3,
          Threshold: n * 40,
          ComparisonOperator: 'GreaterThanThreshold',
        },
      },
    }),
    seen: (d) => d.call('monitoring', 'DescribeAlarms', { AlarmNames: ['a'] }).MetricAlarms[0],
    first: { AlarmName: 'a', Threshold: 40 },
    second: { AlarmName: 'a', Threshold: 80 },
  },
  'AWS::ECR::Repository': {
    resources: (n) => ({
      It: {
        Type: 'AWS::ECR::Repository',
        Properties: { RepositoryName: 'shop/web', ImageTagMutability: n === 1 ? 'MUTABLE' : 'IMMUTABLE' },
      },
    }),
    seen: (d) => d.call('ecr', 'DescribeRepositories', { repositoryNames: ['shop/web'] }).repositories[0],
    first: { imageTagMutability: 'MUTABLE' },
    second: { imageTagMutability: 'IMMUTABLE' },
  },
  'AWS::S3::Bucket': {
    resources: (n) => ({
      It: {
        Type: 'AWS::S3::Bucket',
        Properties: { BucketName: 'shop-state', VersioningConfiguration: { Status: n === 1 ? 'Enabled' : 'Suspended' } },
      },
    }),
    seen: (d) => d.call('s3', 'GetBucketVersioning', { Bucket: 'shop-state' }),
    first: { Status: 'Enabled' },
    second: { Status: 'Suspended' },
  },
  'AWS::ElasticLoadBalancingV2::TargetGroup': {
    resources: (n, d) => ({
      It: {
        Type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
        Properties: {
          Name: 'tg',
          Port: '80',
          Protocol: 'HTTP',
          TargetType: 'ip',
          VpcId: d.vpc,
          HealthCheckPath: `/h${n}`,
          TargetGroupAttributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: `${n}0` }],
        },
      },
    }),
    seen: (d) => d.call('elasticloadbalancing', 'DescribeTargetGroups', { Names: ['tg'] }).TargetGroups[0],
    first: { Port: 80, HealthCheckPath: '/h1' },
    second: { Port: 80, HealthCheckPath: '/h2' },
  },
  'AWS::ElasticLoadBalancingV2::LoadBalancer': {
    prepare: subnet,
    resources: (n, _d, made) => ({
      It: {
        Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
        Properties: {
          Name: 'lb',
          Subnets: [made['subnet'], made['other']],
          LoadBalancerAttributes: [{ Key: 'idle_timeout.timeout_seconds', Value: `${n}0` }],
        },
      },
    }),
    seen: (d, LoadBalancerArn) =>
      d
        .call('elasticloadbalancing', 'DescribeLoadBalancerAttributes', { LoadBalancerArn })
        .Attributes.filter((a: { Key: string }) => a.Key === 'idle_timeout.timeout_seconds'),
    first: [{ Value: '10' }],
    second: [{ Value: '20' }],
  },
  'AWS::ElasticLoadBalancingV2::Listener': {
    prepare: subnet,
    resources: (n, _d, made) => ({
      Balancer: {
        Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
        Properties: { Name: 'lb', Subnets: [made['subnet'], made['other']] },
      },
      It: {
        Type: 'AWS::ElasticLoadBalancingV2::Listener',
        Properties: {
          LoadBalancerArn: { Ref: 'Balancer' },
          Port: 80 * n,
          Protocol: 'HTTP',
          DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }],
        },
      },
    }),
    seen: (d, arn) => d.call('elasticloadbalancing', 'DescribeListeners', { ListenerArns: [arn] }).Listeners[0],
    first: { Port: 80, Protocol: 'HTTP' },
    second: { Port: 160, Protocol: 'HTTP' },
  },
  'AWS::ElasticLoadBalancingV2::ListenerRule': {
    prepare: (d) => {
      const made = subnet(d);
      const { LoadBalancers } = d.call('elasticloadbalancing', 'CreateLoadBalancer', {
        Name: 'lb',
        Subnets: [made['subnet'], made['other']],
      });
      const { Listeners } = d.call('elasticloadbalancing', 'CreateListener', {
        LoadBalancerArn: LoadBalancers[0].LoadBalancerArn,
        Port: 80,
        Protocol: 'HTTP',
        DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }],
      });
      return { listener: Listeners[0].ListenerArn as string };
    },
    resources: (n, d, made) => ({
      Target: {
        Type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
        Properties: { Port: 80, Protocol: 'HTTP', TargetType: 'ip', VpcId: d.vpc },
      },
      It: {
        Type: 'AWS::ElasticLoadBalancingV2::ListenerRule',
        Properties: {
          ListenerArn: made['listener'],
          Priority: n,
          Conditions: [{ Field: 'host-header', HostHeaderConfig: { Values: ['shop.example'] } }],
          Actions: [{ Type: 'forward', TargetGroupArn: { Ref: 'Target' } }],
        },
      },
    }),
    seen: (d, arn) => d.call('elasticloadbalancing', 'DescribeRules', { RuleArns: [arn] }).Rules[0],
    first: { Priority: '1' },
    second: { Priority: '2' },
  },
  'AWS::ECS::Cluster': {
    resources: (n) => ({
      It: {
        Type: 'AWS::ECS::Cluster',
        Properties: {
          ClusterName: 'c',
          ClusterSettings: [{ Name: 'containerInsights', Value: n === 1 ? 'disabled' : 'enabled' }],
        },
      },
    }),
    seen: (d) => {
      const found = d.call('ecs', 'DescribeClusters', { clusters: ['c'], include: ['SETTINGS'] }).clusters[0];
      if (found?.status !== 'ACTIVE') throw new Error('gone');
      return found as object;
    },
    first: { settings: [{ name: 'containerInsights', value: 'disabled' }] },
    second: { settings: [{ name: 'containerInsights', value: 'enabled' }] },
  },
  'AWS::ECS::TaskDefinition': {
    resources: (n) => ({ It: { ...task, Properties: { ...task.Properties, Memory: `${n * 512}` } } }),
    seen: (d) => {
      const arns = d.call('ecs', 'ListTaskDefinitions', { familyPrefix: 'web', status: 'ACTIVE' }).taskDefinitionArns as string[];
      if (arns.length !== 1) throw new Error('gone');
      return d.call('ecs', 'DescribeTaskDefinition', { taskDefinition: arns[0] }).taskDefinition as object;
    },
    first: { memory: '512', revision: 1 },
    second: { memory: '1024', revision: 2 },
  },
  'AWS::ECS::Service': {
    prepare: subnet,
    resources: (n, _d, made) => ({
      Cluster: { Type: 'AWS::ECS::Cluster', Properties: { ClusterName: 'c' } },
      Task: task,
      It: {
        Type: 'AWS::ECS::Service',
        Properties: {
          ServiceName: 'web',
          Cluster: { Ref: 'Cluster' },
          TaskDefinition: { Ref: 'Task' },
          LaunchType: 'FARGATE',
          DesiredCount: n,
          NetworkConfiguration: network(made),
        },
      },
    }),
    seen: (d) => {
      const found = d.call('ecs', 'DescribeServices', { cluster: 'c', services: ['web'] }).services[0];
      if (found?.status !== 'ACTIVE') throw new Error('gone');
      return found as object;
    },
    first: { desiredCount: 1, runningCount: 1 },
    second: { desiredCount: 2, runningCount: 2 },
  },
  'AWS::ApplicationAutoScaling::ScalableTarget': {
    prepare: serviceOf,
    resources: (n, _d, made) => ({ It: target(n, made) }),
    seen: (d) => d.call('application-autoscaling', 'DescribeScalableTargets', { ServiceNamespace: 'ecs' }).ScalableTargets[0],
    first: { MinCapacity: 1, MaxCapacity: 10 },
    second: { MinCapacity: 1, MaxCapacity: 20 },
  },
  'AWS::ApplicationAutoScaling::ScalingPolicy': {
    prepare: serviceOf,
    resources: (n, _d, made) => ({
      Target: target(1, made),
      It: {
        Type: 'AWS::ApplicationAutoScaling::ScalingPolicy',
        Properties: {
          PolicyName: 'cpu',
          PolicyType: 'TargetTrackingScaling',
          ScalingTargetId: { Ref: 'Target' },
          TargetTrackingScalingPolicyConfiguration: {
            TargetValue: n * 30,
            PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' },
          },
        },
      },
    }),
    seen: (d) => d.call('application-autoscaling', 'DescribeScalingPolicies', { ServiceNamespace: 'ecs' }).ScalingPolicies[0],
    first: { PolicyName: 'cpu', TargetTrackingScalingPolicyConfiguration: { TargetValue: 30 } },
    second: { PolicyName: 'cpu', TargetTrackingScalingPolicyConfiguration: { TargetValue: 60 } },
  },
  'AWS::ServiceDiscovery::HttpNamespace': {
    resources: (n) => ({
      It: { Type: 'AWS::ServiceDiscovery::HttpNamespace', Properties: { Name: 'shop', Description: `d${n}` } },
    }),
    seen: (d, Id) => d.call('servicediscovery', 'GetNamespace', { Id }).Namespace,
    first: { Name: 'shop', Description: 'd1' },
    second: { Name: 'shop', Description: 'd2' },
  },
  'AWS::ServiceDiscovery::PrivateDnsNamespace': {
    resources: (n, d) => ({
      It: {
        Type: 'AWS::ServiceDiscovery::PrivateDnsNamespace',
        Properties: { Name: 'shop.local', Vpc: d.vpc, Description: `d${n}` },
      },
    }),
    seen: (d, Id) => d.call('servicediscovery', 'GetNamespace', { Id }).Namespace,
    first: { Name: 'shop.local', Description: 'd1', Type: 'DNS_PRIVATE' },
    second: { Name: 'shop.local', Description: 'd2' },
  },
  'AWS::ServiceDiscovery::PublicDnsNamespace': {
    resources: (n) => ({
      It: { Type: 'AWS::ServiceDiscovery::PublicDnsNamespace', Properties: { Name: 'shop.example', Description: `d${n}` } },
    }),
    seen: (d, Id) => d.call('servicediscovery', 'GetNamespace', { Id }).Namespace,
    first: { Name: 'shop.example', Description: 'd1', Type: 'DNS_PUBLIC' },
    second: { Name: 'shop.example', Description: 'd2' },
  },
  'AWS::ServiceDiscovery::Service': {
    resources: (n) => ({
      Namespace: { Type: 'AWS::ServiceDiscovery::HttpNamespace', Properties: { Name: 'shop' } },
      It: {
        Type: 'AWS::ServiceDiscovery::Service',
        Properties: { Name: 'web', NamespaceId: { Ref: 'Namespace' }, Description: `d${n}` },
      },
    }),
    seen: (d, Id) => d.call('servicediscovery', 'GetService', { Id }).Service,
    first: { Name: 'web', Description: 'd1' },
    second: { Name: 'web', Description: 'd2' },
  },
  'AWS::ServiceDiscovery::Instance': {
    resources: (n) => ({
      Namespace: { Type: 'AWS::ServiceDiscovery::HttpNamespace', Properties: { Name: 'shop' } },
      Service: { Type: 'AWS::ServiceDiscovery::Service', Properties: { Name: 'web', NamespaceId: { Ref: 'Namespace' } } },
      It: {
        Type: 'AWS::ServiceDiscovery::Instance',
        Properties: { InstanceId: 'i', ServiceId: { Ref: 'Service' }, InstanceAttributes: { AWS_INSTANCE_IPV4: `10.0.0.${n}` } },
      },
    }),
    seen: (d) => {
      const { Services } = d.call('servicediscovery', 'ListServices', {});
      const input = { ServiceId: Services[0].Id as string, InstanceId: 'i' };
      return d.call('servicediscovery', 'GetInstance', input).Instance as object;
    },
    first: { Attributes: { AWS_INSTANCE_IPV4: '10.0.0.1' } },
    second: { Attributes: { AWS_INSTANCE_IPV4: '10.0.0.2' } },
  },
};

/** A service of ECS that scales. */
function serviceOf(d: StackDrive): Record<string, string> {
  const made = subnet(d);
  d.call('ecs', 'CreateCluster', { clusterName: 'c' });
  d.call('ecs', 'RegisterTaskDefinition', {
    family: 'web',
    networkMode: 'awsvpc',
    containerDefinitions: [{ name: 'web', image: 'web:1', memory: 128 }],
  });
  d.call('ecs', 'CreateService', {
    cluster: 'c',
    serviceName: 'web',
    taskDefinition: 'web',
    desiredCount: 1,
    networkConfiguration: { awsvpcConfiguration: { subnets: [made['subnet']] } },
  });
  return { id: 'service/c/web' };
}
const target = (n: number, made: Record<string, string>) => ({
  Type: 'AWS::ApplicationAutoScaling::ScalableTarget',
  Properties: {
    ServiceNamespace: 'ecs',
    ScalableDimension: 'ecs:service:DesiredCount',
    ResourceId: made['id'],
    MinCapacity: 1,
    MaxCapacity: n * 10,
  },
});

const drifts = (d: StackDrive) => {
  d.cfn('DetectStackDrift', { StackName: 's' });
  d.pass(10);
  return (
    d.cfn('DescribeStackResourceDrifts', { StackName: 's' }).StackResourceDrifts as {
      LogicalResourceId: string;
      StackResourceDriftStatus: string;
      PropertyDifferences: unknown[];
    }[]
  ).filter((drift) => drift.StackResourceDriftStatus !== 'IN_SYNC');
};
const failures = (d: StackDrive) => d.events().filter((event) => / \w+_FAILED/.test(event));
const physical = (d: StackDrive, LogicalResourceId = 'It') =>
  d.cfn('DescribeStackResource', { StackName: 's', LogicalResourceId }).StackResourceDetail.PhysicalResourceId as string;

describe.each(Object.entries(cases))('%s', (_type, { prepare, resources, seen, first, second }) => {
  it('takes the tags of its stack, and stays in sync', () => {
    const d = stackDrive();
    const made = prepare?.(d) ?? {};
    d.create(resources(1, d, made), { Tags: [{ Key: 'team', Value: 'a' }] });
    expect(failures(d)).toEqual([]);
    expect(drifts(d)).toEqual([]);
    d.update(resources(1, d, made), { Tags: [{ Key: 'owner', Value: 'b' }] });
    expect(failures(d)).toEqual([]);
    expect(d.status()).toBe('UPDATE_COMPLETE');
    expect(drifts(d)).toEqual([]);
  });

  it('is made, in sync, changed, and gone with its stack', () => {
    const d = stackDrive();
    const made = prepare?.(d) ?? {};
    d.create(resources(1, d, made));
    expect(failures(d)).toEqual([]);
    expect(d.status()).toBe('CREATE_COMPLETE');
    expect(seen(d, physical(d))).toMatchObject(first);
    expect(drifts(d)).toEqual([]);
    d.update(resources(2, d, made));
    expect(failures(d)).toEqual([]);
    expect(d.status()).toBe('UPDATE_COMPLETE');
    expect(seen(d, physical(d))).toMatchObject(second);
    expect(drifts(d)).toEqual([]);
    const id = physical(d);
    const { StackId } = d.stack();
    d.cfn('DeleteStack', { StackName: 's' });
    d.pass(400);
    expect(d.stack(StackId as string).StackStatus).toBe('DELETE_COMPLETE');
    const left = (() => {
      try {
        return seen(d, id) ?? null;
      } catch {
        return null;
      }
    })();
    expect([null, []]).toContainEqual(left);
  });
});

it('there is a case for every type but the wait handle, and a schema for every type', () => {
  const types = Object.keys(resourceTypes).filter((type) => type !== 'AWS::CloudFormation::WaitConditionHandle');
  expect(Object.keys(cases).sort()).toEqual(types.sort());
  for (const type of types) expect(schemaOf(type).shape).not.toBe('any');
});

describe('properties', () => {
  const group = 'AWS::ElasticLoadBalancingV2::TargetGroup';
  it('are brought into their kinds', () => {
    expect(typed(group, 'G', { Port: '80', HealthCheckEnabled: 'true', Name: 7 })).toEqual({
      Port: 80,
      HealthCheckEnabled: true,
      Name: '7',
    });
  });
  it.each([
    [{ Port: 'http' }, '#/Port: expected type: Integer, found: String'],
    [{ HealthCheckEnabled: 'yes' }, '#/HealthCheckEnabled: expected type: Boolean, found: String'],
    [{ Ports: 1 }, '#: extraneous key [Ports] is not permitted'],
    [{ Targets: [{ Port: 1 }] }, '#/Targets/0: required key [Id] not found'],
    [{ Targets: {} }, '#/Targets: expected type: JSONArray, found: JSONObject'],
  ])('%j is refused', (properties, finding) => {
    expect(() => typed(group, 'G', properties)).toThrow(
      `Properties validation failed for resource G with message:\n[${finding}]`,
    );
  });
});
