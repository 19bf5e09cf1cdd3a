/** S3 as its own client sees it: over HTTP, with a clock that the test moves. */
import { createHash } from 'node:crypto';
import { request } from 'node:http';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteBucketTaggingCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  DeletePublicAccessBlockCommand,
  GetBucketAclCommand,
  GetBucketCorsCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetBucketPolicyStatusCommand,
  GetBucketReplicationCommand,
  GetBucketRequestPaymentCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetBucketWebsiteCommand,
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  GetObjectTaggingCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutBucketAclCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
  type ListObjectVersionsCommandOutput,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { serve, type Serving } from '../../../src/lib/sandbox/server.js';
import { ACCOUNT, drive, type Drive, REGION } from './drive.js';

const Bucket = 'shop-state';
let d: Drive;
let serving: Serving;
let s3: S3Client;
const clientOf = (account: string, more: S3ClientConfig = {}): S3Client =>
  new S3Client({
    endpoint: serving.endpoint,
    region: REGION,
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId: account, secretAccessKey: 'x' },
    ...more,
  });

beforeAll(async () => {
  d = drive();
  serving = await serve(d.sandbox, 0);
  s3 = clientOf(ACCOUNT);
});
afterAll(() => serving.close());

const code = async (asked: Promise<unknown>): Promise<string> => {
  try {
    await asked;
  } catch (error) {
    const { name, $metadata } = error as { name: string; $metadata?: { httpStatusCode?: number } };
    return `${$metadata?.httpStatusCode} ${name}`;
  }
  return 'not refused';
};
const put = (Key: string, Body: string | Uint8Array = Key, more: object = {}) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const text = async (Key: string, more: object = {}): Promise<string> =>
  (await s3.send(new GetObjectCommand({ Bucket, Key, ...more }))).Body!.transformToString();

async function fresh(): Promise<void> {
  for (const key of Object.keys(d.sandbox.store.state.cells)) {
    const slices = d.sandbox.store.state.cells[key]!;
    delete slices['s3'];
    delete slices['s3-names'];
  }
  await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: REGION } }));
}
beforeEach(fresh);

