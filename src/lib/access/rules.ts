/** Who may do what with a request, and what a request has to be: refusals with the next step. */
import { ExitCode, UserError } from '../errors/user-error.js';
import type { AccessRules } from '../model/platform.js';
import { isId, samePerson, stateOf, type AccessRequest } from './record.js';

const REASON_MOST = 500;

export const isApprover = (rules: AccessRules, person: string): boolean =>
  rules.approvers.some((name) => samePerson(name, person));

/** Approvers who may answer this person's request. */
export const approversFor = (rules: AccessRules, requester: string): string[] =>
  rules.approvers.filter((name) => !samePerson(name, requester));

/** One line of at most 500 characters; SSM takes no `{{` in a value. */
export function checkReason(text: string): string {
  const reason = text
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .replaceAll('{{', '{ {')
    .trim();
  if (reason.length > 0 && reason.length <= REASON_MOST) return reason;
  throw new UserError('ReasonInvalid', {
    message:
      reason === '' ? 'A reason is needed.' : `The reason has ${reason.length} characters; at most ${REASON_MOST} are kept.`,
    nextSteps: ['e.g. --reason "checkout fails since 10:40, INC-1234"'],
  });
}

const FOR_LEAST_MS = 5 * 60_000;

export function checkDuration(forMs: number, text: string, rules: AccessRules): number {
  if (forMs > rules.maxForMs)
    throw new UserError('AccessTooLong', {
      message: `--for ${text} is longer than the platform allows (access.maxFor: ${hours(rules.maxForMs)}).`,
      nextSteps: [`Ask for ${hours(rules.maxForMs)} at most, and again when that is over.`],
      exitCode: ExitCode.refused,
    });
  if (forMs < FOR_LEAST_MS)
    throw new UserError('DurationInvalid', {
      message: `--for ${text} is over before anything is deployed.`,
      nextSteps: ['Ask for five minutes at least: --for 5m'],
    });
  return forMs;
}

/** A record may be older than the platform's rules, or not written by baf. */
export function checkLength(request: AccessRequest, rules: AccessRules): void {
  if (request.forSeconds * 1000 <= rules.maxForMs) return;
  throw new UserError('AccessTooLong', {
    message: `${request.id} asks for ${hours(request.forSeconds * 1000)}; the platform allows ${hours(rules.maxForMs)} (access.maxFor).`,
    nextSteps: [`baf access deny ${request.id} --env ${request.environment}`],
    exitCode: ExitCode.refused,
  });
}

export const hours = (ms: number): string => {
  const minutes = Math.round(ms / 60_000);
  const [h, m] = [Math.floor(minutes / 60), minutes % 60];
  return `${h > 0 ? `${h}h` : ''}${m > 0 || h === 0 ? `${m}m` : ''}`;
};

export function checkId(text: string): string {
  if (isId(text)) return text;
  throw new UserError('AccessUnknown', {
    message: `${JSON.stringify(text)} is not the id of a request.`,
    nextSteps: ['e.g. ana-3; baf access ls lists them.'],
  });
}

/** Throws unless this person may approve or deny this request now. Approving what is approved already finishes it. */
export function checkDecides(request: AccessRequest, person: string, rules: AccessRules, approve: boolean, now: number): void {
  const refuse = (code: string, message: string, ...nextSteps: string[]): never => {
    throw new UserError(code, { message, nextSteps, exitCode: ExitCode.refused });
  };
  const { id, environment, requester } = request;
  if (samePerson(person, requester))
    refuse(
      'OwnRequest',
      `${id} is your own request: nobody grants their own.`,
      `One of ${approversFor(rules, requester).join(', ') || 'the approvers'} types: baf access approve ${id} --env ${environment}`,
    );
  if (!isApprover(rules, person))
    refuse(
      'NotAnApprover',
      `${person} is not among the approvers of the platform file (${rules.approvers.join(', ')}).`,
      `One of them types: baf access approve ${id} --env ${environment}`,
    );
  const state = stateOf(request, now);
  if (state === 'requested' || (approve && state === 'approved') || (!approve && state === 'denied')) return;
  if (state === 'approved')
    refuse('AccessDecided', `${id} was approved by ${request.decision!.by}.`, `baf access revoke ${id} --env ${environment}`);
  refuse(
    'AccessOver',
    `${id} is ${state}${state === 'denied' ? ` (by ${request.decision!.by})` : ''}.`,
    `${requester} can ask again: baf access request --env ${environment} --for ${hours(request.forSeconds * 1000)} --reason ...`,
  );
}

/** Throws unless this person may take this request, or the access that came of it, back. */
export function checkRevokes(request: AccessRequest, person: string, rules: AccessRules, now: number): void {
  const state = stateOf(request, now);
  if (!samePerson(person, request.requester) && !isApprover(rules, person))
    throw new UserError('NotAnApprover', {
      message: `${request.id} is ${request.requester}'s: only they and the approvers (${rules.approvers.join(', ')}) may take it back.`,
      exitCode: ExitCode.refused,
    });
  if (state === 'denied' || state === 'expired')
    throw new UserError('AccessOver', {
      message: `${request.id} is ${state} already: there is nothing to take back.`,
      exitCode: ExitCode.refused,
    });
}

/** How people are told to ask. */
export const askCommand = (environment: string): string => `baf access request --env ${environment} --for 2h --reason ...`;
