/**
 * Role sessions kept between commands, as the aws command line keeps its own: a file for each, readable by its owner only.
 * What cannot be read or written is as if it were not there.
 */
import { createHash, randomUUID } from 'node:crypto';
import { promises, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Credentials, CredentialStore } from '../identity/roles.js';

/** `who` tells apart by whose credentials the roles are assumed. */
export function credentialCache(dir: string, who: readonly (string | undefined)[]): CredentialStore {
  const fileOf = (key: string): string =>
    join(
      dir,
      `${createHash('sha256')
        .update(JSON.stringify([key, ...who]))
        .digest('hex')}.json`,
    );
  return {
    // Small files: waiting for each of them would take longer than reading it.
    async get(key) {
      try {
        const held = JSON.parse(readFileSync(fileOf(key), 'utf8')) as Omit<Credentials, 'expiration'> & {
          expiration: string;
        };
        return { ...held, expiration: new Date(held.expiration) };
      } catch {
        return null;
      }
    },
    async put(key, credentials) {
      try {
        await promises.mkdir(dir, { recursive: true, mode: 0o700 });
        const temporary = join(dir, randomUUID());
        await promises.writeFile(temporary, JSON.stringify(credentials), { mode: 0o600 });
        await promises.rename(temporary, fileOf(key));
      } catch {
        // Without the cache the next command assumes the role again.
      }
    },
  };
}

/**
 * The user's cache for AWS itself, or null: in CI every run has credentials of its own, and BAF_NO_CREDENTIAL_CACHE says no.
 * @param way what tells the way to the roles, and the person behind it, apart from others
 */
export function userCredentialCache(
  env: Readonly<Record<string, string | undefined>>,
  actor: string,
  way: readonly string[],
): CredentialStore | null {
  if (env['CI'] || env['BAF_NO_CREDENTIAL_CACHE']) return null;
  const source = ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE', 'AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_STS'];
  return credentialCache(userCredentialDir(env), [actor, ...source.map((name) => env[name]), ...way]);
}

export const userCredentialDir = (env: Readonly<Record<string, string | undefined>>): string =>
  join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'baf', 'credentials');

/** After a logout nothing that came of the login is used any more. */
export const forgetSessions = (dir: string): Promise<void> =>
  promises.rm(dir, { recursive: true, force: true }).catch(() => undefined);

export const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex');