describe('buckets', () => {
  test('are made in the region of the call, listed, located, and removed when empty', async () => {
    expect((await s3.send(new ListBucketsCommand({ BucketRegion: REGION }))).Buckets).toMatchObject([
      { Name: Bucket, BucketRegion: REGION },
    ]);
    expect((await s3.send(new HeadBucketCommand({ Bucket }))).BucketRegion).toBe(REGION);
    expect((await s3.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBe(REGION);
    await put('a');
    expect(await code(s3.send(new DeleteBucketCommand({ Bucket })))).toBe('409 BucketNotEmpty');
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    await s3.send(new DeleteBucketCommand({ Bucket }));
    expect(await code(s3.send(new HeadBucketCommand({ Bucket })))).toBe('404 NotFound');
    expect(await code(s3.send(new ListObjectsV2Command({ Bucket })))).toBe('404 NoSuchBucket');
  });

  test('have names that nobody else in the world has', async () => {
    const make = (client: S3Client, name: string, place?: string) =>
      code(
        client.send(
          new CreateBucketCommand({
            Bucket: name,
            ...(place ? { CreateBucketConfiguration: { LocationConstraint: place as 'eu-west-1' } } : {}),
          }),
        ),
      );
    const other = clientOf('222222222222');
    expect(await make(s3, Bucket, REGION)).toBe('409 BucketAlreadyOwnedByYou');
    expect(await make(other, Bucket, REGION)).toBe('409 BucketAlreadyExists');
    expect(await make(s3, 'Shop', REGION)).toBe('400 InvalidBucketName');
    expect(await make(s3, '192.168.0.1', REGION)).toBe('400 InvalidBucketName');
    expect(() => d.call('s3', 'CreateBucket', { Bucket: 'elsewhere' })).toThrow(/^The unspecified location constraint/);
    expect(await make(s3, 'elsewhere', 'eu-central-1')).toBe('400 IllegalLocationConstraintException');
    expect(await code(other.send(new ListObjectsV2Command({ Bucket })))).toBe('403 AccessDenied');
    expect((await other.send(new ListBucketsCommand({}))).Buckets ?? []).toEqual([]);
    const east = clientOf(ACCOUNT, { region: 'us-east-1' });
    expect(await make(east, 'first')).toBe('not refused');
    expect((await east.send(new GetBucketLocationCommand({ Bucket: 'first' }))).LocationConstraint ?? null).toBeNull();
    expect(await code(east.send(new GetObjectCommand({ Bucket, Key: 'a' })))).toBe('400 AuthorizationHeaderMalformed');
  });

  test('answer for what nobody configured as AWS does', async () => {
    expect(await code(s3.send(new GetBucketPolicyCommand({ Bucket })))).toBe('404 NoSuchBucketPolicy');
    expect(await code(s3.send(new GetBucketCorsCommand({ Bucket })))).toBe('404 NoSuchCORSConfiguration');
    expect(await code(s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket })))).toBe('404 NoSuchLifecycleConfiguration');
    expect(await code(s3.send(new GetBucketWebsiteCommand({ Bucket })))).toBe('404 NoSuchWebsiteConfiguration');
    expect(await code(s3.send(new GetBucketReplicationCommand({ Bucket })))).toBe('404 ReplicationConfigurationNotFoundError');
    expect(await code(s3.send(new GetBucketTaggingCommand({ Bucket })))).toBe('404 NoSuchTagSet');
    expect(await code(s3.send(new GetObjectLockConfigurationCommand({ Bucket })))).toBe(
      '404 ObjectLockConfigurationNotFoundError',
    );
    expect((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined();
    expect((await s3.send(new GetBucketRequestPaymentCommand({ Bucket }))).Payer).toBe('BucketOwner');
    expect((await s3.send(new GetBucketAclCommand({ Bucket }))).Grants).toMatchObject([{ Permission: 'FULL_CONTROL' }]);
    const { ServerSideEncryptionConfiguration } = await s3.send(new GetBucketEncryptionCommand({ Bucket }));
    expect(ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm).toBe('AES256');
    const block = await s3.send(new GetPublicAccessBlockCommand({ Bucket }));
    expect(block.PublicAccessBlockConfiguration?.RestrictPublicBuckets).toBe(true);
  });

  test('keep what is configured', async () => {
    await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: [{ Key: 'team', Value: 'shop' }] } }));
    expect((await s3.send(new GetBucketTaggingCommand({ Bucket }))).TagSet).toEqual([{ Key: 'team', Value: 'shop' }]);
    await s3.send(new DeleteBucketTaggingCommand({ Bucket }));
    expect(await code(s3.send(new GetBucketTaggingCommand({ Bucket })))).toBe('404 NoSuchTagSet');
    const day = new Date('2027-01-01T00:00:00Z');
    const Rules = [{ ID: 'old', Status: 'Enabled' as const, Filter: { Prefix: 'tmp/' }, Expiration: { Date: day } }];
    await s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }));
    // As after a restart: the state is JSON.
    const { cells } = d.sandbox.store.state;
    expect(JSON.parse(JSON.stringify(cells))).toEqual(cells);
    expect((await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))).Rules).toEqual(Rules);
    await s3.send(new DeletePublicAccessBlockCommand({ Bucket }));
    expect(await code(s3.send(new GetPublicAccessBlockCommand({ Bucket })))).toBe('404 NoSuchPublicAccessBlockConfiguration');
    expect(await code(s3.send(new PutBucketAclCommand({ Bucket, ACL: 'public-read' })))).toBe(
      '400 AccessControlListNotSupported',
    );
    expect(await code(s3.send(new PutBucketPolicyCommand({ Bucket, Policy: 'no' })))).toBe('400 MalformedPolicy');
    const Policy = JSON.stringify({ Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: '*' }] });
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    expect((await s3.send(new GetBucketPolicyCommand({ Bucket }))).Policy).toBe(Policy);
    expect((await s3.send(new GetBucketPolicyStatusCommand({ Bucket }))).PolicyStatus?.IsPublic).toBe(true);
  });

  test('may stand in the host', async () => {
    await put('a/b.txt', 'here');
    const { port } = new URL(serving.endpoint);
    const authorization = `AWS4-HMAC-SHA256 Credential=${ACCOUNT}/20261119/${REGION}/s3/aws4_request, SignedHeaders=host, Signature=0`;
    const body = await new Promise<string>((resolve, reject) => {
      const headers = { host: `${Bucket}.localhost:${port}`, authorization };
      request({ host: '127.0.0.1', port, path: '/a/b.txt', headers }, (response) => {
        let got = '';
        response.setEncoding('utf8').on('data', (part: string) => (got += part));
        response.on('end', () => resolve(got));
      })
        .on('error', reject)
        .end();
    });
    expect(body).toBe('here');
  });
});

