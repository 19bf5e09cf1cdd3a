/** Whether statements allow a request: an explicit Deny wins, and what nothing allows is denied. */
import { conditionsHold, fill, type Keys } from './conditions.js';
import type { Principals, Statement } from './document.js';
import { matchesArn, matchesPattern } from './match.js';

export interface Request {
  /** e.g. `ecs:UpdateService`. */
  readonly action: string;
  /** ARN, or `*` where the action is about no resource. */
  readonly resource: string;
  readonly keys: Keys;
}

export type Verdict = 'allow' | 'deny' | 'none';

/** Who asks, in the terms of a trust policy. */
export interface Caller {
  readonly account: string;
  /** ARN of the caller and, of a session, of its role: a trust policy may name either. */
  readonly arns: readonly string[];
  /** ARN of the OIDC provider that speaks for the caller. */
  readonly federated?: string;
}

/** Of identity policies: without principals. */
export const evaluate = (statements: readonly Statement[], request: Request): Verdict =>
  verdict(statements.filter((statement) => applies(statement, request)));

/** Of a trust policy: `direct` where it names the caller, and not only the caller's account. */
export function evaluateTrust(
  statements: readonly Statement[],
  request: Request,
  caller: Caller,
): { readonly verdict: Verdict; readonly direct: boolean } {
  const applying = statements.filter((statement) => {
    if (!statement.principals || !applies(statement, request)) return false;
    return names(statement.principals, caller) !== null ? !statement.notPrincipals : statement.notPrincipals;
  });
  const direct = applying.some((s) => s.effect === 'Allow' && names(s.principals!, caller) === 'caller');
  return { verdict: verdict(applying), direct };
}

function verdict(applying: readonly Statement[]): Verdict {
  if (applying.some((statement) => statement.effect === 'Deny')) return 'deny';
  return applying.length > 0 ? 'allow' : 'none';
}

function applies(statement: Statement, { action, resource, keys }: Request): boolean {
  const aboutAction = statement.actions.some((pattern) => matchesPattern(pattern, action, { ignoreCase: true }));
  if (aboutAction === statement.notActions) return false;
  const values = new Map(
    Object.entries(keys).map(([key, value]) => [key.toLowerCase(), typeof value === 'string' ? [value] : value]),
  );
  const aboutResource = statement.resources.some((pattern) => matchesArn(fill(pattern, values), resource));
  if (aboutResource === statement.notResources) return false;
  return conditionsHold(statement.conditions, keys);
}

function names(principals: Principals, caller: Caller): 'caller' | 'account' | null {
  if (caller.federated !== undefined)
    return principals !== '*' && principals['Federated']?.includes(caller.federated) ? 'caller' : null;
  const list = principals === '*' ? ['*'] : (principals['AWS'] ?? []);
  if (list.some((name) => name === '*' || caller.arns.includes(name))) return 'caller';
  return list.includes(caller.account) || list.includes(`arn:aws:iam::${caller.account}:root`) ? 'account' : null;
}
