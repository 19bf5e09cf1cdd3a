/** Sequences of calls that the sandbox and moto both answer. Each keeps every answer under the operation's name. */
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { EC2 } from '@aws-sdk/client-ec2';
import { ECR } from '@aws-sdk/client-ecr';
import { ECS } from '@aws-sdk/client-ecs';
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { IAM } from '@aws-sdk/client-iam';
import { S3 } from '@aws-sdk/client-s3';
import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import { SSM } from '@aws-sdk/client-ssm';
import { STS } from '@aws-sdk/client-sts';
import { ACCOUNT, REGION } from '../served.js';

export interface Settings {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly maxAttempts: number;
}

/** Keeps the answer, or the error's code where the call is refused. Resolves to the answer. */
export type Keep = <Answer>(operation: string, answer: Promise<Answer>) => Promise<Answer>;

/** `now` is the server's own time: the sandbox has another than the wall clock. */
export type Play = (settings: Settings, keep: Keep, now: number) => Promise<void>;

const allow = (more: object): string => JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...more }] });

const sts: Play = async (settings, keep) => {
  const client = new STS(settings);
  await keep('sts:GetCallerIdentity', client.getCallerIdentity({}));
  const RoleArn = `arn:aws:iam::${ACCOUNT}:role/deploy`;
  const role = allow({ Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'sts:AssumeRole' });
  await new IAM(settings).createRole({ RoleName: 'deploy', AssumeRolePolicyDocument: role });
  await keep('sts:AssumeRole', client.assumeRole({ RoleArn, RoleSessionName: 'demo' }));
};

const ssm: Play = async (settings, keep) => {
  const client = new SSM(settings);
  const Name = '/shop/ui';
  await keep(
    'ssm:PutParameter',
    client.putParameter({ Name, Value: '1', Type: 'String', Description: 'tag', Tags: [{ Key: 'a', Value: 'b' }] }),
  );
  await keep('ssm:PutParameter', client.putParameter({ Name, Value: '2', Overwrite: true }));
  await keep('ssm:PutParameter (exists)', client.putParameter({ Name, Value: '2', Type: 'String' }));
  await client.putParameter({ Name: '/shop/key', Value: 's', Type: 'SecureString' });
  await keep('ssm:GetParameter', client.getParameter({ Name }));
  await keep('ssm:GetParameter (version)', client.getParameter({ Name: `${Name}:1` }));
  await keep('ssm:GetParameter (none)', client.getParameter({ Name: '/none' }));
  await keep('ssm:GetParameters', client.getParameters({ Names: [Name, '/shop/key', '/none'], WithDecryption: true }));
  await keep('ssm:GetParametersByPath', client.getParametersByPath({ Path: '/shop', MaxResults: 1 }));
  await keep('ssm:LabelParameterVersion', client.labelParameterVersion({ Name, ParameterVersion: 1, Labels: ['live', 'aws-x'] }));
  await keep('ssm:GetParameterHistory', client.getParameterHistory({ Name }));
  await keep('ssm:DescribeParameters', client.describeParameters({}));
  await keep(
    'ssm:AddTagsToResource',
    client.addTagsToResource({ ResourceType: 'Parameter', ResourceId: Name, Tags: [{ Key: 'c', Value: 'd' }] }),
  );
  await keep('ssm:ListTagsForResource', client.listTagsForResource({ ResourceType: 'Parameter', ResourceId: Name }));
  await keep('ssm:DeleteParameters', client.deleteParameters({ Names: [Name, '/none'] }));
  await keep('ssm:DeleteParameter', client.deleteParameter({ Name: '/shop/key' }));
  await keep('ssm:DeleteParameter (none)', client.deleteParameter({ Name: '/shop/key' }));
};

