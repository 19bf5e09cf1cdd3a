/** Clients of IAM Identity Center's OIDC, and its errors. */
import { AwsError, type CallContext } from '../../service.js';
import { held, ssoOf, type Client } from '../sso/state.js';

/** Between two polls for a device's token. */
export const INTERVAL_SECONDS = 1;

/** Its errors carry OAuth's members, and no message. */
export const oauthError = (code: string, error: string, description: string, status = 400): AwsError =>
  new AwsError(code, '', status, { error, error_description: description });

export function needClient(input: { clientId: string; clientSecret: string }, { world, now }: CallContext): Client {
  const client = held(ssoOf(world).clients, input.clientId);
  if (!client || client.secret !== input.clientSecret || client.expiresAt <= now)
    throw oauthError('InvalidClientException', 'invalid_client', 'Invalid client provided', 401);
  return client;
}
