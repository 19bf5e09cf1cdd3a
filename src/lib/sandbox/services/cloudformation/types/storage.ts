/** AWS::ECR and AWS::S3: repositories of images, and buckets. */
import type { CallContext } from '../../../service.js';
import { ecr } from '../../ecr.js';
import { s3 } from '../../s3.js';
import {
  asList,
  call,
  chosen,
  orUndo,
  tagChange,
  tagsOf,
  text,
  unique,
  unlessGone,
  type Properties,
  type ResourceType,
} from './type.js';
import { fromCamel, toCamel } from './schema.js';

const REPOSITORY = 'AWS::ECR::Repository';

interface Repository extends Properties {
  repositoryArn: string;
  repositoryUri: string;
}
const repositoryOf = (context: CallContext, name: string): Repository =>
  (call(ecr, 'DescribeRepositories', { repositoryNames: [name] }, context)['repositories'] as Repository[])[0]!;
function repositoryMade(context: CallContext, physical: string) {
  const { repositoryArn, repositoryUri } = repositoryOf(context, physical);
  return { physical, attributes: { Arn: repositoryArn, RepositoryUri: repositoryUri } };
}
function bringPolicies(context: CallContext, repositoryName: string, after: Properties, before: Properties): void {
  const policy = after['RepositoryPolicyText'];
  if (policy) call(ecr, 'SetRepositoryPolicy', { repositoryName, policyText: text(policy) }, context);
  else if (before['RepositoryPolicyText']) call(ecr, 'DeleteRepositoryPolicy', { repositoryName }, context);
  const lifecycle = (after['LifecyclePolicy'] as Properties | undefined)?.['LifecyclePolicyText'];
  if (lifecycle) call(ecr, 'PutLifecyclePolicy', { repositoryName, lifecyclePolicyText: lifecycle }, context);
  else if (before['LifecyclePolicy']) call(ecr, 'DeleteLifecyclePolicy', { repositoryName }, context);
}
const repository: ResourceType = {
  named: 'RepositoryName',
  create(context, properties, name) {
    const repositoryName = String(properties['RepositoryName'] ?? unique(context, name, 256).toLowerCase());
    const settings = chosen(
      properties,
      'ImageTagMutability',
      'ImageScanningConfiguration',
      'EncryptionConfiguration',
      'ImageTagMutabilityExclusionFilters',
    );
    const tags = tagsOf(properties);
    call(
      ecr,
      'CreateRepository',
      { ...toCamel(REPOSITORY, settings), repositoryName, ...(tags.length > 0 ? { tags } : {}) },
      context,
    );
    return orUndo(
      () => {
        bringPolicies(context, repositoryName, properties, {});
        return repositoryMade(context, repositoryName);
      },
      () => call(ecr, 'DeleteRepository', { repositoryName }, context),
    );
  },
  update(context, repositoryName, properties, before) {
    const { ImageTagMutability, ImageScanningConfiguration } = properties;
    if (ImageTagMutability !== before['ImageTagMutability'])
      call(ecr, 'PutImageTagMutability', { repositoryName, imageTagMutability: ImageTagMutability ?? 'MUTABLE' }, context);
    if (text(ImageScanningConfiguration ?? null) !== text(before['ImageScanningConfiguration'] ?? null))
      call(
        ecr,
        'PutImageScanningConfiguration',
        { repositoryName, ...toCamel(REPOSITORY, { ImageScanningConfiguration: ImageScanningConfiguration ?? {} }) },
        context,
      );
    bringPolicies(context, repositoryName, properties, before);
    const { removed, changed } = tagChange(before, properties);
    const resourceArn = repositoryOf(context, repositoryName).repositoryArn;
    if (removed.length > 0) call(ecr, 'UntagResource', { resourceArn, tagKeys: removed }, context);
    if (changed && tagsOf(properties).length > 0) call(ecr, 'TagResource', { resourceArn, tags: tagsOf(properties) }, context);
    return repositoryMade(context, repositoryName);
  },
  remove: (context, repositoryName, { EmptyOnDelete }) =>
    void call(ecr, 'DeleteRepository', { repositoryName, ...(EmptyOnDelete ? { force: true } : {}) }, context),
  read: (context, physical, properties) =>
    unlessGone(() => ({
      ...chosen(properties, 'LifecyclePolicy', 'RepositoryPolicyText', 'EmptyOnDelete', 'Tags', 'EncryptionConfiguration'),
      ...fromCamel(REPOSITORY, repositoryOf(context, physical)),
    })),
};

