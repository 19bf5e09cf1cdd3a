/** What `baf doctor` reads of the user's AWS files, environment and login. Values of secrets go no further than here. */
import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { AwsFile, AwsFilesFacts, KeysFacts, LoginFacts } from '../../doctor/identity.js';
import { UserError } from '../../errors/user-error.js';
import { chainOf } from '../../identity/profiles/chain.js';
import { merge, noProfiles, parseFile, type FileKind, type Profiles } from '../../identity/profiles/parse.js';
import { loginNeeded } from '../../identity/sso/errors.js';
import { judgeToken } from '../../identity/sso/judge.js';
import { platformSession } from '../../identity/sso/session.js';
import { parseToken, tokenFileName } from '../../identity/sso/token-file.js';
import { sourceOf, type Base } from '../../identity/way.js';
import type { IdentityRules, Platform } from '../../model/platform.js';
import { files } from '../../system/files.js';
import { wayHere } from '../../system/identity-edge.js';
import { sharedCacheDir, ssoCacheFiles } from '../../system/sso-cache.js';

type Env = Readonly<Record<string, string | undefined>>;

export interface AwsFiles {
  readonly facts: AwsFilesFacts;
  readonly profiles: Profiles;
}

export async function observeAwsFiles(env: Env): Promise<AwsFiles> {
  const home = join(env['HOME'] || homedir(), '.aws');
  const read = await Promise.all([
    readAwsFile(env['AWS_CONFIG_FILE'] || join(home, 'config'), 'config'),
    readAwsFile(env['AWS_SHARED_CREDENTIALS_FILE'] || join(home, 'credentials'), 'credentials'),
  ]);
  const profiles = merge(read[0].profiles, read[1].profiles);
  const names = Object.keys(profiles.profiles);
  const chosen = env['AWS_PROFILE'] || null;
  const wrong = (name: string): { name: string; wrong: string }[] => {
    try {
      chainOf(profiles, name);
      return [];
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      // A profile may be there for its region or its output only, where nobody chose it for credentials.
      return error.code === 'ProfileWithoutCredentials' && name !== chosen
        ? []
        : [{ name, wrong: error.message.replace(/\.$/, '') }];
    }
  };
  const checked = chosen !== null && !names.includes(chosen) ? [chosen, ...names] : names;
  return {
    profiles,
    facts: {
      files: read.map((r) => r.file),
      active: chosen ?? (names.includes('default') ? 'default' : null),
      // Where a file is broken its profiles are not known: what refers to them is not to blame.
      profiles: read.some((r) => r.file.broken) ? [] : checked.flatMap(wrong),
      count: names.length,
    },
  };
}

async function readAwsFile(path: string, kind: FileKind): Promise<{ file: AwsFile; profiles: Profiles }> {
  const none: AwsFile = { path, state: 'absent', broken: null, mode: null, hasKeys: false };
  let text: string | null;
  try {
    text = await files.read(path);
  } catch {
    return { file: { ...none, state: 'unreadable' }, profiles: noProfiles };
  }
  if (text === null) return { file: none, profiles: noProfiles };
  const mode = process.platform === 'win32' ? null : ((await stat(path).catch(() => null))?.mode ?? null);
  const hasKeys = /^\s*aws_(secret_access_key|session_token)\s*=\s*\S/im.test(text);
  const file: AwsFile = { ...none, state: 'there', mode, hasKeys };
  try {
    return { file, profiles: parseFile(text, kind, path) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { file: { ...file, broken: error.message.replace(/\.$/, '') }, profiles: noProfiles };
  }
}

export function observeKeys(env: Env, platform: Platform | null): KeysFacts {
  const expiration = Date.parse(env['AWS_CREDENTIAL_EXPIRATION'] ?? '');
  const without = baseHere({ ...env, AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined }, platform);
  return {
    keyId: Boolean(env['AWS_ACCESS_KEY_ID']),
    secret: Boolean(env['AWS_SECRET_ACCESS_KEY']),
    profile: env['AWS_PROFILE'] || null,
    over:
      without?.kind === 'sso' ? `the login at ${without.session}` : without?.kind === 'web-identity' ? sourceOf(without) : null,
    expiresAt: Number.isNaN(expiration) ? null : expiration,
  };
}

/** What is asked where no platform file says otherwise: only whether a pipeline brings a token. */
const NO_RULES: IdentityRules = {
  role: '{account}',
  sso: null,
  ci: { provider: 'auto', audience: 'sts.amazonaws.com', tokenVariable: 'AWS_OIDC_TOKEN', role: '{account}' },
  via: null,
  externalId: null,
};

/** Where baf itself begins, or null where that cannot work: other findings say why. */
function baseHere(env: Env, platform: Platform | null): Base | null {
  try {
    return wayHere({ ...env }, platform?.identity ?? NO_RULES, Object.values(platform?.accounts ?? {})[0] ?? '').base;
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

/** Reads the shared cache; nothing is refreshed and nobody is asked. */
export async function observeLogin(env: Env, platform: Platform | null, profiles: Profiles): Promise<LoginFacts> {
  const rules = platform?.identity.sso;
  if (!rules) return { skip: platform ? 'the platform names no single sign-on' : 'no platform file says where' };
  const base = baseHere(env, platform);
  if (base === null) return { skip: 'not asked: what comes before it cannot work' };
  if (base.kind !== 'sso') return { skip: `not needed: baf takes ${sourceOf(base)}` };
  const session = platformSession(rules, profiles);
  const text = await ssoCacheFiles(sharedCacheDir(env))
    .read(tokenFileName(session))
    .catch(() => null);
  const held = text === null ? null : parseToken(text);
  const now = Date.now();
  const judgement = judgeToken(held, session, now);
  return {
    session: rules.session,
    state: judgement.is === 'login' ? 'none' : judgement.is,
    because: judgement.is === 'login' ? loginNeeded(session, judgement.because).message.replace(/^.*?: |\.$/g, '') : '',
    until: held?.expiresAt ?? null,
    refreshable: Boolean(held?.refreshToken && held.client && held.client.expiresAt > now),
  };
}
