/** Enforcement: a role's session may do only what its policies say. A user's own key may do everything. */
import { AwsError, type CallContext, type Session, type World } from '../service.js';
import type { Keys } from './conditions.js';
import type { Request } from './evaluate.js';
import { needsOf } from './needs.js';
import { aboutRole } from './role-request.js';
import { refusalOf, roleOf, type Refusal } from './rights.js';

/** What is known of every request of a session. */
export function sessionKeys(world: World, session: Session, now: number, region: string): Keys {
  const own = session.roleArn ? (roleOf(world, session.roleArn)?.tags ?? []) : [];
  const tags = [...own.map(({ Key, Value }) => [Key, Value] as const), ...Object.entries(session.tags ?? {})];
  return {
    'aws:PrincipalArn': session.roleArn ?? session.arn,
    'aws:PrincipalAccount': session.account,
    'aws:PrincipalType': 'AssumedRole',
    'aws:RequestedRegion': region,
    'aws:CurrentTime': new Date(now).toISOString(),
    'aws:EpochTime': String(Math.floor(now / 1000)),
    'aws:SecureTransport': 'true',
    'aws:SourceIp': '127.0.0.1',
    'aws:ViaAWSService': 'false',
    ...(session.issuedAt === undefined ? {} : { 'aws:TokenIssueTime': new Date(session.issuedAt).toISOString() }),
    ...(session.sourceIdentity === undefined ? {} : { 'aws:SourceIdentity': session.sourceIdentity }),
    ...Object.fromEntries(tags.map(([key, value]) => [`aws:PrincipalTag/${key}`, value])),
  };
}

/** Throws the AccessDenied of the service, in its code and AWS's words. */
export function authorizeCall(service: string, operation: string, input: object, context: CallContext): void {
  const { session, world, now, region, account } = context;
  if (!session?.roleArn) return;
  for (const need of needsOf(service, operation, input, { region, account })) {
    const request = service === 'iam' ? aboutRole(need, input, account, world) : need;
    authorize(world, session, { ...request, keys: { ...sessionKeys(world, session, now, region), ...request.keys } }, service);
  }
}

/** As above, for one request that is known already. */
export function authorize(world: World, session: Session, request: Request, service: string): void {
  const refusal = refusalOf(world, session, request);
  world.noteAccess(session.roleArn!, request.action, refusal === null);
  if (refusal !== null) throw denial(session, request, refusal, service);
}

const JSON_SERVICES = new Set([
  ...['ssm', 'ecs', 'ecr', 'logs', 'events', 'secretsmanager', 'application-autoscaling', 'servicediscovery'],
]);

export function denialText(arn: string, { action, resource }: Request, { explicit, by }: NonNullable<Refusal>): string {
  const because = explicit
    ? `with an explicit deny in ${by}`
    : `because no ${by.replace(/^an? /, '')} allows the ${action} action`;
  return `User: ${arn} is not authorized to perform: ${action} on resource: ${resource} ${because}`;
}

function denial(session: Session, request: Request, refusal: NonNullable<Refusal>, service: string): AwsError {
  if (service === 's3')
    return new AwsError('AccessDenied', denialText(session.arn, { ...request, resource: `"${request.resource}"` }, refusal), 403);
  const text = denialText(session.arn, request, refusal);
  if (service === 'ec2')
    return new AwsError('UnauthorizedOperation', `You are not authorized to perform this operation. ${text}`, 403);
  if (JSON_SERVICES.has(service)) return new AwsError('AccessDeniedException', text, 400);
  return new AwsError('AccessDenied', text, 403);
}
