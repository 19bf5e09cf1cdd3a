/** Makes the SDK clients: one for each service, account and region, loaded when first used. */
import { createRoles, sessionName, type Credentials, type CredentialsProvider } from '../identity/roles.js';
import type { Target } from '../model/target.js';
import { explainAwsError } from './errors.js';

export interface ClientOptions {
  /** Endpoint of the sandbox, or null for AWS (then AWS_ENDPOINT_URL is honoured by the SDK itself). */
  readonly endpoint: string | null;
  readonly rolePattern: string;
  readonly stsRegion: string;
  readonly actor: string;
  readonly now: () => number;
}

export interface ClientConfig {
  region: string;
  credentials: CredentialsProvider;
  endpoint?: string;
  maxAttempts: number;
}

export type Clients = <T>(target: Target, make: (config: ClientConfig) => Promise<T>) => () => Promise<T>;

export function createClients(options: ClientOptions): Clients {
  const endpoint = options.endpoint ? { endpoint: options.endpoint } : {};
  const assume = async (RoleArn: string): Promise<Credentials> => {
    const { STSClient, AssumeRoleCommand } = await import('@aws-sdk/client-sts');
    const base = options.endpoint ? { credentials: { accessKeyId: 'AKIASANDBOX000000000', secretAccessKey: 'sandbox' } } : {};
    const client = new STSClient({ region: options.stsRegion, ...endpoint, ...base });
    try {
      const { Credentials: c } = await client.send(
        new AssumeRoleCommand({ RoleArn, RoleSessionName: sessionName(options.actor), DurationSeconds: 3600 }),
      );
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
  const roles = createRoles(assume, options.rolePattern, options.now);
  const providers = new Map<string, CredentialsProvider>();
  const provider = (accountId: string) => {
    const known = providers.get(accountId) ?? roles(accountId);
    providers.set(accountId, known);
    return known;
  };
  return (target, make) => {
    let client: ReturnType<typeof make> | null = null;
    return () =>
      (client ??= make({ region: target.region, credentials: provider(target.accountId), ...endpoint, maxAttempts: 8 }));
  };
}
