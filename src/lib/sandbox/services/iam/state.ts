/** What IAM keeps: one slice for each account, whatever region calls. Times in milliseconds of sandbox time. */
import { AwsError, type CallContext, type World } from '../../service.js';

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

export interface Role {
  name: string;
  path: string;
  id: string;
  arn: string;
  createdAt: number;
  description: string | null;
  maxSessionDuration: number;
  /** The trust policy, as it was given. */
  trust: string;
  boundary: string | null;
  tags: Tag[];
  /** Inline policies, by name. */
  inline: Record<string, string>;
  /** ARNs of managed policies. */
  attached: string[];
  lastUsed: { at: number; region: string } | null;
}

export interface ManagedPolicy {
  name: string;
  path: string;
  id: string;
  arn: string;
  description: string | null;
  createdAt: number;
  updatedAt: number;
  tags: Tag[];
  defaultVersion: string;
  /** The number that the next version gets. */
  next: number;
  versions: { id: string; document: string; createdAt: number }[];
}

export interface InstanceProfile {
  name: string;
  path: string;
  id: string;
  arn: string;
  createdAt: number;
  role: string | null;
  tags: Tag[];
}

export interface OidcProvider {
  arn: string;
  /** Without its scheme, as IAM shows it. */
  url: string;
  /** As tokens name it. */
  issuer: string;
  clientIds: string[];
  thumbprints: string[];
  createdAt: number;
  tags: Tag[];
}

export interface IamSlice {
  roles: Record<string, Role>;
  /** By ARN. */
  policies: Record<string, ManagedPolicy>;
  instanceProfiles: Record<string, InstanceProfile>;
  /** By ARN. */
  oidcProviders: Record<string, OidcProvider>;
}

/** IAM is global: its state is in one region. */
export const iamOf = (world: World, account: string): IamSlice =>
  world.cell(account, 'us-east-1').slice('iam', () => ({ roles: {}, policies: {}, instanceProfiles: {}, oidcProviders: {} }));

export const sliceOf = ({ world, account }: CallContext): IamSlice => iamOf(world, account);

export const noSuchEntity = (message: string): AwsError => new AwsError('NoSuchEntity', message, 404);
export const alreadyExists = (message: string): AwsError => new AwsError('EntityAlreadyExists', message, 409);
export const deleteConflict = (message: string): AwsError => new AwsError('DeleteConflict', message, 409);
export const limitExceeded = (message: string): AwsError => new AwsError('LimitExceeded', message, 409);

/** Names are unique without regard to case. */
export const named = <T>(held: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(held, name) ? held[name] : Object.entries(held).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];

export function needRole(context: CallContext, name: string): Role {
  const role = sliceOf(context).roles;
  if (!Object.hasOwn(role, name)) throw noSuchEntity(`The role with name ${name} cannot be found.`);
  return role[name]!;
}

/** e.g. `AROA` and seventeen characters. */
export const newId = (context: CallContext, prefix: string): string => prefix + context.id(17).toUpperCase();

/** Documents are percent-encoded in answers, by RFC 3986. */
export const encodeDocument = (document: string): string =>
  encodeURIComponent(document).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** Tags given, over tags held; at most fifty. */
export function withTags(held: readonly Tag[], given: readonly Tag[]): Tag[] {
  const keys = given.map(({ Key }) => Key.toLowerCase());
  if (new Set(keys).size < keys.length)
    throw new AwsError('InvalidInput', 'Duplicate tag keys found. Please note that Tag keys are case insensitive.');
  const strange = given.find(({ Key }) => /^aws:/i.test(Key));
  if (strange)
    throw new AwsError('InvalidInput', 'One or more tags provided has prefix "aws:", which is reserved for AWS system use.');
  const merged = [...held.filter(({ Key }) => !keys.includes(Key.toLowerCase())), ...given];
  if (merged.length > 50) throw limitExceeded('The number of tags has reached the maximum limit.');
  return merged;
}
export const withoutTags = (held: readonly Tag[], keys: readonly string[]): Tag[] =>
  held.filter(({ Key }) => !keys.includes(Key));

export interface Paged {
  readonly Marker?: string;
  readonly MaxItems?: number;
}

/** A page as IAM gives it. */
export function paged<T>(
  all: readonly T[],
  { Marker, MaxItems = 100 }: Paged,
): { items: T[]; IsTruncated: boolean; Marker?: string } {
  const at = Marker === undefined ? 0 : Number(/^baf:(\d+)$/.exec(Buffer.from(Marker, 'base64url').toString())?.[1] ?? NaN);
  if (Number.isNaN(at)) throw new AwsError('ValidationError', `Invalid Marker: ${Marker}`);
  const end = at + MaxItems;
  const more = end < all.length;
  return {
    items: all.slice(at, end),
    IsTruncated: more,
    ...(more ? { Marker: Buffer.from(`baf:${end}`).toString('base64url') } : {}),
  };
}

export const byName = <T extends { name: string }>(held: Readonly<Record<string, T>>, prefix = '/'): T[] =>
  Object.values(held)
    .filter((item) => (item as { path?: string }).path?.startsWith(prefix) ?? true)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
