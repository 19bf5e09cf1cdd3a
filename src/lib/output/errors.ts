/** A user's error as text and as the contract's JSON. */
import type { UserError } from '../errors/user-error.js';
import { paint } from './style.js';

export function formatError(error: UserError, { color }: { color: boolean }): string {
  const { red, dim } = paint(color);
  const [first, ...rest] = error.message.split('\n');
  return [
    `${red('error:')} ${first}`,
    ...rest.map((line) => `       ${line}`),
    ...error.nextSteps.map((step) => `  ${dim('->')} ${step}`),
  ].join('\n');
}

export const errorJson = (error: UserError): { error: object } => ({
  error: {
    code: error.code,
    message: error.message,
    nextSteps: error.nextSteps,
    ...(error.details === undefined ? {} : { details: error.details }),
  },
});
