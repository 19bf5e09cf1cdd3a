/** AssumeRoleWithWebIdentity: a token of an issuer that the role's account and the role's trust policy accept. */
import { readPolicy } from '../../iam/document.js';
import { evaluateTrust } from '../../iam/evaluate.js';
import { roleOf } from '../../iam/rights.js';
import { AwsError, type CallContext, type World } from '../../service.js';
import { iamOf, type OidcProvider, type Role } from '../iam/state.js';
import { fetchKeys, type IssuerKeys } from './issuer.js';
import { invalidToken, isSigned, readToken, type Token } from './jwt.js';
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
  type Scoped,
} from './session.js';

interface Input extends Scoped {
  readonly RoleArn?: string;
  readonly RoleSessionName?: string;
  readonly WebIdentityToken?: string;
  readonly DurationSeconds?: number;
}

/** What the issuer says, before the operation is carried out in one go. */
export async function prepareWebIdentity(input: Input, { world }: Pick<CallContext, 'world'>): Promise<IssuerKeys> {
  const token = readToken(input.WebIdentityToken ?? '');
  return fetchKeys(providerOf(world, input, token).issuer);
}

function providerOf(world: World, { RoleArn }: Input, { claims }: Token): OidcProvider {
  const { account } = readRoleArn(RoleArn);
  const issuer = claims['iss'];
  if (typeof issuer !== 'string') throw invalidToken('Missing a required claim: iss');
  const found = Object.values(iamOf(world, account).oidcProviders).find((p) => p.issuer === issuer.replace(/\/$/, ''));
  if (!found) throw invalidToken(`No OpenIDConnect provider found in your account for ${issuer}`);
  return found;
}

interface Claims {
  readonly subject: string;
  /** What the trust policy sees: the authorized party before the audience. */
  readonly audience: string;
  readonly audiences: readonly string[];
}

/** Checks in the order in which AWS tells of them. */
function check(token: Token, provider: OidcProvider, { keys }: IssuerKeys, now: number): Claims {
  const { claims } = token;
  for (const name of ['sub', 'aud', 'exp', 'iat'])
    if (claims[name] === undefined) throw invalidToken(`Missing a required claim: ${name}`);
  if (!isSigned(token, keys)) throw invalidToken('The token signature is invalid');
  const seconds = Math.floor(now / 1000);
  if (Number(claims['exp']) <= seconds)
    throw new AwsError(
      'ExpiredTokenException',
      `Token expired: current date/time ${seconds} must be before the expiration date/time ${String(claims['exp'])}`,
    );
  if (claims['nbf'] !== undefined && Number(claims['nbf']) > seconds)
    throw invalidToken(
      `Token not yet valid: current date/time ${seconds} must be after the not-before date/time ${String(claims['nbf'])}`,
    );
  const aud = claims['aud'];
  const audiences = (Array.isArray(aud) ? aud : [aud]).map(String);
  const known = audiences.filter((name) => provider.clientIds.includes(name));
  if (known.length === 0) throw invalidToken('Incorrect token audience');
  return { subject: String(claims['sub']), audience: typeof claims['azp'] === 'string' ? claims['azp'] : known[0]!, audiences };
}

interface TagClaims {
  readonly principal_tags?: Readonly<Record<string, readonly string[] | string>>;
  readonly transitive_tag_keys?: readonly string[];
}

export function assumeRoleWithWebIdentity(input: Input, context: CallContext): object {
  const { world, now } = context;
  const { RoleSessionName = '', DurationSeconds = 3600 } = input;
  const target = readRoleArn(input.RoleArn);
  checkShape(RoleSessionName, DurationSeconds);
  const token = readToken(input.WebIdentityToken ?? '');
  const provider = providerOf(world, input, token);
  const issuer = context.prepared as IssuerKeys;
  const claims = check(token, provider, issuer, issuer.now ?? now);
  const given = (token.claims['https://aws.amazon.com/tags'] ?? {}) as TagClaims;
  const tags = readTags(
    Object.entries(given.principal_tags ?? {}).map(([Key, value]) => ({
      Key,
      Value: typeof value === 'string' ? value : (value[0] ?? ''),
    })),
  );
  const transitiveTagKeys = given.transitive_tag_keys ?? [];
  checkTransitive(transitiveTagKeys, tags);
  const identity = token.claims['https://aws.amazon.com/source_identity'];
  const sourceIdentity = typeof identity === 'string' ? identity : undefined;
  const role = permit(context, input, provider, claims, token, tags, sourceIdentity);
  checkDuration(DurationSeconds, role);
  const policies = sessionPolicies(world, input);
  const packed = packedSize(input, tags);
  role.lastUsed = { at: now, region: context.region };
  const arn = sessionArn(target, RoleSessionName);
  return {
    Credentials: credentialsOf(world, {
      account: target.account,
      arn,
      roleArn: target.arn,
      issuedAt: now,
      expiresAt: now + DurationSeconds * 1000,
      ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
      ...(Object.keys(tags).length > 0 ? { tags, transitiveTagKeys } : {}),
      ...(policies.length > 0 ? { policies } : {}),
    }),
    SubjectFromWebIdentityToken: claims.subject,
    AssumedRoleUser: { Arn: arn, AssumedRoleId: `${roleId(role)}:${RoleSessionName}` },
    Provider: provider.arn,
    Audience: claims.audience,
    ...(packed === null ? {} : { PackedPolicySize: packed }),
    ...(sourceIdentity === undefined ? {} : { SourceIdentity: sourceIdentity }),
  };
}

function permit(
  { world, now, region }: CallContext,
  { RoleArn = '', RoleSessionName = '' }: Input,
  provider: OidcProvider,
  { subject, audience, audiences }: Claims,
  token: Token,
  tags: Readonly<Record<string, string>>,
  sourceIdentity: string | undefined,
): Role {
  const deny = (action: string): AwsError => new AwsError('AccessDenied', `Not authorized to perform ${action}`, 403);
  const role = roleOf(world, RoleArn);
  if (!role) throw deny('sts:AssumeRoleWithWebIdentity');
  const amr = token.claims['amr'];
  const keys = {
    [`${provider.url}:aud`]: audience,
    [`${provider.url}:sub`]: subject,
    [`${provider.url}:oaud`]: audiences,
    ...(Array.isArray(amr) ? { [`${provider.url}:amr`]: amr.map(String) } : {}),
    'aws:FederatedProvider': provider.arn,
    'aws:RequestedRegion': region,
    'aws:CurrentTime': new Date(now).toISOString(),
    'aws:EpochTime': String(Math.floor(now / 1000)),
    'aws:SecureTransport': 'true',
    'aws:SourceIp': '127.0.0.1',
    'sts:RoleSessionName': RoleSessionName,
    ...(sourceIdentity === undefined ? {} : { 'sts:SourceIdentity': sourceIdentity }),
    ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value])),
  };
  const caller = { account: role.arn.split(':')[4]!, arns: [], federated: provider.arn };
  const actions = [
    'sts:AssumeRoleWithWebIdentity',
    ...(Object.keys(tags).length > 0 ? ['sts:TagSession'] : []),
    ...(sourceIdentity === undefined ? [] : ['sts:SetSourceIdentity']),
  ];
  for (const action of actions) {
    const { verdict } = evaluateTrust(readPolicy(role.trust, 'trust'), { action, resource: RoleArn, keys }, caller);
    if (verdict !== 'allow') throw deny(action);
  }
  return role;
}
