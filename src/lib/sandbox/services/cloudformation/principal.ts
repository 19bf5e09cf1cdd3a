/** In whose name a stack's resources are made: in that of its role, or of who asked last. Where IAM is enforced, they need the rights. */
import type { Operation, Session } from '../../service.js';
import { findStack } from './request.js';
import { slice, type Stack } from './state.js';

type Asks = { StackName?: string; ChangeSetName?: string };

const STARTS = /^(Create|Update|Delete|Rollback|ContinueUpdateRollback)|^ExecuteChangeSet$/;

/** Operations that keep their caller with the stack that they start something of. */
export const keepingCaller = (operations: Readonly<Record<string, Operation>>): Record<string, Operation> =>
  Object.fromEntries(
    Object.entries(operations).map(([name, operation]) => {
      if (!STARTS.test(name)) return [name, operation];
      const kept: Operation = (input: Asks, context) => {
        const answer = operation(input, context);
        const sets = slice(context.cell).changeSets;
        const set = Object.values(sets).find(({ id }) => id === input.ChangeSetName);
        const stack = findStack(context.cell, input.StackName ?? set?.stack ?? '');
        if (stack) stack.caller = context.session?.roleArn ? context.session : null;
        return answer;
      };
      return [name, kept];
    }),
  );

/** Null: a user's, who may do everything. */
export function sessionOf({ roleArn, caller }: Stack): Session | null {
  if (roleArn === null) return caller ?? null;
  const account = roleArn.split(':')[4] ?? '';
  return {
    account,
    arn: `arn:aws:sts::${account}:assumed-role/${roleArn.split('/').at(-1)}/AWSCloudFormation`,
    roleArn,
    expiresAt: Number.MAX_SAFE_INTEGER,
  };
}
