/** A user's error as text and as the contract's JSON. */
import type { UserError } from '../errors/user-error.js';
import { paint } from './style.js';

export function formatError(error: UserError, { color }: { color: boolean }): string {
  const { red, dim } = paint(color);
  const indented = (first: string, text: string, width: number): string[] =>
    text.split(/\r?\n/).map((line, index) => (index === 0 ? `${first} ${line}` : `${' '.repeat(width)}${line}`.trimEnd()));
  return [
    ...indented(red('error:'), error.message, 7),
    ...error.nextSteps.flatMap((step) => indented(`  ${dim('->')}`, step, 5)),
  ].join('\n');
}

export interface ErrorJson {
  readonly error: { readonly code: string; readonly message: string; readonly nextSteps: string[]; readonly details?: unknown };
}

export const errorJson = (error: UserError): ErrorJson => ({
  error: {
    code: error.code,
    message: error.message,
    nextSteps: error.nextSteps,
    ...(error.details === undefined ? {} : { details: error.details }),
  },
});
