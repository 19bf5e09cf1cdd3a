/** Makes the SDK clients: one for each service, account and region, loaded when first used. */
import type { Outlook } from '../identity/outlast.js';
import { REFUSED, type Credentials, type CredentialsProvider } from '../identity/roles.js';
import type { Step } from '../identity/way.js';
import type { Target } from '../model/target.js';
import { awsCode } from './errors.js';
import { createSessions, type Caller, type SessionOptions, type Sessions } from './sessions.js';
import type { SsoGateway } from './sso.js';
import { keyOfRefused } from './short-way.js';
import { createTransport, type SharedConfig } from './transport.js';

export type { Caller } from './sessions.js';

export interface ClientOptions {
  /** Endpoint of the sandbox, or null for AWS (then AWS_ENDPOINT_URL is honoured by the SDK itself). */
  readonly endpoint: string | null;
  /** How sessions are had: asked for once, when the first is needed. */
  readonly sessions: () => Promise<SessionOptions>;
}

export interface ClientConfig extends SharedConfig {
  readonly region: string;
  readonly credentials: CredentialsProvider;
}

/** Opens a client of one service in a target; each is made once. */
export type Clients = <T>(target: Target, make: (config: ClientConfig) => Promise<T>) => () => Promise<T>;

export interface Aws {
  readonly clients: Clients;
  /** Of the platform's role in an account. */
  credentials(accountId: string): Promise<Credentials>;
  /** Before any role is assumed; of the role in `accountId` where the way leads straight there. */
  caller(accountId: string): Promise<Caller>;
  /** The way to the role of an account, and the portal where it goes through single sign-on. */
  way(accountId: string): Promise<{ steps: Step[]; portal: SsoGateway | null }>;
  /** Until when what is held lasts. */
  outlook(): Promise<Outlook>;
}

export function createClients(options: ClientOptions): Aws {
  const shared = createTransport(options.endpoint);
  let opened: Promise<Sessions> | null = null;
  const sessions = (): Promise<Sessions> => {
    opened ??= options.sessions().then((given) => createSessions(given, shared));
    opened.catch(() => (opened = null));
    return opened;
  };
  const credentials = async (accountId: string): Promise<Credentials> => (await sessions()).roles.of(accountId)();
  const clients: Clients = (target, make) => {
    let client: ReturnType<typeof make> | null = null;
    // The SDK would hold on to what it was given by the clock of this computer; here AWS's clock counts, and all share.
    const provider: CredentialsProvider & { memoized: true } = Object.assign(() => credentials(target.accountId), {
      memoized: true as const,
    });
    const open = async () => {
      const [config, { clock, roles }] = await Promise.all([shared(), sessions()]);
      const made = await make({
        region: target.region,
        credentials: provider,
        ...config,
        ...(clock.behindMs() === 0 ? {} : { systemClockOffset: clock.behindMs() }),
      });
      renewWhenRefused(made as never, provider, (key) => roles.forget(target.accountId, key));
      return made;
    };
    return () => (client ??= open());
  };
  return {
    clients,
    credentials,
    caller: async (accountId) => (await sessions()).caller(accountId),
    async way(accountId) {
      const { stepsTo, portal } = await sessions();
      return { steps: stepsTo(accountId), portal: portal ? await portal() : null };
    },
    outlook: async () => (await sessions()).outlook(),
  };
}

interface RefusableClient {
  readonly middlewareStack: {
    add(
      middleware: (next: (args: object) => Promise<object>) => (args: object) => Promise<object>,
      options: { step: 'initialize'; name: string },
    ): void;
  };
}

/** A session that AWS ends before its time is renewed once, and the call made again: AWS did nothing with it. */
function renewWhenRefused(
  client: RefusableClient,
  credentials: CredentialsProvider,
  forget: (accessKeyId: string) => Promise<void>,
): void {
  const middleware = (next: (args: object) => Promise<object>) => async (args: object) => {
    const { accessKeyId } = await credentials();
    try {
      return await next(args);
    } catch (error) {
      if (!REFUSED.has(awsCode(error))) throw error;
      await forget(keyOfRefused(error) ?? accessKeyId);
      return next(args);
    }
  };
  client.middlewareStack.add(middleware, { step: 'initialize', name: 'renewWhenRefused' });
}
