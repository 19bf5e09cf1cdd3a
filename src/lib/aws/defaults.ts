/** What all SDK clients have in common: connections, time-outs, and what they must not log or load. */
import type { SSMClientConfig } from '@aws-sdk/client-ssm';
import type { NodeHttpHandler } from '@smithy/node-http-handler';

export type Logger = NonNullable<SSMClientConfig['logger']>;

/** Without `info`: for it the SDK would copy every input and output, with what is sensitive taken out. */
export const logger = { trace() {}, debug() {}, warn() {}, error() {} } as unknown as Logger;

/** The answer of Node's own HTTP client, whole. The SDK's collector asks for web streams first, and they take 7 ms to load. */
export async function streamCollector(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
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
    const { NodeHttpHandler } = await import('@smithy/node-http-handler');
    return (pool ??= new NodeHttpHandler({ connectionTimeout: CONNECTION_TIMEOUT_MS, socketTimeout: ANSWER_TIMEOUT_MS }));
  };
}
