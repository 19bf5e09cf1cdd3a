/**
 * AssumeRole: the role's trust policy has to name the caller, and where IAM is enforced a caller that is a role needs the
 * right itself. A role that the sandbox's IAM does not know, in an account of the platform, may be assumed by anyone: the
 * platform's own roles are not made in the sandbox.
 */
import { sessionKeys } from '../../iam/authorize.js';
import type { Keys } from '../../iam/conditions.js';
import { readPolicy } from '../../iam/document.js';
import { evaluateTrust } from '../../iam/evaluate.js';
import { refusalOf, roleOf } from '../../iam/rights.js';
import { AwsError, type CallContext } from '../../service.js';
import { iamOf, named, type Role } from '../iam/state.js';
import {
  checkDuration,
  checkShape,
  checkTransitive,
  credentialsOf,
  packedSize,
  readRoleArn,
  readTags,
  roleId,
  sessionArn,
  sessionPolicies,
  type RoleName,
  type Scoped,
} from './session.js';

export interface AssumeRoleInput extends Scoped {
  readonly RoleArn?: string;
  readonly RoleSessionName?: string;
  readonly DurationSeconds?: number;
  readonly ExternalId?: string;
  readonly SourceIdentity?: string;
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
  readonly TransitiveTagKeys?: readonly string[];
}

const CHAINED_MOST = 3600;

export function assumeRole(input: AssumeRoleInput, context: CallContext): object {
  const { world, now, session } = context;
  const { RoleSessionName = '', DurationSeconds = 3600 } = input;
  const target = readRoleArn(input.RoleArn);
  checkShape(RoleSessionName, DurationSeconds);
  const chained = session?.roleArn !== undefined;
  if (chained && DurationSeconds > CHAINED_MOST)
    throw new AwsError(
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    );
  const requested = readTags(input.Tags ?? []);
  checkTransitive(input.TransitiveTagKeys ?? [], requested);
  const inherited = inheritedTags(context, requested);
  const sourceIdentity = session?.sourceIdentity ?? input.SourceIdentity;
  const policies = sessionPolicies(world, input);
  const tags = { ...inherited, ...requested };
  const transitiveTagKeys = [...Object.keys(inherited), ...(input.TransitiveTagKeys ?? [])];

  const role = permit(context, target, input, tags, sourceIdentity);
  checkDuration(DurationSeconds, role);
  const packed = packedSize(input, tags);
  if (role) role.lastUsed = { at: now, region: context.region };
  const arn = sessionArn(target, RoleSessionName);
  return {
    Credentials: credentialsOf(world, {
      account: target.account,
      arn,
      roleArn: target.arn,
      issuedAt: now,
      expiresAt: now + DurationSeconds * 1000,
      ...(chained ? { chained } : {}),
      ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
      ...(Object.keys(tags).length > 0 ? { tags, transitiveTagKeys } : {}),
      ...(policies.length > 0 ? { policies } : {}),
    }),
    AssumedRoleUser: { Arn: arn, AssumedRoleId: `${roleId(role)}:${RoleSessionName}` },
    ...(packed === null ? {} : { PackedPolicySize: packed }),
    ...(sourceIdentity === undefined ? {} : { SourceIdentity: sourceIdentity }),
  };
}

/** Transitive tags of the caller's session go on, and none may be set anew. */
function inheritedTags({ session }: CallContext, requested: Readonly<Record<string, string>>): Record<string, string> {
  const transitive = session?.transitiveTagKeys ?? [];
  const clash = Object.keys(requested).some((key) => transitive.some((held) => held.toLowerCase() === key.toLowerCase()));
  if (clash)
    throw new AwsError(
      'InvalidParameterValue',
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
    );
  return Object.fromEntries(Object.entries(session?.tags ?? {}).filter(([key]) => transitive.includes(key)));
}

/** The role, or null where IAM does not know it; throws AccessDenied. */
function permit(
  context: CallContext,
  target: RoleName,
  input: AssumeRoleInput,
  tags: Readonly<Record<string, string>>,
  sourceIdentity: string | undefined,
): Role | null {
  const { world, callerArn, session } = context;
  const deny = (action: string): AwsError =>
    new AwsError('AccessDenied', `User: ${callerArn} is not authorized to perform: ${action} on resource: ${target.arn}`, 403);
  if (!world.hasAccount(target.account)) throw deny('sts:AssumeRole');
  const role = roleOf(world, target.arn);
  // The name is taken, by a role of another path.
  if (!role && named(iamOf(world, target.account).roles, target.name)) throw deny('sts:AssumeRole');
  const changesIdentity =
    session?.sourceIdentity !== undefined &&
    input.SourceIdentity !== undefined &&
    input.SourceIdentity !== session.sourceIdentity;
  if (changesIdentity) throw deny('sts:SetSourceIdentity');
  const actions = [
    'sts:AssumeRole',
    ...(Object.keys(tags).length > 0 ? ['sts:TagSession'] : []),
    ...(sourceIdentity === undefined ? [] : ['sts:SetSourceIdentity']),
  ];
  const keys = keysOf(context, input, tags, sourceIdentity);
  for (const action of actions) if (!allowed(context, target, role, action, keys)) throw deny(action);
  return role;
}

function allowed(context: CallContext, target: RoleName, role: Role | null, action: string, keys: Keys): boolean {
  const { world, account, callerArn, session } = context;
  const request = { action, resource: target.arn, keys };
  const trust = role
    ? evaluateTrust(readPolicy(role.trust, 'trust'), request, {
        account,
        arns: [callerArn, ...(session?.roleArn ? [session.roleArn] : [])],
      })
    : null;
  if (trust && trust.verdict !== 'allow') return false;
  if (!world.enforces() || !session?.roleArn) return true;
  const refusal = refusalOf(world, session, request);
  // Within an account, a trust policy that names the caller is enough; its own Deny still wins.
  const enough = trust !== null && trust.direct && target.account === account;
  const permitted = refusal === null || (enough && !refusal.explicit);
  world.noteAccess(session.roleArn, action, permitted);
  return permitted;
}

function keysOf(
  { world, account, callerArn, session, now, region }: CallContext,
  input: AssumeRoleInput,
  tags: Readonly<Record<string, string>>,
  sourceIdentity: string | undefined,
): Keys {
  const who: Keys = session?.roleArn
    ? sessionKeys(world, session, now, region)
    : {
        'aws:PrincipalArn': callerArn,
        'aws:PrincipalAccount': account,
        'aws:PrincipalType': 'User',
        'aws:username': callerArn.split('/').at(-1)!,
        'aws:CurrentTime': new Date(now).toISOString(),
        'aws:EpochTime': String(Math.floor(now / 1000)),
        'aws:RequestedRegion': region,
        'aws:SecureTransport': 'true',
        'aws:SourceIp': '127.0.0.1',
      };
  return {
    ...who,
    'sts:RoleSessionName': input.RoleSessionName ?? '',
    ...(input.ExternalId === undefined ? {} : { 'sts:ExternalId': input.ExternalId }),
    ...(sourceIdentity === undefined ? {} : { 'sts:SourceIdentity': sourceIdentity }),
    ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value])),
    ...(Object.keys(tags).length > 0 ? { 'aws:TagKeys': Object.keys(tags) } : {}),
    ...(input.TransitiveTagKeys?.length ? { 'sts:TransitiveTagKeys': input.TransitiveTagKeys } : {}),
  };
}
