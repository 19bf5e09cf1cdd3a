/** The role of a permission set in an account: Identity Center makes it in that account's IAM. */
import type { CallContext } from '../../service.js';
import { createRole } from '../iam/roles.js';
import { iamOf, type Role } from '../iam/state.js';
import type { PermissionSet } from './state.js';

const PATH = '/aws-reserved/sso.amazonaws.com/';

export function provisionRole(context: CallContext, account: string, set: PermissionSet): Role {
  const begin = `AWSReservedSSO_${set.name}_`;
  const there = Object.values(iamOf(context.world, account).roles).find((r) => r.path === PATH && r.name.startsWith(begin));
  if (there) return there;
  const trust = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: `arn:aws:iam::${account}:saml-provider/AWSSSO_${context.id(16)}_DO_NOT_DELETE` },
        Action: ['sts:AssumeRoleWithSAML', 'sts:TagSession'],
        Condition: { StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' } },
      },
    ],
  };
  const role = createRole(
    {
      RoleName: begin + context.id(16),
      Path: PATH,
      AssumeRolePolicyDocument: JSON.stringify(trust),
      MaxSessionDuration: 43_200,
    },
    { ...context, account },
  );
  role.inline['AwsSSOInlinePolicy'] = set.inline;
  role.attached = [...set.managed];
  return role;
}
