import { ExitCode, UserError } from '../errors/user-error.js';
import { adviceOfDenial, isDenial } from './denial.js';

/** Name of an SDK error (its AWS code), whatever was thrown. */
export const awsCode = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'name' in error ? String((error as { name: unknown }).name) : '';

/** Turns what an AWS call threw into an error for users that says which call, where, and why; passes UserErrors on. */
export function explainAwsError(error: unknown, call: string, where: string): UserError {
  if (error instanceof UserError) return error;
  const code = awsCode(error);
  const message = error instanceof Error ? error.message : String(error);
  if (isDenial(code))
    return new UserError('AccessDenied', {
      message: `${call} in ${where} was refused: ${message}`,
      nextSteps: adviceOfDenial(code, message),
      exitCode: ExitCode.denied,
    });
  return new UserError(code && code !== 'Error' ? code : 'AwsCallFailed', {
    message: `${call} in ${where} failed: ${message}`,
    nextSteps: ['Run the same command again: what is done is kept, the rest is finished.'],
    exitCode: ExitCode.failed,
    transient: isTransient(error),
  });
}

/** Of the moment: a throttle, a fault of AWS's own, a connection that broke or never stood, an answer that did not come. */
function isTransient(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { name, code, $retryable, $fault, $metadata } = error as {
    name?: string;
    code?: string;
    $retryable?: unknown;
    $fault?: string;
    $metadata?: { httpStatusCode?: number };
  };
  return (
    $retryable !== undefined ||
    $fault === 'server' ||
    ($metadata?.httpStatusCode ?? 0) >= 500 ||
    /Throttl|TooManyRequests|RequestLimitExceeded|^(TimeoutError|AbortError)$/.test(name ?? '') ||
    /^(E(CONN|HOST|NET|PIPE|TIMEDOUT|AI_AGAIN)|ENOTFOUND)/.test(code ?? '')
  );
}
