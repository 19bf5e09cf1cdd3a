/**
 * The short way of reads that a fleet makes by the hundred. The SDK makes the first request of a kind; those that follow are
 * made like it, signed by the SDK's signer and sent through its pool, but not through its layers, which take more time than
 * all else. What is no plain answer is handed to the SDK as that of its own first attempt: retries, clocks that are off,
 * renewed sessions and errors are the SDK's, and no call is made twice.
 */
import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import { streamCollector } from './defaults.js';

type Request = Parameters<NodeHttpHandler['handle']>[0];
type Answer = Awaited<ReturnType<NodeHttpHandler['handle']>>;
type Handler = Pick<NodeHttpHandler, 'handle'>;

/** What goes with a command through the SDK to its handler. */
interface Along {
  /** The answer of the first attempt, once. */
  had?: Promise<Answer> | undefined;
  /** Is shown the first request that is sent. */
  show?: ((request: Request) => void) | undefined;
}

/** A request as the SDK made it, without what is of one call only, and what it was signed for. */
interface Kind {
  readonly request: Omit<Request, 'body'>;
  readonly signingRegion: string;
  readonly signingService: string;
}

interface Signer {
  sign(request: object, options: object): Promise<Request>;
  /** Of the SDK's signer, where it still has it: it keeps the keys of fifty sessions only, and a fleet has more. */
  getSigningKey?: (...of: unknown[]) => Promise<Uint8Array>;
}

/** What is used of an SDK client. */
export interface ShortClient {
  readonly config?: {
    readonly requestHandler: object;
    readonly region: () => Promise<string>;
    readonly signer: (scheme?: never) => Promise<object>;
    readonly systemClockOffset: number;
  };
  send(command: never, options?: never): Promise<object>;
}

type Config = NonNullable<ShortClient['config']>;
type Kinds = Map<string, Promise<Kind | null>>;

/** By handler: what its requests look like, by command and region. */
const handlers = new WeakMap<object, Map<unknown, Kinds>>();
const signers = new WeakMap<object, Promise<Signer>>();
const keys = new WeakMap<object, string>();

/** The access key with which the request was signed whose answer the error is, where it went the short way. */
export const keyOfRefused = (error: unknown): string | undefined => {
  const answer = (error as { $response?: object } | null)?.$response;
  return answer && keys.get(answer);
};

/** Changes the handler itself: it takes answers that were had already, and its clients may go the short way. */
export function withShortWay<T extends Handler>(handler: T): T {
  if (handlers.has(handler)) return handler;
  handlers.set(handler, new Map());
  const handle = handler.handle.bind(handler) as Handler['handle'];
  handler.handle = (request, options) => {
    const along = options as Along | undefined;
    const had = along?.had;
    if (had) {
      along.had = undefined;
      return had;
    }
    along?.show?.(request);
    return handle(request, options);
  };
  return handler;
}

/**
 * Sends a read of a service that speaks JSON, with an input that holds neither times nor bytes.
 * @param outputOf the SDK's output from the answer's JSON; where it throws, the SDK reads anew
 */
export async function sendRead<I extends object, O>(
  client: ShortClient,
  Command: new (input: I) => object,
  input: I,
  outputOf: (json: object) => O,
): Promise<O> {
  const send = (along?: Along) => client.send(new Command(input) as never, along as never) as Promise<O>;
  const { config } = client;
  const commands = config && handlers.get(config.requestHandler);
  if (!commands) return send();
  const kinds: Kinds = commands.get(Command) ?? new Map();
  commands.set(Command, kinds);
  const region = await config.region();
  const known = kinds.get(region);
  if (!known) return learn(kinds, region, send);
  const kind = await known;
  if (!kind) return send();
  const { body, had } = await attempt(config, kind, JSON.stringify(input));
  if (body === null) return send({ had });
  let output: O;
  try {
    output = outputOf(JSON.parse(body) as object);
  } catch {
    return send();
  }
  return output;
}

/** The first goes the SDK's way; who comes meanwhile waits until its request is made, not for the answer. */
async function learn<O>(kinds: Kinds, region: string, send: (along: Along) => Promise<O>): Promise<O> {
  let learned: (kind: Kind | null) => void = () => undefined;
  kinds.set(region, new Promise((resolve) => (learned = resolve)));
  let shown = false;
  try {
    return await send({
      show(request) {
        shown = true;
        learned(kindOf(request));
      },
    });
  } finally {
    // Nothing was sent, e.g. for want of credentials: the others try themselves, and the next one is the first again.
    if (!shown) kinds.delete(region);
    learned(null);
  }
}

const OF_ONE_CALL =
  /^(authorization|x-amz-date|x-amz-security-token|x-amz-content-sha256|content-length|amz-sdk-invocation-id)$/i;

function kindOf({ method, protocol, hostname, port, path, query, headers }: Request): Kind | null {
  const scope = /Credential=[^/]+\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/.exec(headers['authorization'] ?? '');
  if (!scope) return null;
  const kept = Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_ONE_CALL.test(name)));
  const request = { method, protocol, hostname, port, path, query, headers: kept } as Kind['request'];
  return { request, signingRegion: scope[1]!, signingService: scope[2]! };
}

/** `body`: of a plain answer, else null. */
async function attempt(
  config: Config,
  { request, signingRegion, signingService }: Kind,
  body: string,
): Promise<{ body: string | null; had?: Promise<Answer> }> {
  const headers = {
    ...request.headers,
    'content-length': String(Buffer.byteLength(body)),
    'amz-sdk-invocation-id': randomUUID(),
  };
  const signer = await signerOf(config);
  const signed = await signer.sign(
    { ...request, headers, body },
    { signingDate: new Date(Date.now() + config.systemClockOffset), signingRegion, signingService },
  );
  const had = (config.requestHandler as Handler).handle(signed);
  try {
    const { response } = await had;
    if (response.statusCode === 200) {
      const whole: unknown = response.body;
      const bytes = whole instanceof Uint8Array ? whole : await streamCollector(whole as Readable);
      return { body: Buffer.from(bytes).toString('utf8') };
    }
    keys.set(response, /Credential=([^/]+)/.exec(signed.headers['authorization'] ?? '')?.[1] ?? '');
    return { body: null, had };
  } catch (error) {
    // No answer, or one that broke off: then the SDK's first attempt had none.
    const none = Promise.reject(error as Error);
    none.catch(() => undefined);
    return { body: null, had: none };
  }
}

function signerOf(config: Config): Promise<Signer> {
  const known = signers.get(config);
  if (known) return known;
  const made = config.signer().then((found) => {
    const signer = found as Signer;
    const derive = signer.getSigningKey?.bind(signer);
    let last: { of: unknown[]; key: Promise<Uint8Array> } | null = null;
    if (derive)
      signer.getSigningKey = (...of) => {
        if (!last?.of.every((part, index) => part === of[index])) last = { of, key: derive(...of) };
        return last.key;
      };
    return signer;
  });
  signers.set(config, made);
  made.catch(() => signers.delete(config));
  return made;
}
