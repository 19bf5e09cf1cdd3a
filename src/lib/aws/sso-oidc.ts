/** The only place that calls IAM Identity Center's OIDC. Its calls are not signed: no credentials are looked for. */
import type { CreateTokenCommandOutput, SSOOIDCClient } from '@aws-sdk/client-sso-oidc';
import { ExitCode, UserError } from '../errors/user-error.js';
import type { DeviceStart, Grant, Oidc, Refusal } from '../identity/sso/effects.js';
import { keepSecret } from '../redaction/secrets.js';
import { createPool, logger, SANDBOX, streamCollector } from './defaults.js';
import { awsCode, explainAwsError } from './errors.js';

export interface OidcOptions {
  /** Of the sandbox, or null for AWS (then AWS_ENDPOINT_URL is honoured by the SDK itself). */
  readonly endpoint: string | null;
  readonly region: string;
}

/** OAuth's reasons, by the names of AWS's errors. */
const REFUSALS: Readonly<Record<string, Refusal>> = {
  AuthorizationPendingException: 'pending',
  SlowDownException: 'slow-down',
  ExpiredTokenException: 'expired',
  AccessDeniedException: 'denied',
  InvalidGrantException: 'invalid-grant',
  InvalidClientException: 'invalid-client',
  UnauthorizedClientException: 'invalid-client',
};

/** What CreateToken is sent for a grant. */
export const toGrantInput = (grant: Grant) => {
  switch (grant.kind) {
    case 'refresh':
      return { grantType: 'refresh_token', refreshToken: grant.refreshToken };
    case 'device':
      return { grantType: 'urn:ietf:params:oauth:grant-type:device_code', deviceCode: grant.deviceCode };
    case 'code':
      return {
        grantType: 'authorization_code',
        code: grant.code,
        codeVerifier: grant.verifier,
        redirectUri: grant.redirectUri,
      };
  }
};

const SECRET_INPUTS = ['clientSecret', 'refreshToken', 'deviceCode', 'code', 'codeVerifier'] as const;

export function createOidc({ endpoint, region }: OidcOptions): Oidc {
  const pool = createPool();
  let opened: Promise<SSOOIDCClient> | null = null;
  let skewMs = 0;
  const open = async (): Promise<SSOOIDCClient> => {
    const { SSOOIDCClient } = await import('./sdk/sso-oidc.js');
    const client = new SSOOIDCClient({
      region,
      requestHandler: await pool(),
      streamCollector,
      logger,
      ...(endpoint ? { endpoint, ...SANDBOX } : {}),
    });
    readDates(client, (ms) => (skewMs = ms));
    return client;
  };
  const client = (): Promise<SSOOIDCClient> => (opened ??= open());
  const call = async <T>(operation: string, send: () => Promise<T>): Promise<T | { readonly refused: Refusal }> => {
    try {
      return await send();
    } catch (error) {
      const refused = REFUSALS[awsCode(error)];
      if (refused) return { refused };
      throw explained(error, operation, region);
    }
  };
  return {
    endpoint: async () => (await import('./sso-authorize.js')).authorizeEndpoint(await client()),
    skewMs: () => skewMs,
    async register({ clientName, scopes, browser }) {
      const { RegisterClientCommand } = await import('./sdk/sso-oidc.js');
      const input = {
        clientName,
        clientType: 'public',
        scopes: [...scopes],
        ...(browser && {
          grantTypes: [...browser.grantTypes],
          redirectUris: [...browser.redirectUris],
          issuerUrl: browser.issuerUrl,
        }),
      };
      try {
        const made = await (await client()).send(new RegisterClientCommand(input));
        keepSecret(made.clientSecret);
        return { id: made.clientId!, secret: made.clientSecret!, expiresAt: (made.clientSecretExpiresAt ?? 0) * 1000 };
      } catch (error) {
        throw explained(error, 'RegisterClient', region);
      }
    },
    startDevice: ({ id: clientId, secret: clientSecret }, startUrl) =>
      call('StartDeviceAuthorization', async (): Promise<DeviceStart> => {
        const { StartDeviceAuthorizationCommand } = await import('./sdk/sso-oidc.js');
        const begun = await (await client()).send(new StartDeviceAuthorizationCommand({ clientId, clientSecret, startUrl }));
        keepSecret(begun.deviceCode);
        return {
          deviceCode: begun.deviceCode!,
          userCode: begun.userCode!,
          address: begun.verificationUri!,
          addressWithCode: begun.verificationUriComplete ?? begun.verificationUri!,
          expiresIn: begun.expiresIn ?? 600,
          interval: begun.interval ?? null,
        };
      }),
    createToken: ({ id: clientId, secret: clientSecret }, grant) =>
      call('CreateToken', async () => {
        const { CreateTokenCommand } = await import('./sdk/sso-oidc.js');
        const input = { clientId, clientSecret, ...toGrantInput(grant) };
        for (const name of SECRET_INPUTS) keepSecret((input as Partial<Record<string, string>>)[name]);
        const made: CreateTokenCommandOutput = await (await client()).send(new CreateTokenCommand(input));
        for (const token of [made.accessToken, made.refreshToken, made.idToken]) keepSecret(token);
        return { accessToken: made.accessToken!, expiresIn: made.expiresIn ?? 0, refreshToken: made.refreshToken ?? null };
      }),
  };
}

/** Its errors have OAuth's description, and no message; what has no status never got there. */
function explained(error: unknown, operation: string, region: string): UserError {
  const { $metadata, error_description: text } = error as {
    $metadata?: { httpStatusCode?: number };
    error_description?: unknown;
  };
  if ($metadata?.httpStatusCode === undefined && error instanceof Error)
    return new UserError('SsoUnreachable', {
      message: `IAM Identity Center in ${region} cannot be reached: ${error.message}`,
      nextSteps: ['Check your network, and the region of the session (identity.sso in the platform file, or sso_region).'],
      exitCode: ExitCode.failed,
    });
  const told = typeof text === 'string' && text !== '' ? Object.assign(new Error(text), { name: awsCode(error) }) : error;
  return explainAwsError(told, `sso-oidc:${operation}`, region);
}

/** Tells how far the server's clock is ahead, by the `Date` of each answer, errors included. */
function readDates(client: SSOOIDCClient, tell: (skewMs: number) => void): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      const made = await next(args);
      const { headers } = made.response as { headers?: Record<string, string> };
      const date = Date.parse(headers?.['date'] ?? '');
      // A header has whole seconds: what is less is no difference.
      if (!Number.isNaN(date)) tell(Math.abs(date - Date.now()) < 2000 ? 0 : date - Date.now());
      return made;
    },
    { step: 'deserialize', priority: 'low', name: 'readDates' },
  );
}
