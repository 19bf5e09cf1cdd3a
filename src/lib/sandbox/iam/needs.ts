/** What a call has to be allowed to do: its own action, and those that AWS asks for besides (roles passed, tags set). */
import type { Keys } from './conditions.js';
import type { Request } from './evaluate.js';
import { clusterArn, resourcesOf, type Place } from './resources.js';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- inputs of every operation
type Input = any;

const prefixes: Readonly<Record<string, string>> = { monitoring: 'cloudwatch' };

/** S3's permissions go by other names than its operations. */
const s3Actions: Readonly<Record<string, string>> = {
  HeadObject: 'GetObject',
  CopyObject: 'PutObject',
  DeleteObjects: 'DeleteObject',
  CreateMultipartUpload: 'PutObject',
  UploadPart: 'PutObject',
  CompleteMultipartUpload: 'PutObject',
  HeadBucket: 'ListBucket',
  ListObjects: 'ListBucket',
  ListObjectsV2: 'ListBucket',
  ListObjectVersions: 'ListBucketVersions',
  ListBuckets: 'ListAllMyBuckets',
  GetBucketEncryption: 'GetEncryptionConfiguration',
  PutBucketEncryption: 'PutEncryptionConfiguration',
  GetPublicAccessBlock: 'GetBucketPublicAccessBlock',
  PutPublicAccessBlock: 'PutBucketPublicAccessBlock',
};

/** Nobody has to be allowed these; AssumeRole also asks the role, and does so itself. */
const FREE = new Set(['sts:GetCallerIdentity', 'sts:GetSessionToken', 'sts:AssumeRole', 'sts:AssumeRoleWithWebIdentity']);
/** Their callers show a token of their own. */
const UNSIGNED = new Set(['awsssoportal', 'sso-oauth']);

export const actionOf = (service: string, operation: string): string =>
  `${prefixes[service] ?? service}:${(service === 's3' && s3Actions[operation]) || operation}`;

export function needsOf(service: string, operation: string, input: Input, place: Place): Request[] {
  if (UNSIGNED.has(service) || FREE.has(`${service}:${operation}`)) return [];
  const keys = keysOf(service, input, place);
  const resources = resourcesOf(service, operation, input, place);
  return [
    ...resources.map((resource) => ({ action: actionOf(service, operation), resource, keys })),
    ...tagging(service, operation, input, resources, keys, place),
    ...passed(service, operation, input),
    // Without a name it is about all of them.
    ...(service === 'cloudformation' && operation === 'DescribeStacks' && !input.StackName
      ? [{ action: 'cloudformation:ListStacks', resource: '*', keys }]
      : []),
  ];
}

type AnyTag = { key?: string; Key?: string; value?: string; Value?: string };

/** Tags in any of the forms that the services give them. */
export function tagsOf(input: Input): Record<string, string> {
  const given = input.Tags ?? input.tags ?? input.TagSpecifications?.flatMap((s: { Tags?: AnyTag[] }) => s.Tags ?? []);
  if (Array.isArray(given)) return Object.fromEntries(given.map((t: AnyTag) => [t.key ?? t.Key ?? '', t.value ?? t.Value ?? '']));
  return given !== null && typeof given === 'object' ? (given as Record<string, string>) : {};
}

function keysOf(service: string, input: Input, place: Place): Keys {
  const tags = tagsOf(input);
  return {
    ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value])),
    ...(Object.keys(tags).length > 0 ? { 'aws:TagKeys': Object.keys(tags) } : {}),
    ...(service === 'ecs' && input.cluster !== undefined ? { 'ecs:cluster': clusterArn(input, place) } : {}),
    ...(service === 'ssm' && input.Overwrite !== undefined ? { 'ssm:Overwrite': String(input.Overwrite) } : {}),
    ...(service === 'cloudformation' && input.RoleARN ? { 'cloudformation:RoleArn': String(input.RoleARN) } : {}),
  };
}

/** The action that sets tags, where they are given as something is made. */
const tagActions: Readonly<Record<string, string>> = {
  ecs: 'ecs:TagResource',
  ssm: 'ssm:AddTagsToResource',
  ecr: 'ecr:TagResource',
  logs: 'logs:TagResource',
  ec2: 'ec2:CreateTags',
  elasticloadbalancing: 'elasticloadbalancing:AddTags',
  secretsmanager: 'secretsmanager:TagResource',
  servicediscovery: 'servicediscovery:TagResource',
  cloudformation: 'cloudformation:TagResource',
  monitoring: 'cloudwatch:TagResource',
  events: 'events:TagResource',
};
const iamTagActions: Readonly<Record<string, string>> = {
  CreateRole: 'iam:TagRole',
  CreatePolicy: 'iam:TagPolicy',
  CreateInstanceProfile: 'iam:TagInstanceProfile',
  CreateOpenIDConnectProvider: 'iam:TagOpenIDConnectProvider',
};

function tagging(
  service: string,
  operation: string,
  input: Input,
  resources: readonly string[],
  keys: Keys,
  place: Place,
): Request[] {
  if (!/^(Create|Register|Run|Put|Start)/.test(operation) || Object.keys(tagsOf(input)).length === 0) return [];
  const action = service === 'iam' ? iamTagActions[operation] : tagActions[service];
  if (!action) return [];
  const made: Keys = ['ecs', 'ec2'].includes(service) ? { [`${service}:CreateAction`]: operation } : {};
  return taggedOf(service, operation, input, resources, place).map((resource) => ({
    action,
    resource,
    keys: { ...keys, ...made },
  }));
}

/** What is made, and tagged, where the call itself is about something else. */
function taggedOf(
  service: string,
  operation: string,
  input: Input,
  resources: readonly string[],
  place: Place,
): readonly string[] {
  if (operation === 'RegisterTaskDefinition')
    return [`arn:aws:ecs:${place.region}:${place.account}:task-definition/${input.family}:*`];
  if (service === 'elasticloadbalancing' && operation === 'CreateRule')
    return resources.map((listener) => `${listener.replace(':listener/', ':listener-rule/')}/*`);
  if (service === 'elasticloadbalancing' && operation === 'CreateListener')
    return resources.map((balancer) => `${balancer.replace(':loadbalancer/', ':listener/')}/*`);
  return service === 'ec2' ? resources.slice(0, 1) : resources;
}

/** Roles that a call hands to a service: the caller must be allowed to pass them. */
function passed(service: string, operation: string, input: Input): Request[] {
  const pass = (to: string, ...roles: unknown[]): Request[] =>
    [...new Set(roles)]
      .filter((role): role is string => typeof role === 'string' && role !== '')
      .map((resource) => ({ action: 'iam:PassRole', resource, keys: { 'iam:PassedToService': to } }));
  if (service === 'cloudformation') return pass('cloudformation.amazonaws.com', input.RoleARN);
  if (service !== 'ecs') return [];
  switch (operation) {
    case 'RegisterTaskDefinition':
      return pass('ecs-tasks.amazonaws.com', input.executionRoleArn, input.taskRoleArn);
    case 'RunTask':
    case 'StartTask':
      return pass('ecs-tasks.amazonaws.com', input.overrides?.executionRoleArn, input.overrides?.taskRoleArn);
    case 'CreateService':
    case 'UpdateService':
      return pass(
        'ecs.amazonaws.com',
        input.role,
        ...(input.loadBalancers ?? []).map((b: Input) => b.advancedConfiguration?.roleArn),
        ...(input.volumeConfigurations ?? []).map((v: Input) => v.managedEBSVolume?.roleArn),
      );
    default:
      return [];
  }
}
