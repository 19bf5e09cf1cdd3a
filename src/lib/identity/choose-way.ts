/** Which of the identities that are there is used, and what the user should know of it. Pure: `profiles` reads what was read. */
import { ExitCode, UserError } from '../errors/user-error.js';
import type { IdentityRules } from '../model/platform.js';
import { chainOf, type Chain } from './profiles/chain.js';
import type { Profiles } from './profiles/parse.js';
import type { Base, TokenSource, Way } from './way.js';

type Env = Readonly<Record<string, string | undefined>>;

export interface Situation {
  readonly env: Env;
  readonly rules: IdentityRules;
  /** Of the account that starts a chain where the platform names none. */
  readonly firstAccountId: string;
  /** The user's AWS files as one; throws a UserError where they cannot be read. Asked for only where they have a say. */
  readonly profiles: () => Profiles;
  /** A name for who is logged in at a start URL or session (never the token), or null where nobody is. */
  readonly login: (session: string) => string | null;
}

/** Throws a UserError where what is asked for cannot work: what is missing, and where it goes. */
export function chooseWay(situation: Situation): Way {
  const { env, rules, login } = situation;
  const token = tokenOf(situation);
  if (token) {
    const over = overridden(env).map(
      (names) =>
        `${names} would win over web identity in other tools; baf uses web identity (identity.ci.provider: none changes that).`,
    );
    return { base: { kind: 'web-identity', token, role: null }, key: ['web-identity', JSON.stringify(token)], warnings: over };
  }
  const named = env['AWS_PROFILE'] || env['AWS_DEFAULT_PROFILE'] || null;
  const profile = named === null ? null : profileWay(situation, named);
  if (profile) return profile;
  if (env['AWS_ACCESS_KEY_ID'] && env['AWS_SECRET_ACCESS_KEY'])
    return sdk('environment', [env['AWS_ACCESS_KEY_ID']], env['AWS_WEB_IDENTITY_TOKEN_FILE'] ? [KEYS_WIN] : []);
  const path = env['AWS_WEB_IDENTITY_TOKEN_FILE'];
  const role = env['AWS_ROLE_ARN'];
  if (path && role)
    return {
      base: { kind: 'web-identity', token: { kind: 'file', path }, role },
      key: ['web-identity', path, role],
      warnings: [],
    };
  const sso = rules.sso ? login(rules.sso.session) : null;
  if (sso !== null) return ssoWay(rules, situation.firstAccountId, sso);
  const fallback = usableDefault(situation);
  if (fallback) return fallback;
  const container = env['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'] ?? env['AWS_CONTAINER_CREDENTIALS_FULL_URI'];
  if (container) return sdk('container', [container]);
  if (rules.sso && !env['CI']) return ssoWay(rules, situation.firstAccountId, '');
  if (named !== null) throw ownProcess(named, rules);
  return { ...sdk('instance', []), missing: whatIsMissing(env, rules) };
}

/** What would give this place an identity, where there is none. */
function whatIsMissing(env: Env, { ci }: IdentityRules): string[] {
  if (!env['CI'] && !env['JENKINS_URL'])
    return ['Name a profile with AWS_PROFILE, or set up [default]; docs/identity.md lists the ways.'];
  if (ci.provider === 'none')
    return [
      'identity.ci.provider: none leaves this job to AWS_PROFILE, keys in the environment or a role of its machine: set one up.',
    ];
  const file = 'Bind an OpenID Connect token to a file, and name it with AWS_WEB_IDENTITY_TOKEN_FILE (docs/identity.md).';
  if (env['GITLAB_CI']) return [`Add to the job: id_tokens: { ${ci.tokenVariable}: { aud: ${ci.audience} } }`];
  if (env['JENKINS_URL']) return [file];
  return [file, 'A token in a variable: identity.ci: { provider: gitlab, tokenVariable: NAME } in the platform file.'];
}

const KEYS_WIN =
  'AWS_ACCESS_KEY_ID wins over AWS_WEB_IDENTITY_TOKEN_FILE, here as in other tools: unset it where the token is meant.';

const sdk = (from: 'environment' | 'container' | 'instance', key: string[], warnings: string[] = []): Way => ({
  base: { kind: 'sdk', from, profile: null },
  key: ['sdk', from, ...key],
  warnings,
});

/** What else in the environment other tools would take. */
const overridden = (env: Env): string[] => [
  ...(env['AWS_ACCESS_KEY_ID'] ? ['The static keys in AWS_ACCESS_KEY_ID'] : []),
  ...(env['AWS_PROFILE'] ? [`AWS_PROFILE=${env['AWS_PROFILE']}`] : []),
];

/** The token of a pipeline that is used straight, or null. */
function tokenOf({ env, rules }: Situation): TokenSource | null {
  const { provider, audience, tokenVariable } = rules.ci;
  if (provider === 'none') return null;
  const file = env['AWS_WEB_IDENTITY_TOKEN_FILE'];
  const inCi = Boolean(env['CI'] || env['JENKINS_URL']);
  if ((provider === 'auto' || provider === 'github') && env['GITHUB_ACTIONS'] === 'true') {
    if (env['ACTIONS_ID_TOKEN_REQUEST_URL'] && env['ACTIONS_ID_TOKEN_REQUEST_TOKEN']) return { kind: 'github', audience };
    if (provider === 'github' || !hasOther(env)) throw noGithubToken();
  }
  if (provider === 'gitlab' || (provider === 'auto' && env['GITLAB_CI'])) {
    if (inCi && env[tokenVariable]) return { kind: 'gitlab', variable: tokenVariable };
    if (provider === 'gitlab' && inCi) throw noVariable(tokenVariable, audience);
  }
  if (provider === 'file' && inCi && !file) throw noFile();
  if (!file || (provider !== 'file' && provider !== 'auto')) return null;
  if (provider === 'file') return { kind: 'file', path: file };
  // A token that comes with a role of another name is for that role; the platform's is assumed from there.
  const forAnother = env['AWS_ROLE_ARN'] !== undefined && !fits(rules.ci.role, env['AWS_ROLE_ARN']);
  const explicit = env['AWS_ACCESS_KEY_ID'] || env['AWS_PROFILE'];
  return forAnother || (explicit && !inCi) ? null : { kind: 'file', path: file };
}

