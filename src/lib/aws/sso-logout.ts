/** Ends a login at IAM Identity Center. */
import { createPool, logger, SANDBOX, streamCollector } from './defaults.js';
import { awsCode } from './errors.js';
import type { OidcOptions } from './sso-oidc.js';

/** Whether it ended now, had ended before, or what kept the call from getting there. */
export type Ended = 'now' | 'before' | { readonly failed: string };

export async function endLogin({ endpoint, region }: OidcOptions, accessToken: string): Promise<Ended> {
  const { SSOClient, LogoutCommand } = await import('./sdk/sso.js');
  const client = new SSOClient({
    region,
    requestHandler: await createPool()(),
    streamCollector,
    logger,
    ...(endpoint ? { endpoint, ...SANDBOX } : {}),
  });
  try {
    await client.send(new LogoutCommand({ accessToken }));
    return 'now';
  } catch (error) {
    if (awsCode(error) === 'UnauthorizedException') return 'before';
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}
