/** Where the OIDC service's `/authorize` page is: at the endpoint that a call of the client would go to. */
import type { SSOOIDCClient } from '@aws-sdk/client-sso-oidc';

/** Asks the SDK, settings of the environment and the profile included; nothing is sent. */
export async function authorizeEndpoint(client: SSOOIDCClient): Promise<string> {
  const { RegisterClientCommand } = await import('./sdk/sso-oidc.js');
  const command = new RegisterClientCommand({ clientName: 'baf', clientType: 'public' });
  let endpoint = '';
  command.middlewareStack.add(
    () => async (args) => {
      const { protocol, hostname, port } = args.request as { protocol: string; hostname: string; port?: number };
      endpoint = `${protocol}//${hostname}${port ? `:${port}` : ''}`;
      return { response: {}, output: { $metadata: {} } };
    },
    { step: 'finalizeRequest', priority: 'high', name: 'onlyTellEndpoint' },
  );
  await client.send(command);
  return endpoint;
}
