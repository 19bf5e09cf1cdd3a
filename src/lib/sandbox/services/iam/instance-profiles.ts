/** Instance profiles: each holds one role at most. */
import type { CallContext, Operation } from '../../service.js';
import { showRole } from './roles.js';
import {
  alreadyExists,
  byName,
  deleteConflict,
  limitExceeded,
  named,
  needRole,
  newId,
  noSuchEntity,
  paged,
  sliceOf,
  withTags,
  withoutTags,
  type InstanceProfile,
  type Paged,
  type Tag,
} from './state.js';

type Named = { InstanceProfileName: string };
type WithRole = Named & { RoleName: string };

function need(context: CallContext, name: string): InstanceProfile {
  const { instanceProfiles } = sliceOf(context);
  if (!Object.hasOwn(instanceProfiles, name)) throw noSuchEntity(`Instance Profile ${name} cannot be found.`);
  return instanceProfiles[name]!;
}

function show(context: CallContext, profile: InstanceProfile, { inList = false } = {}): object {
  const role = profile.role === null ? null : sliceOf(context).roles[profile.role];
  return {
    Path: profile.path,
    InstanceProfileName: profile.name,
    InstanceProfileId: profile.id,
    Arn: profile.arn,
    CreateDate: new Date(profile.createdAt),
    Roles: role ? [showRole(role, { inList: true })] : [],
    ...(inList ? {} : { Tags: profile.tags }),
  };
}

export const instanceProfileOperations: Readonly<Record<string, Operation>> = {
  CreateInstanceProfile({ InstanceProfileName, Path = '/', Tags = [] }: Named & { Path?: string; Tags?: Tag[] }, context) {
    const { instanceProfiles } = sliceOf(context);
    if (named(instanceProfiles, InstanceProfileName))
      throw alreadyExists(`Instance Profile ${InstanceProfileName} already exists.`);
    const made = (instanceProfiles[InstanceProfileName] = {
      name: InstanceProfileName,
      path: Path,
      id: newId(context, 'AIPA'),
      arn: `arn:aws:iam::${context.account}:instance-profile${Path}${InstanceProfileName}`,
      createdAt: context.now,
      role: null,
      tags: withTags([], Tags),
    });
    return { InstanceProfile: show(context, made) };
  },
  GetInstanceProfile: ({ InstanceProfileName }: Named, context) => ({
    InstanceProfile: show(context, need(context, InstanceProfileName)),
  }),
  DeleteInstanceProfile({ InstanceProfileName }: Named, context) {
    if (need(context, InstanceProfileName).role !== null)
      throw deleteConflict('Cannot delete entity, must remove roles from instance profile first.');
    delete sliceOf(context).instanceProfiles[InstanceProfileName];
    return {};
  },
  ListInstanceProfiles(input: Paged & { PathPrefix?: string }, context) {
    const { items, ...rest } = paged(byName(sliceOf(context).instanceProfiles, input.PathPrefix), input);
    return { InstanceProfiles: items.map((profile) => show(context, profile, { inList: true })), ...rest };
  },
  ListInstanceProfilesForRole(input: Paged & { RoleName: string }, context) {
    const { name } = needRole(context, input.RoleName);
    const holding = byName(sliceOf(context).instanceProfiles).filter((profile) => profile.role === name);
    const { items, ...rest } = paged(holding, input);
    return { InstanceProfiles: items.map((profile) => show(context, profile, { inList: true })), ...rest };
  },
  AddRoleToInstanceProfile({ InstanceProfileName, RoleName }: WithRole, context) {
    const profile = need(context, InstanceProfileName);
    const { name } = needRole(context, RoleName);
    if (profile.role !== null) throw limitExceeded('Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1');
    profile.role = name;
    return {};
  },
  RemoveRoleFromInstanceProfile({ InstanceProfileName, RoleName }: WithRole, context) {
    const profile = need(context, InstanceProfileName);
    if (profile.role !== RoleName) throw noSuchEntity(`The role with name ${RoleName} cannot be found.`);
    profile.role = null;
    return {};
  },
  TagInstanceProfile({ InstanceProfileName, Tags }: Named & { Tags: Tag[] }, context) {
    const profile = need(context, InstanceProfileName);
    profile.tags = withTags(profile.tags, Tags);
    return {};
  },
  UntagInstanceProfile({ InstanceProfileName, TagKeys }: Named & { TagKeys: string[] }, context) {
    const profile = need(context, InstanceProfileName);
    profile.tags = withoutTags(profile.tags, TagKeys);
    return {};
  },
  ListInstanceProfileTags(input: Named & Paged, context) {
    const { items, ...rest } = paged(need(context, input.InstanceProfileName).tags, input);
    return { Tags: items, ...rest };
  },
};
