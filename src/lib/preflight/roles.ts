/** Roles of a task: whether they are there, in its account, and trust ECS. */
import { ok, problem, unknown, type Finding, type Known } from './finding.js';

export interface RoleFact {
  /** The trust policy's JSON. */
  readonly trust: string;
}

const ECS_TASKS = 'ecs-tasks.amazonaws.com';

/** Name of a role from its ARN, with the account; a bare name is of the task's own account. */
export function roleOf(arn: string, account: string): { account: string; name: string } {
  const [, own, name] = /^arn:[^:]+:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(arn) ?? [];
  return own === undefined ? { account, name: arn } : { account: own, name: name! };
}

interface Statement {
  readonly Effect?: string;
  readonly Action?: string | string[];
  readonly Principal?: '*' | { readonly Service?: string | string[]; readonly AWS?: string | string[] };
}

/** Conditions are not judged: they name the account or the cluster, which only AWS knows to compare. */
export function trustsTasks(trust: string): boolean {
  let statements: Statement[];
  try {
    const { Statement = [] } = JSON.parse(trust) as { Statement?: Statement | Statement[] };
    statements = list(Statement);
  } catch {
    return false;
  }
  const about = statements.filter(
    ({ Action, Principal }) =>
      list(Action ?? []).some((action) => ['sts:assumerole', 'sts:*', '*'].includes(action.toLowerCase())) &&
      (Principal === '*' || list(Principal?.Service ?? []).includes(ECS_TASKS)),
  );
  return about.some((s) => s.Effect === 'Allow') && !about.some((s) => s.Effect === 'Deny');
}

const list = <T>(value: T | readonly T[]): T[] => (Array.isArray(value) ? [...(value as T[])] : [value as T]);

export function judgeRole(
  id: 'execution-role' | 'task-role',
  arn: string,
  account: string,
  seen: Known<RoleFact | null>,
): Finding {
  const role = roleOf(arn, account);
  if (role.account !== account)
    return problem(
      id,
      `${arn} is a role of another account than ${account}`,
      'Name a role of the account in which the tasks run.',
    );
  if (!seen.known) return unknown(id, `whether ${role.name} is there is not known: ${seen.why}`);
  if (seen.value === null)
    return problem(id, `there is no role ${role.name}`, `Create it, with ${ECS_TASKS} in its trust policy (docs/platform.md).`);
  if (!trustsTasks(seen.value.trust))
    return problem(
      id,
      `${role.name} does not let ${ECS_TASKS} assume it`,
      `Allow sts:AssumeRole for the service ${ECS_TASKS} in its trust policy.`,
    );
  return ok(id, `${role.name} is there and trusts ECS`);
}

/** @param reasons what of the task needs it, in words */
export function judgeNoExecutionRole(reasons: readonly string[]): Finding | null {
  if (reasons.length === 0) return null;
  return problem(
    'execution-role',
    `the task definition has none, and needs one for ${reasons.join(', ')}`,
    'Set executionRoleArn in the template.',
  );
}
