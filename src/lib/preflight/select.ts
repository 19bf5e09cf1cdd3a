/** `--skip-checks`: names of checks, or all. */
import { nearest } from '../errors/nearest.js';
import { UserError } from '../errors/user-error.js';
import { CHECK_IDS, type CheckId } from './finding.js';

/** The checks that are left to make. */
export function checksToMake(skipped: readonly string[]): ReadonlySet<CheckId> {
  const names = skipped.flatMap((text) => text.split(',')).map((name) => name.trim());
  for (const name of names) {
    if (name === 'all' || (CHECK_IDS as string[]).includes(name)) continue;
    const guess = nearest(name, [...CHECK_IDS, 'all']);
    throw new UserError('CheckUnknown', {
      message: `There is no check ${name || '(empty)'}.`,
      nextSteps: [...(guess === null ? [] : [`Did you mean: --skip-checks ${guess}`]), `Checks: ${CHECK_IDS.join(', ')}, all`],
    });
  }
  return new Set(names.includes('all') ? [] : CHECK_IDS.filter((id) => !names.includes(id)));
}
