/** IAM: roles, policies, OIDC providers, instance profiles. */
import type { SandboxService } from '../service.js';

export const iam: SandboxService = {
  name: 'iam',
  operations: {},
};
