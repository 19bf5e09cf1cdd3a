/** AWS::IAM: policies in roles, and managed policies. */
import type { CallContext } from '../../../service.js';
import { iam } from '../../iam.js';
import { asList, call, chosen, orUndo, text, unique, unlessGone, type Properties, type ResourceType } from './type.js';

/** Policy documents are answered percent-encoded. */
export function documentOf(value: unknown): unknown {
  const plain = /^\s*\{/.test(String(value)) ? String(value) : decodeURIComponent(String(value));
  try {
    return JSON.parse(plain);
  } catch {
    return plain;
  }
}

const holders = ['Role', 'User', 'Group'] as const;
const holdersOf = (properties: Properties): { kind: string; name: string }[] =>
  holders.flatMap((kind) => asList<string>(properties[`${kind}s`]).map((name) => ({ kind, name })));
const among = (list: { kind: string; name: string }[], one: { kind: string; name: string }): boolean =>
  list.some((other) => other.kind === one.kind && other.name === one.name);

export const policy: ResourceType = {
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

export const managedPolicy: ResourceType = {
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
