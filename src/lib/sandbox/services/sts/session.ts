/** What the ways to a role's session share: names, durations, session policies and tags, credentials. */
import { deflateRawSync } from 'node:zlib';
import { readPolicy } from '../../iam/document.js';
import { managedDocument } from '../../iam/rights.js';
import { AwsError, type Session, type World } from '../../service.js';
import type { Role } from '../iam/state.js';

/** Of roles that the platform has and the sandbox's IAM does not know. */
const UNKNOWN_ROLE = 'AROASANDBOX000000000';
const ROLE = /^arn:aws:iam::(\d{12}):role\/(?:[\w+=,.@/-]*\/)?([\w+=,.@-]{1,64})$/;

export const roleId = (role: Role | null): string => role?.id ?? UNKNOWN_ROLE;

export interface RoleName {
  readonly arn: string;
  readonly account: string;
  readonly name: string;
}

export function readRoleArn(arn = ''): RoleName {
  const [, account, name] = ROLE.exec(arn) ?? [];
  if (!account || !name) throw new AwsError('ValidationError', `${arn} is invalid`);
  return { arn, account, name };
}

const unfit = (value: string | number, member: string, constraint: string): AwsError =>
  new AwsError(
    'ValidationError',
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must ${constraint}`,
  );

/** Seeds and tests in process come here without the checks of the models. */
export function checkShape(name: string, seconds: number): void {
  if (name.length < 2) throw unfit(name, 'roleSessionName', 'have length greater than or equal to 2');
  if (name.length > 64) throw unfit(name, 'roleSessionName', 'have length less than or equal to 64');
  if (!/^[\w+=,.@-]*$/.test(name)) throw unfit(name, 'roleSessionName', 'satisfy regular expression pattern: [\\w+=,.@-]*');
  if (seconds < 900) throw unfit(seconds, 'durationSeconds', 'have value greater than or equal to 900');
  if (seconds > 43_200) throw unfit(seconds, 'durationSeconds', 'have value less than or equal to 43200');
}

export function checkDuration(seconds: number, role: Role | null): void {
  if (role && seconds > role.maxSessionDuration)
    throw new AwsError('ValidationError', 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
}

export interface Scoped {
  readonly Policy?: string;
  readonly PolicyArns?: readonly { readonly arn?: string }[];
}

/** Session policies as documents. A managed policy that is not there allows nothing. */
export function sessionPolicies(world: World, { Policy, PolicyArns = [] }: Scoped): string[] {
  if (PolicyArns.length > 10) throw unfit(PolicyArns.length, 'policyArns', 'have length less than or equal to 10');
  if (Policy !== undefined) {
    if (Policy.length > 2048) throw unfit(Policy, 'policy', 'have length less than or equal to 2048');
    readPolicy(Policy, 'identity');
  }
  const nothing = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', NotAction: '*', Resource: '*' }] });
  const managed = PolicyArns.map(({ arn = '' }) => managedDocument(world, arn) ?? nothing);
  return [...(Policy === undefined ? [] : [Policy]), ...managed];
}

/** Nine tags of 252 characters were 498 % on AWS (aws-actions/configure-aws-credentials#1898). */
const TAG_ROOM = 461;
const TAG_OVERHEAD = 3;
/** How AWS packs policies is not published: here they are compressed. */
const POLICY_ROOM = 1024;

/** Per cent of the room for session policies and tags that these take; null where there are none. */
export function packedSize({ Policy, PolicyArns = [] }: Scoped, tags: Readonly<Record<string, string>>): number | null {
  const policies = [Policy ?? '', ...PolicyArns.map(({ arn = '' }) => arn)].join('');
  const tagBytes = Object.entries(tags).reduce((sum, [key, value]) => sum + Buffer.byteLength(key + value) + TAG_OVERHEAD, 0);
  if (policies === '' && tagBytes === 0) return null;
  const ofTags = (tagBytes / TAG_ROOM) * 100;
  const ofPolicies = policies === '' ? 0 : (deflateRawSync(policies).length / POLICY_ROOM) * 100;
  if (ofTags > 100)
    throw new AwsError('PackedPolicyTooLarge', `Packed size of session tags consumes ${Math.ceil(ofTags)}% of allotted space.`);
  const all = Math.ceil(ofTags + ofPolicies);
  if (all > 100)
    throw new AwsError('PackedPolicyTooLarge', `Packed policy consumes ${all}% of allotted space, please use smaller policy.`);
  return all;
}

/** Hands credentials out for a session. */
export function credentialsOf(world: World, session: Session): object {
  const made = world.createSession(session);
  return {
    AccessKeyId: made.accessKeyId,
    SecretAccessKey: made.secretAccessKey,
    SessionToken: made.sessionToken,
    Expiration: new Date(session.expiresAt),
  };
}

export const sessionArn = ({ account, name }: RoleName, sessionName: string): string =>
  `arn:aws:sts::${account}:assumed-role/${name}/${sessionName}`;

/** Session tags as given, checked. */
export function readTags(given: readonly { readonly Key: string; readonly Value: string }[]): Record<string, string> {
  const keys = given.map(({ Key }) => Key.toLowerCase());
  if (given.length > 50) throw unfit(given.length, 'tags', 'have length less than or equal to 50');
  if (new Set(keys).size < keys.length)
    throw new AwsError('InvalidParameterValue', 'Duplicate tag keys found. Please note that Tag keys are case insensitive.');
  return Object.fromEntries(given.map(({ Key, Value }) => [Key, Value]));
}

export function checkTransitive(keys: readonly string[], tags: Readonly<Record<string, string>>): void {
  if (keys.some((key) => !Object.hasOwn(tags, key)))
    throw new AwsError('InvalidParameterValue', 'The specified transitive tag key must be included in the requested tags.');
}
