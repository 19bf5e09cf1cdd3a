/** One request to one answer, without HTTP: who calls, where it lands, which operation, what comes back. */
import { advanceTo, type Cells } from './advance.js';
import type { SandboxClock } from './clock.js';
import type { CallFaultKind } from '../model/faults.js';
import { strike } from './faults.js';
import { authorizeCall } from './iam/authorize.js';
import { routeOf } from './route.js';
import { counter } from './calls.js';
import { AwsError, type CallContext, type SandboxService, type Session } from './service.js';
import type { Store } from './store.js';
import type { Throttle } from './throttle.js';
import { constraintsOf, validate } from './validate.js';
import { codecFor, protocolOf, wires } from './wire/index.js';
import { jsonProtocol } from './wire/json.js';
import { unchunk } from './wire/rest.js';
import type { Protocol, WireAnswer, WireRequest } from './wire/wire.js';

export interface Sandbox {
  readonly store: Store;
  readonly world: Cells;
  readonly services: readonly SandboxService[];
  readonly clock: SandboxClock;
  readonly throttle: Throttle;
  /** Account and region of callers that did not assume a role and did not name one. */
  readonly defaultAccount: string;
  readonly defaultRegion: string;
}

export interface Caller {
  readonly account: string;
  readonly region: string;
  readonly arn: string;
  readonly session?: Session | null;
  readonly endpoint?: string;
}

/** What the connection does instead of answering. */
export type Broken = 'reset' | 'hang';

const isRead = (service: SandboxService, operation: string): boolean =>
  service.readOnly?.includes(operation) ?? /^(Get|List|Describe|Batch|Filter|Validate|Head|Test|Lookup|Discover)/.test(operation);

export async function dispatch(sandbox: Sandbox, raw: WireRequest, requestId: string): Promise<WireAnswer | Broken> {
  const route = routeOf(raw);
  if (!route)
    return jsonProtocol('1.1').encodeError(
      new AwsError('MissingAuthenticationToken', 'Request is missing Authentication Token', 403),
      requestId,
    );
  const request = unchunk(raw);
  const name = route.service;
  const protocol: Protocol = protocolOf(name, request) ?? jsonProtocol('1.1');
  const operation = protocol.operationOf(request, (await wires[name]?.load()) ?? {}) ?? '';
  const codec = operation ? await codecFor(name, operation, protocol) : null;
  const count = counter(sandbox.store.state, name, operation);
  const region = route.signed?.region ?? sandbox.defaultRegion;
  const fail = (error: unknown, account = sandbox.defaultAccount): WireAnswer => {
    if (!(error instanceof AwsError)) throw error;
    count(account, region, /Throttl|TooManyRequests|RequestLimitExceeded/.test(error.code) ? 'throttled' : 'failed');
    return protocol.encodeError(error, requestId);
  };
  const service = sandbox.services.find((s) => s.name === name);
  let caller: Caller;
  try {
    caller = { ...whoCalls(sandbox, route.signed, region, name), endpoint: `http://${raw.headers['host'] ?? '127.0.0.1'}` };
  } catch (error) {
    return fail(error);
  }
  if (!service?.operations[operation] || !codec) return fail(unknownOperation(name, operation, request), caller.account);
  const where = `${caller.account}/${caller.region}`;
  const fault = strike(sandbox.store.state.faults, name, operation, where);
  if (fault) void sandbox.store.keep(sandbox.clock.now(), 'soon');
  if (fault === 'reset' || fault === 'hang') {
    count(caller.account, region, 'failed');
    return fault;
  }
  try {
    checkTime(sandbox.store.state.faults.skewMs, request, name);
    if (fault && fault !== 'lost') throw faultError(fault, name, operation, caller);
    if (!sandbox.throttle.take(where, name, operation, sandbox.clock.now())) throw throttled(name);
    const input = await codec.decode(request);
    validate(await constraintsOf(name), name, operation, input);
    const asked = contextOf(sandbox.world, sandbox.clock.now(), caller, null);
    if (sandbox.store.state.iam === 'enforced') authorizeCall(name, operation, input, asked);
    const prepared = await service.prepare?.[operation]?.(input as never, asked);
    // From here on nothing waits: one request after the other sees and leaves a whole state.
    void sandbox.store.keep(sandbox.clock.now(), 'soon');
    const output = perform(sandbox, service, operation, input, caller, prepared);
    count(caller.account, region, 'done');
    return fault === 'lost' ? 'reset' : codec.encode(output, requestId);
  } catch (error) {
    return fail(error, caller.account);
  }
}

function contextOf(world: Cells, now: number, caller: Caller, prepared: unknown): CallContext {
  return {
    cell: world.cell(caller.account, caller.region),
    account: caller.account,
    region: caller.region,
    now,
    callerArn: caller.arn,
    session: caller.session ?? null,
    world,
    prepared,
    ...(caller.endpoint === undefined ? {} : { endpoint: caller.endpoint }),
    id: (length) => world.id(length),
  };
}

