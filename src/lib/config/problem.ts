/** A finding in a file: where, what, what is allowed. All findings of a file are one error. */
import { UserError } from '../errors/user-error.js';

export interface Problem {
  /** Keys and indices from the top. */
  readonly path: readonly (string | number)[];
  readonly message: string;
  /** Points at the key instead of its value. */
  readonly atKey?: boolean;
}

const MOST = 10;

export function configInvalid(file: string, lines: readonly string[], nextSteps: readonly string[] = []): UserError {
  const shown = lines.slice(0, MOST);
  const more = lines.length - shown.length;
  return new UserError('ConfigInvalid', {
    message: [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'),
    nextSteps: nextSteps.length > 0 ? [...nextSteps] : [`Correct ${file}, then run the command again.`],
    details: { file, findings: lines },
  });
}
