/** Lists of objects, of versions and of uploads, by prefix and delimiter, in pages. */
import { AwsError, type CallContext, type Operation } from '../../service.js';
import { bucketOf, ownerOf, type Bucket, type Version } from './state.js';
import { byBytes, encoder, type Entry, maxOf, pageOf } from './key-pages.js';

interface Asked {
  Bucket: string;
  Prefix?: string;
  Delimiter?: string;
  EncodingType?: string;
  MaxKeys?: number;
  StartAfter?: string;
  ContinuationToken?: string;
  FetchOwner?: boolean;
  Marker?: string;
  KeyMarker?: string;
  VersionIdMarker?: string;
}

/** Newest versions that are objects. */
const current = ({ objects }: Bucket): Entry<Version>[] =>
  Object.entries(objects)
    .filter(([, versions]) => versions[0] && !versions[0].deleteMarker)
    .map(([key, versions]) => ({ key, item: versions[0]! }))
    .sort((a, b) => byBytes(a.key, b.key));

/** Which checksums an object was stored with, e.g. CRC32. */
function checksumKind(checksums: Readonly<Record<string, string>>): object {
  const algorithms = Object.keys(checksums).map((name) => name.slice('Checksum'.length));
  return algorithms.length > 0 ? { ChecksumAlgorithm: algorithms, ChecksumType: 'FULL_OBJECT' } : {};
}

const showObject = (encode: (text: string) => string, { key, item }: Entry<Version>) => ({
  Key: encode(key),
  LastModified: new Date(item.modifiedAt),
  ETag: item.etag,
  Size: item.size,
  StorageClass: item.settings.StorageClass ?? 'STANDARD',
  ...checksumKind(item.checksums),
});

const TOKEN = 'baf:';

function listV2(input: Asked, context: CallContext): object {
  const bucket = bucketOf(input, context);
  const encode = encoder(input.EncodingType);
  const token = input.ContinuationToken === undefined ? null : Buffer.from(input.ContinuationToken, 'base64url').toString();
  if (token !== null && !token.startsWith(TOKEN))
    throw new AwsError('InvalidArgument', 'The continuation token provided is incorrect', 400, {
      ArgumentName: 'continuation-token',
    });
  const max = maxOf(input.MaxKeys, 'max-keys');
  const { items, prefixes, next } = pageOf(current(bucket), {
    prefix: input.Prefix ?? '',
    delimiter: input.Delimiter ?? '',
    after: token === null ? (input.StartAfter ?? '') : token.slice(TOKEN.length),
    max,
  });
  return {
    Name: bucket.name,
    Prefix: encode(input.Prefix ?? ''),
    MaxKeys: max,
    KeyCount: items.length + prefixes.length,
    IsTruncated: next !== null,
    ...(input.Delimiter === undefined ? {} : { Delimiter: encode(input.Delimiter) }),
    ...(input.EncodingType === undefined ? {} : { EncodingType: input.EncodingType }),
    ...(input.StartAfter === undefined ? {} : { StartAfter: encode(input.StartAfter) }),
    ...(input.ContinuationToken === undefined ? {} : { ContinuationToken: input.ContinuationToken }),
    ...(next === null ? {} : { NextContinuationToken: Buffer.from(TOKEN + next).toString('base64url') }),
    Contents: items.map((entry) => ({
      ...showObject(encode, entry),
      ...(input.FetchOwner ? { Owner: ownerOf(bucket.account) } : {}),
    })),
    CommonPrefixes: prefixes.map((text) => ({ Prefix: encode(text) })),
  };
}

function listV1(input: Asked, context: CallContext): object {
  const bucket = bucketOf(input, context);
  const encode = encoder(input.EncodingType);
  const max = maxOf(input.MaxKeys, 'max-keys');
  const { items, prefixes, next } = pageOf(current(bucket), {
    prefix: input.Prefix ?? '',
    delimiter: input.Delimiter ?? '',
    after: input.Marker ?? '',
    max,
  });
  return {
    Name: bucket.name,
    Prefix: encode(input.Prefix ?? ''),
    Marker: encode(input.Marker ?? ''),
    MaxKeys: max,
    IsTruncated: next !== null,
    ...(input.Delimiter === undefined ? {} : { Delimiter: encode(input.Delimiter) }),
    ...(input.EncodingType === undefined ? {} : { EncodingType: input.EncodingType }),
    // Without a delimiter the last key says where to go on.
    ...(next !== null && input.Delimiter !== undefined ? { NextMarker: encode(next) } : {}),
    Contents: items.map((entry) => ({ ...showObject(encode, entry), Owner: ownerOf(bucket.account) })),
    CommonPrefixes: prefixes.map((text) => ({ Prefix: encode(text) })),
  };
}