describe('objects', () => {
  test('come back byte by byte, with what was said of them', async () => {
    const bytes = Uint8Array.from({ length: 1024 }, (_, i) => i % 256);
    const made = await put('a folder/ü+&?.bin', bytes, {
      ContentType: 'image/x',
      CacheControl: 'no-store',
      Metadata: { by: 'ana' },
    });
    const etag = `"${createHash('md5').update(bytes).digest('hex')}"`;
    expect([made.ETag, made.ServerSideEncryption]).toEqual([etag, 'AES256']);
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'a folder/ü+&?.bin' }));
    expect(await got.Body!.transformToByteArray()).toEqual(bytes);
    expect(got).toMatchObject({ ETag: etag, ContentLength: 1024, ContentType: 'image/x', CacheControl: 'no-store' });
    expect([got.Metadata, got.ContentEncoding]).toEqual([{ by: 'ana' }, undefined]);
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'a folder/ü+&?.bin' }));
    expect([head.ContentLength, head.LastModified?.getTime()]).toEqual([1024, d.clock.now()]);
    expect(await code(s3.send(new GetObjectCommand({ Bucket, Key: 'none' })))).toBe('404 NoSuchKey');
    expect(await code(s3.send(new HeadObjectCommand({ Bucket, Key: 'none' })))).toBe('404 NotFound');
    expect(await code(put('k'.repeat(1025)))).toBe('400 KeyTooLongError');
    expect(await code(put('a', 'x', { ContentMD5: createHash('md5').update('y').digest('base64') }))).toBe('400 BadDigest');
  });

  test('come in ranges', async () => {
    await put('digits', '0123456789');
    expect(await text('digits', { Range: 'bytes=2-4' })).toBe('234');
    expect(await text('digits', { Range: 'bytes=-3' })).toBe('789');
    const tail = await s3.send(new GetObjectCommand({ Bucket, Key: 'digits', Range: 'bytes=8-100' }));
    expect([tail.ContentRange, tail.ContentLength, tail.$metadata.httpStatusCode]).toEqual(['bytes 8-9/10', 2, 206]);
    expect(await code(s3.send(new GetObjectCommand({ Bucket, Key: 'digits', Range: 'bytes=10-' })))).toBe('416 InvalidRange');
  });

  test('are written and read on conditions: the lock of a state file is one', async () => {
    const { ETag } = await put('state.tflock', 'ana', { IfNoneMatch: '*' });
    expect(await code(put('state.tflock', 'ben', { IfNoneMatch: '*' }))).toBe('412 PreconditionFailed');
    expect(await text('state.tflock')).toBe('ana');
    expect(await code(put('state.tflock', 'ben', { IfMatch: '"0"' }))).toBe('412 PreconditionFailed');
    expect(await code(put('none', 'ben', { IfMatch: ETag }))).toBe('404 NoSuchKey');
    await put('state.tflock', 'ben', { IfMatch: ETag });
    expect(await code(s3.send(new GetObjectCommand({ Bucket, Key: 'state.tflock', IfMatch: ETag })))).toBe(
      '412 PreconditionFailed',
    );
    const now = (await s3.send(new HeadObjectCommand({ Bucket, Key: 'state.tflock' }))).ETag;
    expect(await code(s3.send(new GetObjectCommand({ Bucket, Key: 'state.tflock', IfNoneMatch: now })))).toMatch(/^304 /);
  });

  test('are listed by prefix and delimiter, in pages, in the order of bytes', async () => {
    for (const key of ['b', 'a/2', 'a/1', 'a/x/1', 'Z', 'ä & <b>']) await put(key);
    const list = (more: object = {}) => s3.send(new ListObjectsV2Command({ Bucket, ...more }));
    expect((await list()).Contents?.map((o) => o.Key)).toEqual(['Z', 'a/1', 'a/2', 'a/x/1', 'b', 'ä & <b>']);
    const top = await list({ Delimiter: '/' });
    expect([top.Contents?.map((o) => o.Key), top.CommonPrefixes]).toEqual([['Z', 'b', 'ä & <b>'], [{ Prefix: 'a/' }]]);
    const below = await list({ Prefix: 'a/', Delimiter: '/' });
    expect([below.Contents?.map((o) => o.Key), below.CommonPrefixes]).toEqual([['a/1', 'a/2'], [{ Prefix: 'a/x/' }]]);
    const seen: string[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await list({ Delimiter: '/', MaxKeys: 1, ContinuationToken });
      expect(page.KeyCount).toBe(1);
      seen.push(...(page.Contents ?? []).map((o) => o.Key!), ...(page.CommonPrefixes ?? []).map((p) => p.Prefix!));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken);
    expect(seen).toEqual(['Z', 'a/', 'b', 'ä & <b>']);
    expect((await list({ StartAfter: 'a/2' })).Contents?.map((o) => o.Key)).toEqual(['a/x/1', 'b', 'ä & <b>']);
    expect((await list({ EncodingType: 'url' })).Contents?.at(-1)?.Key).toBe('%C3%A4%20%26%20%3Cb%3E');
    expect((await list({ MaxKeys: 0 })).IsTruncated).toBe(false);
    const old = await s3.send(new ListObjectsCommand({ Bucket, Marker: 'a/x/1', MaxKeys: 1 }));
    expect([old.Contents?.map((o) => o.Key), old.IsTruncated]).toEqual([['b'], true]);
    expect(await code(list({ ContinuationToken: 'x' }))).toBe('400 InvalidArgument');
  });

  test('are copied, tagged, and removed together', async () => {
    await put('from', 'text', { ContentType: 'text/plain', Tagging: 'a=1&b=2' });
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'to', CopySource: `${Bucket}/from` }));
    expect((await s3.send(new HeadObjectCommand({ Bucket, Key: 'to' }))).ContentType).toBe('text/plain');
    expect((await s3.send(new GetObjectTaggingCommand({ Bucket, Key: 'to' }))).TagSet).toEqual([
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: '2' },
    ]);
    expect(await code(s3.send(new CopyObjectCommand({ Bucket, Key: 'to', CopySource: `${Bucket}/to` })))).toBe(
      '400 InvalidRequest',
    );
    expect(await code(s3.send(new CopyObjectCommand({ Bucket, Key: 'x', CopySource: `${Bucket}/none` })))).toBe('404 NoSuchKey');
    const { Deleted } = await s3.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'from' }, { Key: 'to' }, { Key: 'none' }] } }),
    );
    expect(Deleted?.map((one) => one.Key)).toEqual(['from', 'to', 'none']);
    expect((await s3.send(new ListObjectsV2Command({ Bucket }))).KeyCount).toBe(0);
  });
});

