/** How a person approves a login: a device's code, or a code for a browser that comes back to the client (PKCE). */
import type { World } from '../../service.js';
import { held, ssoOf } from './state.js';

const CODE_MS = 600_000;

export type Approval = 'approved' | 'denied' | 'unknown' | 'expired';

/** Approves or denies what a user code stands for. */
export function answerDevice(world: World, now: number, userCode: string, status: 'approved' | 'denied'): Approval {
  const device = Object.values(ssoOf(world).devices).find((d) => d.userCode === userCode.toUpperCase());
  if (!device) return 'unknown';
  if (device.expiresAt <= now) return 'expired';
  if (device.status === 'pending') device.status = status;
  return device.status === 'denied' ? 'denied' : 'approved';
}

export interface AuthorizeRequest {
  readonly responseType: string | null;
  readonly clientId: string | null;
  readonly redirectUri: string | null;
  readonly state: string | null;
  readonly challenge: string | null;
  readonly challengeMethod: string | null;
}

/** Where the browser goes on; or why not, where it cannot be sent back to the client. */
export function authorize(world: World, now: number, request: AuthorizeRequest): { to: string } | { refused: string } {
  const slice = ssoOf(world);
  const { clientId, redirectUri, state } = request;
  const client = held(slice.clients, clientId ?? undefined);
  if (!client || client.expiresAt <= now) return { refused: 'invalid_client' };
  if (redirectUri === null || !client.redirectUris.some((uri) => sameRedirect(uri, redirectUri)))
    return { refused: 'invalid_redirect_uri' };
  const back = (values: Record<string, string>): { to: string } => {
    const url = new URL(redirectUri);
    for (const [key, value] of Object.entries({ ...values, ...(state === null ? {} : { state }) }))
      url.searchParams.set(key, value);
    return { to: url.href };
  };
  if (request.responseType !== 'code') return back({ error: 'unsupported_response_type' });
  if (request.challengeMethod !== 'S256' || !request.challenge) return back({ error: 'invalid_request' });
  const code = world.id(40);
  slice.codes[code] = { clientId: clientId!, redirectUri, challenge: request.challenge, expiresAt: now + CODE_MS };
  return back({ code });
}

/** A client on a machine registers without a port and comes with one (RFC 8252, 7.3). */
export function sameRedirect(registered: string, given: string): boolean {
  try {
    const [a, b] = [new URL(registered), new URL(given)];
    const loopback = ['127.0.0.1', '[::1]', 'localhost'].includes(a.hostname);
    return a.protocol === b.protocol && a.hostname === b.hostname && a.pathname === b.pathname && (loopback || a.port === b.port);
  } catch {
    return false;
  }
}