const secretsmanager: Play = async (settings, keep) => {
  const client = new SecretsManager(settings);
  const SecretId = 'shop/key';
  await keep(
    'secretsmanager:CreateSecret',
    client.createSecret({ Name: SecretId, SecretString: '1', Description: 'd', Tags: [{ Key: 'a', Value: 'b' }] }),
  );
  await keep('secretsmanager:CreateSecret (exists)', client.createSecret({ Name: SecretId, SecretString: '1' }));
  await keep('secretsmanager:PutSecretValue', client.putSecretValue({ SecretId, SecretString: '2' }));
  await keep('secretsmanager:GetSecretValue', client.getSecretValue({ SecretId }));
  await keep('secretsmanager:GetSecretValue (none)', client.getSecretValue({ SecretId: 'none' }));
  await keep('secretsmanager:DescribeSecret', client.describeSecret({ SecretId }));
  await keep('secretsmanager:ListSecretVersionIds', client.listSecretVersionIds({ SecretId }));
  await keep('secretsmanager:ListSecrets', client.listSecrets({}));
  await keep('secretsmanager:UpdateSecret', client.updateSecret({ SecretId, SecretString: '3' }));
  await keep('secretsmanager:DeleteSecret', client.deleteSecret({ SecretId, RecoveryWindowInDays: 7 }));
  await keep('secretsmanager:GetSecretValue (deleted)', client.getSecretValue({ SecretId }));
  await keep('secretsmanager:RestoreSecret', client.restoreSecret({ SecretId }));
};

const ecr: Play = async (settings, keep) => {
  const client = new ECR(settings);
  const repositoryName = 'shop/ui';
  await keep('ecr:CreateRepository', client.createRepository({ repositoryName }));
  await keep('ecr:CreateRepository (exists)', client.createRepository({ repositoryName }));
  await keep('ecr:DescribeRepositories', client.describeRepositories({ repositoryNames: [repositoryName] }));
  await keep('ecr:DescribeRepositories (none)', client.describeRepositories({ repositoryNames: ['none'] }));
  const imageManifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
    config: { mediaType: 'application/vnd.docker.container.image.v1+json', size: 2, digest: `sha256:${'a'.repeat(64)}` },
    layers: [],
  });
  await keep('ecr:PutImage', client.putImage({ repositoryName, imageTag: '1', imageManifest }));
  await keep('ecr:DescribeImages', client.describeImages({ repositoryName, imageIds: [{ imageTag: '1' }] }));
  await keep('ecr:BatchGetImage', client.batchGetImage({ repositoryName, imageIds: [{ imageTag: '1' }] }));
  await keep('ecr:ListImages', client.listImages({ repositoryName }));
  await keep('ecr:GetAuthorizationToken', client.getAuthorizationToken({}));
  await keep('ecr:DeleteRepository', client.deleteRepository({ repositoryName, force: true }));
};

const logs: Play = async (settings, keep, now) => {
  const client = new CloudWatchLogs(settings);
  const logGroupName = '/shop/ui';
  const logStreamName = 'app/1';
  await keep('logs:CreateLogGroup', client.createLogGroup({ logGroupName, tags: { a: 'b' } }));
  await keep('logs:CreateLogGroup (exists)', client.createLogGroup({ logGroupName }));
  await keep('logs:PutRetentionPolicy', client.putRetentionPolicy({ logGroupName, retentionInDays: 7 }));
  await keep('logs:DescribeLogGroups', client.describeLogGroups({ logGroupNamePrefix: '/shop' }));
  await keep('logs:CreateLogStream', client.createLogStream({ logGroupName, logStreamName }));
  const logEvents = [{ timestamp: now, message: 'one' }];
  await keep('logs:PutLogEvents', client.putLogEvents({ logGroupName, logStreamName, logEvents }));
  await keep('logs:GetLogEvents', client.getLogEvents({ logGroupName, logStreamName, startFromHead: true }));
  await keep('logs:GetLogEvents (none)', client.getLogEvents({ logGroupName, logStreamName: 'none' }));
  await keep('logs:FilterLogEvents', client.filterLogEvents({ logGroupName }));
  await keep('logs:DescribeLogStreams', client.describeLogStreams({ logGroupName }));
  await keep('logs:DeleteLogGroup', client.deleteLogGroup({ logGroupName }));
  await keep('logs:DeleteLogGroup (none)', client.deleteLogGroup({ logGroupName }));
};