describe('versions', () => {
  const versioning = (Status: 'Enabled' | 'Suspended') =>
    s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));

  test('stay below a delete marker until they are removed by their ids', async () => {
    await put('k', 'zero');
    await versioning('Enabled');
    const one = (await put('k', 'one')).VersionId!;
    const two = (await put('k', 'two')).VersionId!;
    expect([await text('k'), await text('k', { VersionId: one }), await text('k', { VersionId: 'null' })]).toEqual([
      'two',
      'one',
      'zero',
    ]);
    const gone = await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    expect(gone.DeleteMarker).toBe(true);
    expect(await code(s3.send(new GetObjectCommand({ Bucket, Key: 'k' })))).toBe('404 NoSuchKey');
    expect(await code(s3.send(new GetObjectCommand({ Bucket, Key: 'k', VersionId: gone.VersionId })))).toBe(
      '405 MethodNotAllowed',
    );
    const all = await s3.send(new ListObjectVersionsCommand({ Bucket }));
    expect(all.Versions?.map((v) => [v.VersionId, v.IsLatest])).toEqual([
      [two, false],
      [one, false],
      ['null', false],
    ]);
    expect(all.DeleteMarkers).toMatchObject([{ Key: 'k', VersionId: gone.VersionId, IsLatest: true }]);
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId: gone.VersionId }));
    expect(await text('k')).toBe('two');
    expect(await code(s3.send(new DeleteBucketCommand({ Bucket })))).toBe('409 BucketNotEmpty');
  });

  test('are listed in pages within a key', async () => {
    await versioning('Enabled');
    const ids: string[] = [];
    for (const body of ['1', '2', '3']) ids.unshift((await put('k', body)).VersionId!);
    const seen: string[] = [];
    let next: { KeyMarker?: string; VersionIdMarker?: string } | null = {};
    while (next) {
      const page: ListObjectVersionsCommandOutput = await s3.send(new ListObjectVersionsCommand({ Bucket, MaxKeys: 1, ...next }));
      seen.push(...(page.Versions ?? []).map((v) => v.VersionId!));
      next = page.IsTruncated ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker } : null;
    }
    expect(seen).toEqual(ids);
  });

  test('stop with suspension: then there is one without an id', async () => {
    await versioning('Enabled');
    const kept = (await put('k', 'kept')).VersionId!;
    await versioning('Suspended');
    await put('k', 'first');
    expect((await put('k', 'second')).VersionId).toBe('null');
    const all = await s3.send(new ListObjectVersionsCommand({ Bucket }));
    expect(all.Versions?.map((v) => v.VersionId)).toEqual(['null', kept]);
  });
});

