/** How a profile gets its credentials: where the first ones come from, and which roles are assumed from there on. */
import { nearest } from '../../errors/nearest.js';
import { ExitCode, UserError } from '../../errors/user-error.js';
import type { Place, Profiles, Section } from './parse.js';

export interface SsoSource {
  readonly kind: 'sso';
  /** Name of the sso-session, or null where the profile has the old keys of its own. */
  readonly session: string | null;
  readonly startUrl: string;
  readonly region: string;
  readonly accountId: string;
  readonly roleName: string;
}

export type Source =
  | { readonly kind: 'static'; readonly profile: string }
  | SsoSource
  | { readonly kind: 'process'; readonly command: string }
  /** `aws login`: the SDK reads its session. */
  | { readonly kind: 'login'; readonly session: string }
  | { readonly kind: 'web-identity'; readonly roleArn: string; readonly tokenFile: string; readonly sessionName: string | null }
  | { readonly kind: 'environment' | 'instance' | 'container' };

export interface AssumedRole {
  readonly profile: string;
  readonly roleArn: string;
  readonly externalId: string | null;
  readonly sessionName: string | null;
  readonly mfaSerial: string | null;
  /** Seconds, or null for what STS gives by itself. */
  readonly durationSeconds: number | null;
}

export interface Chain {
  readonly source: Source;
  /** In the order in which they are assumed. */
  readonly roles: readonly AssumedRole[];
}

const SOURCES: Readonly<Record<string, 'environment' | 'instance' | 'container'>> = {
  Environment: 'environment',
  Ec2InstanceMetadata: 'instance',
  EcsContainer: 'container',
};

/** Throws a UserError that names the line where a profile cannot work. */
export function chainOf(files: Profiles, name: string): Chain {
  const roles: AssumedRole[] = [];
  const visited: string[] = [];
  let current = name;
  for (;;) {
    const section = files.profiles[current];
    if (!section) throw missing(files, current, visited.at(-1));
    const p = section.properties;
    const roleArn = p['role_arn'];
    const looped = visited.includes(current);
    // A profile may be its own source: then its own keys are meant.
    if (looped && visited.at(-1) === current && p['aws_access_key_id']) return { source: staticKeys(section, current), roles };
    if (looped)
      throw broken('ProfileLoop', section, 'source_profile', `the profiles ${[...visited, current].join(' -> ')} go in a circle`);
    visited.push(current);
    if (!roleArn || (p['web_identity_token_file'] && !p['source_profile'] && !p['credential_source']))
      return { source: sourceOf(files, section, current), roles };
    roles.unshift(roleOf(section, current, roleArn));
    if (p['source_profile'] && p['credential_source'])
      throw broken(
        'ProfileAmbiguous',
        section,
        'credential_source',
        `the profile ${current} has both source_profile and credential_source`,
      );
    if (p['credential_source']) {
      const kind = SOURCES[p['credential_source']];
      if (!kind)
        throw broken(
          'CredentialSourceUnknown',
          section,
          'credential_source',
          `credential_source = ${p['credential_source']} is none of ${Object.keys(SOURCES).join(', ')}`,
        );
      return { source: { kind }, roles };
    }
    if (!p['source_profile'])
      throw broken(
        'ProfileIncomplete',
        section,
        'role_arn',
        `the profile ${current} has a role_arn, but no source_profile, credential_source or web_identity_token_file to assume it from`,
      );
    current = p['source_profile'];
  }
}

function sourceOf(files: Profiles, section: Section, name: string): Source {
  const p = section.properties;
  if (p['aws_access_key_id'] || p['aws_secret_access_key']) return staticKeys(section, name);
  if (p['web_identity_token_file']) {
    if (!p['role_arn'])
      throw broken('ProfileIncomplete', section, 'web_identity_token_file', `the profile ${name} has no role_arn for its token`);
    return {
      kind: 'web-identity',
      roleArn: p['role_arn'],
      tokenFile: p['web_identity_token_file'],
      sessionName: p['role_session_name'] ?? null,
    };
  }
  if (p['credential_process']) return { kind: 'process', command: p['credential_process'] };
  if (p['login_session']) return { kind: 'login', session: p['login_session'] };
  if (p['sso_session'] !== undefined || p['sso_start_url'] !== undefined || p['sso_account_id'] !== undefined)
    return ssoOf(files, section, name);
  throw broken('ProfileWithoutCredentials', section, null, `the profile ${name} says nothing of where its credentials come from`);
}

