/** Managed policies and their versions. */
import { readPolicy } from '../../iam/document.js';
import { AwsError, type CallContext, type Operation } from '../../service.js';
import { awsPolicies, awsPolicy, type AwsPolicy } from './managed.js';
import {
  alreadyExists,
  byName,
  deleteConflict,
  encodeDocument,
  limitExceeded,
  newId,
  noSuchEntity,
  paged,
  sliceOf,
  withTags,
  withoutTags,
  type ManagedPolicy,
  type Paged,
  type Tag,
} from './state.js';

const SIZE = 6_144;
const VERSIONS_MOST = 5;
/** AWS's own policies are older than any sandbox. */
const AWS_MADE = Date.parse('2015-02-06T18:40:58Z');

type Arn = { PolicyArn: string };
type Version = Arn & { VersionId: string };

function need(context: CallContext, arn: string): ManagedPolicy {
  const { policies } = sliceOf(context);
  if (!Object.hasOwn(policies, arn)) throw noSuchEntity(`Policy ${arn} was not found.`);
  return policies[arn]!;
}

function needVersion(policy: ManagedPolicy, id: string): ManagedPolicy['versions'][number] {
  const version = policy.versions.find((v) => v.id === id);
  if (!version) throw noSuchEntity(`Policy ${policy.arn} version ${id} does not exist or is not attachable.`);
  return version;
}

const rolesWith = (context: CallContext, arn: string) =>
  Object.values(sliceOf(context).roles).filter((role) => role.attached.includes(arn));

const attachments = (context: CallContext, arn: string): object => ({
  AttachmentCount: rolesWith(context, arn).length,
  PermissionsBoundaryUsageCount: Object.values(sliceOf(context).roles).filter((role) => role.boundary === arn).length,
  IsAttachable: true,
});

const show = (context: CallContext, policy: ManagedPolicy, { inList = false } = {}): object => ({
  PolicyName: policy.name,
  PolicyId: policy.id,
  Arn: policy.arn,
  Path: policy.path,
  DefaultVersionId: policy.defaultVersion,
  ...attachments(context, policy.arn),
  CreateDate: new Date(policy.createdAt),
  UpdateDate: new Date(policy.updatedAt),
  ...(policy.description === null || inList ? {} : { Description: policy.description }),
  ...(inList ? {} : { Tags: policy.tags }),
});

const showAws = (context: CallContext, { name, path, arn }: AwsPolicy): object => ({
  PolicyName: name,
  PolicyId: `ANPA${Buffer.from(name).toString('hex').toUpperCase().padEnd(17, 'A').slice(-17)}`,
  Arn: arn,
  Path: path,
  DefaultVersionId: 'v1',
  ...attachments(context, arn),
  CreateDate: new Date(AWS_MADE),
  UpdateDate: new Date(AWS_MADE),
});

const showVersion = (
  policy: ManagedPolicy,
  { id, createdAt, document }: ManagedPolicy['versions'][number],
  whole: boolean,
): object => ({
  ...(whole ? { Document: encodeDocument(document) } : {}),
  VersionId: id,
  IsDefaultVersion: id === policy.defaultVersion,
  CreateDate: new Date(createdAt),
});

function checkDocument(document: string): void {
  if (document.replace(/\s/g, '').length > SIZE) throw limitExceeded(`Cannot exceed quota for PolicySize: ${SIZE}`);
  readPolicy(document, 'identity');
}