async function network(settings: Settings, keep: Keep): Promise<{ VpcId: string; subnets: string[] }> {
  const ec2 = new EC2(settings);
  const { Vpc } = await keep('ec2:CreateVpc', ec2.createVpc({ CidrBlock: '10.40.0.0/16' }));
  const VpcId = Vpc!.VpcId!;
  const subnets: string[] = [];
  for (const [index, zone] of ['a', 'b'].entries()) {
    const made = ec2.createSubnet({ VpcId, CidrBlock: `10.40.${index}.0/24`, AvailabilityZone: `${REGION}${zone}` });
    subnets.push((await keep('ec2:CreateSubnet', made)).Subnet!.SubnetId!);
  }
  return { VpcId, subnets };
}

const ec2: Play = async (settings, keep) => {
  const client = new EC2(settings);
  const { VpcId, subnets } = await network(settings, keep);
  await keep('ec2:DescribeVpcs', client.describeVpcs({ VpcIds: [VpcId] }));
  await keep('ec2:DescribeSubnets', client.describeSubnets({ SubnetIds: subnets }));
  const made = client.createSecurityGroup({ GroupName: 'ui', Description: 'x', VpcId });
  const { GroupId } = await keep('ec2:CreateSecurityGroup', made);
  await keep('ec2:CreateSecurityGroup (exists)', client.createSecurityGroup({ GroupName: 'ui', Description: 'x', VpcId }));
  const rule = {
    GroupId,
    IpPermissions: [{ IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '10.0.0.0/8', Description: 'in' }] }],
  };
  await keep('ec2:AuthorizeSecurityGroupIngress', client.authorizeSecurityGroupIngress(rule));
  await keep('ec2:AuthorizeSecurityGroupIngress (exists)', client.authorizeSecurityGroupIngress(rule));
  await keep('ec2:DescribeSecurityGroups', client.describeSecurityGroups({ GroupIds: [GroupId!] }));
  const own = { Filters: [{ Name: 'group-id', Values: [GroupId!] }] };
  await keep('ec2:DescribeSecurityGroupRules', client.describeSecurityGroupRules(own));
  await keep('ec2:RevokeSecurityGroupIngress', client.revokeSecurityGroupIngress(rule));
  await keep('ec2:DeleteSecurityGroup', client.deleteSecurityGroup({ GroupId }));
  await keep('ec2:DescribeSecurityGroups (none)', client.describeSecurityGroups({ GroupIds: [GroupId!] }));
};

const elbv2: Play = async (settings, keep) => {
  const client = new ElasticLoadBalancingV2(settings);
  const { VpcId, subnets } = await network(settings, keep);
  const { LoadBalancers } = await keep(
    'elbv2:CreateLoadBalancer',
    client.createLoadBalancer({ Name: 'front', Subnets: subnets, Scheme: 'internal' }),
  );
  const LoadBalancerArn = LoadBalancers![0]!.LoadBalancerArn!;
  await keep('elbv2:DescribeLoadBalancers', client.describeLoadBalancers({ Names: ['front'] }));
  await keep('elbv2:DescribeLoadBalancers (none)', client.describeLoadBalancers({ Names: ['none'] }));
  const { TargetGroups } = await keep(
    'elbv2:CreateTargetGroup',
    client.createTargetGroup({ Name: 'ui', Protocol: 'HTTP', Port: 80, VpcId, TargetType: 'ip', HealthCheckPath: '/health' }),
  );
  const TargetGroupArn = TargetGroups![0]!.TargetGroupArn!;
  const DefaultActions = [{ Type: 'forward' as const, TargetGroupArn }];
  const { Listeners } = await keep(
    'elbv2:CreateListener',
    client.createListener({ LoadBalancerArn, Port: 80, Protocol: 'HTTP', DefaultActions }),
  );
  const ListenerArn = Listeners![0]!.ListenerArn!;
  await keep('elbv2:DescribeListeners', client.describeListeners({ LoadBalancerArn }));
  const Conditions = [{ Field: 'path-pattern', Values: ['/ui/*'] }];
  const { Rules } = await keep(
    'elbv2:CreateRule',
    client.createRule({ ListenerArn, Priority: 10, Conditions, Actions: DefaultActions }),
  );
  await keep('elbv2:CreateRule (taken)', client.createRule({ ListenerArn, Priority: 10, Conditions, Actions: DefaultActions }));
  await keep('elbv2:DescribeRules', client.describeRules({ ListenerArn }));
  await keep('elbv2:DescribeTargetGroups', client.describeTargetGroups({ TargetGroupArns: [TargetGroupArn] }));
  await keep('elbv2:DescribeTargetGroupAttributes', client.describeTargetGroupAttributes({ TargetGroupArn }));
  await keep('elbv2:RegisterTargets', client.registerTargets({ TargetGroupArn, Targets: [{ Id: '10.40.0.7', Port: 80 }] }));
  await keep('elbv2:DescribeTargetHealth', client.describeTargetHealth({ TargetGroupArn }));
  await keep('elbv2:AddTags', client.addTags({ ResourceArns: [TargetGroupArn], Tags: [{ Key: 'a', Value: 'b' }] }));
  await keep('elbv2:DescribeTags', client.describeTags({ ResourceArns: [TargetGroupArn] }));
  await keep('elbv2:DeleteTargetGroup (used)', client.deleteTargetGroup({ TargetGroupArn }));
  await keep('elbv2:DeleteRule', client.deleteRule({ RuleArn: Rules![0]!.RuleArn! }));
  await keep('elbv2:DeleteListener', client.deleteListener({ ListenerArn }));
  await keep('elbv2:DeleteTargetGroup', client.deleteTargetGroup({ TargetGroupArn }));
  await keep('elbv2:DeleteLoadBalancer', client.deleteLoadBalancer({ LoadBalancerArn }));
};

