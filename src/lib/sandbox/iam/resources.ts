/** The resources that a call is about, as ARNs; `*` for what has none. What is not told here is about `*`. */

export interface Place {
  readonly region: string;
  readonly account: string;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- inputs of every operation
type Input = any;
type Finder = (input: Input, place: Place) => (string | undefined)[];

const isArn = (text: string): boolean => text.startsWith('arn:');
const list = (value: string | string[] | undefined): string[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];
/** `arn:aws:<service>:<region>:<account>:<rest>`; what is an ARN already stays. */
const arn = (service: string, { region, account }: Place, kind: string, name: string): string =>
  isArn(name) ? name : `arn:aws:${service}:${region}:${account}:${kind}${name}`;

const clusterName = (input: Input): string =>
  String(input.cluster ?? 'default')
    .split('/')
    .at(-1)!;
export const clusterArn = (input: Input, place: Place): string => arn('ecs', place, 'cluster/', clusterName(input));
const inCluster =
  (kind: string, member: string): Finder =>
  (input, place) =>
    list(input[member]).map((name) => arn('ecs', place, `${kind}/${clusterName(input)}/`, name));
const ecsService = inCluster('service', 'service');

const parameter = (name: string, place: Place): string => {
  // A selector (`name:3`, `name:label`) is not part of the name.
  const bare = isArn(name) ? name : name.split(':')[0]!;
  return arn('ssm', place, `parameter${bare.startsWith('/') ? '' : '/'}`, bare);
};
const parameters =
  (...members: string[]): Finder =>
  (input, place) =>
    members.flatMap((member) => list(input[member])).map((name) => parameter(name, place));

const repository: Finder = (input, place) =>
  list(input.repositoryNames ?? input.repositoryName).map((name) => arn('ecr', place, 'repository/', name));
const logGroup: Finder = (input, place) => {
  const { logGroupName = '', logGroupIdentifier, logStreamName = '' } = input;
  return [logGroupIdentifier ?? `${arn('logs', place, 'log-group:', logGroupName)}:log-stream:${logStreamName}`];
};
const stack: Finder = (input, place) =>
  list(input.StackName).map((name) => (isArn(name) ? name : `${arn('cloudformation', place, 'stack/', name)}/*`));
const secret: Finder = (input, place) =>
  list(input.SecretId ?? input.Name).map((id) => arn('secretsmanager', place, 'secret:', id));
const global =
  (kind: string, member: string): Finder =>
  (input, { account }) =>
    list(input[member]).map((name) => (isArn(name) ? name : `arn:aws:iam::${account}:${kind}/${name}`));
const member =
  (...names: string[]): Finder =>
  (input) =>
    names.flatMap((name) => list(input[name]));

const ec2Kinds: Readonly<Record<string, string>> = {
  i: 'instance',
  lt: 'launch-template',
  sg: 'security-group',
  sgr: 'security-group-rule',
  subnet: 'subnet',
  vpc: 'vpc',
};
const ec2Kind = (id: string): string => ec2Kinds[id.split('-')[0]!] ?? '*';

type Table = readonly (readonly [RegExp, Finder])[];

const tables: Readonly<Record<string, Table>> = {
  ecs: [
    [
      /^(Create|Update|Delete)Service$/,
      (input, place) => ecsService({ ...input, service: input.service ?? input.serviceName }, place),
    ],
    [/^DescribeServices$/, inCluster('service', 'services')],
    [/^ListServiceDeployments$/, ecsService],
    [/^(Describe|Stop|Continue)ServiceDeployments?$/, member('serviceDeploymentArn', 'serviceDeploymentArns')],
    [/^DescribeServiceRevisions$/, member('serviceRevisionArns')],
    [/^DescribeTasks$/, inCluster('task', 'tasks')],
    [/^(StopTask|ExecuteCommand)$/, inCluster('task', 'task')],
    [/^(RunTask|StartTask)$/, (input, place) => [arn('ecs', place, 'task-definition/', String(input.taskDefinition))]],
    [
      /^DeleteTaskDefinitions$/,
      (input, place) => list(input.taskDefinitions).map((name) => arn('ecs', place, 'task-definition/', name)),
    ],
    [
      /^DescribeClusters$/,
      (input, place) => list(input.clusters ?? 'default').map((name) => arn('ecs', place, 'cluster/', name)),
    ],
    [/^(Update|Delete)Cluster|^PutCluster/, (input, place) => [clusterArn(input, place)]],
    [/^(Tag|Untag|ListTagsFor)Resource$/, member('resourceArn')],
  ],
  ssm: [
    [/^GetParametersByPath$/, parameters('Path')],
    [
      /Parameter(s|History|Version)?$/,
      (input, place) => (input.ParameterFilters || input.Filters ? [] : parameters('Name', 'Names')(input, place)),
    ],
    [/TagsToResource$|TagsFromResource$|TagsForResource$/, parameters('ResourceId')],
  ],
  ecr: [[/^(?!GetAuthorizationToken)/, repository]],
  logs: [
    [/^DescribeLogGroups$/, (_input, place) => [`${arn('logs', place, 'log-group:', '')}:log-stream:`]],
    [/(LogGroup|LogStreams?|LogEvents|RetentionPolicy|SubscriptionFilters?|MetricFilters?)$/, logGroup],
    [/Resource$/, member('resourceArn')],
  ],
  cloudformation: [[/Stack|ChangeSet|Template/, stack]],
  events: [
    [
      /^PutEvents$/,
      (input, place) => list(input.Entries?.map((e: Input) => arn('events', place, 'event-bus/', e.EventBusName ?? 'default'))),
    ],
    [/Rule$/, (input, place) => [arn('events', place, 'rule/', [input.EventBusName, input.Name].filter(Boolean).join('/'))]],
    [/EventBus$/, (input, place) => [arn('events', place, 'event-bus/', input.Name ?? 'default')]],
  ],
  secretsmanager: [[/^(?!ListSecrets|GetRandomPassword|BatchGet)/, secret]],
  elasticloadbalancing: [
    [/^CreateTargetGroup$/, (input, place) => [`${arn('elasticloadbalancing', place, 'targetgroup/', input.Name)}/*`]],
    [/^CreateLoadBalancer$/, (input, place) => [`${arn('elasticloadbalancing', place, 'loadbalancer/app/', input.Name)}/*`]],
    [/^Describe/, () => []],
    [/^SetRulePriorities$/, (input) => list(input.RulePriorities?.map((p: { RuleArn: string }) => p.RuleArn))],
    [/Tags$/, member('ResourceArns')],
    [/./, (input) => list(input.RuleArn ?? input.ListenerArn ?? input.TargetGroupArn ?? input.LoadBalancerArn)],
  ],
  ec2: [
    [
      /^CreateSecurityGroup$/,
      (input, place) => [
        arn('ec2', place, 'security-group/', '*'),
        ...list(input.VpcId).map((id) => arn('ec2', place, 'vpc/', id)),
      ],
    ],
    [/^(Create|Delete)Tags$/, (input, place) => list(input.Resources).map((id) => arn('ec2', place, `${ec2Kind(id)}/`, id))],
    [/^(?!Describe).*SecurityGroup/, (input, place) => list(input.GroupId).map((id) => arn('ec2', place, 'security-group/', id))],
  ],
  iam: [
    [/InstanceProfile(Tags)?$/, global('instance-profile', 'InstanceProfileName')],
    [/^ListRoles$/, (_input, { account }) => [`arn:aws:iam::${account}:role/`]],
    [/^ListInstanceProfiles$/, (_input, { account }) => [`arn:aws:iam::${account}:instance-profile/`]],
    [/^List(Policies|OpenIDConnectProviders)$/, () => []],
    [/^SimulatePrincipalPolicy$/, member('PolicySourceArn')],
    [/Role|^PassRole$/, global('role', 'RoleName')],
    [/OpenIDConnectProvider/, member('OpenIDConnectProviderArn')],
    [/^CreatePolicy$/, global('policy', 'PolicyName')],
    [/Policy/, member('PolicyArn')],
    [/User/, global('user', 'UserName')],
  ],
  sts: [[/^AssumeRole/, member('RoleArn')]],
  s3: [
    [/^ListBuckets$/, () => []],
    [/./, (input) => [`arn:aws:s3:::${input.Bucket}${input.Key === undefined ? '' : `/${input.Key}`}`]],
  ],
  servicediscovery: [
    [/Instance/, (input, place) => list(input.ServiceId).map((id) => arn('servicediscovery', place, 'service/', id))],
    [/^(Get|Update|Delete)Service/, (input, place) => list(input.Id).map((id) => arn('servicediscovery', place, 'service/', id))],
    [
      /^(Get|Delete)Namespace|Update\w+Namespace/,
      (input, place) => list(input.Id).map((id) => arn('servicediscovery', place, 'namespace/', id)),
    ],
    [/Resource$/, member('ResourceARN')],
  ],
  'application-autoscaling': [
    [
      /^(Register|Deregister)ScalableTarget$/,
      (_input, place) => [arn('application-autoscaling', place, 'scalable-target/', '*')],
    ],
    [/Resource$/, member('ResourceARN')],
  ],
  monitoring: [
    [/^PutMetricAlarm$/, (input, place) => list(input.AlarmName).map((name) => arn('cloudwatch', place, 'alarm:', name))],
    [
      /^(DescribeAlarms|DeleteAlarms)$/,
      (input, place) => list(input.AlarmNames).map((name) => arn('cloudwatch', place, 'alarm:', name)),
    ],
    [/Resource$/, member('ResourceARN')],
  ],
};

/** At least one. */
export function resourcesOf(service: string, operation: string, input: object, place: Place): string[] {
  const finder = tables[service]?.find(([names]) => names.test(operation))?.[1];
  const found = (finder?.(input, place) ?? []).filter((name): name is string => typeof name === 'string' && name !== '');
  return found.length > 0 ? [...new Set(found)] : ['*'];
}
