/** Objects: put, got whole or in ranges, copied. */
import { AwsError, type CallContext, type Operation } from '../../service.js';
import { checksumsOf, type Checked } from './checksums.js';
import { checkRead, checkWrite, rangeOf } from './conditions.js';
import { addVersion, bucketOf, md5, shownId, versionOf, type Bucket, type ObjectSettings, type Version } from './state.js';

const MAX_KEY_BYTES = 1024;
const kept = [
  'ContentType',
  'CacheControl',
  'ContentDisposition',
  'ContentEncoding',
  'ContentLanguage',
  'WebsiteRedirectLocation',
  'StorageClass',
  'ServerSideEncryption',
  'SSEKMSKeyId',
  'BucketKeyEnabled',
  'Metadata',
] as const;

export const settingsOf = (input: ObjectSettings): ObjectSettings => ({
  ContentType: 'binary/octet-stream',
  ServerSideEncryption: 'AES256',
  ...Object.fromEntries(kept.filter((name) => input[name] !== undefined).map((name) => [name, input[name]])),
});

/** Tags in the form of a query, as headers carry them. */
export function tagsOfHeader(text: string | undefined): Record<string, string> {
  const tags = Object.fromEntries(new URLSearchParams(text ?? ''));
  if (Object.keys(tags).length > 10) throw new AwsError('BadRequest', 'Object tags cannot be greater than 10');
  return tags;
}

export function checkKey(Key: string): void {
  if (Buffer.byteLength(Key) > MAX_KEY_BYTES)
    throw new AwsError('KeyTooLongError', 'Your key is too long', 400, {
      Size: Buffer.byteLength(Key),
      MaxSizeAllowed: MAX_KEY_BYTES,
    });
}

interface Reading {
  Bucket: string;
  Key: string;
  VersionId?: string;
  Range?: string;
  IfMatch?: string;
  IfNoneMatch?: string;
  IfModifiedSince?: Date;
  IfUnmodifiedSince?: Date;
  ChecksumMode?: string;
  ResponseContentType?: string;
  ResponseContentDisposition?: string;
  ResponseCacheControl?: string;
}

interface Writing extends ObjectSettings, Checked {
  Bucket: string;
  Key: string;
  Body?: Uint8Array;
  Tagging?: string;
  IfMatch?: string;
  IfNoneMatch?: string;
}

function putObject(input: Writing, context: CallContext): object {
  const bucket = bucketOf(input, context);
  checkKey(input.Key);
  checkWrite(input, input.Key, bucket.objects[input.Key]?.[0]);
  const body = Buffer.from(input.Body ?? []);
  const checksums = checksumsOf(input, body);
  const settings = settingsOf(input);
  const etag = `"${md5(body)}"`;
  const made = {
    modifiedAt: context.now,
    deleteMarker: false,
    body: body.toString('base64'),
    size: body.length,
    etag,
    settings,
    tags: tagsOfHeader(input.Tagging),
    checksums,
  };
  const VersionId = addVersion(bucket, input.Key, made, context);
  const { ServerSideEncryption, SSEKMSKeyId, BucketKeyEnabled } = settings;
  return { ETag: etag, VersionId, ServerSideEncryption, SSEKMSKeyId, BucketKeyEnabled, ...checksums };
}

function shown(bucket: Bucket, version: Version, input: Reading): Record<string, unknown> {
  const { StorageClass, ...settings } = version.settings;
  const range = rangeOf(input.Range, version.size);
  const tags = Object.keys(version.tags).length;
  return {
    AcceptRanges: 'bytes',
    LastModified: new Date(version.modifiedAt),
    ETag: version.etag,
    ...shownId(bucket, version),
    ...settings,
    // The first class goes without saying.
    ...(StorageClass && StorageClass !== 'STANDARD' ? { StorageClass } : {}),
    ...(tags > 0 ? { TagCount: tags } : {}),
    ...(input.ResponseContentType ? { ContentType: input.ResponseContentType } : {}),
    ...(input.ResponseContentDisposition ? { ContentDisposition: input.ResponseContentDisposition } : {}),
    ...(input.ResponseCacheControl ? { CacheControl: input.ResponseCacheControl } : {}),
    ...(range
      ? { ContentLength: range.last - range.first + 1, ContentRange: `bytes ${range.first}-${range.last}/${version.size}` }
      : { ContentLength: version.size }),
    ...(input.ChecksumMode === 'ENABLED' && !range ? version.checksums : {}),
  };
}

export const bodyOf = ({ body }: { body: string }): Buffer => Buffer.from(body, 'base64');

