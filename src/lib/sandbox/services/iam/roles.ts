/** Roles and their trust policies. */
import { readPolicy } from '../../iam/document.js';
import type { CallContext, Operation } from '../../service.js';
import { AwsError } from '../../service.js';
import {
  alreadyExists,
  byName,
  deleteConflict,
  encodeDocument,
  limitExceeded,
  named,
  needRole,
  newId,
  paged,
  sliceOf,
  withTags,
  withoutTags,
  type Paged,
  type Role,
  type Tag,
} from './state.js';

const TRUST_SIZE = 2048;

export interface NewRole {
  RoleName: string;
  AssumeRolePolicyDocument: string;
  Path?: string;
  Description?: string;
  MaxSessionDuration?: number;
  PermissionsBoundary?: string;
  Tags?: Tag[];
}

export function showRole(role: Role, { inList = false } = {}): object {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: role.arn,
    CreateDate: new Date(role.createdAt),
    AssumeRolePolicyDocument: encodeDocument(role.trust),
    ...(role.description === null ? {} : { Description: role.description }),
    MaxSessionDuration: role.maxSessionDuration,
    // Lists leave these out, as AWS does.
    ...(inList
      ? {}
      : {
          ...(role.boundary === null ? {} : { PermissionsBoundary: boundaryOf(role.boundary) }),
          ...(role.tags.length > 0 ? { Tags: role.tags } : {}),
          RoleLastUsed: role.lastUsed ? { LastUsedDate: new Date(role.lastUsed.at), Region: role.lastUsed.region } : {},
        }),
  };
}

const boundaryOf = (arn: string): object => ({ PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: arn });

function checkTrust(document: string): void {
  if (document.replace(/\s/g, '').length > TRUST_SIZE)
    throw limitExceeded(`Cannot exceed quota for ACLSizePerRole: ${TRUST_SIZE}`);
  readPolicy(document, 'trust');
}

export function createRole(input: NewRole, context: CallContext): Role {
  const { roles } = sliceOf(context);
  if (named(roles, input.RoleName)) throw alreadyExists(`Role with name ${input.RoleName} already exists.`);
  checkTrust(input.AssumeRolePolicyDocument);
  const path = input.Path ?? '/';
  return (roles[input.RoleName] = {
    name: input.RoleName,
    path,
    id: newId(context, 'AROA'),
    arn: `arn:aws:iam::${context.account}:role${path}${input.RoleName}`,
    createdAt: context.now,
    description: input.Description ?? null,
    maxSessionDuration: input.MaxSessionDuration ?? 3600,
    trust: input.AssumeRolePolicyDocument,
    boundary: input.PermissionsBoundary ?? null,
    tags: withTags([], input.Tags ?? []),
    inline: {},
    attached: [],
    lastUsed: null,
  });
}

/** Roles that services and Identity Center made are theirs to change. */
export function needOwnRole(context: CallContext, name: string): Role {
  const role = needRole(context, name);
  if (/^\/aws-(service-role|reserved)\//.test(role.path))
    throw new AwsError(
      'UnmodifiableEntity',
      `Cannot perform the operation on the protected role '${name}' - this role is only modifiable by AWS`,
    );
  return role;
}

function deleteRole(context: CallContext, role: Role): void {
  const { roles, instanceProfiles } = sliceOf(context);
  if (Object.values(instanceProfiles).some((profile) => profile.role === role.name))
    throw deleteConflict('Cannot delete entity, must remove roles from instance profile first.');
  if (role.attached.length > 0) throw deleteConflict('Cannot delete entity, must detach all policies first.');
  if (Object.keys(role.inline).length > 0) throw deleteConflict('Cannot delete entity, must delete policies first.');
  delete roles[role.name];
}

type Named = { RoleName: string };

export const roleOperations: Readonly<Record<string, Operation>> = {
  CreateRole: (input: NewRole, context) => ({ Role: showRole(createRole(input, context)) }),
  GetRole: ({ RoleName }: Named, context) => ({ Role: showRole(needRole(context, RoleName)) }),
  ListRoles(input: Paged & { PathPrefix?: string }, context) {
    const { items, ...rest } = paged(byName(sliceOf(context).roles, input.PathPrefix), input);
    return { Roles: items.map((role) => showRole(role, { inList: true })), ...rest };
  },
  UpdateRole(
    { RoleName, Description, MaxSessionDuration }: Named & { Description?: string; MaxSessionDuration?: number },
    context,
  ) {
    const role = needOwnRole(context, RoleName);
    role.description = Description ?? role.description;
    role.maxSessionDuration = MaxSessionDuration ?? role.maxSessionDuration;
    return {};
  },
  UpdateRoleDescription({ RoleName, Description }: Named & { Description: string }, context) {
    const role = needRole(context, RoleName);
    role.description = Description;
    return { Role: showRole(role) };
  },
  UpdateAssumeRolePolicy({ RoleName, PolicyDocument }: Named & { PolicyDocument: string }, context) {
    const role = needOwnRole(context, RoleName);
    checkTrust(PolicyDocument);
    role.trust = PolicyDocument;
    return {};
  },
  DeleteRole({ RoleName }: Named, context) {
    deleteRole(context, needOwnRole(context, RoleName));
    return {};
  },
  PutRolePermissionsBoundary({ RoleName, PermissionsBoundary }: Named & { PermissionsBoundary: string }, context) {
    needOwnRole(context, RoleName).boundary = PermissionsBoundary;
    return {};
  },
  DeleteRolePermissionsBoundary({ RoleName }: Named, context) {
    needOwnRole(context, RoleName).boundary = null;
    return {};
  },
  TagRole({ RoleName, Tags }: Named & { Tags: Tag[] }, context) {
    const role = needRole(context, RoleName);
    role.tags = withTags(role.tags, Tags);
    return {};
  },
  UntagRole({ RoleName, TagKeys }: Named & { TagKeys: string[] }, context) {
    const role = needRole(context, RoleName);
    role.tags = withoutTags(role.tags, TagKeys);
    return {};
  },
  ListRoleTags(input: Named & Paged, context) {
    const { items, ...rest } = paged(needRole(context, input.RoleName).tags, input);
    return { Tags: items, ...rest };
  },
};
