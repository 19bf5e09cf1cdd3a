import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../../src/lib/errors/user-error.js';
import { chainOf } from '../../../../src/lib/identity/profiles/chain.js';
import { merge, noProfiles, parseFile } from '../../../../src/lib/identity/profiles/parse.js';
import { corpus } from '../../../corpus.js';

const config = (text: string) => merge(parseFile(text, 'config', 'config'), noProfiles);
const chain = (text: string, name = 'default') => chainOf(config(text), name);
const refusal = (text: string, name = 'default'): UserError => {
  try {
    chain(text, name);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('it was taken');
};
const KEYS = 'aws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = example\n';

describe('a profile', () => {
  it('has roles in the order in which they are assumed', () => {
    const text = `[default]\nrole_arn = r3\nsource_profile = b\nexternal_id = e\nduration_seconds = 900
[profile b]\nrole_arn = r2\nsource_profile = c\nrole_session_name = me\n[profile c]\n${KEYS}`;
    const { source, roles } = chain(text);
    expect(source).toEqual({ kind: 'static', profile: 'c' });
    expect(roles.map((r) => [r.profile, r.roleArn, r.externalId, r.sessionName, r.durationSeconds])).toEqual([
      ['b', 'r2', null, 'me', null],
      ['default', 'r3', 'e', null, 900],
    ]);
  });

  it('may be its own source', () => {
    expect(chain(`[default]\nrole_arn = r\nsource_profile = default\n${KEYS}`)).toMatchObject({
      source: { kind: 'static', profile: 'default' },
      roles: [{ roleArn: 'r' }],
    });
  });

  it('gets its first credentials from where it says', () => {
    expect(chain('[default]\nrole_arn = r\ncredential_source = EcsContainer').source).toEqual({ kind: 'container' });
    expect(chain('[default]\ncredential_process = /bin/get --me').source).toEqual({ kind: 'process', command: '/bin/get --me' });
    expect(chain('[default]\nrole_arn = r\nweb_identity_token_file = /t').source).toMatchObject({
      kind: 'web-identity',
      tokenFile: '/t',
    });
    const sso = '[sso-session s]\nsso_start_url = https://x\nsso_region = eu-west-1\n';
    expect(chain(`${sso}[default]\nsso_session = s\nsso_account_id = 1\nsso_role_name = Dev`).source).toEqual({
      kind: 'sso',
      session: 's',
      startUrl: 'https://x',
      region: 'eu-west-1',
      accountId: '1',
      roleName: 'Dev',
    });
    expect(
      chain('[default]\nsso_start_url = https://x\nsso_region = r\nsso_account_id = 1\nsso_role_name = Dev').source,
    ).toMatchObject({ kind: 'sso', session: null });
  });

  it.each([
    [
      'a circle',
      '[default]\nrole_arn = r\nsource_profile = b\n[profile b]\nrole_arn = q\nsource_profile = default',
      'ProfileLoop',
      'config:3: the profiles default -> b -> default go in a circle',
    ],
    [
      'a source that is not there',
      '[default]\nrole_arn = r\nsource_profile = bsae\n[profile base]',
      'ProfileUnknown',
      'config:3: source_profile = bsae, but',
    ],
    [
      'both sources',
      '[default]\nrole_arn = r\nsource_profile = default\ncredential_source = Environment',
      'ProfileAmbiguous',
      'config:4: ',
    ],
    ['no source', '[default]\nregion = x\nrole_arn = r', 'ProfileIncomplete', 'config:3: '],
    [
      'half a key',
      '[default]\naws_access_key_id = A',
      'ProfileIncomplete',
      'config:2: the profile default has no aws_secret_access_key',
    ],
    [
      'a session that is not there',
      '[sso-session acme]\n[default]\nsso_session = amce',
      'SsoSessionUnknown',
      'config:3: there is no [sso-session amce] (there is [sso-session acme])',
    ],
    [
      'half of single sign-on',
      '[default]\nsso_session = s\nsso_account_id = 1\nsso_role_name = R\n[sso-session s]\nsso_region = x',
      'SsoIncomplete',
      'config:5: [sso-session s] has no sso_start_url',
    ],
    [
      'two regions of one session',
      '[default]\nsso_session = s\nsso_region = y\nsso_account_id = 1\nsso_role_name = R\n[sso-session s]\nsso_region = x\nsso_start_url = u',
      'SsoConflict',
      'config:3: ',
    ],
    [
      'an unknown credential source',
      '[default]\nrole_arn = r\ncredential_source = Ec2',
      'CredentialSourceUnknown',
      'config:3: credential_source = Ec2 is none of Environment, Ec2InstanceMetadata, EcsContainer',
    ],
    [
      'a duration that STS refuses',
      `[default]\nrole_arn = r\nsource_profile = default\nduration_seconds = 60\n${KEYS}`,
      'DurationInvalid',
      'config:4: ',
    ],
    ['nothing', '[default]\nregion = x', 'ProfileWithoutCredentials', 'config:1: '],
  ])('with %s is refused with its line', (_what, text, code, message) => {
    const error = refusal(text);
    expect([error.code, error.exitCode]).toEqual([code, 3]);
    expect(error.message.startsWith(message), error.message).toBe(true);
  });

  it('that is not there is named with the nearest', () => {
    expect(refusal('[profile prod]\n', 'pord').nextSteps[0]).toBe('Did you mean: prod');
  });

  it('always ends in a chain or a refusal, however profiles point at each other', () => {
    const names = ['default', 'a', 'b', 'c'];
    const section = fc.record({
      role: fc.boolean(),
      source: fc.option(fc.constantFrom(...names, 'gone'), { nil: null }),
      keys: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(section, { minLength: 4, maxLength: 4 }), (sections) => {
        const text = sections
          .map(
            ({ role, source, keys }, i) =>
              `[${i === 0 ? 'default' : `profile ${names[i]}`}]\n${role ? `role_arn = r${i}\n` : ''}${source ? `source_profile = ${source}\n` : ''}${keys ? KEYS : ''}`,
          )
          .join('');
        try {
          const { roles } = chain(text);
          expect(new Set(roles.map((r) => r.profile)).size).toBe(roles.length);
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
        }
      }),
    );
  });
});

const files = corpus('aws-config');
describe.skipIf(files === null)('every profile of real files', () => {
  const names = files === null ? [] : readdirSync(files).filter((name) => !name.endsWith('.json') && !/bad/.test(name));
  it.each(names)('of %s has a chain or is refused with its place', (name) => {
    const all = merge(parseFile(readFileSync(join(files!, name), 'utf8'), 'config', name), noProfiles);
    for (const profile of Object.keys(all.profiles)) {
      try {
        expect(chainOf(all, profile).source.kind).toBeTruthy();
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
        expect((error as UserError).message).toContain(`${name}:`);
      }
    }
  });
});
