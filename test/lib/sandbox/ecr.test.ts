import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { checked, refused } from './checked.js';
import { ACCOUNT, REGION } from './drive.js';

const make = await checked('ecr');

const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const manifest = (content: string): string =>
  JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf(`config ${content}`), size: 10 },
    layers: [{ digest: digestOf(content), size: 90 }],
  });

function registry() {
  const { d, call } = make();
  call('CreateRepository', { repositoryName: 'app', tags: [{ Key: 'team', Value: 'shop' }] });
  const app = (operation: string, input: object = {}) => call(operation, { repositoryName: 'app', ...input });
  const push = (content: string, imageTag?: string): string =>
    app('PutImage', { imageTag, imageManifest: manifest(content) }).image.imageId.imageDigest;
  const get = (...imageIds: object[]) => app('BatchGetImage', { imageIds });
  const fate = (reference: string) =>
    d.sandbox.world.image(ACCOUNT, REGION, `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/${reference}`);
  return { d, call, app, push, get, fate };
}

describe('ECR images', () => {
  it('exist under every tag, unless a fault says otherwise', () => {
    const { d, app, get, fate } = registry();
    const [image] = get({ imageTag: '1' }).images;
    expect(image.imageId.imageDigest).toBe(fate('app:1').digest);
    expect(JSON.parse(image.imageManifest)).toMatchObject({ schemaVersion: 2, layers: [{ digest: expect.any(String) }] });
    d.sandbox.store.state.images['app:2'] = 'missing';
    expect(get({ imageTag: '2' })).toMatchObject({ images: [], failures: [{ failureCode: 'ImageNotFound' }] });
    expect(() => app('DescribeImages', { imageIds: [{ imageTag: '2' }] })).toThrow(
      refused('ImageNotFoundException', /imageTag:'2'} does not exist within/),
    );
    expect(get({}, { imageDigest: 'sha256:x' }).failures).toMatchObject([
      { failureCode: 'MissingDigestAndTag' },
      { failureCode: 'InvalidImageDigest' },
    ]);
  });

  it('are pushed by manifest, and tags move', () => {
    const { app, push, get, fate } = registry();
    const one = push('one', '1');
    expect(one).toBe(digestOf(manifest('one')));
    expect(fate('app:1')).toEqual({ outcome: 'ok', digest: one });
    expect(() => push('one', '1')).toThrow(refused('ImageAlreadyExistsException', /and tag '1' already exists/));
    expect(push('one', 'latest')).toBe(one);
    const two = push('two', 'latest');
    expect(get({ imageTag: 'latest' }).images).toMatchObject([
      { imageId: { imageDigest: two, imageTag: 'latest' }, imageManifest: manifest('two') },
    ]);
    const [detail] = app('DescribeImages', { imageIds: [{ imageDigest: one }] }).imageDetails;
    expect(detail).toMatchObject({ imageTags: ['1'], imageSizeInBytes: 100 });
    push('three');
    const untagged = { filter: { tagStatus: 'UNTAGGED' } };
    expect(app('ListImages', untagged).imageIds).toEqual([{ imageDigest: digestOf(manifest('three')) }]);
    expect(app('DescribeImages', untagged).imageDetails).toHaveLength(1);
    expect(app('DescribeImages', { maxResults: 2 })).toMatchObject({ nextToken: expect.any(String) });
    const check = app('BatchCheckLayerAvailability', { layerDigests: [digestOf('one'), digestOf('none'), 'x'] });
    expect(check.layers.map((l: { layerAvailability: string }) => l.layerAvailability)).toEqual(['AVAILABLE', 'UNAVAILABLE']);
    expect(check.failures).toMatchObject([{ layerDigest: 'x', failureCode: 'InvalidLayerDigest' }]);
    expect(() => app('PutImage', { imageManifest: 'no' })).toThrow(refused('InvalidParameterException', /ImageManifest/));
    expect(() => app('PutImage', { imageManifest: manifest('4'), imageDigest: one })).toThrow(
      refused('ImageDigestDoesNotMatchException'),
    );
  });

  it('are put together for several architectures', () => {
    const { app, push, get } = registry();
    const manifests = ['amd64', 'arm64'].map((architecture) => ({
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: digestOf(manifest(architecture)),
      platform: { architecture, os: 'linux' },
    }));
    const mediaType = 'application/vnd.oci.image.index.v1+json';
    const imageManifest = JSON.stringify({ schemaVersion: 2, mediaType, manifests });
    push('amd64');
    expect(() => app('PutImage', { imageManifest, imageTag: '1' })).toThrow(
      refused('ReferencedImagesNotFoundException', new RegExp(digestOf(manifest('arm64')))),
    );
    push('arm64');
    app('PutImage', { imageManifest, imageTag: '1' });
    expect(get({ imageTag: '1' }).images).toMatchObject([{ imageManifest, imageManifestMediaType: mediaType }]);
  });

  it('go by digest with all their tags, by tag with the last', () => {
    const { app, push } = registry();
    const digest = push('one', 'a');
    push('one', 'b');
    const remove = (...imageIds: object[]) => app('BatchDeleteImage', { imageIds });
    expect(remove({ imageTag: 'a' }, { imageTag: 'x' })).toMatchObject({
      imageIds: [{ imageTag: 'a', imageDigest: digest }],
      failures: [{ failureCode: 'ImageNotFound' }],
    });
    expect(app('ListImages').imageIds).toEqual([{ imageTag: 'b', imageDigest: digest }]);
    expect(remove({ imageDigest: digest }).imageIds).toEqual([{ imageTag: 'b', imageDigest: digest }]);
    expect(app('ListImages').imageIds).toEqual([]);
  });

  it('exist only when pushed where the sandbox is strict', () => {
    const { d, push, get, fate } = registry();
    d.sandbox.store.state.strictImages = true;
    const digest = push('one', '1');
    expect(get({ imageTag: '1' }, { imageTag: '2' }, { imageDigest: digestOf('none') })).toMatchObject({
      images: [{ imageId: { imageTag: '1' } }],
      failures: [{ imageId: { imageTag: '2' } }, { failureCode: 'ImageNotFound' }],
    });
    expect([fate('app:1').outcome, fate('app:2').outcome, fate('none:1').outcome]).toEqual(['ok', 'missing', 'missing']);
    expect(fate(`app@${digest}`)).toEqual({ outcome: 'ok', digest });
    expect(d.sandbox.world.image(ACCOUNT, REGION, 'public.ecr.aws/nginx:1').outcome).toBe('ok');
  });
});

