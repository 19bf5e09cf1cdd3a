/** A sandbox in memory over HTTP, for real clients: the clock is the test's. */
import type { ClientConfig } from '../../../src/lib/aws/clients.js';
import { serve } from '../../../src/lib/sandbox/server.js';
import { drive, type Drive } from './drive.js';

export interface Served extends Drive {
  readonly endpoint: string;
  /** For any client of the SDK: of an account (its own key), of a session, or of none. */
  config(credentials: Credentials | string | null, region?: string): Pick<ClientConfig, 'region' | 'credentials' | 'maxAttempts'>;
  close(): Promise<void>;
}

export interface Credentials {
  readonly AccessKeyId?: string | undefined;
  readonly SecretAccessKey?: string | undefined;
  readonly SessionToken?: string | undefined;
}

export async function served(accounts: readonly string[], options: Parameters<typeof drive>[2] = {}): Promise<Served> {
  const d = drive(undefined, undefined, options);
  d.sandbox.store.state.accounts = [...accounts];
  const serving = await serve(d.sandbox, 0);
  return {
    ...d,
    endpoint: serving.endpoint,
    config: (given, region = 'eu-west-1') => ({
      region,
      endpoint: serving.endpoint,
      maxAttempts: 1,
      credentials: async () =>
        given === null || typeof given === 'string'
          ? { accessKeyId: given ?? 'none', secretAccessKey: 'x' }
          : {
              accessKeyId: given.AccessKeyId ?? '',
              secretAccessKey: given.SecretAccessKey ?? '',
              sessionToken: given.SessionToken ?? '',
            },
    }),
    close: () => serving.close(),
  };
}
