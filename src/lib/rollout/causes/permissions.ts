/** Roles that are missing, or that do not let in who needs them. */
import { pattern, type Family } from './pattern.js';

export const permissions: Family = {
  name: 'permissions',
  patterns: [
    pattern(
      'RoleNotAssumable',
      'failure',
      /unable to assume the role|could not assume the role/i,
      'Ask the platform team: the role has to exist in this account and trust ecs-tasks.amazonaws.com, and who deploys needs iam:PassRole on it.',
    ),
    pattern(
      'ServiceLinkedRoleMissing',
      'failure',
      /service linked role/i,
      'Ask the platform team to create AWSServiceRoleForECS in this account (aws iam create-service-linked-role); where it was made just now, deploy again.',
    ),
    pattern(
      'ExecutionRoleMissing',
      'failure',
      /requires task definition to have execution role/i,
      'The template has to set executionRoleArn; the platform offers one in each target.',
    ),
  ],
};
