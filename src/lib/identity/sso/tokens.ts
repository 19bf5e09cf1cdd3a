/** The token of a session: from the shared cache, refreshed, or from a login; one process at a time does more than read. */
import { logIn } from './login.js';
import type { Held, SsoEffects } from './effects.js';
import { askedInVain, loginNeeded } from './errors.js';
import { judgeToken, REFRESH_MS, type Because } from './judge.js';
import { parseToken, refreshedToken, tokenFileName, type HeldToken } from './token-file.js';
import { keepSecret } from '../../redaction/secrets.js';
import type { SsoSession, SsoToken, SsoTokens } from './types.js';

/** How a token came about. */
export type How = 'kept' | 'refreshed' | 'signed-in';

export interface Obtained extends SsoToken {
  readonly how: How;
  /** Whether it is refreshed silently at its end, until the login's own. */
  readonly renewable: boolean;
}

export interface SsoLogins extends SsoTokens {
  /**
   * As `token`, and says how. `anew` logs in also where a token lasts; `insist` does where what is left is about to end and
   * cannot be refreshed.
   */
  obtain(options?: ObtainOptions): Promise<Obtained>;
}

export interface ObtainOptions {
  readonly refused?: string | undefined;
  readonly anew?: boolean | undefined;
  readonly insist?: boolean | undefined;
}

export function createSsoTokens(session: SsoSession, effects: SsoEffects): SsoLogins {
  const { files, lock, oidc, clock } = effects;
  const name = tokenFileName(session);
  /** Tokens that came of a refusal: refused too, another refresh would not help. */
  const lastResorts = new Set<string>();
  const read = async (): Promise<HeldToken | null> => {
    const text = await files.read(name);
    return text === null ? null : known(parseToken(text));
  };
  const judge = (held: HeldToken | null, refused?: string) => judgeToken(held, session, clock.now() + oidc.skewMs(), refused);
  const ending = (held: HeldToken): boolean => held.expiresAt - clock.now() - oidc.skewMs() < REFRESH_MS;
  const given = (held: HeldToken, how: How): Obtained => ({
    accessToken: held.accessToken,
    expiresAt: new Date(held.expiresAt),
    how,
    renewable: held.refreshToken !== null,
  });
  const keep = async (text: string, how: How): Promise<Obtained> => {
    await files.write(name, text);
    return given(known(parseToken(text))!, how);
  };

  /** Null where only a login helps. */
  const refresh = async (held: HeldToken, lasts: boolean, refused: string | undefined): Promise<Obtained | null> => {
    const { refreshToken, client } = held;
    let answer;
    try {
      answer = await oidc.createToken(client!, { kind: 'refresh', refreshToken: refreshToken! });
    } catch (error) {
      if (lasts) return given(held, 'kept');
      throw error;
    }
    if (!('refused' in answer)) return keep(refreshedToken(held, answer, clock.now() + oidc.skewMs()), 'refreshed');
    // Tools that know nothing of this lock may have refreshed meanwhile: then the refresh token that was held is spent.
    const newer = await read();
    const better = judge(newer, refused);
    if (newer && newer.accessToken !== held.accessToken && (better.is === 'good' || (better.is === 'refresh' && better.lasts)))
      return given(newer, 'refreshed');
    return lasts ? given(held, 'kept') : null;
  };

  const ask = async (because: Because | 'ended-there', held: Held): Promise<Obtained> => {
    const { person } = effects;
    if (!person) throw loginNeeded(session, because);
    if (held.askedInVain) throw askedInVain(session);
    let text;
    try {
      text = await logIn(session, effects, person);
    } catch (error) {
      await held.tellInVain();
      throw error;
    }
    return keep(text, 'signed-in');
  };

  const underLock = async (before: HeldToken | null, options: ObtainOptions, held: Held): Promise<Obtained> => {
    const { refused, anew = false, insist = false } = options;
    const now = await read();
    const judgement = judge(now, refused);
    // Somebody else may have done it while this process waited; for a login anew only what came since counts.
    const asFound = now?.accessToken === before?.accessToken;
    if (now && judgement.is === 'good' && !(anew && asFound) && !(insist && ending(now))) return given(now, 'kept');
    if (anew) return ask('none', held);
    if (now && judgement.is === 'refresh') {
      if (refused !== undefined && lastResorts.has(refused)) return ask('refused', held);
      const refreshed = await refresh(now, judgement.lasts, refused);
      if (refreshed && refused !== undefined) lastResorts.add(refreshed.accessToken);
      return refreshed && !(insist && refreshed.how === 'kept') ? refreshed : ask('ended-there', held);
    }
    return ask(judgement.is === 'login' ? judgement.because : 'ended', held);
  };

  const obtain: SsoLogins['obtain'] = async (options = {}) => {
    const held = await read();
    const judgement = judge(held, options.refused);
    const enough = !options.anew && !(options.insist && held && ending(held));
    if (held && judgement.is === 'good' && enough) return given(held, 'kept');
    if (judgement.is === 'login' && !effects.person) throw loginNeeded(session, judgement.because);
    return lock(name, (mine) => underLock(held, options, mine));
  };

  /** One at a time in this process too: forty accounts that ask at once take the lock once. */
  let current: Promise<Obtained> | null = null;
  return {
    obtain,
    async token(refused) {
      if (refused !== undefined) return obtain({ refused });
      current ??= obtain().finally(() => (current = null));
      return current;
    },
  };
}

/** From now on in no output. */
function known<T extends HeldToken | null>(held: T): T {
  for (const secret of [held?.accessToken, held?.refreshToken, held?.client?.secret]) keepSecret(secret);
  return held;
}
