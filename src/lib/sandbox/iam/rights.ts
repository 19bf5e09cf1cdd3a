/** What a role's session may do: the role's policies, within its boundary, within the policies of the session. */
import { awsPolicy } from '../services/iam/managed.js';
import { iamOf, type Role } from '../services/iam/state.js';
import type { Session, World } from '../service.js';
import { readPolicy, type Statement } from './document.js';
import { evaluate, type Request } from './evaluate.js';

/** Why not, in AWS's words; null: allowed. */
export type Refusal = { readonly explicit: boolean; readonly by: string } | null;

const ROLE_ARN = /^arn:aws:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/;

/** The role of an ARN, where IAM knows it by that path. */
export function roleOf(world: World, roleArn: string): Role | null {
  const [, account, name] = ROLE_ARN.exec(roleArn) ?? [];
  if (!account || !name) return null;
  const { roles } = iamOf(world, account);
  const role = Object.hasOwn(roles, name) ? roles[name]! : null;
  return role?.arn === roleArn ? role : null;
}

/** Statements of a managed policy, AWS's or an account's own. */
export function managedDocument(world: World, arn: string): string | null {
  const aws = awsPolicy(arn);
  if (aws) return aws.document;
  const { policies } = iamOf(world, arn.split(':')[4] ?? '');
  const policy = Object.hasOwn(policies, arn) ? policies[arn]! : null;
  return policy?.versions.find((version) => version.id === policy.defaultVersion)?.document ?? null;
}

const statementsOf = (documents: readonly (string | null)[]): Statement[] =>
  documents.flatMap((document) => (document === null ? [] : readPolicy(document, 'identity')));

export function refusalOf(world: World, session: Session, request: Request): Refusal {
  const role = roleOf(world, session.roleArn!);
  const layers: (readonly [string, Statement[]])[] = [
    [
      'an identity-based policy',
      role ? statementsOf([...Object.values(role.inline), ...role.attached.map((arn) => managedDocument(world, arn))]) : [],
    ],
  ];
  if (role?.boundary) layers.push(['a permissions boundary', statementsOf([managedDocument(world, role.boundary)])]);
  if (session.policies?.length) layers.push(['a session policy', statementsOf(session.policies)]);
  const verdicts = layers.map(([by, statements]) => ({ by, verdict: evaluate(statements, request) }));
  const denied = verdicts.find(({ verdict }) => verdict === 'deny') ?? verdicts.find(({ verdict }) => verdict === 'none');
  return denied ? { explicit: denied.verdict === 'deny', by: denied.by } : null;
}
