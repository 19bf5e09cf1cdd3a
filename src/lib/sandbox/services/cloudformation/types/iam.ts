/** AWS::IAM: roles and instance profiles; policies beside them. */
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

import { documentOf, managedPolicy, policy } from './policies.js';

interface InlinePolicy {
  PolicyName: string;
  PolicyDocument: unknown;
}
const inline = (properties: Properties): InlinePolicy[] => asList<InlinePolicy>(properties['Policies']);
const managed = (properties: Properties): string[] => asList<string>(properties['ManagedPolicyArns']);

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
