/** Whether a login that was kept is good, can be refreshed, or has to be made anew. */
import type { HeldToken } from './token-file.js';
import type { SsoSession } from './types.js';

export type Judgement =
  | { readonly is: 'good' }
  /** `lasts`: it may still be used should the refresh not be possible just now. */
  | { readonly is: 'refresh'; readonly lasts: boolean }
  | { readonly is: 'login'; readonly because: Because };

export type Because = 'none' | 'ended' | 'other-place' | 'wrong-scope' | 'refused';

/** A token with less than this left is refreshed: the same time before the end as the SDKs do. */
export const REFRESH_MS = 5 * 60_000;
/** What the portal asks of a token. */
export const ACCOUNT_ACCESS = 'sso:account:access';

/**
 * @param now milliseconds, by the server's clock as far as it is known
 * @param refused access token that AWS did not take
 */
export function judgeToken(held: HeldToken | null, session: SsoSession, now: number, refused?: string): Judgement {
  if (!held) return { is: 'login', because: 'none' };
  if (!samePlace(held, session)) return { is: 'login', because: 'other-place' };
  if (held.scopes && !held.scopes.includes(ACCOUNT_ACCESS)) return { is: 'login', because: 'wrong-scope' };
  const isRefused = held.accessToken === refused;
  const lasts = held.expiresAt > now && !isRefused;
  if (lasts && held.expiresAt - now >= REFRESH_MS) return { is: 'good' };
  if (held.refreshToken !== null && held.client && held.client.expiresAt > now) return { is: 'refresh', lasts };
  if (lasts) return { is: 'good' };
  return { is: 'login', because: isRefused ? 'refused' : 'ended' };
}

/** A file that does not say where it belongs is the session's: its name is. */
const samePlace = (held: HeldToken, session: SsoSession): boolean =>
  (held.startUrl === null || plain(held.startUrl) === plain(session.startUrl)) &&
  (held.region === null || held.region === session.region);

/** `https://acme.awsapps.com/start`, `.../start/` and `.../start#/` are one place. */
const plain = (url: string): string => url.replace(/[#/]+$/, '').toLowerCase();