const fits = (pattern: string, arn: string): boolean => {
  const [before = '', after = ''] = pattern.split('{account}');
  return arn.startsWith(before) && arn.endsWith(after) && /^\d{12}$/.test(arn.slice(before.length, arn.length - after.length));
};

const hasOther = (env: Env): boolean =>
  [
    'AWS_ACCESS_KEY_ID',
    'AWS_PROFILE',
    'AWS_WEB_IDENTITY_TOKEN_FILE',
    'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
    'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  ].some((name) => env[name]);

/** @param who tells the login from others */
export function ssoWay(rules: IdentityRules, firstAccountId: string, who: string): Way {
  const { session, role, accountId, startUrl } = rules.sso!;
  const base: Base = {
    kind: 'sso',
    session,
    accountId: role !== null && accountId === null ? null : (accountId ?? firstAccountId),
    role,
  };
  return { base, key: ['sso', startUrl, session, base.accountId ?? '', role ?? '', who], warnings: [] };
}

/** A profile that was asked for by name; null where it only leads back to baf itself. */
function profileWay(situation: Situation, name: string): Way | null {
  const files = situation.profiles();
  const chain = chainOf(files, name);
  const mfa = chain.roles.find((r) => r.mfaSerial !== null);
  if (mfa) throw needsMfa(files, mfa.profile);
  if (isOwn(chain)) return null;
  if (chain.source.kind === 'process' && situation.env[INSIDE]) throw processLoop(name, chain.source.command);
  const { source } = chain;
  const who =
    source.kind === 'sso'
      ? (situation.login(source.session ?? source.startUrl) ?? '')
      : source.kind === 'static'
        ? (files.profiles[source.profile]?.properties['aws_access_key_id'] ?? '')
        : '';
  return {
    base: { kind: 'sdk', from: 'profile', profile: name },
    key: ['profile', name, JSON.stringify(chain), who],
    warnings: [],
  };
}

/** The default profile where it says of credentials; one that only has a region does not. */
function usableDefault(situation: Situation): Way | null {
  const p = situation.profiles().profiles['default']?.properties ?? {};
  const says = ['aws_access_key_id', 'role_arn', 'credential_process', 'sso_session', 'sso_start_url', 'login_session'];
  return says.some((key) => p[key]) ? profileWay(situation, 'default') : null;
}

/** Set for what a profile's credential_process runs, so that it does not come back here without an end. */
export const INSIDE = 'BAF_CREDENTIAL_PROCESS';

/** `credential_process = baf credentials ...`: for other tools; baf itself looks further. */
const isOwn = ({ source }: Chain): boolean =>
  source.kind === 'process' && /(^|[\\/"'\s])baf(\.cmd|\.cjs)?["']?\s+([^|;&]*\s)?credentials(\s|$)/.test(source.command);

const denied = (code: string, message: string, ...nextSteps: string[]): UserError =>
  new UserError(code, { message, nextSteps, exitCode: ExitCode.denied });

const noGithubToken = (): UserError =>
  denied(
    'IdTokenMissing',
    'This GitHub job may not ask for an identity token: ACTIONS_ID_TOKEN_REQUEST_URL is not set.',
    'Add to the job (or the workflow): permissions: { id-token: write, contents: read }',
    'A called workflow needs it in the job that calls it too; a pull request from a fork gets none.',
    'Where the runner has an identity of its own: identity.ci.provider: none in the platform file.',
  );

const noVariable = (name: string, audience: string): UserError =>
  denied(
    'IdTokenMissing',
    `The platform file says identity.ci.provider: gitlab, but ${name} is not set in this job.`,
    `Add to the job: id_tokens: { ${name}: { aud: ${audience} } }`,
    'Another variable: identity.ci.tokenVariable in the platform file.',
  );

const noFile = (): UserError =>
  denied(
    'IdTokenMissing',
    'The platform file says identity.ci.provider: file, but AWS_WEB_IDENTITY_TOKEN_FILE is not set in this job.',
    'Bind the token to a file, and name it with AWS_WEB_IDENTITY_TOKEN_FILE.',
  );

function needsMfa(files: Profiles, profile: string): UserError {
  const place = files.profiles[profile]?.places['mfa_serial'];
  return denied(
    'ProfileNeedsMfa',
    `${place ? `${place.file}:${place.line}: ` : ''}the profile ${profile} asks for a code (mfa_serial), and baf does not ask for one.`,
    'Get a session with the code first (aws sts get-session-token), or use single sign-on: baf login.',
  );
}

const processLoop = (name: string, command: string): UserError =>
  denied(
    'ProfileLoop',
    `The profile ${name} gets its credentials from a program that runs baf, which would ask that program again: ${command.split(/\s/)[0]}.`,
    'Unset AWS_PROFILE for baf, or name another profile.',
  );

const ownProcess = (name: string, rules: IdentityRules): UserError =>
  denied(
    'NoIdentity',
    `AWS_PROFILE=${name} gets its credentials from baf itself, and there is no other identity here.`,
    rules.sso ? 'baf login' : 'Name the profile that baf shall use with AWS_PROFILE, or set up [default].',
  );
