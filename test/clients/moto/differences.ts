/** Where the sandbox and moto 5 differ, and why. An entry that no longer holds fails the test, and so does one that is missing here. */
import type { Difference } from './shape.js';

export interface Known {
  /** `service:Operation`; `*` stands for any text. */
  readonly operations: string;
  /** Members by their last name or names, e.g. `Parameters[].ARN`; or `error`, the code of a refusal. Each must differ somewhere. */
  readonly members: readonly string[];
  readonly only: Difference['only'];
  readonly because: string;
}

export const known: readonly Known[] = [
  {
    operations: 'sts:AssumeRole',
    members: ['PackedPolicySize'],
    only: 'moto',
    because: 'STS measures the session policies and tags of a request; this one has none.',
  },
  {
    operations: 'ssm:GetParameter (version)',
    members: ['Selector'],
    only: 'sandbox',
    because: 'Parameter Store repeats the version or label that was asked for.',
  },
  {
    operations: 'ssm:*',
    members: ['ARN', 'Policies'],
    only: 'sandbox',
    because:
      'ParameterMetadata has the ARN, and policies are an empty list where there are none: the examples of the CLI reference.',
  },
  {
    operations: 'secretsmanager:*',
    members: ['LastAccessedDate', 'KmsKeyIds'],
    only: 'sandbox',
    because: 'DescribeSecret tells the day of the last reading, and each version its keys, DefaultEncryptionKey unless named.',
  },
  {
    operations: 'secretsmanager:ListSecretVersionIds',
    members: ['NextToken'],
    only: 'moto',
    because: 'The last page has no token; moto gives an empty one.',
  },
  {
    operations: 'ecr:DescribeImages',
    members: ['artifactMediaType'],
    only: 'sandbox',
    because: 'ImageDetail has the media type of the configuration that the manifest names.',
  },
  {
    operations: 'logs:DescribeLogGroups',
    members: ['logGroupClass'],
    only: 'sandbox',
    because: 'Every group has a class, STANDARD unless asked otherwise.',
  },
  {
    operations: 'ec2:DescribeVpcs',
    members: ['Ipv6CidrBlockAssociationSet'],
    only: 'moto',
    because: 'A VPC without IPv6 is described without the set; only CreateVpc answers it empty.',
  },
  {
    operations: 'ec2:*',
    members: ['EnableDns64', 'MapCustomerOwnedIpOnLaunch'],
    only: 'sandbox',
    because: 'Members of Subnet in the EC2 reference that moto leaves out.',
  },
  {
    operations: 'ec2:CreateSecurityGroup',
    members: ['Tags'],
    only: 'sandbox',
    because: 'The tags of the new group, empty where there are none; moto has the member only with tags.',
  },
  {
    operations: 'ec2:*SecurityGroup*',
    members: ['GroupOwnerId', 'SecurityGroupRuleArn', 'RevokedSecurityGroupRules', 'Return', 'GroupId'],
    only: 'sandbox',
    because: 'Rules name their owner and ARN, and revoking and deleting answer what they did: the EC2 reference.',
  },
  {
    operations: 'elbv2:*LoadBalancer*',
    members: ['LoadBalancerAddresses'],
    only: 'sandbox',
    because: 'Zones of an application load balancer list no addresses: an empty list.',
  },
  {
    operations: 'elbv2:*Listener*',
    members: ['AlpnPolicy', 'SslPolicy'],
    only: 'moto',
    because: 'Listeners of HTTP have neither.',
  },
  {
    operations: 'elbv2:*',
    members: ['ForwardConfig', 'PathPatternConfig'],
    only: 'sandbox',
    because: 'ELB answers the long form beside the short one, with weights and stickiness: the examples of DescribeRules.',
  },
  {
    operations: 'elbv2:DescribeTargetHealth',
    members: ['TargetHealth.Reason', 'TargetHealth.Description'],
    only: 'sandbox',
    because: 'A target is initial until its checks have passed, and the reason says so; in moto it is healthy at once.',
  },
  {
    operations: 'ecs:*Cluster*',
    members: ['capacityProviders', 'defaultCapacityProviderStrategy', 'statistics', 'tags'],
    only: 'sandbox',
    because: 'Lists that ECS answers empty where nothing was given: the examples of CreateCluster.',
  },
  {
    operations: 'ecs:*TaskDefinition',
    members: ['hostPort', 'systemControls', 'registeredAt', 'registeredBy', 'deregisteredAt', 'tags'],
    only: 'sandbox',
    because: 'Under awsvpc the host port is the port of the container; who registered it and when are in the reference.',
  },
  {
    operations: 'ecs:*Service*',
    members: [
      'availabilityZoneRebalancing',
      'createdAt',
      'createdBy',
      'currentServiceDeployment',
      'currentServiceRevisions',
      'deploymentConfiguration',
      'enableECSManagedTags',
      'enableExecuteCommand',
      'placementConstraints',
      'placementStrategy',
      'platformFamily',
      'platformVersion',
    ],
    only: 'sandbox',
    because: 'Members of Service in the ECS reference with defaults; moto never deploys, so it has no deployments to name.',
  },
  {
    operations: 'ecs:*Service*',
    members: ['taskSets'],
    only: 'moto',
    because: 'Task sets belong to the deployment controllers CODE_DEPLOY and EXTERNAL.',
  },
  {
    operations: 'ecs:*Service',
    members: ['tags'],
    only: 'moto',
    because: 'ECS lists tags where a service is created, and where they are asked for with include=TAGS.',
  },
  {
    operations: 'iam:*Policy',
    members: ['PermissionsBoundaryUsageCount'],
    only: 'sandbox',
    because: 'How many roles have the policy as their boundary: a member of Policy in the IAM reference.',
  },
  {
    operations: 'iam:ListPolicyVersions',
    members: ['IsTruncated'],
    only: 'sandbox',
    because: 'Every list of IAM says whether there is more.',
  },
  {
    operations: 'iam:ListPolicyVersions',
    members: ['Document'],
    only: 'moto',
    because: 'Lists leave the documents out; GetPolicyVersion has them.',
  },
  {
    operations: 's3:*Object',
    members: ['ServerSideEncryption'],
    only: 'sandbox',
    because: 'Since January 2023 S3 encrypts every object, and says so.',
  },
  {
    operations: 's3:*',
    members: ['ChecksumType', 'ChecksumAlgorithm'],
    only: 'sandbox',
    because: 'Versions are listed with the algorithm too, and beside it stands whether the checksum is of the whole object.',
  },
  {
    operations: 's3:*',
    members: ['Owner.DisplayName'],
    only: 'moto',
    because: 'S3 has not answered display names since November 2025.',
  },
];
