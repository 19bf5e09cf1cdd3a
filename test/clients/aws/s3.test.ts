import { expect, it } from 'vitest';
import { withAws } from '../aws.js';

withAws('s3', 25, (aws, _served, file) => {
  it.concurrent('keeps objects and their versions', async () => {
    await aws('s3api create-bucket --bucket states --create-bucket-configuration LocationConstraint=eu-west-1').gives({
      Location: expect.stringContaining('states'),
    });
    await aws('s3api wait bucket-exists --bucket states').isSilent();
    await aws('s3api get-bucket-location --bucket states').gives({ LocationConstraint: 'eu-west-1' });
    await aws('s3api put-bucket-versioning --bucket states --versioning-configuration Status=Enabled').isSilent();
    await aws('s3api get-bucket-versioning --bucket states').gives({ Status: 'Enabled' });
    const first = await aws(
      's3api put-object --bucket states --key a/state.json --content-type application/json --body',
      file('one', '{"one":1}'),
    ).gives({
      ETag: '"07205ce7984b21a0c32a34808c33576f"',
      VersionId: expect.any(String),
    });
    const second = await aws('s3api put-object --bucket states --key a/state.json --body', file('two', '{"two":2}')).gives({
      VersionId: expect.any(String),
    });
    expect(second.VersionId).not.toBe(first.VersionId);
    await aws('s3api head-object --bucket states --key a/state.json').gives({ ContentLength: 9, VersionId: second.VersionId });
    await aws('s3api get-object --bucket states --key a/state.json --version-id', first.VersionId, file('got', '')).gives({
      ContentLength: 9,
      ContentType: 'application/json',
      ETag: first.ETag,
    });
    await aws('s3 cp s3://states/a/state.json -').prints('{"two":2}');
    await aws('s3api list-object-versions --bucket states --query Versions[].IsLatest --output text').prints('True\tFalse');
    await aws('s3api delete-object --bucket states --key a/state.json').gives({ DeleteMarker: true });
    await aws('s3api head-object --bucket states --key a/state.json').isRefused('404');
    await aws('s3api delete-bucket --bucket states').isRefused('BucketNotEmpty');
  });

  it.concurrent('writes only where nobody wrote before: a lock file', async () => {
    await aws('s3 mb s3://locks').prints('make_bucket: locks');
    const body = file('lock', 'mine');
    await aws('s3api put-object --bucket locks --key lock --if-none-match * --body', body).gives({ ETag: expect.any(String) });
    await aws('s3api put-object --bucket locks --key lock --if-none-match * --body', body).isRefused('PreconditionFailed');
    await aws('s3api delete-object --bucket locks --key lock').isSilent();
    await aws('s3api put-object --bucket locks --key lock --if-none-match * --body', body).gives({ ETag: expect.any(String) });
    await aws('s3api wait object-exists --bucket locks --key lock').isSilent();
  });

  it.concurrent('lists in pages, and by folders', async () => {
    await aws('s3 mb s3://paged').prints('make_bucket: paged');
    for (const key of ['a/1', 'a/2', 'b/1', 'top'])
      await aws('s3api put-object --bucket paged --body', file('x', 'x'), '--key', key).gives({ ETag: expect.any(String) });
    await aws('s3api list-objects-v2 --bucket paged --page-size 1 --query Contents[].Key --output text').prints(
      'a/1\na/2\nb/1\ntop',
    );
    await aws(
      's3api list-objects-v2 --bucket paged --delimiter / --query [Contents[].Key,CommonPrefixes[].Prefix] --output json',
    ).gives([['top'], ['a/', 'b/']]);
    await aws('s3api list-objects-v2 --bucket paged --prefix a/ --query', 'length(Contents)').prints('2');
    await aws('s3 rm s3://paged --recursive --quiet').isSilent();
    await aws('s3 rb s3://paged').prints('remove_bucket: paged');
  });

  it.concurrent('refuses as S3 does', async () => {
    await aws('s3api get-object --bucket nowhere --key x', file('none', '')).isRefused(
      'NoSuchBucket',
      /specified bucket does not exist/,
    );
    await aws('s3api head-bucket --bucket nowhere').isRefused('404');
    await aws('s3 mb s3://refusing').prints('make_bucket: refusing');
    await aws('s3api get-object --bucket refusing --key x', file('none', '')).isRefused(
      'NoSuchKey',
      /specified key does not exist/,
    );
    await aws('s3api create-bucket --bucket Capitals_').isRefused('InvalidBucketName');
  });
});
