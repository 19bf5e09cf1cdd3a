/** How many rollouts of a deploy may fail before nothing new is started. */
import { UserError } from '../errors/user-error.js';

/** A number of rollouts, or a share of all that the deploy changes. */
export type FailureBudget = { readonly rollouts: number } | { readonly percent: number };

/** No failure is allowed for: the first one ends it. */
export const NO_FAILURES: FailureBudget = { rollouts: 0 };

/** `2` or `10%`. */
export function parseBudget(text: string): FailureBudget {
  const [, digits, percent] = /^(\d{1,5})(%?)$/.exec(text) ?? [];
  const value = Number(digits);
  if (digits === undefined || (percent && value > 100))
    throw new UserError('BudgetInvalid', {
      message: `--max-failures ${JSON.stringify(text)} is neither a number of rollouts nor a share of them.`,
      nextSteps: ['Write how many may fail before nothing new is started: --max-failures 2, or --max-failures 10%'],
    });
  return percent ? { percent: value } : { rollouts: value };
}

/** Failures that are allowed among so many rollouts: a share is rounded down. */
export const allowedFailures = (budget: FailureBudget, rollouts: number): number =>
  'rollouts' in budget ? budget.rollouts : Math.floor((rollouts * budget.percent) / 100);
