import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../../src/lib/errors/user-error.js';
import { merge, noProfiles, parseFile, type Profiles, type Section } from '../../../../src/lib/identity/profiles/parse.js';
import { corpus } from '../../../corpus.js';

const files = corpus('aws-config');

interface Case {
  readonly name: string;
  readonly input: { readonly configFile?: string; readonly credentialsFile?: string };
  readonly output: {
    readonly errorContaining?: string;
    readonly config?: {
      readonly profiles?: Record<string, Record<string, string>>;
      readonly sso_sessions?: Record<string, Record<string, string>>;
    };
  };
}

const read = ({ configFile, credentialsFile }: Case['input']): Profiles =>
  merge(
    configFile === undefined ? noProfiles : parseFile(configFile, 'config', 'config'),
    credentialsFile === undefined ? noProfiles : parseFile(credentialsFile, 'credentials', 'credentials'),
  );
const plain = (sections: Readonly<Record<string, Section>>) =>
  Object.fromEntries(Object.entries(sections).map(([name, { properties }]) => [name, properties]));

describe.skipIf(files === null)('the conformance table of the AWS SDKs', () => {
  const table = files === null ? [] : readdirSync(files).filter((name) => name.endsWith('profile-parser-tests.json'));
  const cases = table.flatMap((name) => (JSON.parse(readFileSync(join(files!, name), 'utf8')) as { tests: Case[] }).tests);

  it('is there', () => expect(cases.length).toBeGreaterThan(60));

  it.each(cases.map((one) => [one.name, one] as const))('%s', (_name, { input, output }) => {
    if (output.errorContaining !== undefined) expect(() => read(input)).toThrow(output.errorContaining);
    else {
      const { profiles, ssoSessions } = read(input);
      expect(plain(profiles)).toEqual(output.config?.profiles ?? {});
      if (output.config?.sso_sessions) expect(plain(ssoSessions)).toEqual(output.config.sso_sessions);
    }
  });
});

describe.skipIf(files === null)('real files of other tools', () => {
  const names = files === null ? [] : readdirSync(files).filter((name) => !name.endsWith('.json'));
  it.each(names)('%s is read, or refused with its line', (name) => {
    const text = readFileSync(join(files!, name), 'utf8');
    try {
      const { profiles } = parseFile(text, 'config', name);
      expect(Object.keys(profiles).length).toBeGreaterThan(0);
    } catch (error) {
      expect(error).toBeInstanceOf(UserError);
      expect((error as UserError).message).toMatch(new RegExp(`^${name.replace(/[.]/g, '\\.')}:\\d+: `));
    }
  });
});

describe('a file of profiles', () => {
  it('says where each property is', () => {
    const { profiles } = parseFile('[default]\nregion = eu-west-1\n\n[profile dev]\nROLE_ARN = x\n', 'config', 'c');
    expect(profiles['dev']).toEqual({
      properties: { role_arn: 'x' },
      place: { file: 'c', line: 4 },
      places: { role_arn: { file: 'c', line: 5 } },
    });
  });

  it('has names with blanks in quotes, sections of services, and may begin with a byte order mark', () => {
    const { profiles, services } = parseFile(
      '\ufeff[profile "my profile"]\nregion = x\n[services local]\nssm =\n  endpoint_url = http://h\n',
      'config',
      'c',
    );
    expect(plain(profiles)).toEqual({ 'my profile': { region: 'x' } });
    expect(plain(services)).toEqual({ local: { ssm: '\nendpoint_url = http://h' } });
  });

  it('of any text is read or refused with its line, never anything else', () => {
    const piece = fc.oneof(
      fc.constantFrom('[profile a]', '[default]', '[', ']', 'k = v', ' k = v', '= v', '# c', '\r', 's3 =', '[profile "a b"]'),
      fc.string({ maxLength: 20 }),
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 12 }),
        fc.constantFrom('config' as const, 'credentials' as const),
        (lines, kind) => {
          try {
            parseFile(lines.join('\n'), kind, 'f');
          } catch (error) {
            expect(error).toBeInstanceOf(UserError);
            expect((error as UserError).message).toMatch(/^f:\d+: /);
          }
        },
      ),
    );
  });
});
