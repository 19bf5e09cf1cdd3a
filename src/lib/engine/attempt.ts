import { UserError } from '../errors/user-error.js';
import { known, notKnown, type Known } from '../preflight/finding.js';

/** A call that fails tells nothing about what it asked for. */
export async function attempt<T>(act: () => Promise<T>): Promise<Known<T>> {
  try {
    return known(await act());
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return notKnown(error.message);
  }
}
