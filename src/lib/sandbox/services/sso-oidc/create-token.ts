/** CreateToken: from a device code, an authorization code or a refresh token to an access token. */
import { createHash } from 'node:crypto';
import type { CallContext } from '../../service.js';
import { sameRedirect } from '../sso/login.js';
import { held, ssoOf, type Client } from '../sso/state.js';
import { INTERVAL_SECONDS, needClient, oauthError } from './client.js';

interface Input {
  clientId: string;
  clientSecret: string;
  grantType: string;
  deviceCode?: string;
  code?: string;
  codeVerifier?: string;
  redirectUri?: string;
  refreshToken?: string;
}

const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';
/** A login lasts eight hours; its tokens an hour where they can be refreshed, and as long as it where they cannot. */
const LOGIN_MS = 8 * 3_600_000;
const TOKEN_MS = 3_600_000;

const invalidGrant = () => oauthError('InvalidGrantException', 'invalid_grant', 'Invalid grant provided');
const expired = (what: string) => oauthError('ExpiredTokenException', 'expired_token', `${what} is expired`);

const grants: Readonly<Record<string, (input: Input, client: Client, context: CallContext) => object>> = {
  [DEVICE]: byDevice,
  authorization_code: byCode,
  refresh_token: byRefresh,
};

export function createToken(input: Input, context: CallContext): object {
  const client = needClient(input, context);
  const grant = Object.hasOwn(grants, input.grantType) ? grants[input.grantType] : undefined;
  if (!grant) throw oauthError('UnsupportedGrantTypeException', 'unsupported_grant_type', 'Unsupported grant type');
  if (client.grantTypes.length > 0 && !client.grantTypes.includes(input.grantType))
    throw oauthError('UnauthorizedClientException', 'unauthorized_client', 'Client is not authorized to use this grant type');
  return grant(input, client, context);
}

function byDevice({ clientId, deviceCode }: Input, client: Client, context: CallContext): object {
  const { devices } = ssoOf(context.world);
  const device = held(devices, deviceCode);
  if (!device || device.clientId !== clientId) throw invalidGrant();
  if (device.expiresAt <= context.now) throw expired('Device code');
  if (device.status === 'denied') throw oauthError('AccessDeniedException', 'access_denied', 'User denied the request');
  if (device.status === 'pending') {
    const soon = device.polledAt !== null && context.now - device.polledAt < INTERVAL_SECONDS * 1000;
    device.polledAt = context.now;
    throw soon
      ? oauthError('SlowDownException', 'slow_down', 'Polling too fast')
      : oauthError('AuthorizationPendingException', 'authorization_pending', 'Authorization is still pending');
  }
  delete devices[deviceCode!];
  return logIn(clientId, client, context);
}

function byCode(input: Input, client: Client, context: CallContext): object {
  const { codes } = ssoOf(context.world);
  const code = held(codes, input.code);
  if (!code || code.clientId !== input.clientId) throw invalidGrant();
  // A code is tried once, whether or not it fits.
  delete codes[input.code!];
  if (code.expiresAt <= context.now) throw expired('Authorization code');
  const challenge = createHash('sha256')
    .update(input.codeVerifier ?? '')
    .digest('base64url');
  if (challenge !== code.challenge) throw invalidGrant();
  if (
    input.redirectUri === undefined ||
    input.redirectUri !== code.redirectUri ||
    !client.redirectUris.some((uri) => sameRedirect(uri, input.redirectUri!))
  )
    throw invalidGrant();
  return logIn(input.clientId, client, context);
}

function byRefresh({ clientId, refreshToken }: Input, _client: Client, context: CallContext): object {
  const found = Object.entries(ssoOf(context.world).logins).find(
    ([, login]) => login.refreshToken !== null && login.refreshToken === refreshToken,
  );
  if (!found || found[1].clientId !== clientId || found[1].endsAt <= context.now) throw invalidGrant();
  return token(found[0], context);
}

function logIn(clientId: string, { scopes }: Client, context: CallContext): object {
  const { world, now, id } = context;
  const slice = ssoOf(world);
  const login = id(16);
  slice.logins[login] = {
    user: slice.directory.user,
    clientId,
    endsAt: now + LOGIN_MS,
    // Clients without scopes get none.
    refreshToken: scopes.length > 0 ? `aor${id(120)}` : null,
    scopes,
  };
  return token(login, context);
}

function token(login: string, { world, now, id }: CallContext): object {
  const { logins, tokens } = ssoOf(world);
  const { endsAt, refreshToken } = logins[login]!;
  const accessToken = `aoa${id(120)}`;
  const expiresAt = refreshToken === null ? endsAt : Math.min(endsAt, now + TOKEN_MS);
  for (const [key, { expiresAt: end }] of Object.entries(tokens)) if (end <= now) delete tokens[key];
  tokens[accessToken] = { login, expiresAt };
  return {
    accessToken,
    tokenType: 'Bearer',
    expiresIn: Math.floor((expiresAt - now) / 1000),
    ...(refreshToken === null ? {} : { refreshToken }),
  };
}