/** Lets time go on up to now, notes what is asked for, then carries it out. Exported for tests, seeding and replay. */
export function perform(
  { store, services, world, clock }: Pick<Sandbox, 'store' | 'services' | 'world' | 'clock'>,
  service: SandboxService,
  operation: string,
  input: object,
  caller: Caller,
  prepared: unknown = null,
): object {
  const now = clock.now();
  store.mark(advanceTo(now, services, world));
  const writes = !isRead(service, operation);
  if (writes) store.note({ at: now, seed: store.state.seed, service: service.name, operation, input, caller, prepared });
  try {
    return service.operations[operation]!(input, contextOf(world, now, caller, prepared));
  } finally {
    if (writes) {
      store.mark(world.touched());
      world.changed(world.touched());
    }
  }
}

/** A session that was handed out, an account given as access key id (twelve digits), or the platform's first account. */
function whoCalls(sandbox: Sandbox, signed: { accessKeyId: string } | null, region: string, service: string): Caller {
  const anonymous = { account: sandbox.defaultAccount, region, arn: 'anonymous' };
  if (!signed) return anonymous;
  const { accessKeyId } = signed;
  const session = sandbox.store.state.sessions[accessKeyId];
  const json = wires[service]?.protocol === wires['ssm']!.protocol;
  if (session) {
    if (session.expiresAt <= sandbox.clock.now()) throw expired(json);
    return { account: session.account, region, arn: session.arn, session };
  }
  if (accessKeyId.startsWith('ASIA')) {
    const code = json ? 'UnrecognizedClientException' : 'InvalidClientTokenId';
    throw new AwsError(code, 'The security token included in the request is invalid.', 403);
  }
  const account = /^\d{12}$/.test(accessKeyId) ? accessKeyId : sandbox.defaultAccount;
  return { account, region, arn: `arn:aws:iam::${account}:user/sandbox` };
}

const MAX_SKEW_MS = 5 * 60_000;

/** Where a fault sets AWS's clock apart from the caller's, signatures of another time are refused. */
function checkTime(skewMs: number, { headers }: WireRequest, service: string): void {
  const stamp = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(headers['x-amz-date'] ?? '');
  if (skewMs === 0 || !stamp) return;
  const [, y, mo, d, h, mi, s] = stamp.map(Number) as [number, number, number, number, number, number, number];
  const now = Date.now() + skewMs;
  const sent = Date.UTC(y, mo - 1, d, h, mi, s);
  if (Math.abs(now - sent) <= MAX_SKEW_MS) return;
  const iso = (ms: number): string => new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '');
  const json = wires[service]?.protocol === wires['ssm']!.protocol;
  throw new AwsError(
    json ? 'InvalidSignatureException' : 'SignatureDoesNotMatch',
    sent < now
      ? `Signature expired: ${headers['x-amz-date']} is now earlier than ${iso(now - MAX_SKEW_MS)} (${iso(now)} - 5 min.)`
      : `Signature not yet current: ${headers['x-amz-date']} is still later than ${iso(now + MAX_SKEW_MS)} (${iso(now)} + 5 min.)`,
    403,
  );
}

const expired = (json: boolean): AwsError =>
  new AwsError(json ? 'ExpiredTokenException' : 'ExpiredToken', 'The security token included in the request is expired', 403);

const throttled = (service: string): AwsError => {
  if (service === 'ec2') return new AwsError('RequestLimitExceeded', 'Request limit exceeded.', 503);
  if (service === 'awsssoportal') return new AwsError('TooManyRequestsException', 'HTTP 429 Too Many Requests', 429);
  if (service === 's3') return new AwsError('SlowDown', 'Please reduce your request rate.', 503);
  const query = ['sts', 'iam', 'elasticloadbalancing', 'cloudformation', 'monitoring'].includes(service);
  return new AwsError(query ? 'Throttling' : 'ThrottlingException', 'Rate exceeded');
};

function faultError(kind: CallFaultKind, service: string, operation: string, caller: Caller): AwsError {
  const json = wires[service]?.protocol === wires['ssm']!.protocol;
  switch (kind) {
    case 'throttle':
      return throttled(service);
    case 'expired':
      return expired(json);
    case 'denied':
      return new AwsError(
        json ? 'AccessDeniedException' : 'AccessDenied',
        `User: ${caller.arn} is not authorized to perform: ${service}:${operation} because no identity-based policy allows the ${service}:${operation} action`,
        json ? 400 : 403,
      );
    default:
      return new AwsError(json ? 'InternalServerError' : 'InternalFailure', 'The request processing has failed.', 500);
  }
}

function unknownOperation(service: string, operation: string, request: WireRequest): AwsError {
  const name = operation || `${request.method} ${request.path}`;
  switch (service) {
    case 's3':
      return new AwsError('NotImplemented', 'A header you provided implies functionality that is not implemented.', 501);
    case 'sts':
    case 'iam':
    case 'elasticloadbalancing':
    case 'cloudformation':
    case 'monitoring':
    case 'ec2':
      return new AwsError('InvalidAction', `The action ${name} is not valid for this web service.`);
    default:
      return new AwsError('UnknownOperationException', `The embedded AWS has no ${service}:${name}.`);
  }
}
