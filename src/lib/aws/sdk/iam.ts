export {
  IAMClient,
  DeleteRolePolicyCommand,
  GetRoleCommand,
  ListRolePoliciesCommand,
  SimulatePrincipalPolicyCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
