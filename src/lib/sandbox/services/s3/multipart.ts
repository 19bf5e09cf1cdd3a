/** Large objects in parts: begun, filled, put together or given up. */
import { createHash } from 'node:crypto';
import { AwsError, type CallContext, type Operation } from '../../service.js';
import { checksumsOf, type Checked } from './checksums.js';
import { checkWrite, rangeOf } from './conditions.js';
import { bodyOf, checkKey, settingsOf, sourceOf, tagsOfHeader } from './objects.js';
import { addVersion, bucketOf, md5, ownerOf, type Bucket, type ObjectSettings, type Upload } from './state.js';

const LEAST_PART_BYTES = 5 * 1024 * 1024;
const MAX_PARTS = 10_000;

interface Named {
  Bucket: string;
  Key: string;
  UploadId: string;
}

function uploadOf(bucket: Bucket, { UploadId, Key }: Named): Upload {
  const upload = bucket.uploads[UploadId];
  if (upload?.key === Key) return upload;
  throw new AwsError(
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    404,
    { UploadId },
  );
}

function addPart(upload: Upload, number: number, body: Buffer, now: number): string {
  if (!Number.isInteger(number) || number < 1 || number > MAX_PARTS)
    throw new AwsError('InvalidArgument', `Part number must be an integer between 1 and ${MAX_PARTS}, inclusive`, 400, {
      ArgumentName: 'partNumber',
      ArgumentValue: number,
    });
  const etag = `"${md5(body)}"`;
  upload.parts[number] = { body: body.toString('base64'), etag, size: body.length, modifiedAt: now };
  return etag;
}

interface Completing extends Named {
  MultipartUpload?: { Parts?: { PartNumber?: number; ETag?: string }[] };
  IfMatch?: string;
  IfNoneMatch?: string;
}

function complete(input: Completing, context: CallContext): object {
  const bucket = bucketOf(input, context);
  const upload = uploadOf(bucket, input);
  const asked = input.MultipartUpload?.Parts ?? [];
  if (asked.length === 0)
    throw new AwsError(
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our published schema',
    );
  for (const [index, { PartNumber = 0 }] of asked.entries())
    if (index > 0 && PartNumber <= (asked[index - 1]!.PartNumber ?? 0))
      throw new AwsError(
        'InvalidPartOrder',
        'The list of parts was not in ascending order. Parts must be ordered by part number.',
        400,
        { UploadId: upload.id },
      );
  const parts = asked.map(({ PartNumber = 0, ETag = '' }, index) => {
    const part = upload.parts[PartNumber];
    if (!part || part.etag.replaceAll('"', '') !== ETag.replaceAll('"', ''))
      throw new AwsError(
        'InvalidPart',
        "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
        400,
        { UploadId: upload.id, PartNumber, ETag },
      );
    if (index < asked.length - 1 && part.size < LEAST_PART_BYTES)
      throw new AwsError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', 400, {
        ProposedSize: part.size,
        MinSizeAllowed: LEAST_PART_BYTES,
        PartNumber,
        ETag,
      });
    return part;
  });
  checkWrite(input, input.Key, bucket.objects[input.Key]?.[0]);
  const body = Buffer.concat(parts.map(bodyOf));
  const sums = Buffer.concat(parts.map((part) => Buffer.from(part.etag.replaceAll('"', ''), 'hex')));
  const etag = `"${createHash('md5').update(sums).digest('hex')}-${parts.length}"`;
  const made = {
    modifiedAt: context.now,
    deleteMarker: false,
    body: body.toString('base64'),
    size: body.length,
    etag,
    settings: upload.settings,
    tags: upload.tags,
    checksums: {},
  };
  const VersionId = addVersion(bucket, input.Key, made, context);
  delete bucket.uploads[upload.id];
  return {
    Location: `https://${bucket.name}.s3.${bucket.region}.amazonaws.com/${encodeURIComponent(input.Key)}`,
    Bucket: bucket.name,
    Key: input.Key,
    ETag: etag,
    VersionId,
    ServerSideEncryption: upload.settings.ServerSideEncryption,
  };
}

interface Asked extends Named {
  MaxParts?: number;
  PartNumberMarker?: string;
}

function listParts(input: Asked, context: CallContext): object {
  const bucket = bucketOf(input, context);
  const upload = uploadOf(bucket, input);
  const max = Math.min(input.MaxParts ?? 1000, 1000);
  const marker = Number(input.PartNumberMarker ?? 0);
  const all = Object.entries(upload.parts)
    .map(([number, part]) => ({ number: Number(number), part }))
    .filter(({ number }) => number > marker)
    .sort((a, b) => a.number - b.number);
  const shown = all.slice(0, max);
  return {
    Bucket: bucket.name,
    Key: upload.key,
    UploadId: upload.id,
    PartNumberMarker: String(marker),
    NextPartNumberMarker: String(shown.at(-1)?.number ?? 0),
    MaxParts: max,
    IsTruncated: shown.length < all.length,
    Parts: shown.map(({ number, part }) => ({
      PartNumber: number,
      LastModified: new Date(part.modifiedAt),
      ETag: part.etag,
      Size: part.size,
    })),
    Initiator: ownerOf(bucket.account),
    Owner: ownerOf(bucket.account),
    StorageClass: upload.settings.StorageClass ?? 'STANDARD',
  };
}

export const multipartOperations: Record<string, Operation> = {
  CreateMultipartUpload(input: ObjectSettings & { Bucket: string; Key: string; Tagging?: string }, context) {
    const bucket = bucketOf(input, context);
    checkKey(input.Key);
    const id = context.id(64);
    const settings = settingsOf(input);
    bucket.uploads[id] = {
      id,
      key: input.Key,
      startedAt: context.now,
      settings,
      tags: tagsOfHeader(input.Tagging),
      parts: {},
    };
    return { Bucket: bucket.name, Key: input.Key, UploadId: id, ServerSideEncryption: settings.ServerSideEncryption };
  },
  UploadPart(input: Named & Checked & { PartNumber: number; Body?: Uint8Array }, context) {
    const bucket = bucketOf(input, context);
    const upload = uploadOf(bucket, input);
    const body = Buffer.from(input.Body ?? []);
    const checksums = checksumsOf(input, body);
    const ETag = addPart(upload, input.PartNumber, body, context.now);
    return { ETag, ServerSideEncryption: upload.settings.ServerSideEncryption, ...checksums };
  },
  UploadPartCopy(input: Named & { PartNumber: number; CopySource: string; CopySourceRange?: string }, context) {
    const bucket = bucketOf(input, context);
    const upload = uploadOf(bucket, input);
    const { version } = sourceOf(input.CopySource, context);
    const whole = bodyOf(version);
    const range = rangeOf(input.CopySourceRange, version.size);
    const body = range ? whole.subarray(range.first, range.last + 1) : whole;
    const ETag = addPart(upload, input.PartNumber, body, context.now);
    return {
      CopyPartResult: { ETag, LastModified: new Date(context.now) },
      ServerSideEncryption: upload.settings.ServerSideEncryption,
    };
  },
  CompleteMultipartUpload: complete,
  AbortMultipartUpload(input: Named, context) {
    const bucket = bucketOf(input, context);
    delete bucket.uploads[uploadOf(bucket, input).id];
    return {};
  },
  ListParts: listParts,
};
