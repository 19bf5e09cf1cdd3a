/** Objects removed: for good, or under a delete marker where the bucket has versions. */
import { AwsError, type CallContext, type Operation } from '../../service.js';
import { checkWrite } from './conditions.js';
import { addVersion, bucketOf, type Bucket } from './state.js';

interface Gone {
  VersionId?: string;
  DeleteMarker?: boolean;
}

/** What is not there is gone as well: that is no error. */
function remove(bucket: Bucket, Key: string, VersionId: string | undefined, context: CallContext): Gone {
  const all = bucket.objects[Key] ?? [];
  if (VersionId !== undefined) {
    const found = all.find((v) => v.id === VersionId);
    const left = all.filter((v) => v !== found);
    if (left.length > 0) bucket.objects[Key] = left;
    else delete bucket.objects[Key];
    return { VersionId, ...(found?.deleteMarker ? { DeleteMarker: true } : {}) };
  }
  if (bucket.versioning === null) {
    delete bucket.objects[Key];
    return {};
  }
  const marker = {
    modifiedAt: context.now,
    deleteMarker: true,
    body: '',
    size: 0,
    etag: '',
    settings: {},
    tags: {},
    checksums: {},
  };
  return { VersionId: addVersion(bucket, Key, marker, context), DeleteMarker: true };
}

interface Asked {
  Bucket: string;
  Key: string;
  VersionId?: string;
  IfMatch?: string;
}
interface Many {
  Bucket: string;
  Delete: { Objects?: { Key?: string; VersionId?: string }[]; Quiet?: boolean };
}

export const deleteOperations: Record<string, Operation> = {
  DeleteObject(input: Asked, context) {
    const bucket = bucketOf(input, context);
    if (input.IfMatch !== undefined) checkWrite({ IfMatch: input.IfMatch }, input.Key, bucket.objects[input.Key]?.[0]);
    return remove(bucket, input.Key, input.VersionId, context);
  },
  DeleteObjects(input: Many, context) {
    const bucket = bucketOf(input, context);
    const { Objects = [], Quiet } = input.Delete;
    if (Objects.length === 0 || Objects.length > 1000)
      throw new AwsError(
        'MalformedXML',
        'The XML you provided was not well-formed or did not validate against our published schema',
      );
    const gone = Objects.map(({ Key = '', VersionId }) => {
      const { DeleteMarker, VersionId: named } = remove(bucket, Key, VersionId, context);
      return {
        Key,
        ...(VersionId === undefined ? {} : { VersionId }),
        ...(DeleteMarker ? { DeleteMarker, DeleteMarkerVersionId: named } : {}),
      };
    });
    return Quiet ? {} : { Deleted: gone };
  },
};
