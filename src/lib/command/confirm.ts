/** Asks yes or no on a terminal; without one the question is an error that names the flag. */
import { ExitCode, UserError } from '../errors/user-error.js';
import { ask } from './ask.js';

export async function confirm(
  question: string,
  flags: { readonly yes: boolean; readonly 'no-input': boolean },
  why: string,
): Promise<void> {
  if (flags.yes) return;
  if (flags['no-input'] || !process.stdin.isTTY || !process.stderr.isTTY)
    throw new UserError('CannotAsk', {
      message: `${why}: this needs a yes, and there is no terminal to ask on.`,
      nextSteps: ['Add --yes.'],
      exitCode: ExitCode.usage,
    });
  const yes = await ask<boolean>({ type: 'confirm', message: question, default: false });
  if (!yes) throw new UserError('NotConfirmed', { message: 'Not confirmed: nothing was touched.', exitCode: ExitCode.refused });
}
