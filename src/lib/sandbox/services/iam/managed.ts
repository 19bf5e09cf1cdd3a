/** Policies that AWS manages, as far as roles of deployments use them: their published documents. */

const allow = (...statements: { Action: string[]; Resource?: string; Condition?: object }[]): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map((statement) => ({ Effect: 'Allow', Resource: '*', ...statement })),
  });

const PULL = ['ecr:GetAuthorizationToken', 'ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'];

const documents: Readonly<Record<string, string>> = {
  AdministratorAccess: allow({ Action: ['*'] }),
  PowerUserAccess: JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', NotAction: ['iam:*', 'organizations:*', 'account:*'], Resource: '*' },
      {
        Effect: 'Allow',
        Action: [
          'account:GetAccountInformation',
          'account:GetGovCloudAccountInformation',
          'account:GetPrimaryEmail',
          'account:ListRegions',
          'iam:CreateServiceLinkedRole',
          'iam:DeleteServiceLinkedRole',
          'iam:ListRoles',
          'organizations:DescribeOrganization',
        ],
        Resource: '*',
      },
    ],
  }),
  'service-role/AmazonECSTaskExecutionRolePolicy': allow({ Action: [...PULL, 'logs:CreateLogStream', 'logs:PutLogEvents'] }),
  AmazonEC2ContainerRegistryPullOnly: allow({
    Action: ['ecr:GetAuthorizationToken', 'ecr:BatchImportUpstreamImage', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
  }),
  AmazonEC2ContainerRegistryReadOnly: allow({
    Action: [
      ...PULL,
      'ecr:GetRepositoryPolicy',
      'ecr:DescribeRepositories',
      'ecr:ListImages',
      'ecr:DescribeImages',
      'ecr:GetLifecyclePolicy',
      'ecr:GetLifecyclePolicyPreview',
      'ecr:ListTagsForResource',
      'ecr:DescribeImageScanFindings',
    ],
  }),
  'service-role/AmazonEC2ContainerServiceforEC2Role': allow(
    {
      Action: [
        'ec2:DescribeTags',
        'ecs:CreateCluster',
        'ecs:DeregisterContainerInstance',
        'ecs:DiscoverPollEndpoint',
        'ecs:Poll',
        'ecs:RegisterContainerInstance',
        'ecs:StartTelemetrySession',
        'ecs:UpdateContainerInstancesState',
        'ecs:Submit*',
        ...PULL,
        'logs:CreateLogStream',
        'logs:PutLogEvents',
      ],
    },
    {
      Action: ['ecs:TagResource'],
      Condition: { StringEquals: { 'ecs:CreateAction': ['CreateCluster', 'RegisterContainerInstance'] } },
    },
  ),
  AmazonSSMReadOnlyAccess: allow({ Action: ['ssm:Describe*', 'ssm:Get*', 'ssm:List*'] }),
  AmazonSSMManagedInstanceCore: allow(
    {
      Action: [
        'ssm:DescribeAssociation',
        'ssm:GetDeployablePatchSnapshotForInstance',
        'ssm:GetDocument',
        'ssm:DescribeDocument',
        'ssm:GetManifest',
        'ssm:GetParameter',
        'ssm:GetParameters',
        'ssm:ListAssociations',
        'ssm:ListInstanceAssociations',
        'ssm:PutInventory',
        'ssm:PutComplianceItems',
        'ssm:PutConfigurePackageResult',
        'ssm:UpdateAssociationStatus',
        'ssm:UpdateInstanceAssociationStatus',
        'ssm:UpdateInstanceInformation',
      ],
    },
    {
      Action: [
        'ssmmessages:CreateControlChannel',
        'ssmmessages:CreateDataChannel',
        'ssmmessages:OpenControlChannel',
        'ssmmessages:OpenDataChannel',
      ],
    },
    {
      Action: [
        'ec2messages:AcknowledgeMessage',
        'ec2messages:DeleteMessage',
        'ec2messages:FailMessage',
        'ec2messages:GetEndpoint',
        'ec2messages:GetMessages',
        'ec2messages:SendReply',
      ],
    },
  ),
  CloudWatchLogsFullAccess: allow({ Action: ['logs:*', 'cloudwatch:GenerateQuery'] }),
  IAMReadOnlyAccess: allow({
    Action: [
      'iam:GenerateCredentialReport',
      'iam:GenerateServiceLastAccessedDetails',
      'iam:Get*',
      'iam:List*',
      'iam:SimulateCustomPolicy',
      'iam:SimulatePrincipalPolicy',
    ],
  }),
};

const PREFIX = 'arn:aws:iam::aws:policy/';

export interface AwsPolicy {
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly document: string;
}

const made = Object.entries(documents).map(([path, document]): AwsPolicy => {
  const at = path.lastIndexOf('/') + 1;
  return { name: path.slice(at), path: `/${path.slice(0, at)}`, arn: PREFIX + path, document };
});

export const awsPolicies = (): readonly AwsPolicy[] => made;
export const awsPolicy = (arn: string): AwsPolicy | undefined => made.find((policy) => policy.arn === arn);
