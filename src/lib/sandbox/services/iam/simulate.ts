/** SimulatePrincipalPolicy of roles: what their policies and boundary say, each action with each resource. */
import { refusalOf, roleOf } from '../../iam/rights.js';
import type { CallContext, Operation } from '../../service.js';
import { noSuchEntity } from './state.js';

interface Input {
  PolicySourceArn: string;
  ActionNames: string[];
  ResourceArns?: string[];
}

function simulate({ PolicySourceArn, ActionNames, ResourceArns }: Input, { world }: CallContext): object {
  if (!roleOf(world, PolicySourceArn)) throw noSuchEntity(`The principal ${PolicySourceArn} cannot be found.`);
  const resources = ResourceArns?.length ? ResourceArns : ['*'];
  return {
    EvaluationResults: ActionNames.flatMap((action) =>
      resources.map((resource) => {
        const refusal = refusalOf(world, { roleArn: PolicySourceArn } as never, { action, resource, keys: {} });
        return {
          EvalActionName: action,
          EvalResourceName: resource,
          EvalDecision: refusal === null ? 'allowed' : refusal.explicit ? 'explicitDeny' : 'implicitDeny',
          MatchedStatements: [],
          MissingContextValues: [],
        };
      }),
    ),
    IsTruncated: false,
  };
}

export const simulateOperations: Readonly<Record<string, Operation>> = { SimulatePrincipalPolicy: simulate };
