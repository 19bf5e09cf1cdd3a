/** A plan that may be out of date, because somebody else had the lock just before, is made anew: see docs/decisions/0008. */
import type { App } from '../app.js';
import type { Effects } from '../engine/effects.js';
import { preflight } from '../engine/preflight.js';
import { ExitCode, UserError } from '../errors/user-error.js';
import type { BafEvent } from '../model/event.js';
import type { CheckId } from '../preflight/finding.js';
import { planChanges } from '../rollout/plan-changes.js';
import type { DeployPlan } from '../rollout/plan.js';
import { refuseProblems } from './preflight.js';
import type { Stopping } from './progress.js';

export interface Again {
  observe(effects: Effects): Promise<DeployPlan>;
  /** Checks before anything is touched, as of the first plan. */
  readonly checks: ReadonlySet<CheckId>;
  /** Whether a person had to say yes to the first plan. */
  readonly confirmed: boolean;
  /** Throws where this plan may not be carried out (pins). */
  check?(plan: DeployPlan): Promise<void>;
}

/** The others that wait for the lock are not kept waiting for an answer for longer. */
const ANSWER_MS = 5 * 60_000;

/** The plan to carry out: as it was where it still means the same. Throws (exit 4) before anything was touched. */
export async function* planAgain(
  shown: DeployPlan,
  again: Again,
  app: Pick<App, 'fresh'>,
  signal: AbortSignal,
  stopping: Pick<Stopping, 'choose'>,
): AsyncGenerator<BafEvent, DeployPlan> {
  const effects = app.fresh();
  const { clock } = effects;
  const plan = await again.observe(effects);
  const changes = planChanges(shown, plan);
  if (changes.length === 0) return plan;
  const acts = plan.waves.some((w) => w.rollouts.some((r) => r.action !== 'unchanged'));
  const asks = again.confirmed && acts && stopping.choose !== null;
  yield { type: 'plan.changed', at: clock.now(), changes, asks };
  await again.check?.(plan);
  refuseProblems(yield* preflight(plan, again.checks, effects));
  if (asks && (await answer(stopping.choose!, clock.sleep, signal)) !== 'y')
    throw new UserError('NotConfirmed', {
      message: 'The plan as it is now was not confirmed: nothing was touched.',
      nextSteps: ['Look at it with --plan, then run the same command again.'],
      exitCode: ExitCode.refused,
    });
  return plan;
}

async function answer(
  choose: NonNullable<Stopping['choose']>,
  sleep: Effects['clock']['sleep'],
  signal: AbortSignal,
): Promise<'y' | 'n'> {
  const end = new AbortController();
  const late = sleep(ANSWER_MS, AbortSignal.any([signal, end.signal])).then(
    () => 'n' as const,
    () => 'n' as const,
  );
  try {
    return await Promise.race([choose(['y', 'n'] as const), late]);
  } finally {
    end.abort();
  }
}
