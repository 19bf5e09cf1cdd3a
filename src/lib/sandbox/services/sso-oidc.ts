/** IAM Identity Center's OIDC: clients, device codes, authorization codes with PKCE, tokens. */
import type { SandboxService } from '../service.js';

export const ssoOidc: SandboxService = {
  name: 'sso-oauth',
  operations: {},
};
