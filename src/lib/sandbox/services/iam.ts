/** IAM: roles, their policies, managed policies, instance profiles, OIDC providers. Parts in iam/. */
import type { SandboxService } from '../service.js';
import { instanceProfileOperations } from './iam/instance-profiles.js';
import { oidcProviderOperations } from './iam/oidc-providers.js';
import { policyOperations } from './iam/policies.js';
import { rolePolicyOperations } from './iam/role-policies.js';
import { roleOperations } from './iam/roles.js';
import { simulateOperations } from './iam/simulate.js';
import { serviceLinkedRoleOperations } from './iam/service-linked-roles.js';

export const iam: SandboxService = {
  name: 'iam',
  operations: {
    ...roleOperations,
    ...rolePolicyOperations,
    ...policyOperations,
    ...instanceProfileOperations,
    ...oidcProviderOperations,
    ...serviceLinkedRoleOperations,
    ...simulateOperations,
  },
};
