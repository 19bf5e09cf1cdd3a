/** What S3 keeps: buckets by their world-wide names, each in its account and region, and the versions of their objects. */
import { createHash } from 'node:crypto';
import { AwsError, type CallContext, type Cell, type World } from '../../service.js';

/** Members of an object that callers give and get back as they are. */
export interface ObjectSettings {
  ContentType?: string;
  CacheControl?: string;
  ContentDisposition?: string;
  ContentEncoding?: string;
  ContentLanguage?: string;
  WebsiteRedirectLocation?: string;
  StorageClass?: string;
  ServerSideEncryption?: string;
  SSEKMSKeyId?: string;
  BucketKeyEnabled?: boolean;
  Metadata?: Record<string, string>;
}
export interface Version {
  /** `null` where the bucket was not versioned. */
  id: string;
  modifiedAt: number;
  deleteMarker: boolean;
  /** Base64. */
  body: string;
  size: number;
  /** With its quotes. */
  etag: string;
  settings: ObjectSettings;
  tags: Record<string, string>;
  /** Checksums that the caller gave, e.g. `ChecksumCRC32`. */
  checksums: Record<string, string>;
}
export interface Upload {
  id: string;
  key: string;
  startedAt: number;
  settings: ObjectSettings;
  tags: Record<string, string>;
  parts: Record<string, { body: string; etag: string; size: number; modifiedAt: number }>;
}
export interface Bucket {
  name: string;
  account: string;
  region: string;
  createdAt: number;
  versioning: 'Enabled' | 'Suspended' | null;
  /** Sub-resources by name, e.g. `policy`: what was put. */
  settings: Record<string, unknown>;
  /** Newest version first. */
  objects: Record<string, Version[]>;
  uploads: Record<string, Upload>;
}
interface Slice {
  buckets: Record<string, Bucket>;
}
interface Names {
  /** Where each bucket is. */
  owners: Record<string, { account: string; region: string }>;
}

export const slice = (cell: Cell): Slice => cell.slice('s3', () => ({ buckets: {} }));
/** One bucket of a name in the whole world. */
export const names = (world: World): Names => world.cell('aws', 'global').slice('s3-names', () => ({ owners: {} }));

export const regionHeader = (region: string): { headers: Record<string, string> } => ({
  headers: { 'x-amz-bucket-region': region },
});

interface Owned {
  Bucket: string;
  ExpectedBucketOwner?: string;
}

/** The bucket of a call: there, of the caller's account, in the region that the call went to. */
export function bucketOf({ Bucket, ExpectedBucketOwner }: Owned, { world, account, region }: CallContext): Bucket {
  const owner = names(world).owners[Bucket];
  if (!owner) throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404, { BucketName: Bucket });
  if (owner.account !== account || (ExpectedBucketOwner && ExpectedBucketOwner !== owner.account))
    throw new AwsError('AccessDenied', 'Access Denied', 403);
  if (owner.region !== region)
    throw new AwsError(
      'AuthorizationHeaderMalformed',
      `The authorization header is malformed; the region '${region}' is wrong; expecting '${owner.region}'`,
      400,
      { Region: owner.region, ...regionHeader(owner.region) },
    );
  return slice(world.cell(owner.account, owner.region)).buckets[Bucket]!;
}

/** The id by which S3 names an account in lists and grants. */
export const ownerOf = (account: string): { ID: string } => ({ ID: createHash('sha256').update(`s3/${account}`).digest('hex') });

export const md5 = (body: Uint8Array): string => createHash('md5').update(body).digest('hex');

const noSuchKey = (Key: string, headers: Record<string, string> = {}): AwsError =>
  new AwsError('NoSuchKey', 'The specified key does not exist.', 404, { Key, headers });

/** The version that a call asks for: by its id, or the newest; a delete marker is no object. */
export function versionOf(bucket: Bucket, Key: string, VersionId?: string): Version {
  const all = bucket.objects[Key] ?? [];
  const found = VersionId ? all.find((v) => v.id === VersionId) : all[0];
  if (VersionId && !found) throw new AwsError('NoSuchVersion', 'The specified version does not exist.', 404, { Key, VersionId });
  if (!found) throw noSuchKey(Key);
  if (!found.deleteMarker) return found;
  const headers = { 'x-amz-delete-marker': 'true', 'x-amz-version-id': found.id };
  if (!VersionId) throw noSuchKey(Key, headers);
  throw new AwsError('MethodNotAllowed', 'The specified method is not allowed against this resource.', 405, {
    Method: 'GET',
    ResourceType: 'DeleteMarker',
    headers: { ...headers, allow: 'DELETE' },
  });
}

/** Puts a version on top of an object's others, as the bucket's versioning has it; returns the id that the answer names. */
export function addVersion(bucket: Bucket, Key: string, made: Omit<Version, 'id'>, context: CallContext): string | undefined {
  const versioned = bucket.versioning === 'Enabled';
  const id = versioned ? context.id(32) : 'null';
  const others = (bucket.objects[Key] ?? []).filter((v) => versioned || v.id !== 'null');
  bucket.objects[Key] = [{ ...made, id }, ...others];
  return bucket.versioning === null ? undefined : id;
}

/** What an answer says of a version's id: nothing where the bucket never had versions. */
export const shownId = (bucket: Bucket, { id }: Version): { VersionId?: string } =>
  bucket.versioning === null ? {} : { VersionId: id };
