/** S3, as far as Terraform's state and lock need it. */
import type { SandboxService } from '../service.js';

export const s3: SandboxService = {
  name: 's3',
  operations: {},
};
