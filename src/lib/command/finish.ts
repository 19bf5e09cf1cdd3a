/** Runs a plan on record with its progress shown, and says how it ended: the last part of deploy, rollback and cancel. */
import type { App } from '../app.js';
import type { DeployOptions } from '../engine/deploy.js';
import type { Effects } from '../engine/effects.js';
import { ExitCode, UserError } from '../errors/user-error.js';
import type { DeployOutcome } from '../model/outcome.js';
import type { Environment } from '../model/platform.js';
import { shouldColor } from '../output/style.js';
import { jobSummary } from '../output/job-summary.js';
import { exitCodeOf, summarizeDeploy } from '../output/summary.js';
import type { DeployRecord } from '../records/record.js';
import type { DeployPlan } from '../rollout/plan.js';
import { exitCodeOfSignal } from '../system/signals.js';
import { attachTo, carryOut } from './carry-out.js';
import type { Guard } from './guards.js';
import { openNotices, settled } from './notices.js';
import { planAgain, type Again } from './plan-again.js';
import { showProgress, type ProgressFlags } from './progress.js';

export interface Finish {
  readonly app: App;
  readonly environment: Environment;
  readonly kind: DeployRecord['kind'];
  readonly flags: ProgressFlags & { readonly notify?: ((text: string) => void) | undefined };
  readonly options: Pick<DeployOptions, 'onFailure' | 'timeoutMs' | 'maxFailures' | 'parallel' | 'waits'>;
  readonly guard: Guard;
  readonly plan: DeployPlan;
  /** When the plan was begun to be made, and how it is made anew. */
  readonly plannedAt: number;
  readonly again: Again;
  /** Called under the lock before anything is changed. */
  readonly before?: ((effects: Effects) => Promise<void>) | undefined;
}

/** Somebody who had the lock so short a time before may have changed what the plan saw. */
const FRESH_MS = 60_000;

export async function finish(job: Finish): Promise<{ json: { deploy: DeployOutcome }; text: string; exitCode: number }> {
  const { app, environment, kind, flags, guard, plan } = job;
  const attach = attachTo(environment);
  const options = {
    ...job.options,
    kind: 'deploy',
    name: environment.name,
    writesTag: true,
    op: kind,
    note: guard.note,
  } as const;
  const notices = openNotices(app, environment);
  const carried = { app, environment, kind, options, attach, notices };
  const changes = plan.waves.some((w) => w.rollouts.some((r) => r.action !== 'unchanged'));
  const { events, interrupted } = await showProgress(
    flags,
    app.effects.clock.now,
    (signal, stopping) =>
      settled(
        notices,
        signal,
        changes
          ? guard.run(whatOf(plan), signal, async function* (effects, ends, lock) {
              const stale = lock.before !== null && lock.before > job.plannedAt - FRESH_MS;
              await job.before?.(effects);
              const now = stale ? yield* planAgain(plan, job.again, app, ends, stopping) : plan;
              yield* carryOut(now, carried, effects, ends, stopping);
            })
          : carryOut(plan, carried, app.effects, signal, stopping),
      ),
    attach,
  );
  for (const warning of notices.warnings) flags.notify?.(warning);
  const last = events.findLast((event) => event.type === 'deploy.ended');
  if (!last) throw new UserError('DeployLost', { message: 'The deploy ended without an outcome.', exitCode: ExitCode.bug });
  const { outcome } = last;
  await tellGithub(jobSummary(outcome, { kind, by: app.actor }), process.env['GITHUB_STEP_SUMMARY']);
  const color = shouldColor(process.stdout, process.env, !flags['no-color']);
  return {
    json: { deploy: outcome },
    text: summarizeDeploy(outcome, { color, columns: process.stdout.columns ?? 1000 }),
    exitCode: interrupted ? exitCodeOfSignal(interrupted) : exitCodeOf(outcome),
  };
}

/** `ui 1.4.0, catalog 1.3.0`, for those who wait. */
function whatOf(plan: DeployPlan): string {
  const versions = plan.waves.flatMap((w) => w.rollouts.map((r) => `${r.service.name} ${r.to.tag}`));
  const [one, two, three, ...more] = new Set(versions);
  return [one, two, three].filter(Boolean).join(', ') + (more.length > 0 ? ` and ${more.length} more` : '');
}

/** Onto the page of the GitHub Actions job; that it cannot be written is no failure of the deploy. */
async function tellGithub(markdown: string, file: string | undefined): Promise<void> {
  if (!file) return;
  const { appendFile } = await import('node:fs/promises');
  await appendFile(file, markdown).catch((error: Error) => process.stderr.write(`warning: no job summary: ${error.message}\n`));
}
