/** IAM Identity Center's portal: the accounts and roles of a token, and credentials for them. */
import type { SandboxService } from '../service.js';

export const sso: SandboxService = {
  name: 'awsssoportal',
  operations: {},
};
