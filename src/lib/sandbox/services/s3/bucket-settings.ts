/** Sub-resources of a bucket: put, got, removed, and what AWS says of those that nobody configured. */
import { AwsError, type CallContext, type Operation } from '../../service.js';
import { bucketOf, ownerOf } from './state.js';

interface Setting {
  /** Name of the sub-resource in the state. */
  readonly key: string;
  /** Names of the operations; what every bucket has is changed, never removed. */
  readonly operations: readonly [get: string, put: string, remove?: string];
  /** Member that Put takes. */
  readonly takes: string;
  /** Member that Get wraps the value in; without it the value's members stand in the answer themselves. */
  readonly wrap?: string;
  /** Answer where nothing is configured: an error, or a value. */
  readonly missing: readonly [code: string, message: string] | object;
}

const settings: readonly Setting[] = [
  {
    key: 'policy',
    operations: ['GetBucketPolicy', 'PutBucketPolicy', 'DeleteBucketPolicy'],
    takes: 'Policy',
    wrap: 'Policy',
    missing: ['NoSuchBucketPolicy', 'The bucket policy does not exist'],
  },
  {
    key: 'cors',
    operations: ['GetBucketCors', 'PutBucketCors', 'DeleteBucketCors'],
    takes: 'CORSConfiguration',
    missing: ['NoSuchCORSConfiguration', 'The CORS configuration does not exist'],
  },
  {
    key: 'lifecycle',
    operations: ['GetBucketLifecycleConfiguration', 'PutBucketLifecycleConfiguration', 'DeleteBucketLifecycle'],
    takes: 'LifecycleConfiguration',
    missing: ['NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist'],
  },
  {
    key: 'website',
    operations: ['GetBucketWebsite', 'PutBucketWebsite', 'DeleteBucketWebsite'],
    takes: 'WebsiteConfiguration',
    missing: ['NoSuchWebsiteConfiguration', 'The specified bucket does not have a website configuration'],
  },
  {
    key: 'replication',
    operations: ['GetBucketReplication', 'PutBucketReplication', 'DeleteBucketReplication'],
    takes: 'ReplicationConfiguration',
    wrap: 'ReplicationConfiguration',
    missing: ['ReplicationConfigurationNotFoundError', 'The replication configuration was not found'],
  },
  {
    key: 'encryption',
    operations: ['GetBucketEncryption', 'PutBucketEncryption', 'DeleteBucketEncryption'],
    takes: 'ServerSideEncryptionConfiguration',
    wrap: 'ServerSideEncryptionConfiguration',
    missing: {
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false }],
      },
    },
  },
  {
    key: 'ownershipControls',
    operations: ['GetBucketOwnershipControls', 'PutBucketOwnershipControls', 'DeleteBucketOwnershipControls'],
    takes: 'OwnershipControls',
    wrap: 'OwnershipControls',
    missing: ['OwnershipControlsNotFoundError', 'The bucket ownership controls were not found'],
  },
  {
    key: 'publicAccessBlock',
    operations: ['GetPublicAccessBlock', 'PutPublicAccessBlock', 'DeletePublicAccessBlock'],
    takes: 'PublicAccessBlockConfiguration',
    wrap: 'PublicAccessBlockConfiguration',
    missing: ['NoSuchPublicAccessBlockConfiguration', 'The public access block configuration was not found'],
  },
  {
    key: 'tagging',
    operations: ['GetBucketTagging', 'PutBucketTagging', 'DeleteBucketTagging'],
    takes: 'Tagging',
    missing: ['NoSuchTagSet', 'The TagSet does not exist'],
  },
  {
    key: 'objectLock',
    operations: ['GetObjectLockConfiguration', 'PutObjectLockConfiguration'],
    takes: 'ObjectLockConfiguration',
    wrap: 'ObjectLockConfiguration',
    missing: ['ObjectLockConfigurationNotFoundError', 'Object Lock configuration does not exist for this bucket'],
  },
  { key: 'logging', operations: ['GetBucketLogging', 'PutBucketLogging'], takes: 'BucketLoggingStatus', missing: {} },
  {
    key: 'accelerate',
    operations: ['GetBucketAccelerateConfiguration', 'PutBucketAccelerateConfiguration'],
    takes: 'AccelerateConfiguration',
    missing: {},
  },
  {
    key: 'notification',
    operations: ['GetBucketNotificationConfiguration', 'PutBucketNotificationConfiguration'],
    takes: 'NotificationConfiguration',
    missing: {},
  },
  {
    key: 'requestPayment',
    operations: ['GetBucketRequestPayment', 'PutBucketRequestPayment'],
    takes: 'RequestPaymentConfiguration',
    missing: { Payer: 'BucketOwner' },
  },
];

type Named = Record<string, unknown> & { Bucket: string };

