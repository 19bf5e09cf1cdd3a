/** Authorization code with PKCE (RFC 7636, RFC 8252): what is sent, and what may come back. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Registered without a port; the browser is sent to it with one (RFC 8252, 7.3). */
export const REDIRECT = 'http://127.0.0.1/oauth/callback';
const PATH = '/oauth/callback';
export const redirectTo = (port: number): string => `http://127.0.0.1:${port}${PATH}`;

export interface Secrets {
  /** 64 characters of `[A-Za-z0-9_-]`. */
  readonly verifier: string;
  readonly state: string;
}

export const newSecrets = (): Secrets => ({
  verifier: randomBytes(48).toString('base64url'),
  state: randomBytes(32).toString('base64url'),
});

export interface AuthorizeRequest extends Secrets {
  /** Of the OIDC service, e.g. `https://oidc.eu-west-1.amazonaws.com`. */
  readonly endpoint: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
}

/** The address that the browser opens. It has the challenge, never the verifier. */
export function authorizeUrl(request: AuthorizeRequest): string {
  const url = new URL('/authorize', request.endpoint);
  const values = {
    response_type: 'code',
    client_id: request.clientId,
    redirect_uri: request.redirectUri,
    state: request.state,
    code_challenge_method: 'S256',
    // The service's own name for it, in the plural.
    scopes: request.scopes.join(' '),
    code_challenge: createHash('sha256').update(request.verifier).digest('base64url'),
  };
  for (const [name, value] of Object.entries(values)) url.searchParams.set(name, value);
  return url.href;
}

export type Callback =
  | { readonly is: 'code'; readonly code: string }
  | { readonly is: 'refused'; readonly error: string }
  /** With another state or none: not an answer to this login. */
  | { readonly is: 'forged' }
  /** Not the callback at all, e.g. a browser that asks for an icon. */
  | { readonly is: 'other' };

/** @param target path and query that were asked for */
export function judgeCallback(target: string, state: string): Callback {
  const [path, query = ''] = target.split('?', 2) as [string, string | undefined];
  if (path !== PATH) return { is: 'other' };
  const given = new URLSearchParams(query);
  if (!same(given.get('state') ?? '', state)) return { is: 'forged' };
  const error = given.get('error');
  const code = given.get('code');
  if (error !== null || !code) return { is: 'refused', error: error ?? 'no code' };
  return { is: 'code', code };
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const same = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));