function staticKeys(section: Section, name: string): Source {
  for (const key of ['aws_access_key_id', 'aws_secret_access_key'])
    if (!section.properties[key])
      throw broken('ProfileIncomplete', section, 'aws_access_key_id', `the profile ${name} has no ${key}`);
  return { kind: 'static', profile: name };
}

function ssoOf(files: Profiles, section: Section, name: string): SsoSource {
  const p = section.properties;
  const session = p['sso_session'];
  const held = session === undefined ? section : files.ssoSessions[session];
  if (!held) {
    const guess = nearest(session!, Object.keys(files.ssoSessions));
    throw broken(
      'SsoSessionUnknown',
      section,
      'sso_session',
      `there is no [sso-session ${session}]${guess ? ` (there is [sso-session ${guess}])` : ''}`,
    );
  }
  const need = (from: Section, key: string, where: string): string => {
    const value = from.properties[key];
    if (!value) throw broken('SsoIncomplete', from, null, `${where} has no ${key}`);
    return value;
  };
  const of = session === undefined ? `the profile ${name}` : `[sso-session ${session}]`;
  for (const key of ['sso_start_url', 'sso_region'])
    if (session !== undefined && p[key] !== undefined && p[key] !== held.properties[key])
      throw broken('SsoConflict', section, key, `the profile ${name} and ${of} have different values of ${key}`);
  return {
    kind: 'sso',
    session: session ?? null,
    startUrl: need(held, 'sso_start_url', of),
    region: need(held, 'sso_region', of),
    accountId: need(section, 'sso_account_id', `the profile ${name}`),
    roleName: need(section, 'sso_role_name', `the profile ${name}`),
  };
}

function roleOf(section: Section, profile: string, roleArn: string): AssumedRole {
  const p = section.properties;
  const seconds = p['duration_seconds'];
  if (seconds !== undefined && !(Number.isInteger(Number(seconds)) && Number(seconds) >= 900 && Number(seconds) <= 43_200))
    throw broken(
      'DurationInvalid',
      section,
      'duration_seconds',
      `duration_seconds = ${seconds} is not a number from 900 to 43200`,
    );
  return {
    profile,
    roleArn,
    externalId: p['external_id'] ?? null,
    sessionName: p['role_session_name'] ?? null,
    mfaSerial: p['mfa_serial'] ?? null,
    durationSeconds: seconds === undefined ? null : Number(seconds),
  };
}

const at = ({ file, line }: Place): string => `${file}:${line}`;

function broken(code: string, section: Section, key: string | null, what: string): UserError {
  const place = (key === null ? undefined : section.places[key]) ?? section.place;
  return new UserError(code, {
    message: `${at(place)}: ${what}.`,
    nextSteps: ['Correct the profile there, or choose another with AWS_PROFILE.'],
    exitCode: ExitCode.denied,
    details: place,
  });
}

function missing(files: Profiles, name: string, from: string | undefined): UserError {
  const names = Object.keys(files.profiles);
  const guess = nearest(name, names);
  const section = from === undefined ? undefined : files.profiles[from];
  const place = section?.places['source_profile'];
  return new UserError('ProfileUnknown', {
    message: place
      ? `${at(place)}: source_profile = ${name}, but there is no profile ${name}.`
      : `There is no profile ${name} in your AWS files.`,
    nextSteps: [
      ...(guess ? [`Did you mean: ${guess}`] : []),
      names.length > 0 ? `Profiles: ${names.slice(0, 20).join(', ')}` : 'aws configure sso makes one.',
    ],
    exitCode: ExitCode.denied,
  });
}