describe('uploads in parts', () => {
  const MB = 1024 * 1024;
  const begin = async (Key: string): Promise<string> =>
    (await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ContentType: 'text/plain' }))).UploadId!;
  const part = async (Key: string, UploadId: string, PartNumber: number, Body: Buffer) => ({
    PartNumber,
    ETag: (await s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }))).ETag,
  });
  const end = (Key: string, UploadId: string, Parts: { PartNumber: number; ETag?: string }[]) =>
    s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));

  test('become one object', async () => {
    const UploadId = await begin('big');
    const [head, tail] = [Buffer.alloc(5 * MB, 'a'), Buffer.from('tail')];
    const parts = [await part('big', UploadId, 1, head), await part('big', UploadId, 2, tail)];
    expect((await s3.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads).toMatchObject([{ Key: 'big', UploadId }]);
    expect((await s3.send(new ListPartsCommand({ Bucket, Key: 'big', UploadId }))).Parts?.map((p) => p.Size)).toEqual([
      5 * MB,
      4,
    ]);
    expect(await code(end('big', UploadId, [...parts].reverse()))).toBe('400 InvalidPartOrder');
    expect(await code(end('big', UploadId, [{ PartNumber: 1, ETag: '"0"' }]))).toBe('400 InvalidPart');
    const { ETag } = await end('big', UploadId, parts);
    const digest = (body: Buffer) => createHash('md5').update(body).digest();
    const sum = createHash('md5')
      .update(Buffer.concat([digest(head), digest(tail)]))
      .digest('hex');
    expect(ETag).toBe(`"${sum}-2"`);
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'big' }));
    expect([got.ContentType, got.ContentLength]).toEqual(['text/plain', 5 * MB + 4]);
    expect(Buffer.from(await got.Body!.transformToByteArray()).equals(Buffer.concat([head, tail]))).toBe(true);
    expect(await code(end('big', UploadId, parts))).toBe('404 NoSuchUpload');
  });

  test('are refused when a part in the middle is small, copied from objects, and given up', async () => {
    await put('from', '0123456789');
    const UploadId = await begin('big');
    const copied = await s3.send(
      new UploadPartCopyCommand({
        Bucket,
        Key: 'big',
        UploadId,
        PartNumber: 1,
        CopySource: `${Bucket}/from`,
        CopySourceRange: 'bytes=2-4',
      }),
    );
    const second = await part('big', UploadId, 2, Buffer.from('x'));
    const first = { PartNumber: 1, ETag: copied.CopyPartResult?.ETag };
    expect(await code(end('big', UploadId, [first, second]))).toBe('400 EntityTooSmall');
    await end('big', UploadId, [first]);
    expect(await text('big')).toBe('234');
    const other = await begin('big');
    await s3.send(new AbortMultipartUploadCommand({ Bucket, Key: 'big', UploadId: other }));
    expect((await s3.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads ?? []).toEqual([]);
  });
});
