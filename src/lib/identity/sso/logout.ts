/** Ends a login: at IAM Identity Center, and in the cache. */
import { keepSecret } from '../../redaction/secrets.js';
import type { CacheFiles, Lock } from './effects.js';
import { parseToken, tokenFileName } from './token-file.js';
import type { SsoSession } from './types.js';

/** What became of the login there; `none`: there was nothing to end. */
export type EndedThere = 'now' | 'before' | 'none' | { readonly failed: string };

export interface LoggedOut {
  /** Whether there was a file, and it is gone. */
  readonly removed: boolean;
  readonly there: EndedThere;
}

export interface LogoutEffects {
  readonly files: CacheFiles;
  readonly lock: Lock;
  end(accessToken: string): Promise<EndedThere>;
}

/** The file goes in any case: what could not be ended there ends by itself. */
export function logOutOf(session: SsoSession, { files, lock, end }: LogoutEffects): Promise<LoggedOut> {
  const name = tokenFileName(session);
  return lock(name, async () => {
    const text = await files.read(name);
    const held = text === null ? null : parseToken(text);
    keepSecret(held?.accessToken);
    const there = held ? await end(held.accessToken) : 'none';
    return { removed: await files.remove(name), there };
  });
}
