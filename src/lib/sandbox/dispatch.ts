/** One request to one answer, without HTTP: who calls, where it lands, which operation, what comes back. */
import { advanceTo } from './advance.js';
import type { SandboxClock } from './clock.js';
import { codecFor, jsonError, queryError, wires, type Codec } from './protocol.js';
import { AwsError, type CallContext, type Cell, type SandboxService, type World } from './service.js';
import type { State } from './state.js';
import type { Store } from './store.js';

export interface WireRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Sandbox {
  readonly store: Store;
  readonly world: World & { cells(): Cell[] };
  readonly services: readonly SandboxService[];
  readonly clock: SandboxClock;
  /** Account of callers that did not assume a role and did not name one. */
  readonly defaultAccount: string;
}

interface Caller {
  readonly account: string;
  readonly region: string;
  readonly service: string;
  readonly arn: string;
}

const isRead = (service: SandboxService, operation: string): boolean =>
  service.readOnly?.includes(operation) ?? /^(Get|List|Describe|Batch|Filter|Validate)/.test(operation);

export async function dispatch(sandbox: Sandbox, request: WireRequest, requestId: string): Promise<WireAnswer> {
  const scope = /Credential=([^/,\s]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/.exec(request.headers['authorization'] ?? '');
  if (!scope)
    return fail(null, new AwsError('MissingAuthenticationToken', 'Request is missing Authentication Token', 403), requestId);
  const [, accessKeyId, region, name] = scope as unknown as [string, string, string, string];
  const target = request.headers['x-amz-target'];
  const operation = target ? target.slice(target.lastIndexOf('.') + 1) : (new URLSearchParams(request.body).get('Action') ?? '');
  const count = counter(sandbox.store.state, name, operation);
  const codec = await codecFor(name, operation);
  const service = sandbox.services.find((s) => s.name === name);
  const act = service?.operations[operation];
  let caller: Caller;
  try {
    caller = whoCalls(sandbox, accessKeyId, region, name);
  } catch (error) {
    count(sandbox.defaultAccount, region, true);
    return fail(codec, error as AwsError, requestId, name);
  }
  if (!service || !act || !codec) {
    count(caller.account, region, true);
    const error = wires[name]?.kind === 'query' ? 'InvalidAction' : 'UnknownOperationException';
    const message = `The embedded AWS has no ${name}:${operation || '(no operation)'}.`;
    return fail(codec, new AwsError(error, message), requestId, name);
  }
  try {
    const input = await codec.decode(request.body);
    // From here on nothing waits: one request after the other sees and leaves a whole state.
    const output = perform(sandbox, service, operation, input, caller);
    count(caller.account, region, false);
    sandbox.store.keep(sandbox.clock.now(), isRead(service, operation) ? 'soon' : 'now');
    return { status: 200, headers: { 'content-type': codec.contentType }, body: codec.encode(output, requestId) };
  } catch (error) {
    count(caller.account, region, true);
    if (error instanceof AwsError) return fail(codec, error, requestId, name);
    throw error;
  }
}

/** Lets time go on up to now, then carries the operation out. Exported for tests in process and for seeding. */
export function perform(
  sandbox: Sandbox,
  service: SandboxService,
  operation: string,
  input: object,
  caller: Omit<Caller, 'service'>,
): object {
  const now = sandbox.clock.now();
  advanceTo(now, sandbox.services, sandbox.world);
  const context: CallContext = {
    cell: sandbox.world.cell(caller.account, caller.region),
    account: caller.account,
    region: caller.region,
    now,
    callerArn: caller.arn,
    world: sandbox.world,
    id: (length) => sandbox.world.id(length),
  };
  return service.operations[operation]!(input, context);
}

/** A session of AssumeRole, an account given as access key id (twelve digits), or the platform's first account. */
function whoCalls(sandbox: Sandbox, accessKeyId: string, region: string, service: string): Caller {
  const session = sandbox.store.state.sessions[accessKeyId];
  const query = wires[service]?.kind === 'query';
  if (session) {
    if (session.expiresAt <= sandbox.clock.now())
      throw new AwsError(
        query ? 'ExpiredToken' : 'ExpiredTokenException',
        'The security token included in the request is expired',
        403,
      );
    return { account: session.account, region, service, arn: session.arn };
  }
  if (accessKeyId.startsWith('ASIA')) {
    const code = query ? 'InvalidClientTokenId' : 'UnrecognizedClientException';
    throw new AwsError(code, 'The security token included in the request is invalid.', 403);
  }
  const account = /^\d{12}$/.test(accessKeyId) ? accessKeyId : sandbox.defaultAccount;
  return { account, region, service, arn: `arn:aws:iam::${account}:user/sandbox` };
}

function fail(codec: Codec | null, error: AwsError, requestId: string, service = ''): WireAnswer {
  const json = wires[service]?.kind !== 'query';
  const { body, headers } = codec
    ? codec.encodeError(error, requestId)
    : json
      ? jsonError(error)
      : queryError(error, requestId, wires[service]!.xmlNamespace);
  return {
    status: error.status,
    headers: { 'content-type': json ? 'application/x-amz-json-1.1' : 'text/xml', ...headers },
    body,
  };
}

function counter(state: State, service: string, operation: string) {
  return (account: string, region: string, failed: boolean): void => {
    const key = `${service}:${operation}:${account}:${region}`;
    const entry = (state.calls[key] ??= { service, operation, account, region, count: 0, throttled: 0, failed: 0 });
    entry.count++;
    if (failed) entry.failed++;
  };
}
