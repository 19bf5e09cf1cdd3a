/** Clock, AWS files, keys in the environment, login. Times in milliseconds since the epoch. */
import { ok, problem, skipped, warning, type Finding } from './finding.js';

const MINUTE = 60_000;

/** How far this computer's clock is ahead of AWS's (behind: negative), or why that is not known. */
export type ClockFacts = { readonly aheadMs: number } | { readonly unknown: string; readonly fix: string };

const SET_CLOCK: Readonly<Record<string, string>> = {
  linux: 'sudo timedatectl set-ntp true',
  darwin: 'sudo sntp -sS time.apple.com',
  win32: 'w32tm /resync',
};

/** AWS refuses signatures that are more than five minutes off. */
export function judgeClock(facts: ClockFacts, system: string): Finding {
  if ('unknown' in facts) return problem('clock', facts.unknown, facts.fix);
  const off = Math.abs(facts.aheadMs);
  const way = facts.aheadMs > 0 ? 'ahead of' : 'behind';
  if (off <= MINUTE) return ok('clock', "within a minute of AWS's");
  const far = off >= 2 * MINUTE ? `${Math.round(off / MINUTE)} minutes` : `${Math.round(off / 1000)} seconds`;
  const message = `this computer's clock is ${far} ${way} AWS's`;
  const fix = SET_CLOCK[system] ?? "Set the computer's clock.";
  return off > 5 * MINUTE ? problem('clock', `${message}; AWS takes up to 5`, fix) : warning('clock', message, fix);
}

export interface AwsFile {
  readonly path: string;
  readonly state: 'there' | 'absent' | 'unreadable';
  /** `PATH:LINE: what`, where the file itself is broken. */
  readonly broken: string | null;
  /** Permission bits, or null where the system has none. */
  readonly mode: number | null;
  readonly hasKeys: boolean;
}

export interface AwsFilesFacts {
  readonly files: readonly AwsFile[];
  /** The profile in use; null where none is named and there is no default. */
  readonly active: string | null;
  /** What is wrong with a profile: `PATH:LINE: what`. */
  readonly profiles: readonly { readonly name: string; readonly wrong: string }[];
  readonly count: number;
}

const CORRECT = 'Correct the profile there, or choose another with AWS_PROFILE.';

export function judgeAwsFiles(facts: AwsFilesFacts | { readonly unused: string }): Finding[] {
  if ('unused' in facts) return [skipped('aws-files', facts.unused)];
  const found: Finding[] = [];
  for (const file of facts.files) {
    if (file.state === 'unreadable') found.push(problem('aws-files', `${file.path} cannot be read`, `chmod u+r ${file.path}`));
    if (file.broken) found.push(problem('aws-files', file.broken, 'Correct that line.'));
    // Others who can read keys have them.
    if (file.hasKeys && file.mode !== null && (file.mode & 0o077) !== 0)
      found.push(
        warning(
          'aws-files',
          `${file.path} has keys, and others may read it (mode ${(file.mode & 0o777).toString(8)})`,
          `chmod 600 ${file.path}`,
        ),
      );
  }
  for (const { name, wrong } of facts.profiles)
    found.push(name === facts.active ? problem('aws-files', wrong, CORRECT) : warning('aws-files', wrong, CORRECT));
  if (found.length > 0) return found;
  if (facts.files.every((file) => file.state === 'absent')) return [ok('aws-files', 'none')];
  const used = facts.active === null ? '' : `, ${facts.active} is used`;
  return [ok('aws-files', `${facts.count} ${facts.count === 1 ? 'profile' : 'profiles'}${used}`)];
}

/** Which of the variables are there, never their values. */
export interface KeysFacts {
  readonly keyId: boolean;
  readonly secret: boolean;
  readonly profile: string | null;
  /** What the keys win over: a login, a web identity. */
  readonly over: string | null;
  /** AWS_CREDENTIAL_EXPIRATION, or null. */
  readonly expiresAt: number | null;
}

const UNSET = 'unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN';

export function judgeKeys(facts: KeysFacts, now: number, sandbox: boolean): Finding {
  const { keyId, secret, profile, over, expiresAt } = facts;
  if (sandbox) return skipped('keys', 'the sandbox has its own');
  if (keyId !== secret) {
    const [there, missing] = keyId
      ? ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']
      : ['AWS_SECRET_ACCESS_KEY', 'AWS_ACCESS_KEY_ID'];
    return warning('keys', `${there} is set without ${missing}: it says nothing`, `unset ${there}`);
  }
  if (!keyId) return ok('keys', 'none in the environment');
  if (profile !== null)
    return warning('keys', `keys in the environment and AWS_PROFILE=${profile}: not all tools let the same one win`, UNSET);
  if (expiresAt !== null && expiresAt <= now)
    return problem('keys', `the session in the environment ended at ${new Date(expiresAt).toISOString()}`, UNSET);
  if (over !== null) return warning('keys', `tools of AWS let the keys in the environment win over ${over}`, UNSET);
  return ok('keys', 'in the environment');
}

export type LoginFacts =
  | { readonly skip: string }
  | {
      readonly session: string;
      readonly state: 'good' | 'refresh' | 'none';
      /** Why there is none. */
      readonly because: string;
      /** End of the access token. */
      readonly until: number | null;
      readonly refreshable: boolean;
    };

export function judgeLogin(facts: LoginFacts): Finding {
  if ('skip' in facts) return skipped('login', facts.skip);
  const { session, state, until, refreshable } = facts;
  if (state === 'none') return problem('login', `${session}: ${facts.because}`, 'baf login');
  const end = until === null ? '' : ` until ${new Date(until).toISOString()}`;
  if (state === 'refresh') return ok('login', `${session}: signed in, renewed when it is next used`);
  return ok('login', `${session}: signed in${end}${refreshable ? ', renewed by itself' : ', then baf login'}`);
}
