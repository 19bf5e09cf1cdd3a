/** What all SDK clients have in common: connections, time-outs, and what they must not log or load. */
import type { SSMClientConfig } from '@aws-sdk/client-ssm';
import type { Readable } from 'node:stream';
import type { NodeHttpHandler } from '@smithy/node-http-handler';

export type Logger = NonNullable<SSMClientConfig['logger']>;

/** Without `info`: for it the SDK would copy every input and output, with what is sensitive taken out. */
export const logger = { trace() {}, debug() {}, warn() {}, error() {} } as unknown as Logger;

/**
 * The answer of Node's own HTTP client, whole. The SDK's collector asks for web streams first, and they take 7 ms to load;
 * an iterator for each answer costs a fleet's listing a tenth of its time.
 */
export function streamCollector(stream: Readable): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    stream.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    stream.once('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
    stream.once('error', reject);
    // Cut off in the middle: then neither of the others comes.
    stream.once('close', () => reject(Object.assign(new Error('aborted'), { code: 'ECONNRESET' })));
  });
}

/** In the sandbox the user's AWS files have no say, and need not be read. */
export const SANDBOX = {
  retryMode: 'standard',
  defaultsMode: 'standard' as const,
  useDualstackEndpoint: false,
  useFipsEndpoint: false,
  userAgentAppId: '',
  authSchemePreference: [] as string[],
};
/** Milliseconds until a connection stands, and until the next byte of an answer. */
const CONNECTION_TIMEOUT_MS = 5_000;
const ANSWER_TIMEOUT_MS = 60_000;

/** One pool of connections, made when it is first asked for. */
export function createPool(): () => Promise<NodeHttpHandler> {
  let pool: NodeHttpHandler | null = null;
  return async () => {
    const [{ NodeHttpHandler }, { withPlaces }] = await Promise.all([import('./sdk/http.js'), import('./places.js')]);
    // The places are the limit: an answer that is still read has left its place already, and has its socket.
    const agent = { keepAlive: true, maxSockets: Infinity };
    return (pool ??= withPlaces(
      new NodeHttpHandler({
        connectionTimeout: CONNECTION_TIMEOUT_MS,
        socketTimeout: ANSWER_TIMEOUT_MS,
        httpAgent: agent,
        httpsAgent: agent,
      }),
    ));
  };
}
