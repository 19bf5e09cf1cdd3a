/** Stack policies: which resources an update may change. Once there is a policy, what it does not allow is denied. */
import { refuse } from './template.js';

export type PolicyAction = 'Update:Modify' | 'Update:Replace' | 'Update:Delete';

interface Statement {
  Effect: 'Allow' | 'Deny';
  Principal?: unknown;
  Action?: string | string[];
  NotAction?: string | string[];
  Resource?: string | string[];
  NotResource?: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

export function checkPolicy(body: string): string {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw refuse('Error validating stack policy: Invalid stack policy');
  }
  const statements = (value as { Statement?: unknown } | null)?.Statement;
  const list = Array.isArray(statements) ? (statements as Partial<Statement>[]) : [];
  const whole = list.every(
    (s) =>
      (s?.Effect === 'Allow' || s?.Effect === 'Deny') &&
      (s.Action ?? s.NotAction) !== undefined &&
      (s.Resource ?? s.NotResource) !== undefined,
  );
  if (list.length === 0 || !whole) throw refuse('Error validating stack policy: Invalid stack policy');
  return body;
}

const matches = (patterns: string | string[], text: string): boolean =>
  [patterns].flat().some((pattern) => {
    const escaped = pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
    return new RegExp(`^${escaped}$`).test(text);
  });

function applies(statement: Statement, action: PolicyAction, logical: string, type: string): boolean {
  const resource = `LogicalResourceId/${logical}`;
  const acts = statement.Action !== undefined ? matches(statement.Action, action) : !matches(statement.NotAction ?? [], action);
  const on =
    statement.Resource !== undefined ? matches(statement.Resource, resource) : !matches(statement.NotResource ?? [], resource);
  const fits = Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
    Object.entries(keys).every(([key, values]) => {
      const held = key === 'ResourceType' ? type : '';
      return operator === 'StringLike' ? matches(values, held) : [values].flat().includes(held);
    }),
  );
  return acts && on && fits;
}

/** Why an update may not do this, or null. */
export function denial(policy: string | null, action: PolicyAction, logical: string, type: string): string | null {
  if (policy === null) return null;
  const statements = (JSON.parse(policy) as { Statement: Statement[] }).Statement;
  const denied = statements.findIndex((s) => s.Effect === 'Deny' && applies(s, action, logical, type));
  if (denied >= 0)
    return `Action denied by stack policy: Statement [#${denied + 1}] denies [${action}] for resource [LogicalResourceId/${logical}]`;
  if (statements.some((s) => s.Effect === 'Allow' && applies(s, action, logical, type))) return null;
  return `Action denied by stack policy: no statement allows [${action}] for resource [LogicalResourceId/${logical}]`;
}
