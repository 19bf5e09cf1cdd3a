/** A user's error as text and as the contract's JSON. */
import type { UserError } from '../errors/user-error.js';
import { paint, widthOf, wrap } from './style.js';

/** @param columns of a terminal: the message is broken between its words. Next steps stay whole, to be copied. */
export function formatError(error: UserError, { color, columns }: { color: boolean; columns?: number | undefined }): string {
  const { red, dim } = paint(color);
  const indented = (first: string, text: string, width: number): string[] =>
    text.split(/\r?\n/).map((line, index) => (index === 0 ? `${first} ${line}` : `${' '.repeat(width)}${line}`.trimEnd()));
  return [
    ...indented(red('error:'), columns === undefined ? error.message : broken(error.message, columns - 8), 7),
    ...error.nextSteps.flatMap((step) => indented(`  ${dim('->')}`, step, 5)),
  ].join('\n');
}

const broken = (text: string, columns: number): string =>
  text
    .split(/\r?\n/)
    .flatMap((line) => (widthOf(line) <= columns ? [line] : wrap(line, Math.max(20, columns))))
    .join('\n');

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
