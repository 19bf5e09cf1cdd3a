/** What is there of identity on this computer: environment, AWS files, logins, tokens of pipelines. Read when asked for. */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chooseWay, INSIDE, type Situation } from '../identity/choose-way.js';
import { readToken } from '../identity/ci/tokens.js';
import type { Profiles } from '../identity/profiles/parse.js';
import { parseToken, tokenFileName } from '../identity/sso/token-file.js';
import type { TokenSource, Way } from '../identity/way.js';
import type { IdentityRules } from '../model/platform.js';
import { awsFilePaths, parseAwsFiles } from './aws-files.js';
import { shortHash } from './credential-cache.js';
import { sharedCacheDir } from './sso-cache.js';

type Env = Readonly<Record<string, string | undefined>>;

/** The way of this computer; sets what keeps a profile's credential_process from coming back here without an end. */
export function wayHere(env: NodeJS.ProcessEnv, rules: IdentityRules, firstAccountId: string): Way {
  const way = chooseWay(situationOf(env, rules, firstAccountId));
  if (way.base.kind === 'sdk') env[INSIDE] = '1';
  return way;
}

function situationOf(env: NodeJS.ProcessEnv, rules: IdentityRules, firstAccountId: string): Situation {
  let read: Profiles | null = null;
  const { config, credentials } = awsFilePaths(env);
  return {
    env,
    rules,
    firstAccountId,
    profiles: () => (read ??= parseAwsFiles(env, textOf(config), textOf(credentials))),
    login: (session) => loginIn(sharedCacheDir(env), session),
  };
}

/** Tells the login of a session in a cache folder from others without its token; null where there is none. */
export function loginIn(dir: string, session: string): string | null {
  const text = textOf(join(dir, tokenFileName({ name: session, startUrl: session })));
  if (text === null) return null;
  // Of a file that is just being written the token's owner knows more.
  const token = parseToken(text);
  if (!token) return '';
  // One that is over and cannot be renewed is none: other credentials, where there are some, are meant then.
  if (!token.refreshToken && token.expiresAt <= Date.now()) return null;
  return shortHash(token.accessToken).slice(0, 16);
}

export const tokenHere =
  (env: Env) =>
  (source: TokenSource): Promise<string> =>
    readToken(source, {
      env,
      get: async (url, bearer) => (await import('./http.js')).getWithBearer(url, bearer),
      readFile: (path) => readFile(path, 'utf8'),
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    });

/** Where whoever made session keys told their end. */
export function keysEndAt(env: Env): Date | null {
  const end = Date.parse(env['AWS_CREDENTIAL_EXPIRATION'] ?? '');
  return Number.isNaN(end) ? null : new Date(end);
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