describe('ECR repositories', () => {
  it('are made, shown and deleted', () => {
    const { call, app, push } = registry();
    expect(() => app('CreateRepository')).toThrow(refused('RepositoryAlreadyExistsException', /already exists/));
    expect(() => call('CreateRepository', { repositoryName: 'Capitals' })).toThrow(refused('InvalidParameterException'));
    call('CreateRepository', { repositoryName: 'web', imageTagMutability: 'IMMUTABLE' });
    const first = call('DescribeRepositories', { maxResults: 1 });
    expect(first.repositories).toMatchObject([
      {
        repositoryArn: `arn:aws:ecr:${REGION}:${ACCOUNT}:repository/app`,
        repositoryUri: `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/app`,
        imageScanningConfiguration: { scanOnPush: false },
        encryptionConfiguration: { encryptionType: 'AES256' },
      },
    ]);
    expect(call('DescribeRepositories', { nextToken: first.nextToken }).repositories).toHaveLength(1);
    expect(() => call('DescribeRepositories', { repositoryNames: ['none'] })).toThrow(refused('RepositoryNotFoundException'));
    push('one', '1');
    expect(() => app('DeleteRepository')).toThrow(refused('RepositoryNotEmptyException', /still contains images/));
    app('DeleteRepository', { force: true });
    expect(() => app('ListImages')).toThrow(refused('RepositoryNotFoundException'));
  });

  it('keep settings, policies and tags', () => {
    const { call, app, push } = registry();
    app('PutImageTagMutability', { imageTagMutability: 'IMMUTABLE' });
    app('PutImageScanningConfiguration', { imageScanningConfiguration: { scanOnPush: true } });
    expect(call('DescribeRepositories').repositories).toMatchObject([
      { imageTagMutability: 'IMMUTABLE', imageScanningConfiguration: { scanOnPush: true } },
    ]);
    push('one', '1');
    expect(() => push('two', '1')).toThrow(refused('ImageTagAlreadyExistsException', /tag is immutable/));
    const policyText = JSON.stringify({ Version: '2012-10-17', Statement: [] });
    expect(() => app('GetRepositoryPolicy')).toThrow(refused('RepositoryPolicyNotFoundException'));
    expect(() => app('SetRepositoryPolicy', { policyText: '{}' })).toThrow(refused('InvalidParameterException'));
    app('SetRepositoryPolicy', { policyText });
    expect(app('GetRepositoryPolicy').policyText).toBe(policyText);
    app('DeleteRepositoryPolicy');
    expect(() => app('DeleteRepositoryPolicy')).toThrow(refused('RepositoryPolicyNotFoundException'));
    const lifecyclePolicyText = JSON.stringify({ rules: [{ rulePriority: 1 }] });
    expect(() => app('GetLifecyclePolicy')).toThrow(refused('LifecyclePolicyNotFoundException'));
    app('PutLifecyclePolicy', { lifecyclePolicyText: lifecyclePolicyText.padEnd(100) });
    expect(JSON.parse(app('GetLifecyclePolicy').lifecyclePolicyText)).toEqual(JSON.parse(lifecyclePolicyText));
    app('DeleteLifecyclePolicy');
    expect(() => app('GetLifecyclePolicy')).toThrow(refused('LifecyclePolicyNotFoundException'));
    const resourceArn = `arn:aws:ecr:${REGION}:${ACCOUNT}:repository/app`;
    call('TagResource', { resourceArn, tags: [{ Key: 'a', Value: 'b' }] });
    call('UntagResource', { resourceArn, tagKeys: ['team'] });
    expect(call('ListTagsForResource', { resourceArn }).tags).toEqual([{ Key: 'a', Value: 'b' }]);
    expect(() => call('ListTagsForResource', { resourceArn: 'arn:aws:s3:::x' })).toThrow(refused('InvalidParameterException'));
  });

  it('hand out tokens for their registry', () => {
    const { d, call } = registry();
    const [data] = call('GetAuthorizationToken').authorizationData;
    expect(Buffer.from(data.authorizationToken, 'base64').toString()).toMatch(/^AWS:./);
    expect(data.expiresAt).toEqual(new Date(d.clock.now() + 12 * 3_600_000));
    expect(data.proxyEndpoint).toBe(`https://${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com`);
  });
});
