/** What all SDK clients are made with, and what is seen of their answers. */
import type { Readable } from 'node:stream';
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import { createPool, logger, SANDBOX, streamCollector, type Logger } from './defaults.js';
import { withShortWay } from './short-way.js';

export interface SharedConfig {
  readonly endpoint?: string;
  readonly maxAttempts: number;
  /** The SDK puts its layers together once for each kind of call, and not again for each call. */
  readonly cacheMiddleware: true;
  readonly requestHandler: NodeHttpHandler;
  readonly streamCollector: (stream: Readable) => Promise<Uint8Array>;
  readonly logger: Logger;
}

/** @param endpoint of the sandbox, or null for AWS (then AWS_ENDPOINT_URL is honoured by the SDK itself) */
export function createTransport(endpoint: string | null): () => Promise<SharedConfig> {
  const requestHandler = createPool();
  return async () => ({
    requestHandler: withShortWay(await requestHandler()),
    streamCollector,
    logger,
    maxAttempts: 8,
    cacheMiddleware: true as const,
    ...(endpoint ? { endpoint, ...SANDBOX } : {}),
  });
}

interface Observable {
  readonly middlewareStack: {
    add(
      middleware: (next: (args: object) => Promise<object>) => (args: object) => Promise<object>,
      options: { step: 'deserialize'; priority: 'low'; name: string },
    ): void;
  };
}

/** Tells of the `Date` of each answer, of a refusal too. */
export function observeDate<T>(client: T, observe: (date: string | undefined) => void): T {
  (client as Observable).middlewareStack.add(
    (next) => async (args) => {
      const result = (await next(args)) as { response?: { headers?: Record<string, string> } };
      observe(result.response?.headers?.['date']);
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'observeDate' },
  );
  return client;
}
