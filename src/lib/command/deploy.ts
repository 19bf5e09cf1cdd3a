/** `baf deploy`: from flags to a plan, and from the plan to its outcome. */
import { openApp } from '../app.js';
import { parseDuration } from '../config/checks.js';
import { deploy } from '../engine/deploy.js';
import { makePlan } from '../engine/observe.js';
import { ExitCode, UserError } from '../errors/user-error.js';
import { checkOutlast } from '../identity/outlast.js';
import type { StrategyName } from '../model/service.js';
import type { DeployOutcome } from '../model/outcome.js';
import type { DeployPlan } from '../rollout/plan.js';
import { planJson, renderPlan } from '../output/plan-view.js';
import { shouldColor } from '../output/style.js';
import { exitCodeOf, summarizeDeploy } from '../output/summary.js';
import { parseBudget } from '../rollout/budget.js';
import { strategies } from '../rollout/strategies/index.js';
import { affectedBy } from '../rollout/affected.js';
import { confirm } from './confirm.js';
import { openGuard, warnFrozen, type GuardFlags } from './guards.js';
import { showProgress, type ProgressFlags } from './progress.js';
import { filterWaves, findEnvironment, loadTemplates, parseTags, selectServices, watchedIn } from './select.js';

interface DeployFlags extends GuardFlags, ProgressFlags {
  readonly services: readonly string[];
  readonly env: string;
  readonly tag?: readonly string[] | undefined;
  readonly strategy?: StrategyName | undefined;
  readonly 'max-failures'?: string | undefined;
  readonly parallel?: number | undefined;
  readonly targets?: readonly string[] | undefined;
  readonly plan: boolean;
  readonly 'exit-code': boolean;
  readonly timeout: string;
  readonly 'on-failure': 'rollback' | 'stop';
  readonly yes: boolean;
  readonly 'no-input': boolean;
  readonly json: boolean;
}

export async function deployServices(flags: DeployFlags): Promise<{ json: object; text: string; exitCode: number }> {
  const { readFiles } = await import('../app.js');
  const read = await readFiles(flags);
  const { project, platform } = read;
  const environment = findEnvironment(platform, flags.env);
  const services = watchedIn(environment, selectServices({ project }, flags.services, flags.env, flags.strategy ?? null));
  const tags = parseTags(flags.tag ?? [], services);
  const waves = filterWaves(environment, flags.targets ?? []);
  const timeoutMs = parseDuration(flags.timeout);
  const maxFailures = parseBudget(flags['max-failures'] ?? '0');
  const app = await openApp(flags, read);
  try {
    const templates = await loadTemplates(services, app.templateDirs);
    const id = `d-${new Date(app.effects.clock.now())
      .toISOString()
      .replace(/[-:.TZ]/g, '')
      .slice(0, 14)}-${Math.random().toString(36).slice(2, 6)}`;
    const names = services.map((s) => s.name);
    const change = { environment, services: names, kind: 'deploy', deploy: id, lastsMs: timeoutMs } as const;
    const guard = flags.plan ? await warnFrozen(app, change, flags) : await openGuard(app, change, flags);
    const observe = () =>
      makePlan(
        { id, project: project.name, environment: environment.name, staging: null, services, waves, tags, templates },
        app.effects,
      );
    const plannedAt = app.effects.clock.now();
    const plan = await observe();
    const color = shouldColor(process.stdout, process.env, !flags['no-color']);
    const changes = plan.waves.some((w) => w.rollouts.some((r) => r.action !== 'unchanged'));
    const affected = affectedBy(
      plan,
      Object.fromEntries(Object.entries(project.services).map(([name, s]) => [name, s.needs ?? []])),
    );
    if (!guard)
      return {
        json: { plan: planJson(plan, affected) },
        text: renderPlan(plan, { color, columns: process.stdout.columns ?? 1000 }, affected),
        exitCode: changes && flags['exit-code'] ? ExitCode.differences : ExitCode.done,
      };
    if (changes) {
      const bakes = waves.slice(0, -1).reduce((sum, wave) => sum + wave.bakeMs, 0);
      const waits = Math.max(...services.map((s) => strategies[s.deploy.strategy].waitMinutes(s.deploy))) * 60_000;
      const budget = { leastMs: bakes, mostMs: bakes + waves.length * (timeoutMs + waits) };
      const ends = checkOutlast(await app.aws.outlook(), budget, app.effects.clock.now());
      if (ends) flags.notify?.(ends);
    }
    // A protected environment asks a person; a pipeline (no terminal) that names what it deploys is not asked.
    if (environment.protected && changes && process.stdin.isTTY && !flags.yes)
      await confirm(`Deploy ${names.join(', ')} to ${environment.name}?`, flags, `${environment.name} is protected`);
    const options = {
      kind: 'deploy',
      name: environment.name,
      onFailure: flags['on-failure'],
      timeoutMs,
      writesTag: true,
      maxFailures,
      ...(flags.parallel === undefined ? {} : { parallel: flags.parallel }),
      note: guard.note,
    } as const;
    const { events, interrupted } = await showProgress(flags, app.effects.clock.now, (signal) =>
      changes
        ? guard.run(whatOf(plan), signal, async function* (effects, ends, lock) {
            // Somebody was at it after the plan was made, or shortly before: it is made anew.
            const stale = lock.before !== null && lock.before > plannedAt - 60_000;
            yield* deploy(stale ? await observe() : plan, options, effects, ends);
          })
        : deploy(plan, options, app.effects, signal),
    );
    const last = events.findLast((event) => event.type === 'deploy.ended');
    if (!last) throw new UserError('DeployLost', { message: 'The deploy ended without an outcome.', exitCode: ExitCode.bug });
    const outcome: DeployOutcome = last.outcome;
    const exitCode = interrupted ? (interrupted === 'SIGINT' ? 130 : 143) : exitCodeOf(outcome);
    return {
      json: { deploy: outcome },
      text: summarizeDeploy(outcome, { color, columns: process.stdout.columns ?? 1000 }),
      exitCode,
    };
  } finally {
    await app.close();
  }
}

/** `ui 1.4.0, catalog 1.3.0`, for those who wait. */
function whatOf(plan: DeployPlan): string {
  const versions = plan.waves.flatMap((w) => w.rollouts.map((r) => `${r.service.name} ${r.to.tag}`));
  const [one, two, three, ...more] = new Set(versions);
  return [one, two, three].filter(Boolean).join(', ') + (more.length > 0 ? ` and ${more.length} more` : '');
}