/** Dates as values that JSON keeps, and back. */
const frozen = (value: unknown): unknown => {
  if (value instanceof Date) return { $date: value.getTime() };
  if (Array.isArray(value)) return value.map(frozen);
  if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, frozen(v)]));
  return value;
};
const thawed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(thawed);
  if (!value || typeof value !== 'object') return value;
  if ('$date' in value) return new Date(Number(value.$date));
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, thawed(v)]));
};

function check(key: string, value: unknown, versioned: boolean): void {
  if (key === 'replication' && !versioned)
    throw new AwsError('InvalidRequest', 'Versioning must be ’Enabled’ on the bucket to apply a replication configuration');
  if (key !== 'policy') return;
  try {
    const { Statement } = JSON.parse(String(value)) as { Statement?: unknown };
    if (Statement !== undefined) return;
  } catch {
    throw new AwsError('MalformedPolicy', "Policies must be valid JSON and the first byte must be '{'");
  }
  throw new AwsError('MalformedPolicy', 'Missing required field Statement');
}

function operationsOf({ key, operations: [get, put, remove], takes, wrap, missing }: Setting): Record<string, Operation> {
  const made: Record<string, Operation> = {
    [get](input: Named, context: CallContext) {
      const bucket = bucketOf(input, context);
      const value = bucket.settings[key];
      if (value !== undefined) return wrap ? { [wrap]: thawed(value) } : (thawed(value) as object);
      if (Array.isArray(missing))
        throw new AwsError(missing[0] as string, missing[1] as string, 404, { BucketName: bucket.name });
      return missing;
    },
    [put](input: Named, context: CallContext) {
      const bucket = bucketOf(input, context);
      const value = frozen(input[takes] ?? {});
      check(key, value, bucket.versioning === 'Enabled');
      bucket.settings[key] = value;
      return {};
    },
  };
  if (remove)
    made[remove] = (input: Named, context: CallContext) => {
      delete bucketOf(input, context).settings[key];
      return {};
    };
  return made;
}

const grants = (account: string): object => ({
  Owner: ownerOf(account),
  Grants: [{ Grantee: { ...ownerOf(account), Type: 'CanonicalUser' }, Permission: 'FULL_CONTROL' }],
});

/** Access lists are off unless a bucket turns them on, and then only the owner's own is kept here. */
function refuseAcl(input: Named & { ACL?: string }, context: CallContext): object {
  const { settings: held } = bucketOf(input, context);
  const { Rules } = (held['ownershipControls'] ?? { Rules: [] }) as { Rules: { ObjectOwnership?: string }[] };
  if (Rules.some((rule) => rule.ObjectOwnership === 'BucketOwnerEnforced'))
    throw new AwsError('AccessControlListNotSupported', 'The bucket does not allow ACLs');
  if ((input.ACL ?? 'private') !== 'private') throw new AwsError('AccessDenied', 'Access Denied', 403);
  return {};
}

export const bucketSettingOperations: Record<string, Operation> = {
  ...Object.assign({}, ...settings.map(operationsOf)),
  GetBucketVersioning(input: Named, context) {
    const { versioning } = bucketOf(input, context);
    return versioning === null ? {} : { Status: versioning };
  },
  PutBucketVersioning(input: Named & { VersioningConfiguration: { Status?: 'Enabled' | 'Suspended' } }, context) {
    const bucket = bucketOf(input, context);
    const { Status } = input.VersioningConfiguration;
    if (Status !== 'Enabled' && Status !== 'Suspended')
      throw new AwsError('IllegalVersioningConfigurationException', 'The Versioning element must be specified');
    if (Status === 'Suspended' && bucket.settings['objectLock'])
      throw new AwsError(
        'InvalidBucketState',
        'An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.',
        409,
      );
    bucket.versioning = Status;
    return {};
  },
  GetBucketPolicyStatus(input: Named, context) {
    const policy = bucketOf(input, context).settings['policy'];
    if (policy === undefined) throw new AwsError('NoSuchBucketPolicy', 'The bucket policy does not exist', 404);
    const { Statement } = JSON.parse(String(policy)) as { Statement: unknown };
    const open = [Statement].flat().some((s) => {
      const { Effect, Principal, Condition } = s as { Effect?: string; Principal?: unknown; Condition?: unknown };
      return Effect === 'Allow' && !Condition && (Principal === '*' || (Principal as { AWS?: unknown } | undefined)?.AWS === '*');
    });
    return { PolicyStatus: { IsPublic: open } };
  },
  GetBucketAcl(input: Named, context) {
    return grants(bucketOf(input, context).account);
  },
  PutBucketAcl: refuseAcl,
  GetObjectAcl(input: Named, context) {
    return grants(bucketOf(input, context).account);
  },
  PutObjectAcl: refuseAcl,
};
