/** Buckets: made, found, listed, removed. */
import { AwsError, type CallContext, type Operation } from '../../service.js';
import { bucketOf, names, ownerOf, regionHeader, slice, type Bucket } from './state.js';

const NAME = /^(?!xn--|sthree-)(?!.*(-s3alias|--ol-s3)$)(?!\d+\.\d+\.\d+\.\d+$)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

interface NewBucket {
  Bucket: string;
  CreateBucketConfiguration?: { LocationConstraint?: string; Tags?: { Key?: string; Value?: string }[] };
  ObjectOwnership?: string;
  ObjectLockEnabledForBucket?: boolean;
}

/** Where a bucket goes: each region's endpoint makes its own, only the first one has no name for its region. */
function regionOf({ CreateBucketConfiguration }: NewBucket, region: string): string {
  const asked = CreateBucketConfiguration?.LocationConstraint;
  const wanted = asked === 'EU' ? 'eu-west-1' : asked;
  if (region === 'us-east-1') return wanted ?? 'us-east-1';
  if (wanted === region) return region;
  throw new AwsError(
    'IllegalLocationConstraintException',
    `The ${wanted ?? 'unspecified'} location constraint is incompatible for the region specific endpoint this request was sent to.`,
  );
}

function createBucket(input: NewBucket, { world, account, region, now }: CallContext): object {
  const { Bucket } = input;
  if (!NAME.test(Bucket))
    throw new AwsError('InvalidBucketName', 'The specified bucket is not valid.', 400, { BucketName: Bucket });
  const place = regionOf(input, region);
  const { owners } = names(world);
  const there = owners[Bucket];
  // An old kindness of the first region: who owns the bucket may make it again.
  if (there?.account === account && there.region === 'us-east-1' && place === 'us-east-1') return { Location: `/${Bucket}` };
  if (there)
    throw there.account === account
      ? new AwsError(
          'BucketAlreadyOwnedByYou',
          'Your previous request to create the named bucket succeeded and you already own it.',
          409,
          { BucketName: Bucket },
        )
      : new AwsError(
          'BucketAlreadyExists',
          'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
          409,
          { BucketName: Bucket },
        );
  const blocked = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true };
  const tags = input.CreateBucketConfiguration?.Tags ?? [];
  const made: Bucket = {
    name: Bucket,
    account,
    region: place,
    createdAt: now,
    versioning: input.ObjectLockEnabledForBucket ? 'Enabled' : null,
    settings: {
      publicAccessBlock: blocked,
      ownershipControls: { Rules: [{ ObjectOwnership: input.ObjectOwnership ?? 'BucketOwnerEnforced' }] },
      ...(input.ObjectLockEnabledForBucket ? { objectLock: { ObjectLockEnabled: 'Enabled' } } : {}),
      ...(tags.length > 0 ? { tagging: { TagSet: tags } } : {}),
    },
    objects: {},
    uploads: {},
  };
  owners[Bucket] = { account, region: place };
  slice(world.cell(account, place)).buckets[Bucket] = made;
  return { Location: place === 'us-east-1' ? `/${Bucket}` : `http://${Bucket}.s3.amazonaws.com/` };
}

interface Asked {
  MaxBuckets?: number;
  ContinuationToken?: string;
  Prefix?: string;
  BucketRegion?: string;
}

function listBuckets(input: Asked, { world, account }: CallContext): object {
  const mine = Object.entries(names(world).owners)
    .filter(
      ([name, owner]) =>
        owner.account === account &&
        name.startsWith(input.Prefix ?? '') &&
        (!input.BucketRegion || owner.region === input.BucketRegion) &&
        name > (input.ContinuationToken ?? ''),
    )
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const shown = mine.slice(0, input.MaxBuckets ?? 10_000);
  // S3 says where a bucket is only to a request that has a parameter.
  const asked = Boolean(input.MaxBuckets ?? input.ContinuationToken ?? input.Prefix ?? input.BucketRegion);
  return {
    Buckets: shown.map(([Name, { region }]) => ({
      Name,
      CreationDate: new Date(slice(world.cell(account, region)).buckets[Name]!.createdAt),
      ...(asked ? { BucketRegion: region } : {}),
    })),
    Owner: ownerOf(account),
    ...(input.Prefix ? { Prefix: input.Prefix } : {}),
    ...(shown.length < mine.length ? { ContinuationToken: shown.at(-1)![0] } : {}),
  };
}

export const bucketOperations: Record<string, Operation> = {
  CreateBucket: createBucket,
  ListBuckets: listBuckets,
  HeadBucket(input: { Bucket: string }, context) {
    const owner = names(context.world).owners[input.Bucket];
    if (owner?.account === context.account && owner.region !== context.region)
      throw new AwsError(
        'PermanentRedirect',
        'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.',
        301,
        regionHeader(owner.region),
      );
    const { region } = bucketOf(input, context);
    return { BucketRegion: region, AccessPointAlias: false };
  },
  GetBucketLocation(input: { Bucket: string }, context) {
    const { region } = bucketOf(input, context);
    return region === 'us-east-1' ? {} : { LocationConstraint: region };
  },
  DeleteBucket(input: { Bucket: string }, context) {
    const bucket = bucketOf(input, context);
    if (Object.keys(bucket.objects).length > 0) {
      const versions = bucket.versioning === null ? '' : '. You must delete all versions in the bucket.';
      throw new AwsError('BucketNotEmpty', `The bucket you tried to delete is not empty${versions}`, 409, {
        BucketName: bucket.name,
      });
    }
    delete names(context.world).owners[bucket.name];
    delete slice(context.world.cell(bucket.account, bucket.region)).buckets[bucket.name];
    return {};
  },
};
