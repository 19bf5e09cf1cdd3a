/** `baf login | logout`: a login at IAM Identity Center, shared with the tools of AWS. */
import type { AppFlags } from '../app.js';
import { openLogins, openLogout } from '../app-login.js';
import { UserError } from '../errors/user-error.js';
import { nameOf } from '../identity/sso/errors.js';
import type { LoggedOut } from '../identity/sso/logout.js';
import type { Obtained } from '../identity/sso/tokens.js';
import type { SsoSession } from '../identity/sso/types.js';
import { listenForSignals } from '../system/signals.js';
import { findLoginPlace } from './login-place.js';

interface Done {
  readonly json: object;
  readonly text: string;
}

export interface LoginFlags extends AppFlags {
  readonly device?: boolean | undefined;
  readonly browser: boolean;
  readonly force: boolean;
  readonly 'no-input': boolean;
}

/** Whoever runs this is there to answer, also without a terminal; but not in CI, and not with --no-input. */
export async function logIn(flags: LoginFlags): Promise<Done> {
  const nobody = flags['no-input'] ? '--no-input says not to ask' : process.env['CI'] ? 'in CI nobody can be asked' : null;
  const place = await findLoginPlace(flags);
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  const interruption = listenForSignals(() => undefined);
  try {
    const logins = await openLogins({
      ...place,
      say,
      ask: nobody === null ? { device: flags.device, browser: flags.browser, signal: interruption.signal } : null,
    });
    const made = await logins.obtain({ anew: flags.force, insist: nobody === null });
    return { json: loginJson(place.session, made), text: loginText(place.session, made) };
  } catch (error) {
    const received = interruption.received();
    if (received)
      throw new UserError('Interrupted', {
        message: 'Stopped: nobody was signed in.',
        exitCode: received === 'SIGINT' ? 130 : 143,
      });
    throw nobody !== null && error instanceof UserError && error.code === 'LoginNeeded' ? cannotAsk(error, nobody) : error;
  } finally {
    interruption.release();
    await place.close();
  }
}

const cannotAsk = (error: UserError, why: string): UserError =>
  new UserError(error.code, {
    message: `${error.message.replace(/\.$/, '')}, and ${why}.`,
    nextSteps: [
      'baf login, where somebody can answer',
      'A pipeline needs no login: it signs in with the token of its run (identity.ci in the platform file).',
    ],
    exitCode: error.exitCode,
    details: error.details,
  });

const loginJson = ({ name, startUrl, region }: SsoSession, { how, expiresAt, renewable }: Obtained): object => ({
  login: {
    session: name,
    startUrl,
    region,
    status: how,
    signedIn: how === 'signed-in',
    refreshed: how === 'refreshed',
    expiresAt: expiresAt.toISOString(),
    renewable,
  },
});

function loginText(session: SsoSession, { how, expiresAt, renewable }: Obtained): string {
  const until = `until ${expiresAt.toISOString()}${renewable ? ', and renewed silently from then on' : ''}`;
  if (how === 'kept') return `You are signed in to ${nameOf(session)} already, ${until} (--force signs in anew).`;
  return how === 'refreshed'
    ? `Your login to ${nameOf(session)} was renewed: ${until}.`
    : `You are signed in to ${nameOf(session)}, ${until}.`;
}

export async function logOut(flags: AppFlags): Promise<Done & { readonly warnings: string[] }> {
  const place = await findLoginPlace(flags);
  try {
    const { removed, there } = await (await openLogout(place))();
    const { name, startUrl, region } = place.session;
    const failed = typeof there === 'object' ? there.failed : null;
    return {
      json: { logout: { session: name, startUrl, region, removed, ended: there === 'now' } },
      text: logoutText(place.session, { removed, there }, place.sandbox !== null),
      warnings: failed === null ? [] : [`IAM Identity Center was not told (${failed}): the login ends there by itself.`],
    };
  } finally {
    await place.close();
  }
}

function logoutText(session: SsoSession, { removed, there }: LoggedOut, sandbox: boolean): string {
  if (!removed) return `Nobody was signed in to ${nameOf(session)}.`;
  const what =
    there === 'now'
      ? 'the login has ended at IAM Identity Center, and its token is gone from this computer'
      : there === 'before'
        ? 'the login had ended already; its token is gone from this computer'
        : 'its token is gone from this computer';
  return `Signed out of ${nameOf(session)}: ${what}${sandbox ? '' : ', for the tools of AWS as well'}.`;
}
