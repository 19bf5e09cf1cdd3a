/**
 * Reads `~/.aws/config` and `~/.aws/credentials` as the AWS tools read them.
 * Source: the SDKs' shared conformance table of the profile parser, and what the aws command line accepts.
 */
import { UserError } from '../../errors/user-error.js';

export type FileKind = 'config' | 'credentials';

export interface Section {
  /** Lower-case property -> value; sub-properties are kept as they stand, each on a line of its own. */
  readonly properties: Readonly<Record<string, string>>;
  /** Where the section and its properties begin, for error messages. */
  readonly place: Place;
  readonly places: Readonly<Record<string, Place>>;
}

export interface Place {
  readonly file: string;
  readonly line: number;
}

export interface Profiles {
  readonly profiles: Readonly<Record<string, Section>>;
  readonly ssoSessions: Readonly<Record<string, Section>>;
  readonly services: Readonly<Record<string, Section>>;
}

type Kind = 'profile' | 'sso-session' | 'services';

interface Draft {
  readonly properties: Record<string, string>;
  readonly place: Place;
  readonly places: Record<string, Place>;
}

const NAME = /^[A-Za-z0-9_\-/.%@:+]+$/;
const KEY = /^[A-Za-z0-9_-]+$/;

/** The sections of one file. Throws a UserError that names file and line where a tool of AWS's would stop too. */
export function parseFile(text: string, kind: FileKind, file: string): Profiles {
  const found: Record<Kind, Map<string, Draft>> = { profile: new Map(), 'sso-session': new Map(), services: new Map() };
  /** Whether `[profile default]` was seen: then `[default]` says nothing. */
  let prefixedDefault = false;
  let section: Draft | 'ignored' | null = null;
  let property: string | null = null;
  const wrong = (line: number, what: string): UserError =>
    new UserError('AwsConfigInvalid', {
      message: `${file}:${line}: ${what}.`,
      nextSteps: ['Correct that line, or name another file with AWS_CONFIG_FILE or AWS_SHARED_CREDENTIALS_FILE.'],
      details: { file, line },
    });
  text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .forEach((raw, index) => {
      const line = index + 1;
      if (/^\s*$/.test(raw) || /^[#;]/.test(raw)) return;
      if (/^\s*\[/.test(raw)) {
        const header = headerOf(raw, kind);
        if (header === 'open') throw wrong(line, "Profile definition must end with ']'");
        property = null;
        section = 'ignored';
        if (!header) return;
        const plainDefault = header.kind === 'profile' && header.name === 'default' && !header.prefixed && kind === 'config';
        if (plainDefault && prefixedDefault) return;
        if (header.kind === 'profile' && header.name === 'default' && header.prefixed && !prefixedDefault) {
          prefixedDefault = true;
          found.profile.delete('default');
        }
        const draft = found[header.kind].get(header.name) ?? { properties: {}, place: { file, line }, places: {} };
        found[header.kind].set(header.name, draft);
        section = draft;
        return;
      }
      if (section === null) throw wrong(line, 'Expected a profile definition');
      if (/^\s/.test(raw)) {
        if (section === 'ignored') return;
        if (property === null) throw wrong(line, 'Expected a property definition, found continuation');
        const value = raw.trim();
        const held = section.properties[property]!;
        if (held === '' || held.startsWith('\n')) checkSub(value, (what) => wrong(line, what));
        section.properties[property] = `${held}\n${value}`;
        return;
      }
      const at = raw.indexOf('=');
      if (at < 0) throw wrong(line, "Expected an '=' sign defining a property");
      const key = raw.slice(0, at).trim().toLowerCase();
      if (key === '') throw wrong(line, 'Property did not have a name');
      property = null;
      if (section === 'ignored' || !KEY.test(key)) return;
      property = key;
      section.properties[key] = raw
        .slice(at + 1)
        .replace(/(^|\s)[#;].*$/, '')
        .trim();
      section.places[key] = { file, line };
    });
  const all = (which: Kind): Record<string, Section> => Object.fromEntries(found[which]);
  return { profiles: all('profile'), ssoSessions: all('sso-session'), services: all('services') };
}

function checkSub(value: string, wrong: (what: string) => UserError): void {
  const at = value.indexOf('=');
  if (at < 0) throw wrong("Expected an '=' sign defining a sub-property");
  if (value.slice(0, at).trim() === '') throw wrong('Sub-property did not have a name');
}

/** What a line in brackets begins: null for names that no tool reads, `open` where the bracket is not closed. */
function headerOf(raw: string, kind: FileKind): { kind: Kind; name: string; prefixed: boolean } | null | 'open' {
  const inner = /^\s*\[([^\]]*)\](.*)$/.exec(raw.replace(/\s[#;].*$/, ''));
  if (!inner) return /\]/.test(raw) ? null : 'open';
  const rest = inner[2]!.trim();
  if (rest !== '' && !/^[#;]/.test(rest)) return null;
  const parts = /^(profile|sso-session|services)\s+(.*)$/s.exec(inner[1]!.trim());
  const name = unquoted((parts ? parts[2]! : inner[1]!).trim());
  if (!name.ok) return null;
  if (kind === 'credentials') return parts || !name.ok ? null : { kind: 'profile', name: name.text, prefixed: false };
  if (parts) return { kind: parts[1] as Kind, name: name.text, prefixed: true };
  // Without its prefix only the default is a profile; a padded name is read all the same, as the SDKs do.
  if (name.text === 'default' || /^\s/.test(inner[1]!)) return { kind: 'profile', name: name.text, prefixed: false };
  return null;
}

/** Quotes let a name have blanks. */
function unquoted(text: string): { ok: boolean; text: string } {
  const quoted = /^(["'])(.*)\1$/.exec(text);
  if (quoted) return { ok: quoted[2] !== '' && !quoted[2]!.includes(quoted[1]!), text: quoted[2]! };
  return { ok: NAME.test(text), text };
}

/** Both files as one: what the credentials file says wins. */
export function merge(config: Profiles, credentials: Profiles): Profiles {
  const profiles: Record<string, Section> = { ...config.profiles };
  for (const [name, section] of Object.entries(credentials.profiles)) {
    const held = profiles[name];
    profiles[name] = held
      ? {
          properties: { ...held.properties, ...section.properties },
          place: held.place,
          places: { ...held.places, ...section.places },
        }
      : section;
  }
  return { ...config, profiles };
}

export const noProfiles: Profiles = { profiles: {}, ssoSessions: {}, services: {} };
