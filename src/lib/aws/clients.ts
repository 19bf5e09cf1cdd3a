/** Makes the SDK clients: one for each service, account and region, loaded when first used. */
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import type { STSClient } from '@aws-sdk/client-sts';
import { createRoles, sessionName, type Credentials, type CredentialsProvider, type CredentialStore } from '../identity/roles.js';
import type { Target } from '../model/target.js';
import { keepCredentials } from '../redaction/secrets.js';
import { createPool, logger, SANDBOX, streamCollector, type Logger } from './defaults.js';
import { awsCode, explainAwsError } from './errors.js';

export interface ClientOptions {
  /** Endpoint of the sandbox, or null for AWS (then AWS_ENDPOINT_URL is honoured by the SDK itself). */
  readonly endpoint: string | null;
  readonly rolePattern: string;
  readonly stsRegion: string;
  readonly actor: string;
  readonly now: () => number;
  /** Role sessions kept between commands, or null. */
  readonly store: CredentialStore | null;
}

export interface ClientConfig {
  readonly region: string;
  readonly credentials: CredentialsProvider;
  readonly endpoint?: string;
  readonly maxAttempts: number;
  /** One pool of connections for all clients. */
  readonly requestHandler: NodeHttpHandler;
  readonly streamCollector: (stream: AsyncIterable<Uint8Array>) => Promise<Uint8Array>;
  readonly logger: Logger;
}

/** Opens a client of one service in a target; each is made once. */
export type Clients = <T>(target: Target, make: (config: ClientConfig) => Promise<T>) => () => Promise<T>;

/** Who the user is before any role is assumed. */
export interface Caller {
  readonly account: string;
  readonly arn: string;
  readonly userId: string;
  readonly expiresAt: Date | null;
}

export interface Aws {
  readonly clients: Clients;
  /** Of the platform's role in an account. */
  credentials(accountId: string): Promise<Credentials>;
  caller(): Promise<Caller>;
}

export function createClients(options: ClientOptions): Aws {
  const endpoint = options.endpoint ? { endpoint: options.endpoint, ...SANDBOX } : {};
  const requestHandler = createPool();
  const sts = async (): Promise<STSClient> => {
    const { STSClient } = await import('./sdk/sts.js');
    const base = options.endpoint ? { credentials: { accessKeyId: 'AKIASANDBOX000000000', secretAccessKey: 'sandbox' } } : {};
    return new STSClient({
      region: options.stsRegion,
      requestHandler: await requestHandler(),
      streamCollector,
      logger,
      ...endpoint,
      ...base,
    });
  };
  const assume = async (RoleArn: string): Promise<Credentials> => {
    const { AssumeRoleCommand } = await import('./sdk/sts.js');
    try {
      const { Credentials: c } = await (
        await sts()
      ).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: sessionName(options.actor), DurationSeconds: 3600 }));
      return {
        accessKeyId: c!.AccessKeyId!,
        secretAccessKey: c!.SecretAccessKey!,
        sessionToken: c!.SessionToken,
        expiration: c!.Expiration,
      };
    } catch (error) {
      throw explainAwsError(error, `sts:AssumeRole of ${RoleArn}`, options.stsRegion);
    }
  };
  const roles = createRoles(assume, options.rolePattern, options.now, options.store);
  const providers = new Map<string, CredentialsProvider>();
  const provider = (accountId: string) => {
    const known = providers.get(accountId) ?? roles.of(accountId);
    providers.set(accountId, known);
    return known;
  };
  const clients: Clients = (target, make) => {
    let client: ReturnType<typeof make> | null = null;
    const credentials = provider(target.accountId);
    const open = async () => {
      const made = await make({
        region: target.region,
        credentials,
        requestHandler: await requestHandler(),
        streamCollector,
        logger,
        ...endpoint,
        maxAttempts: 8,
      });
      renewWhenRefused(made as never, credentials, (key) => roles.forget(target.accountId, key));
      return made;
    };
    return () => (client ??= open());
  };
  return {
    clients,
    credentials: (accountId) => provider(accountId)(),
    async caller() {
      const { GetCallerIdentityCommand } = await import('./sdk/sts.js');
      try {
        const client = await sts();
        const { Account, Arn, UserId } = await client.send(new GetCallerIdentityCommand({}));
        const own = await client.config.credentials();
        keepCredentials(own);
        const { expiration } = own;
        return { account: Account ?? '', arn: Arn ?? '', userId: UserId ?? '', expiresAt: expiration ?? null };
      } catch (error) {
        throw explainAwsError(error, 'sts:GetCallerIdentity', options.stsRegion);
      }
    },
  };
}

interface RefusableClient {
  readonly config: { credentials(options: { forceRefresh: boolean }): Promise<unknown> };
  readonly middlewareStack: {
    add(
      middleware: (next: (args: object) => Promise<object>) => (args: object) => Promise<object>,
      options: { step: 'initialize'; name: string },
    ): void;
  };
}

const REFUSED = new Set(['ExpiredToken', 'ExpiredTokenException', 'InvalidClientTokenId', 'UnrecognizedClientException']);

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
      await forget(accessKeyId);
      await client.config.credentials({ forceRefresh: true });
      return next(args);
    }
  };
  client.middlewareStack.add(middleware, { step: 'initialize', name: 'renewWhenRefused' });
}