const ecs: Play = async (settings, keep) => {
  const client = new ECS(settings);
  const { VpcId, subnets } = await network(settings, keep);
  const { GroupId } = await new EC2(settings).createSecurityGroup({ GroupName: 'tasks', Description: 'x', VpcId });
  const cluster = 'shop';
  const service = 'ui';
  await keep('ecs:CreateCluster', client.createCluster({ clusterName: cluster }));
  await keep('ecs:DescribeClusters', client.describeClusters({ clusters: [cluster, 'none'] }));
  await keep('ecs:ListClusters', client.listClusters({}));
  for (const tag of ['1', '2'])
    await keep(
      'ecs:RegisterTaskDefinition',
      client.registerTaskDefinition({
        family: service,
        networkMode: 'awsvpc',
        requiresCompatibilities: ['FARGATE'],
        cpu: '256',
        memory: '512',
        executionRoleArn: `arn:aws:iam::${ACCOUNT}:role/execution`,
        containerDefinitions: [
          {
            name: service,
            image: `public.ecr.aws/shop/ui:${tag}`,
            essential: true,
            portMappings: [{ containerPort: 80, protocol: 'tcp' }],
            environment: [{ name: 'A', value: 'b' }],
            logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-group': '/shop' } },
          },
        ],
      }),
    );
  await keep('ecs:DescribeTaskDefinition', client.describeTaskDefinition({ taskDefinition: service }));
  await keep('ecs:DescribeTaskDefinition (none)', client.describeTaskDefinition({ taskDefinition: 'none' }));
  await keep('ecs:ListTaskDefinitions', client.listTaskDefinitions({ familyPrefix: service }));
  await keep('ecs:ListTaskDefinitionFamilies', client.listTaskDefinitionFamilies({}));
  const { service: made } = await keep(
    'ecs:CreateService',
    client.createService({
      cluster,
      serviceName: service,
      taskDefinition: `${service}:1`,
      desiredCount: 1,
      launchType: 'FARGATE',
      networkConfiguration: { awsvpcConfiguration: { subnets, securityGroups: [GroupId!] } },
      tags: [{ key: 'a', value: 'b' }],
    }),
  );
  await keep('ecs:DescribeServices', client.describeServices({ cluster, services: [service, 'none'] }));
  await keep('ecs:UpdateService', client.updateService({ cluster, service, taskDefinition: `${service}:2` }));
  await keep('ecs:UpdateService (none)', client.updateService({ cluster, service: 'none', desiredCount: 1 }));
  await keep('ecs:ListServices', client.listServices({ cluster }));
  await keep('ecs:ListServices (none)', client.listServices({ cluster: 'none' }));
  await keep('ecs:ListTasks', client.listTasks({ cluster }));
  const resourceArn = made!.serviceArn!;
  await keep('ecs:TagResource', client.tagResource({ resourceArn, tags: [{ key: 'c', value: 'd' }] }));
  await keep('ecs:ListTagsForResource', client.listTagsForResource({ resourceArn }));
  await keep('ecs:DeleteService (running)', client.deleteService({ cluster, service }));
  await keep('ecs:DeleteService', client.deleteService({ cluster, service, force: true }));
  await keep('ecs:DeregisterTaskDefinition', client.deregisterTaskDefinition({ taskDefinition: `${service}:1` }));
};

