/** IAM Identity Center's OIDC: clients, device codes, authorization codes with PKCE, tokens. */
import type { CallContext, SandboxService } from '../service.js';
import { createToken } from './sso-oidc/create-token.js';
import { INTERVAL_SECONDS, needClient, oauthError } from './sso-oidc/client.js';
import { APPROVE_PATH } from './sso/pages.js';
import { ssoOf } from './sso/state.js';

const REGISTRATION_MS = 90 * 86_400_000;
const DEVICE_SECONDS = 600;

interface Registration {
  clientName: string;
  clientType: string;
  scopes?: string[];
  redirectUris?: string[];
  grantTypes?: string[];
}

export const ssoOidc: SandboxService = {
  name: 'sso-oauth',
  operations: {
    RegisterClient(input: Registration, { world, now, id }) {
      if (input.clientType !== 'public')
        throw oauthError('InvalidClientMetadataException', 'invalid_client_metadata', 'Only public clients may be registered.');
      for (const uri of input.redirectUris ?? [])
        if (!/^http:\/\/(127\.0\.0\.1|\[::1\])(:\d+)?\//.test(uri) && !uri.startsWith('https://'))
          throw oauthError('InvalidRedirectUriException', 'invalid_redirect_uri', 'Invalid redirect URI');
      const clientId = id(32);
      const secret = id(96);
      const expiresAt = now + REGISTRATION_MS;
      ssoOf(world).clients[clientId] = {
        secret,
        name: input.clientName,
        scopes: input.scopes ?? [],
        grantTypes: input.grantTypes ?? [],
        redirectUris: input.redirectUris ?? [],
        expiresAt,
      };
      return {
        clientId,
        clientSecret: secret,
        clientIdIssuedAt: Math.floor(now / 1000),
        clientSecretExpiresAt: Math.floor(expiresAt / 1000),
      };
    },
    StartDeviceAuthorization(input: { clientId: string; clientSecret: string; startUrl: string }, context: CallContext) {
      const { world, now, id, endpoint = 'http://127.0.0.1' } = context;
      needClient(input, context);
      if (!/^https?:\/\//.test(input.startUrl))
        throw oauthError('InvalidRequestException', 'invalid_request', 'Invalid startUrl provided');
      const deviceCode = id(64);
      const letters = [...id(8)].map((digit) => 'BCDFGHJKLMNPQRST'[parseInt(digit, 16)]).join('');
      const userCode = `${letters.slice(0, 4)}-${letters.slice(4)}`;
      ssoOf(world).devices[deviceCode] = {
        clientId: input.clientId,
        userCode,
        expiresAt: now + DEVICE_SECONDS * 1000,
        status: 'pending',
        polledAt: null,
      };
      return {
        deviceCode,
        userCode,
        verificationUri: endpoint + APPROVE_PATH,
        verificationUriComplete: `${endpoint}${APPROVE_PATH}?user_code=${userCode}`,
        expiresIn: DEVICE_SECONDS,
        interval: INTERVAL_SECONDS,
      };
    },
    CreateToken: createToken,
  },
};