function bucketMade({ region }: CallContext, name: string) {
  const attributes = {
    Arn: `arn:aws:s3:::${name}`,
    DomainName: `${name}.s3.amazonaws.com`,
    RegionalDomainName: `${name}.s3.${region}.amazonaws.com`,
    DualStackDomainName: `${name}.s3.dualstack.${region}.amazonaws.com`,
    WebsiteURL: `http://${name}.s3-website-${region}.amazonaws.com`,
  };
  return { physical: name, attributes };
}
/** What a template may set of a bucket: the property, the operation, and its input. */
const settings: readonly [string, string, (value: Properties) => Properties][] = [
  ['VersioningConfiguration', 'PutBucketVersioning', (value) => ({ VersioningConfiguration: value })],
  ['PublicAccessBlockConfiguration', 'PutPublicAccessBlock', (value) => ({ PublicAccessBlockConfiguration: value })],
  [
    'BucketEncryption',
    'PutBucketEncryption',
    (value) => ({
      ServerSideEncryptionConfiguration: {
        Rules: asList<Properties>(value['ServerSideEncryptionConfiguration']).map((rule) => {
          const by = (rule['ServerSideEncryptionByDefault'] ?? {}) as Properties;
          const { BucketKeyEnabled } = rule;
          return { ApplyServerSideEncryptionByDefault: by, ...(BucketKeyEnabled === undefined ? {} : { BucketKeyEnabled }) };
        }),
      },
    }),
  ],
];
function bringSettings(context: CallContext, Bucket: string, after: Properties, before: Properties): void {
  for (const [property, operation, inputOf] of settings)
    if (after[property] && text(after[property]) !== text(before[property] ?? null))
      call(s3, operation, { Bucket, ...inputOf(after[property] as Properties) }, context);
  const { changed } = tagChange(before, after);
  if (changed && tagsOf(after).length > 0) call(s3, 'PutBucketTagging', { Bucket, Tagging: { TagSet: tagsOf(after) } }, context);
  else if (changed) call(s3, 'DeleteBucketTagging', { Bucket }, context);
}
const bucket: ResourceType = {
  named: 'BucketName',
  create(context, properties, name) {
    const Bucket = String(properties['BucketName'] ?? unique(context, name, 63).toLowerCase());
    const where = context.region === 'us-east-1' ? {} : { CreateBucketConfiguration: { LocationConstraint: context.region } };
    call(s3, 'CreateBucket', { Bucket, ...where }, context);
    return orUndo(
      () => {
        bringSettings(context, Bucket, properties, {});
        return bucketMade(context, Bucket);
      },
      () => call(s3, 'DeleteBucket', { Bucket }, context),
    );
  },
  update(context, physical, properties, before) {
    bringSettings(context, physical, properties, before);
    return bucketMade(context, physical);
  },
  remove: (context, Bucket) => void call(s3, 'DeleteBucket', { Bucket }, context),
  read: (context, Bucket, properties) =>
    unlessGone(() => {
      call(s3, 'HeadBucket', { Bucket }, context);
      const versioning = properties['VersioningConfiguration'] ? call(s3, 'GetBucketVersioning', { Bucket }, context) : {};
      return { ...properties, ...(properties['VersioningConfiguration'] ? { VersioningConfiguration: versioning } : {}) };
    }),
};

export const storageTypes: Readonly<Record<string, ResourceType>> = {
  [REPOSITORY]: repository,
  'AWS::S3::Bucket': bucket,
};
