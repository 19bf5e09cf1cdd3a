/** S3: buckets and what is configured of them, objects with their versions, uploads in parts. Parts in s3/. */
import type { SandboxService } from '../service.js';
import { bucketOperations } from './s3/buckets.js';
import { bucketSettingOperations } from './s3/bucket-settings.js';
import { deleteOperations } from './s3/deletes.js';
import { listOperations } from './s3/lists.js';
import { multipartOperations } from './s3/multipart.js';
import { objectOperations } from './s3/objects.js';

export const s3: SandboxService = {
  name: 's3',
  operations: {
    ...bucketOperations,
    ...bucketSettingOperations,
    ...objectOperations,
    ...deleteOperations,
    ...listOperations,
    ...multipartOperations,
  },
};