const iam: Play = async (settings, keep) => {
  const client = new IAM(settings);
  const RoleName = 'task';
  const AssumeRolePolicyDocument = allow({ Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' });
  const PolicyDocument = allow({ Action: 'ecs:*', Resource: '*' });
  await keep(
    'iam:CreateRole',
    client.createRole({ RoleName, AssumeRolePolicyDocument, Description: 'd', Tags: [{ Key: 'a', Value: 'b' }] }),
  );
  await keep('iam:CreateRole (exists)', client.createRole({ RoleName, AssumeRolePolicyDocument }));
  await keep('iam:GetRole', client.getRole({ RoleName }));
  await keep('iam:GetRole (none)', client.getRole({ RoleName: 'none' }));
  await keep('iam:PutRolePolicy', client.putRolePolicy({ RoleName, PolicyName: 'inline', PolicyDocument }));
  await keep('iam:GetRolePolicy', client.getRolePolicy({ RoleName, PolicyName: 'inline' }));
  await keep('iam:ListRolePolicies', client.listRolePolicies({ RoleName }));
  const { Policy } = await keep('iam:CreatePolicy', client.createPolicy({ PolicyName: 'deploy', PolicyDocument }));
  const PolicyArn = Policy!.Arn!;
  await keep('iam:GetPolicy', client.getPolicy({ PolicyArn }));
  await keep('iam:GetPolicyVersion', client.getPolicyVersion({ PolicyArn, VersionId: 'v1' }));
  await keep('iam:ListPolicyVersions', client.listPolicyVersions({ PolicyArn }));
  await keep('iam:AttachRolePolicy', client.attachRolePolicy({ RoleName, PolicyArn }));
  await keep('iam:ListAttachedRolePolicies', client.listAttachedRolePolicies({ RoleName }));
  await keep('iam:ListRoles', client.listRoles({}));
  await keep('iam:ListRoleTags', client.listRoleTags({ RoleName }));
  await keep('iam:DeleteRole (used)', client.deleteRole({ RoleName }));
  await keep('iam:DetachRolePolicy', client.detachRolePolicy({ RoleName, PolicyArn }));
  await keep('iam:DeleteRolePolicy', client.deleteRolePolicy({ RoleName, PolicyName: 'inline' }));
  await keep('iam:DeleteRole', client.deleteRole({ RoleName }));
};

const s3: Play = async (settings, keep) => {
  const client = new S3({ ...settings, forcePathStyle: true });
  const Bucket = 'states';
  const Key = 'a/state.json';
  await keep('s3:CreateBucket', client.createBucket({ Bucket, CreateBucketConfiguration: { LocationConstraint: REGION } }));
  await keep('s3:PutBucketVersioning', client.putBucketVersioning({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  await keep('s3:GetBucketVersioning', client.getBucketVersioning({ Bucket }));
  await keep(
    's3:PutObject',
    client.putObject({ Bucket, Key, Body: 'one', ContentType: 'application/json', Metadata: { a: 'b' } }),
  );
  await keep('s3:HeadObject', client.headObject({ Bucket, Key }));
  await keep('s3:GetObject', client.getObject({ Bucket, Key }));
  await keep('s3:GetObject (none)', client.getObject({ Bucket, Key: 'none' }));
  await keep('s3:ListObjectsV2', client.listObjectsV2({ Bucket }));
  await keep('s3:ListObjectsV2 (none)', client.listObjectsV2({ Bucket: 'none' }));
  await keep('s3:ListObjectVersions', client.listObjectVersions({ Bucket }));
  await keep('s3:DeleteObject', client.deleteObject({ Bucket, Key }));
  await keep('s3:ListBuckets', client.listBuckets({}));
  await keep('s3:DeleteBucket (used)', client.deleteBucket({ Bucket }));
};

export const plays: Readonly<Record<string, Play>> = { sts, ssm, secretsmanager, ecr, logs, ec2, elbv2, ecs, iam, s3 };