function getObject(input: Reading, context: CallContext): object {
  const bucket = bucketOf(input, context);
  const version = versionOf(bucket, input.Key, input.VersionId);
  checkRead(input, version);
  const range = rangeOf(input.Range, version.size);
  const body = bodyOf(version);
  return { ...shown(bucket, version, input), Body: range ? body.subarray(range.first, range.last + 1) : body };
}

function headObject(input: Reading, context: CallContext): object {
  const bucket = bucketOf(input, context);
  const version = versionOf(bucket, input.Key, input.VersionId);
  checkRead(input, version);
  return shown(bucket, version, input);
}

/** The version that a copy is made of: `bucket/key?versionId=...`, percent-encoded. */
export function sourceOf(text: string, context: CallContext): { bucket: Bucket; version: Version; key: string } {
  const [path = '', query = ''] = text.replace(/^\//, '').split('?');
  const plain = decodeURIComponent(path);
  const slash = plain.indexOf('/');
  if (slash < 1)
    throw new AwsError('InvalidArgument', 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey', 400, {
      ArgumentName: 'x-amz-copy-source',
      ArgumentValue: text,
    });
  const bucket = bucketOf({ Bucket: plain.slice(0, slash) }, context);
  const key = plain.slice(slash + 1);
  return { bucket, key, version: versionOf(bucket, key, new URLSearchParams(query).get('versionId') ?? undefined) };
}

interface Copying extends Writing {
  CopySource: string;
  CopySourceIfMatch?: string;
  CopySourceIfNoneMatch?: string;
  MetadataDirective?: 'COPY' | 'REPLACE';
  TaggingDirective?: 'COPY' | 'REPLACE';
}

function copyObject(input: Copying, context: CallContext): object {
  const bucket = bucketOf(input, context);
  checkKey(input.Key);
  const source = sourceOf(input.CopySource, context);
  const replaces = input.MetadataDirective === 'REPLACE';
  if (source.bucket === bucket && source.key === input.Key && source.version === bucket.objects[input.Key]?.[0] && !replaces)
    throw new AwsError(
      'InvalidRequest',
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  try {
    checkRead({ IfMatch: input.CopySourceIfMatch, IfNoneMatch: input.CopySourceIfNoneMatch }, source.version);
  } catch (error) {
    // A copy that is not wanted is refused; only reading knows "not modified".
    if (error instanceof AwsError && error.status === 304)
      throw new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412);
    throw error;
  }
  checkWrite(input, input.Key, bucket.objects[input.Key]?.[0]);
  const { body, size, etag, checksums } = source.version;
  const made = {
    modifiedAt: context.now,
    deleteMarker: false,
    body,
    size,
    etag: etag.includes('-') ? `"${md5(bodyOf(source.version))}"` : etag,
    settings: replaces ? settingsOf(input) : source.version.settings,
    tags: input.TaggingDirective === 'REPLACE' ? tagsOfHeader(input.Tagging) : source.version.tags,
    checksums,
  };
  const VersionId = addVersion(bucket, input.Key, made, context);
  return {
    CopyObjectResult: { ETag: made.etag, LastModified: new Date(context.now) },
    VersionId,
    ...(source.bucket.versioning === null ? {} : { CopySourceVersionId: source.version.id }),
    ServerSideEncryption: made.settings.ServerSideEncryption,
  };
}

interface TagSet {
  TagSet?: { Key?: string; Value?: string }[];
}

export const objectOperations: Record<string, Operation> = {
  PutObject: putObject,
  GetObject: getObject,
  HeadObject: headObject,
  CopyObject: copyObject,
  GetObjectTagging(input: Reading, context) {
    const bucket = bucketOf(input, context);
    const version = versionOf(bucket, input.Key, input.VersionId);
    return { ...shownId(bucket, version), TagSet: Object.entries(version.tags).map(([Key, Value]) => ({ Key, Value })) };
  },
  PutObjectTagging(input: Reading & { Tagging: TagSet }, context) {
    const bucket = bucketOf(input, context);
    const version = versionOf(bucket, input.Key, input.VersionId);
    const given = input.Tagging.TagSet ?? [];
    if (given.length > 10) throw new AwsError('BadRequest', 'Object tags cannot be greater than 10');
    version.tags = Object.fromEntries(given.map(({ Key = '', Value = '' }) => [Key, Value]));
    return shownId(bucket, version);
  },
  DeleteObjectTagging(input: Reading, context) {
    const bucket = bucketOf(input, context);
    const version = versionOf(bucket, input.Key, input.VersionId);
    version.tags = {};
    return shownId(bucket, version);
  },
};
