/** A plan that may be out of date, because somebody else had the lock just before, is made anew: see docs/decisions/0008. */
import type { App } from '../app.js';
import type { Effects } from '../engine/effects.js';
import { preflight } from '../engine/preflight.js';
import { ExitCode, UserError } from '../errors/user-error.js';
import type { BafEvent } from '../model/event.js';
import type { CheckId } from '../preflight/finding.js';
import { planChanges } from '../rollout/plan-changes.js';
import type { DeployPlan } from '../rollout/plan.js';
import { createClock } from '../system/clock.js';
import { exitCodeOfSignal } from '../system/signals.js';
import { refuseProblems } from './preflight.js';
import type { Stopping } from './progress.js';
import { reading } from './reading.js';

export interface Again {
  observe(effects: Effects, read?: () => void): Promise<DeployPlan>;
  /** How much there is to look at. */
  readonly of: { readonly rollouts: number; readonly targets: number };
  /** Checks before anything is touched, as of the first plan. */
  readonly checks: ReadonlySet<CheckId>;
  /** Whether a person had to say yes to the first plan. */
  readonly confirmed: boolean;
  /** Throws where this plan may not be carried out (pins). */
  check?(plan: DeployPlan): Promise<void>;
}

/** The others that wait for the lock are not kept waiting for an answer for longer: minutes of a person's time. */
const ANSWER_MINUTES = 5;

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
  const plan = yield* reading((read) => again.observe(effects, read), again.of, clock);
  const changes = planChanges(shown, plan);
  if (changes.length === 0) return plan;
  const acts = plan.waves.some((w) => w.rollouts.some((r) => r.action !== 'unchanged'));
  const asks = again.confirmed && acts && stopping.choose !== null;
  yield { type: 'plan.changed', at: clock.now(), changes, asks };
  await again.check?.(plan);
  refuseProblems(yield* preflight(plan, again.checks, effects));
  if (!asks) return plan;
  const said = await answer(stopping.choose!, signal);
  if (said === 'y') return plan;
  if (signal.aborted)
    throw new UserError('Interrupted', {
      message: 'Stopped before the plan as it is now was confirmed: nothing was touched.',
      nextSteps: ['Run the same command again.'],
      exitCode: exitCodeOfSignal((signal.reason as Error).message === 'SIGTERM' ? 'SIGTERM' : 'SIGINT'),
    });
  throw new UserError('NotConfirmed', {
    message: `${said === 'n' ? 'The plan as it is now was not confirmed' : `No answer in ${ANSWER_MINUTES} minutes`}: nothing was touched.`,
    nextSteps: ['Look at it with --plan, then run the same command again.'],
    exitCode: ExitCode.refused,
  });
}

/** Null where none came in time, or it was stopped. */
async function answer(choose: NonNullable<Stopping['choose']>, signal: AbortSignal): Promise<'y' | 'n' | null> {
  const end = new AbortController();
  const late = createClock()
    .sleep(ANSWER_MINUTES * 60_000, AbortSignal.any([signal, end.signal]))
    .then(
      () => null,
      () => null,
    );
  try {
    return await Promise.race([choose(['y', 'n'] as const), late]);
  } finally {
    end.abort();
  }
}
