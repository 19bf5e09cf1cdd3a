/** Which session somebody logs in to: the platform's, else what the AWS files say. */
import { ExitCode, UserError } from '../../errors/user-error.js';
import type { SsoRules } from '../../model/platform.js';
import { chainOf } from '../profiles/chain.js';
import type { Profiles, Section } from '../profiles/parse.js';
import { scopesOf } from './token-file.js';
import type { SsoSession } from './types.js';

/** Of the platform file. An sso-session of the same name and start URL in the AWS files adds the scopes it asks for. */
export function platformSession(rules: SsoRules, files: Profiles | null): SsoSession {
  const same = files?.ssoSessions[rules.session]?.properties;
  const scopes = same?.['sso_start_url'] === rules.startUrl ? scopesOf(same['sso_registration_scopes']) : null;
  return { name: rules.session, startUrl: rules.startUrl, region: rules.region, scopes };
}

/** Whether there is something to sign in to was asked, and the answer is no. */
export const NOTHING_THERE = 'SsoSessionMissing';

/**
 * Of the profile, where it gets its credentials by single sign-on; without a profile the default one's, else the only
 * sso-session there is. Throws a UserError that says what there is.
 * @param profile of AWS_PROFILE, or undefined
 */
export function profileSession(files: Profiles, profile: string | undefined): SsoSession {
  const sessions = Object.keys(files.ssoSessions);
  if (profile !== undefined) {
    const { source } = chainOf(files, profile);
    if (source.kind === 'sso') return withScopes(source.session, source.startUrl, source.region, files);
    throw new UserError('ProfileWithoutLogin', {
      message: `The profile ${profile} gets its credentials by ${WAYS[source.kind]}: there is nothing to sign in to.`,
      nextSteps: ['Choose another with AWS_PROFILE.', ...listed(sessions)],
      exitCode: ExitCode.denied,
    });
  }
  const byDefault = defaultSession(files);
  if (byDefault) return byDefault;
  const [only, ...more] = sessions;
  if (only !== undefined && more.length === 0) return ofSection(only, files.ssoSessions[only]!);
  if (only !== undefined)
    throw new UserError('SsoSessionAmbiguous', {
      message: `There are ${sessions.length} sso-sessions in your AWS files: ${sessions.join(', ')}.`,
      nextSteps: ['Say which with AWS_PROFILE (a profile that has it), or name a platform file with --platform.'],
    });
  throw new UserError(NOTHING_THERE, {
    message: 'There is nothing to sign in to: no platform file, and no sso-session in your AWS files.',
    nextSteps: [
      'Run baf login in the folder of a project, or name its platform file: --platform FILE (or BAF_PLATFORM).',
      'aws configure sso writes an sso-session.',
    ],
  });
}

const WAYS = {
  static: 'access keys',
  process: 'credential_process',
  'web-identity': 'a web identity token',
  environment: 'environment variables',
  instance: 'the role of the instance',
  container: 'the role of the container',
  login: '`aws login`',
} as const;

const listed = (sessions: readonly string[]): string[] =>
  sessions.length > 0 ? [`sso-sessions: ${sessions.join(', ')}`] : ['aws configure sso writes a profile that does.'];

/** Null where the default profile has none, or cannot work: nobody chose it. */
function defaultSession(files: Profiles): SsoSession | null {
  if (!files.profiles['default']) return null;
  try {
    const { source } = chainOf(files, 'default');
    return source.kind === 'sso' ? withScopes(source.session, source.startUrl, source.region, files) : null;
  } catch {
    return null;
  }
}

const withScopes = (name: string | null, startUrl: string, region: string, files: Profiles): SsoSession => ({
  name,
  startUrl,
  region,
  scopes: name === null ? null : scopesOf(files.ssoSessions[name]?.properties['sso_registration_scopes']),
});

function ofSection(name: string, section: Section): SsoSession {
  const need = (key: string): string => {
    const value = section.properties[key];
    if (value) return value;
    const { file, line } = section.place;
    throw new UserError('SsoIncomplete', {
      message: `${file}:${line}: [sso-session ${name}] has no ${key}.`,
      nextSteps: ['Add it there.'],
      details: section.place,
    });
  };
  return {
    name,
    startUrl: need('sso_start_url'),
    region: need('sso_region'),
    scopes: scopesOf(section.properties['sso_registration_scopes']),
  };
}