export const policyOperations: Readonly<Record<string, Operation>> = {
  CreatePolicy(
    input: { PolicyName: string; Path?: string; PolicyDocument: string; Description?: string; Tags?: Tag[] },
    context,
  ) {
    const { policies } = sliceOf(context);
    const path = input.Path ?? '/';
    if (Object.values(policies).some((p) => p.name.toLowerCase() === input.PolicyName.toLowerCase()))
      throw alreadyExists(`A policy called ${input.PolicyName} already exists. Duplicate names are not allowed.`);
    checkDocument(input.PolicyDocument);
    const arn = `arn:aws:iam::${context.account}:policy${path}${input.PolicyName}`;
    const policy = (policies[arn] = {
      name: input.PolicyName,
      path,
      id: newId(context, 'ANPA'),
      arn,
      description: input.Description ?? null,
      createdAt: context.now,
      updatedAt: context.now,
      tags: withTags([], input.Tags ?? []),
      defaultVersion: 'v1',
      next: 2,
      versions: [{ id: 'v1', document: input.PolicyDocument, createdAt: context.now }],
    });
    // Unlike GetPolicy, it names tags only where there are some.
    return { Policy: { ...show(context, policy), Tags: policy.tags.length > 0 ? policy.tags : undefined } };
  },
  GetPolicy({ PolicyArn }: Arn, context) {
    const aws = awsPolicy(PolicyArn);
    return { Policy: aws ? { ...showAws(context, aws), Tags: [] } : show(context, need(context, PolicyArn)) };
  },
  ListPolicies(input: Paged & { Scope?: string; OnlyAttached?: boolean; PathPrefix?: string }, context) {
    const { Scope = 'All', OnlyAttached = false, PathPrefix = '/' } = input;
    const own =
      Scope === 'AWS'
        ? []
        : byName(sliceOf(context).policies, PathPrefix).map((p) => [p.arn, show(context, p, { inList: true })] as const);
    const aws =
      Scope === 'Local'
        ? []
        : awsPolicies()
            .filter((p) => p.path.startsWith(PathPrefix))
            .map((p) => [p.arn, showAws(context, p)] as const);
    const found = [...own, ...aws].filter(([arn]) => !OnlyAttached || rolesWith(context, arn).length > 0);
    const { items, ...rest } = paged(found, input);
    return { Policies: items.map(([, shown]) => shown), ...rest };
  },
  DeletePolicy({ PolicyArn }: Arn, context) {
    const policy = need(context, PolicyArn);
    if (rolesWith(context, PolicyArn).length > 0) throw deleteConflict('Cannot delete a policy attached to entities.');
    if (policy.versions.length > 1)
      throw deleteConflict(
        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
      );
    delete sliceOf(context).policies[PolicyArn];
    return {};
  },
  CreatePolicyVersion(input: Arn & { PolicyDocument: string; SetAsDefault?: boolean }, context) {
    const policy = need(context, input.PolicyArn);
    if (policy.versions.length >= VERSIONS_MOST)
      throw limitExceeded(
        `A managed policy can have up to ${VERSIONS_MOST} versions. Before you create a new version, you must delete an existing version.`,
      );
    checkDocument(input.PolicyDocument);
    const version = { id: `v${policy.next++}`, document: input.PolicyDocument, createdAt: context.now };
    policy.versions.unshift(version);
    policy.updatedAt = context.now;
    if (input.SetAsDefault) policy.defaultVersion = version.id;
    return { PolicyVersion: showVersion(policy, version, false) };
  },
  GetPolicyVersion({ PolicyArn, VersionId }: Version, context) {
    const aws = awsPolicy(PolicyArn);
    if (aws && VersionId === 'v1')
      return {
        PolicyVersion: {
          Document: encodeDocument(aws.document),
          VersionId,
          IsDefaultVersion: true,
          CreateDate: new Date(AWS_MADE),
        },
      };
    const policy = need(context, PolicyArn);
    return { PolicyVersion: showVersion(policy, needVersion(policy, VersionId), true) };
  },
  ListPolicyVersions(input: Arn & Paged, context) {
    const aws = awsPolicy(input.PolicyArn);
    if (aws)
      return { Versions: [{ VersionId: 'v1', IsDefaultVersion: true, CreateDate: new Date(AWS_MADE) }], IsTruncated: false };
    const policy = need(context, input.PolicyArn);
    const { items, ...rest } = paged(policy.versions, input);
    return { Versions: items.map((version) => showVersion(policy, version, false)), ...rest };
  },
  SetDefaultPolicyVersion({ PolicyArn, VersionId }: Version, context) {
    const policy = need(context, PolicyArn);
    policy.defaultVersion = needVersion(policy, VersionId).id;
    policy.updatedAt = context.now;
    return {};
  },
  DeletePolicyVersion({ PolicyArn, VersionId }: Version, context) {
    const policy = need(context, PolicyArn);
    const version = needVersion(policy, VersionId);
    if (version.id === policy.defaultVersion) throw deleteConflict('Cannot delete the default version of a policy.');
    policy.versions = policy.versions.filter((v) => v !== version);
    return {};
  },
  ListEntitiesForPolicy(input: Arn & Paged & { EntityFilter?: string }, context) {
    if (!awsPolicy(input.PolicyArn)) need(context, input.PolicyArn);
    if (input.EntityFilter && !['Role', 'LocalManagedPolicy', 'AWSManagedPolicy'].includes(input.EntityFilter))
      return { PolicyGroups: [], PolicyUsers: [], PolicyRoles: [], IsTruncated: false };
    const { items, ...rest } = paged(rolesWith(context, input.PolicyArn), input);
    return {
      PolicyGroups: [],
      PolicyUsers: [],
      PolicyRoles: items.map((role) => ({ RoleName: role.name, RoleId: role.id })),
      ...rest,
    };
  },
  TagPolicy({ PolicyArn, Tags }: Arn & { Tags: Tag[] }, context) {
    const policy = need(context, PolicyArn);
    policy.tags = withTags(policy.tags, Tags);
    return {};
  },
  UntagPolicy({ PolicyArn, TagKeys }: Arn & { TagKeys: string[] }, context) {
    const policy = need(context, PolicyArn);
    policy.tags = withoutTags(policy.tags, TagKeys);
    return {};
  },
  ListPolicyTags(input: Arn & Paged, context) {
    if (awsPolicy(input.PolicyArn))
      throw new AwsError('InvalidInput', `Policy ${input.PolicyArn} is managed by AWS and has no tags.`);
    const { items, ...rest } = paged(need(context, input.PolicyArn).tags, input);
    return { Tags: items, ...rest };
  },
};
