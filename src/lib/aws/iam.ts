/** The only place that calls IAM: inline policies of a role. IAM is global: any region of the account will do. */
import type { IAMClient } from '@aws-sdk/client-iam';
import type { RolePolicyGateway } from '../engine/effects.js';
import { ExitCode, UserError } from '../errors/user-error.js';
import { awsCode, explainAwsError } from './errors.js';

export function createIamGateway(client: () => Promise<IAMClient>, where: string): RolePolicyGateway {
  const sdk = () => import('./sdk/iam.js');
  const explained = (error: unknown, call: string, role: string): UserError => {
    if (awsCode(error) === 'NoSuchEntityException' || awsCode(error) === 'NoSuchEntity')
      return new UserError('RoleMissing', {
        message: `There is no role ${role} in ${where}.`,
        nextSteps: ['Check identity.role of the platform file.'],
        exitCode: ExitCode.failed,
      });
    if (awsCode(error) === 'LimitExceededException' || awsCode(error) === 'LimitExceeded')
      return new UserError('NoRoom', {
        message: `The role ${role} in ${where} has no room for another inline policy (10,240 characters in all).`,
        nextSteps: ['Revoke access that is not needed any more, or make policies of your own managed ones.'],
        exitCode: ExitCode.failed,
      });
    return explainAwsError(error, `iam:${call}`, where);
  };
  return {
    async list(RoleName) {
      const names: string[] = [];
      let Marker: string | undefined;
      try {
        do {
          const page = await (await client()).send(new (await sdk()).ListRolePoliciesCommand({ RoleName, Marker }));
          names.push(...(page.PolicyNames ?? []));
          Marker = page.IsTruncated ? page.Marker : undefined;
        } while (Marker);
      } catch (error) {
        throw explained(error, 'ListRolePolicies', RoleName);
      }
      return names;
    },
    async put(RoleName, PolicyName, PolicyDocument) {
      try {
        await (await client()).send(new (await sdk()).PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument }));
      } catch (error) {
        throw explained(error, 'PutRolePolicy', RoleName);
      }
    },
    async delete(RoleName, PolicyName) {
      try {
        await (await client()).send(new (await sdk()).DeleteRolePolicyCommand({ RoleName, PolicyName }));
      } catch (error) {
        const code = awsCode(error);
        if (code !== 'NoSuchEntityException' && code !== 'NoSuchEntity') throw explained(error, 'DeleteRolePolicy', RoleName);
      }
    },
  };
}