function listVersions(input: Asked, context: CallContext): object {
  const bucket = bucketOf(input, context);
  const encode = encoder(input.EncodingType);
  const max = maxOf(input.MaxKeys, 'max-keys');
  const all = Object.entries(bucket.objects)
    .sort(([a], [b]) => byBytes(a, b))
    .flatMap(([key, versions]) => versions.map((version, index) => ({ key, item: { version, latest: index === 0 } })));
  // A marker with a version stands within a key: the rest of that key comes first.
  const { KeyMarker, VersionIdMarker } = input;
  const within = VersionIdMarker ? all.findIndex((e) => e.key === KeyMarker && e.item.version.id === VersionIdMarker) : -1;
  const rest = within < 0 ? all : all.slice(within + 1);
  const { items, prefixes, next } = pageOf(rest, {
    prefix: input.Prefix ?? '',
    delimiter: input.Delimiter ?? '',
    after: within < 0 ? (KeyMarker ?? '') : '',
    max,
  });
  const last = items.at(-1);
  const shown = items.map((entry) => ({
    marker: entry.item.version.deleteMarker,
    value: {
      Key: encode(entry.key),
      VersionId: entry.item.version.id,
      IsLatest: entry.item.latest,
      LastModified: new Date(entry.item.version.modifiedAt),
      Owner: ownerOf(bucket.account),
    },
    object: showObject(encode, { key: entry.key, item: entry.item.version }),
  }));
  return {
    Name: bucket.name,
    Prefix: encode(input.Prefix ?? ''),
    KeyMarker: encode(KeyMarker ?? ''),
    VersionIdMarker: VersionIdMarker ?? '',
    MaxKeys: max,
    IsTruncated: next !== null,
    ...(input.Delimiter === undefined ? {} : { Delimiter: encode(input.Delimiter) }),
    ...(input.EncodingType === undefined ? {} : { EncodingType: input.EncodingType }),
    ...(next === null
      ? {}
      : {
          NextKeyMarker: encode(next),
          ...(last?.key === next ? { NextVersionIdMarker: last.item.version.id } : {}),
        }),
    Versions: shown.filter((s) => !s.marker).map((s) => ({ ...s.object, ...s.value })),
    DeleteMarkers: shown.filter((s) => s.marker).map((s) => s.value),
    CommonPrefixes: prefixes.map((text) => ({ Prefix: encode(text) })),
  };
}

interface AskedUploads {
  Bucket: string;
  Prefix?: string;
  Delimiter?: string;
  KeyMarker?: string;
  EncodingType?: string;
  MaxUploads?: number;
}

function listUploads(input: AskedUploads, context: CallContext): object {
  const bucket = bucketOf(input, context);
  const encode = encoder(input.EncodingType);
  const max = maxOf(input.MaxUploads, 'max-uploads');
  const all = Object.values(bucket.uploads)
    .map((item) => ({ key: item.key, item }))
    .sort((a, b) => byBytes(a.key, b.key) || a.item.startedAt - b.item.startedAt);
  const { items, prefixes, next } = pageOf(all, {
    prefix: input.Prefix ?? '',
    delimiter: input.Delimiter ?? '',
    after: input.KeyMarker ?? '',
    max,
  });
  return {
    Bucket: bucket.name,
    KeyMarker: encode(input.KeyMarker ?? ''),
    Prefix: encode(input.Prefix ?? ''),
    MaxUploads: max,
    IsTruncated: next !== null,
    ...(input.EncodingType === undefined ? {} : { EncodingType: input.EncodingType }),
    ...(next === null ? {} : { NextKeyMarker: encode(next), NextUploadIdMarker: items.at(-1)?.item.id }),
    Uploads: items.map(({ key, item }) => ({
      UploadId: item.id,
      Key: encode(key),
      Initiated: new Date(item.startedAt),
      StorageClass: item.settings.StorageClass ?? 'STANDARD',
      Owner: ownerOf(bucket.account),
      Initiator: ownerOf(bucket.account),
    })),
    CommonPrefixes: prefixes.map((text) => ({ Prefix: encode(text) })),
  };
}

export const listOperations: Record<string, Operation> = {
  ListObjectsV2: listV2,
  ListObjects: listV1,
  ListObjectVersions: listVersions,
  ListMultipartUploads: listUploads,
};
