/** What can go wrong with a login, said to the person. */
import { ExitCode, UserError } from '../../errors/user-error.js';
import type { Because } from './judge.js';
import type { SsoSession } from './types.js';

export const nameOf = (session: SsoSession): string => session.name ?? session.startUrl;

const REASONS: Readonly<Record<Because | 'ended-there', string>> = {
  none: 'nobody is signed in',
  ended: 'the login has ended',
  'ended-there': 'the login has ended, and IAM Identity Center does not renew it',
  'other-place': 'the login that is kept belongs to another start URL or region',
  'wrong-scope': 'the token that is kept is not good for accounts (another tool wrote it)',
  refused: 'AWS does not take the token that is kept',
};

export const loginNeeded = (session: SsoSession, because: keyof typeof REASONS): UserError =>
  new UserError('LoginNeeded', {
    message: `${nameOf(session)}: ${REASONS[because]}.`,
    nextSteps: ['baf login'],
    exitCode: ExitCode.denied,
    details: { session: session.name, startUrl: session.startUrl, reason: because },
  });

/** Several asked at once: the first was not answered, and the others do not ask again. */
export const askedInVain = (session: SsoSession): UserError =>
  new UserError('LoginNeeded', {
    message: `${nameOf(session)}: another baf asked for the login meanwhile, and it was not completed.`,
    nextSteps: ['baf login'],
    exitCode: ExitCode.denied,
    details: { session: session.name, startUrl: session.startUrl, reason: 'asked-in-vain' },
  });

export const loginDenied = (session: SsoSession, why: string): UserError =>
  new UserError('LoginDenied', {
    message: `${nameOf(session)}: the login was refused in the browser (${why}).`,
    nextSteps: ['Run baf login again, and allow the request.', 'If you did, ask who looks after IAM Identity Center for access.'],
    exitCode: ExitCode.denied,
  });

export const loginTimedOut = (session: SsoSession, device: boolean): UserError =>
  new UserError('LoginTimedOut', {
    message: `${nameOf(session)}: the login was not completed within ten minutes.`,
    nextSteps: ['baf login', ...(device ? [] : ['If no browser can come back to this machine: baf login --device'])],
    exitCode: ExitCode.denied,
  });

export const loginFailed = (session: SsoSession, refused: string): UserError =>
  new UserError('LoginFailed', {
    message: `${nameOf(session)}: IAM Identity Center gave no token (${refused}).`,
    nextSteps: ['Run baf login again.', `Check start URL and region: ${session.startUrl} in ${session.region}.`],
    exitCode: ExitCode.denied,
  });
