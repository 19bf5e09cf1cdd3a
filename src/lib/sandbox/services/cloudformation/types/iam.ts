/** AWS::IAM: roles, policies in them, managed policies and instance profiles. */
import type { CallContext } from '../../../service.js';
import { iam } from '../../iam.js';
import {
  asList,
  call,
  chosen,
  orUndo,
  tagChange,
  tagsOf,
  text,
  unique,
  unlessGone,
  type Properties,
  type ResourceType,
} from './type.js';

interface InlinePolicy {
  PolicyName: string;
  PolicyDocument: unknown;
}
const inline = (properties: Properties): InlinePolicy[] => asList<InlinePolicy>(properties['Policies']);
const managed = (properties: Properties): string[] => asList<string>(properties['ManagedPolicyArns']);

/** Policy documents are answered percent-encoded. */
function documentOf(value: unknown): unknown {
  const plain = /^\s*\{/.test(String(value)) ? String(value) : decodeURIComponent(String(value));
  try {
    return JSON.parse(plain);
  } catch {
    return plain;
  }
}

function roleMade(context: CallContext, RoleName: string) {
  const { Role } = call(iam, 'GetRole', { RoleName }, context) as { Role: { Arn: string; RoleId: string } };
  return { physical: RoleName, attributes: { Arn: Role.Arn, RoleId: Role.RoleId } };
}

/** Gives a role the policies that it shall have, and takes those away that it had from the template before. */
function bringPolicies(context: CallContext, RoleName: string, after: Properties, before: Properties): void {
  for (const PolicyArn of managed(before))
    if (!managed(after).includes(PolicyArn)) call(iam, 'DetachRolePolicy', { RoleName, PolicyArn }, context);
  for (const PolicyArn of managed(after))
    if (!managed(before).includes(PolicyArn)) call(iam, 'AttachRolePolicy', { RoleName, PolicyArn }, context);
  const kept = new Set(inline(after).map((policy) => policy.PolicyName));
  for (const { PolicyName } of inline(before))
    if (!kept.has(PolicyName)) call(iam, 'DeleteRolePolicy', { RoleName, PolicyName }, context);
  for (const { PolicyName, PolicyDocument } of inline(after))
    call(iam, 'PutRolePolicy', { RoleName, PolicyName, PolicyDocument: text(PolicyDocument) }, context);
}

function bare(context: CallContext, RoleName: string, properties: Properties): void {
  for (const PolicyArn of managed(properties)) unlessGone(() => call(iam, 'DetachRolePolicy', { RoleName, PolicyArn }, context));
  for (const { PolicyName } of inline(properties))
    unlessGone(() => call(iam, 'DeleteRolePolicy', { RoleName, PolicyName }, context));
}

const role: ResourceType = {
  named: 'RoleName',
  create(context, properties, name) {
    const RoleName = String(properties['RoleName'] ?? unique(context, name, 64));
    const AssumeRolePolicyDocument = text(properties['AssumeRolePolicyDocument']);
    const settings = chosen(properties, 'Path', 'Description', 'MaxSessionDuration', 'PermissionsBoundary');
    const Tags = tagsOf(properties).length > 0 ? { Tags: tagsOf(properties) } : {};
    call(iam, 'CreateRole', { ...settings, ...Tags, RoleName, AssumeRolePolicyDocument }, context);
    return orUndo(
      () => {
        bringPolicies(context, RoleName, properties, {});
        return roleMade(context, RoleName);
      },
      () => {
        bare(context, RoleName, properties);
        call(iam, 'DeleteRole', { RoleName }, context);
      },
    );
  },
  update(context, RoleName, properties, before) {
    const PolicyDocument = text(properties['AssumeRolePolicyDocument']);
    call(iam, 'UpdateAssumeRolePolicy', { RoleName, PolicyDocument }, context);
    call(iam, 'UpdateRole', { RoleName, ...chosen(properties, 'Description', 'MaxSessionDuration') }, context);
    const { PermissionsBoundary } = properties;
    if (PermissionsBoundary) call(iam, 'PutRolePermissionsBoundary', { RoleName, PermissionsBoundary }, context);
    else if (before['PermissionsBoundary']) call(iam, 'DeleteRolePermissionsBoundary', { RoleName }, context);
    bringPolicies(context, RoleName, properties, before);
    const { removed, changed } = tagChange(before, properties);
    if (removed.length > 0) call(iam, 'UntagRole', { RoleName, TagKeys: removed }, context);
    if (changed && tagsOf(properties).length > 0) call(iam, 'TagRole', { RoleName, Tags: tagsOf(properties) }, context);
    return roleMade(context, RoleName);
  },
  remove(context, RoleName, properties) {
    bare(context, RoleName, properties);
    call(iam, 'DeleteRole', { RoleName }, context);
  },
  read: (context, RoleName) =>
    unlessGone(() => {
      const { Role } = call(iam, 'GetRole', { RoleName }, context) as { Role: Properties };
      const attached = call(iam, 'ListAttachedRolePolicies', { RoleName }, context)['AttachedPolicies'];
      const names = call(iam, 'ListRolePolicies', { RoleName }, context)['PolicyNames'] as string[];
      return {
        ...Role,
        AssumeRolePolicyDocument: documentOf(Role['AssumeRolePolicyDocument']),
        PermissionsBoundary: (Role['PermissionsBoundary'] as { PermissionsBoundaryArn?: string } | undefined)
          ?.PermissionsBoundaryArn,
        ManagedPolicyArns: (attached as { PolicyArn: string }[]).map((policy) => policy.PolicyArn),
        Policies: names.map((PolicyName) => {
          const found = call(iam, 'GetRolePolicy', { RoleName, PolicyName }, context);
          return { PolicyName, PolicyDocument: documentOf(found['PolicyDocument']) };
        }),
      };
    }),
};

const holders = ['Role', 'User', 'Group'] as const;
const holdersOf = (properties: Properties): { kind: string; name: string }[] =>
  holders.flatMap((kind) => asList<string>(properties[`${kind}s`]).map((name) => ({ kind, name })));
const among = (list: { kind: string; name: string }[], one: { kind: string; name: string }): boolean =>
  list.some((other) => other.kind === one.kind && other.name === one.name);

const policy: ResourceType = {
  create(context, properties, name) {
    const { PolicyName, PolicyDocument } = properties;
    for (const holder of holdersOf(properties))
      call(
        iam,
        `Put${holder.kind}Policy`,
        { [`${holder.kind}Name`]: holder.name, PolicyName, PolicyDocument: text(PolicyDocument) },
        context,
      );
    const physical = unique(context, name, 64);
    return { physical, attributes: { Id: physical } };
  },
  update(context, physical, properties, before) {
    const renamed = properties['PolicyName'] !== before['PolicyName'];
    const { PolicyName, PolicyDocument } = properties;
    for (const { kind, name } of holdersOf(properties))
      call(iam, `Put${kind}Policy`, { [`${kind}Name`]: name, PolicyName, PolicyDocument: text(PolicyDocument) }, context);
    for (const holder of holdersOf(before))
      if (renamed || !among(holdersOf(properties), holder)) dropInline(context, holder, before['PolicyName']);
    return { physical, attributes: { Id: physical } };
  },
  remove(context, _physical, properties) {
    for (const holder of holdersOf(properties)) dropInline(context, holder, properties['PolicyName']);
  },
  read(context, _physical, properties) {
    const { PolicyName } = properties;
    const found = holdersOf(properties).flatMap((holder) => {
      const answer = unlessGone(() =>
        call(iam, `Get${holder.kind}Policy`, { [`${holder.kind}Name`]: holder.name, PolicyName }, context),
      );
      return answer ? [{ ...holder, document: documentOf(answer['PolicyDocument']) }] : [];
    });
    if (found.length === 0) return null;
    const names = (kind: string): string[] => found.filter((one) => one.kind === kind).map((one) => one.name);
    return { PolicyName, PolicyDocument: found[0]!.document, Roles: names('Role'), Users: names('User'), Groups: names('Group') };
  },
};
const dropInline = (context: CallContext, { kind, name }: { kind: string; name: string }, PolicyName: unknown): unknown =>
  unlessGone(() => call(iam, `Delete${kind}Policy`, { [`${kind}Name`]: name, PolicyName }, context));

interface PolicyVersion {
  VersionId: string;
  IsDefaultVersion: boolean;
}
const versionsOf = (context: CallContext, PolicyArn: string): PolicyVersion[] =>
  call(iam, 'ListPolicyVersions', { PolicyArn }, context)['Versions'] as PolicyVersion[];
/** A managed policy has five versions at most. */
const MAX_VERSIONS = 5;

function managedMade(context: CallContext, PolicyArn: string) {
  const { Policy } = call(iam, 'GetPolicy', { PolicyArn }, context) as { Policy: Properties };
  const shown = (key: string): string => {
    const value = Policy[key];
    return value instanceof Date ? value.toISOString() : String(value ?? '');
  };
  const keys = ['PolicyId', 'AttachmentCount', 'CreateDate', 'UpdateDate', 'DefaultVersionId', 'PermissionsBoundaryUsageCount'];
  const attributes = Object.fromEntries(keys.map((key) => [key, shown(key)]));
  return { physical: PolicyArn, attributes: { ...attributes, IsAttachable: 'true', PolicyArn } };
}

const managedPolicy: ResourceType = {
  named: 'ManagedPolicyName',
  create(context, properties, name) {
    const PolicyName = String(properties['ManagedPolicyName'] ?? unique(context, name, 128));
    const PolicyDocument = text(properties['PolicyDocument']);
    const { Policy } = call(
      iam,
      'CreatePolicy',
      { ...chosen(properties, 'Path', 'Description'), PolicyName, PolicyDocument },
      context,
    ) as { Policy: { Arn: string } };
    const PolicyArn = Policy.Arn;
    const done: { kind: string; name: string }[] = [];
    return orUndo(
      () => {
        for (const holder of holdersOf(properties)) {
          call(iam, `Attach${holder.kind}Policy`, { [`${holder.kind}Name`]: holder.name, PolicyArn }, context);
          done.push(holder);
        }
        return managedMade(context, PolicyArn);
      },
      () => {
        for (const { kind, name: of } of done) call(iam, `Detach${kind}Policy`, { [`${kind}Name`]: of, PolicyArn }, context);
        call(iam, 'DeletePolicy', { PolicyArn }, context);
      },
    );
  },
  update(context, PolicyArn, properties, before) {
    if (text(properties['PolicyDocument']) !== text(before['PolicyDocument'])) {
      const versions = versionsOf(context, PolicyArn);
      const oldest = versions.filter((version) => !version.IsDefaultVersion).at(-1);
      if (versions.length >= MAX_VERSIONS && oldest)
        call(iam, 'DeletePolicyVersion', { PolicyArn, VersionId: oldest.VersionId }, context);
      const PolicyDocument = text(properties['PolicyDocument']);
      call(iam, 'CreatePolicyVersion', { PolicyArn, PolicyDocument, SetAsDefault: true }, context);
    }
    for (const holder of holdersOf(before)) if (!among(holdersOf(properties), holder)) detach(context, holder, PolicyArn);
    for (const holder of holdersOf(properties))
      if (!among(holdersOf(before), holder))
        call(iam, `Attach${holder.kind}Policy`, { [`${holder.kind}Name`]: holder.name, PolicyArn }, context);
    return managedMade(context, PolicyArn);
  },
  remove(context, PolicyArn, properties) {
    for (const holder of holdersOf(properties)) detach(context, holder, PolicyArn);
    for (const { VersionId, IsDefaultVersion } of versionsOf(context, PolicyArn))
      if (!IsDefaultVersion) call(iam, 'DeletePolicyVersion', { PolicyArn, VersionId }, context);
    call(iam, 'DeletePolicy', { PolicyArn }, context);
  },
  read: (context, PolicyArn, properties) =>
    unlessGone(() => {
      const { Policy } = call(iam, 'GetPolicy', { PolicyArn }, context) as { Policy: Properties };
      const VersionId = Policy['DefaultVersionId'];
      const { PolicyVersion: version } = call(iam, 'GetPolicyVersion', { PolicyArn, VersionId }, context);
      return {
        ...chosen(Policy, 'Path', 'Description'),
        ManagedPolicyName: Policy['PolicyName'],
        PolicyDocument: documentOf((version as { Document: unknown }).Document),
        ...chosen(properties, 'Roles', 'Users', 'Groups'),
      };
    }),
};
const detach = (context: CallContext, { kind, name }: { kind: string; name: string }, PolicyArn: string): unknown =>
  unlessGone(() => call(iam, `Detach${kind}Policy`, { [`${kind}Name`]: name, PolicyArn }, context));

const profileMade = (context: CallContext, InstanceProfileName: string) => {
  const { InstanceProfile } = call(iam, 'GetInstanceProfile', { InstanceProfileName }, context);
  return { physical: InstanceProfileName, attributes: { Arn: (InstanceProfile as { Arn: string }).Arn } };
};
const rolesOf = (properties: Properties): string[] => asList<string>(properties['Roles']);
const instanceProfile: ResourceType = {
  named: 'InstanceProfileName',
  create(context, properties, name) {
    const InstanceProfileName = String(properties['InstanceProfileName'] ?? unique(context, name, 128));
    call(iam, 'CreateInstanceProfile', { ...chosen(properties, 'Path'), InstanceProfileName }, context);
    return orUndo(
      () => {
        for (const RoleName of rolesOf(properties))
          call(iam, 'AddRoleToInstanceProfile', { InstanceProfileName, RoleName }, context);
        return profileMade(context, InstanceProfileName);
      },
      () => call(iam, 'DeleteInstanceProfile', { InstanceProfileName }, context),
    );
  },
  update(context, InstanceProfileName, properties, before) {
    for (const RoleName of rolesOf(before))
      if (!rolesOf(properties).includes(RoleName))
        call(iam, 'RemoveRoleFromInstanceProfile', { InstanceProfileName, RoleName }, context);
    for (const RoleName of rolesOf(properties))
      if (!rolesOf(before).includes(RoleName)) call(iam, 'AddRoleToInstanceProfile', { InstanceProfileName, RoleName }, context);
    return profileMade(context, InstanceProfileName);
  },
  remove(context, InstanceProfileName, properties) {
    for (const RoleName of rolesOf(properties))
      unlessGone(() => call(iam, 'RemoveRoleFromInstanceProfile', { InstanceProfileName, RoleName }, context));
    call(iam, 'DeleteInstanceProfile', { InstanceProfileName }, context);
  },
  read: (context, InstanceProfileName) =>
    unlessGone(() => {
      const found = call(iam, 'GetInstanceProfile', { InstanceProfileName }, context)['InstanceProfile'] as Properties;
      return { ...found, Roles: asList<{ RoleName: string }>(found['Roles']).map(({ RoleName }) => RoleName) };
    }),
};

export const iamTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::IAM::Role': role,
  'AWS::IAM::Policy': policy,
  'AWS::IAM::ManagedPolicy': managedPolicy,
  'AWS::IAM::InstanceProfile': instanceProfile,
};
