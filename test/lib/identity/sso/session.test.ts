import { describe, expect, it } from 'vitest';
import { merge, noProfiles, parseFile } from '../../../../src/lib/identity/profiles/parse.js';
import { platformSession, profileSession } from '../../../../src/lib/identity/sso/session.js';

const RULES = { session: 'acme', startUrl: 'https://acme.awsapps.com/start', region: 'eu-west-1', role: null, accountId: null };
const files = (text: string) => merge(parseFile(text, 'config', '/home/ana/.aws/config'), noProfiles);
const section = (name: string, more = '') =>
  `[sso-session ${name}]\nsso_start_url = https://${name}.awsapps.com/start\nsso_region = eu-west-1\n${more}\n`;
const profile = (name: string, session: string) =>
  `[${name === 'default' ? name : `profile ${name}`}]\nsso_session = ${session}\nsso_account_id = 111111111111\nsso_role_name = Dev\n`;
const SESSION = { name: 'acme', startUrl: 'https://acme.awsapps.com/start', region: 'eu-west-1', scopes: null };

describe('the session of a platform', () => {
  it('is what its file says, with the scopes of the same sso-session in the AWS files', () => {
    const scopes = 'sso_registration_scopes = sso:account:access, a:b';
    expect(platformSession(RULES, noProfiles)).toEqual(SESSION);
    expect(platformSession(RULES, null)).toEqual(SESSION);
    expect(platformSession(RULES, files(section('acme', scopes)))).toEqual({ ...SESSION, scopes: ['sso:account:access', 'a:b'] });
    const other = { ...RULES, startUrl: 'https://other.awsapps.com/start' };
    expect(platformSession(other, files(section('acme', scopes))).scopes).toBeNull();
  });
});

describe('the session of the AWS files', () => {
  it('is the one of the profile', () => {
    const both = files(section('acme') + section('other') + profile('dev', 'acme') + profile('default', 'other'));
    expect(profileSession(both, 'dev')).toEqual(SESSION);
    expect(profileSession(both, undefined).name).toBe('other');
  });

  it('is the only one there is, whatever the default profile has', () => {
    expect(profileSession(files(section('acme')), undefined)).toEqual(SESSION);
    expect(profileSession(files(`${section('acme')}[default]\nregion = eu-west-1\n`), undefined)).toEqual(SESSION);
  });

  it('has no name where the profile has start URL and region of its own', () => {
    const old =
      '[profile old]\nsso_start_url = https://acme.awsapps.com/start\nsso_region = eu-west-1\nsso_account_id = 111111111111\nsso_role_name = Dev\n';
    expect(profileSession(files(old), 'old')).toEqual({ ...SESSION, name: null });
  });

  it.each([
    ['no session', '', undefined, 'SsoSessionMissing', /nothing to sign in to/],
    ['two sessions', section('acme') + section('other'), undefined, 'SsoSessionAmbiguous', /acme, other/],
    [
      'a profile with keys',
      '[profile k]\naws_access_key_id = AKIA\naws_secret_access_key = x\n',
      'k',
      'ProfileWithoutLogin',
      /k gets .* by access keys/,
    ],
    ['a profile that is not there', section('acme') + profile('dev', 'acme'), 'dew', 'ProfileUnknown', /no profile dew/],
    [
      'half a session',
      '\n[sso-session acme]\nsso_region = eu-west-1\n',
      undefined,
      'SsoIncomplete',
      /config:2: .* has no sso_start_url/,
    ],
  ])('with %s is an error that says so', (_what, text, name, code, message) => {
    expect(() => profileSession(files(text), name)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) as string }),
    );
  });
});
