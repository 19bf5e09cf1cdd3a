/** `baf deploy`: from flags to a plan, and from the plan to its outcome. */
import { openApp } from '../app.js';
import { parseDuration } from '../config/checks.js';
import type { Effects } from '../engine/effects.js';
import { makePlan } from '../engine/observe.js';
import { checkPins } from '../engine/pins.js';
import { ExitCode } from '../errors/user-error.js';
import { checkOutlast } from '../identity/outlast.js';
import type { StrategyName } from '../model/service.js';
import { homeOf } from '../model/home.js';
import { planJson, renderPlan } from '../output/plan-view.js';
import { shouldColor } from '../output/style.js';
import { parseBudget } from '../rollout/budget.js';
import type { DeployPlan } from '../rollout/plan.js';
import { strategies } from '../rollout/strategies/index.js';
import { affectedBy } from '../rollout/affected.js';
import { makeId } from './carry-out.js';
import { checksToMake } from '../preflight/select.js';
import { checkPlan, preflightJson, refuseProblems } from './preflight.js';
import { confirm } from './confirm.js';
import { finish } from './finish.js';
import { refuseLeaving } from './leaving.js';
import { openGuard, warnFrozen, type GuardFlags } from './guards.js';
import { tellSkipped, withHooks } from './hooks.js';
import type { ProgressFlags } from './progress.js';
import { filterWaves, findEnvironment, loadTemplates, parseTags, selectServices, watchedIn } from './select.js';

interface DeployFlags extends GuardFlags, ProgressFlags {
  readonly services: readonly string[];
  readonly env: string;
  readonly tag?: readonly string[] | undefined;
  readonly strategy?: StrategyName | undefined;
  readonly 'max-failures'?: string | undefined;
  readonly parallel?: number | undefined;
  readonly targets?: readonly string[] | undefined;
  readonly 'skip-hooks'?: boolean | undefined;
  readonly plan: boolean;
  /** Only `false` does not wait. */
  readonly wait?: boolean | undefined;
  readonly 'skip-checks'?: readonly string[] | undefined;
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
  const chosen = selectServices({ project }, flags.services, flags.env, flags.strategy ?? null);
  const services = withHooks(watchedIn(environment, chosen), flags);
  const checks = checksToMake(flags['skip-checks'] ?? []);
  const tags = parseTags(flags.tag ?? [], services);
  const waves = filterWaves(environment, flags.targets ?? []);
  const timeoutMs = parseDuration(flags.timeout);
  const waits = flags.wait !== false;
  const maxFailures = parseBudget(flags['max-failures'] ?? '0');
  const app = await openApp(flags, read);
  try {
    const templates = await loadTemplates(services, app.templateDirs);
    const id = makeId(app);
    const names = services.map((s) => s.name);
    const change = { environment, services: names, kind: 'deploy', deploy: id, lastsMs: timeoutMs } as const;
    const guard = flags.plan ? await warnFrozen(app, change, flags) : await openGuard(app, change, flags);
    const observe = (effects: Effects) =>
      makePlan(
        { id, project: project.name, environment: environment.name, staging: null, services, waves, tags, templates },
        effects,
      );
    const plannedAt = app.effects.clock.now();
    const plan = await observe(app.effects);
    const color = shouldColor(process.stdout, process.env, !flags['no-color']);
    const changes = plan.waves.some((w) => w.rollouts.some((r) => r.action !== 'unchanged'));
    const affected = affectedBy(
      plan,
      Object.fromEntries(Object.entries(project.services).map(([name, s]) => [name, s.needs ?? []])),
    );
    refuseLeaving(plan, waits);
    const checked = await checkPlan(plan, checks, app, flags);
    if (!guard)
      return {
        json: { plan: { ...planJson(plan, affected), preflight: preflightJson(checked) } },
        text: renderPlan(plan, { color, columns: process.stdout.columns ?? 1000 }, affected),
        exitCode: changes && flags['exit-code'] ? ExitCode.differences : ExitCode.done,
      };
    const wanted = plan.waves.flatMap((w) => w.rollouts.map((r) => ({ service: r.service.name, tag: r.to.tag })));
    const pins = () => checkPins({ environment: environment.name, home: homeOf(environment) }, wanted, app.effects);
    const check = (again: DeployPlan) => (refuseLeaving(again, waits), pins());
    await pins();
    if (changes) {
      tellSkipped(plan, app.effects.checks, flags);
      const bakes = waits ? waves.slice(0, -1).reduce((sum, wave) => sum + wave.bakeMs, 0) : 0;
      const steps = Math.max(...services.map((s) => strategies[s.deploy.strategy].waitMinutes(s.deploy))) * 60_000;
      const budget = { leastMs: bakes, mostMs: waits ? bakes + waves.length * (timeoutMs + steps) : 0 };
      const ends = checkOutlast(await app.aws.outlook(), budget, app.effects.clock.now());
      if (ends) flags.notify?.(ends);
    }
    refuseProblems(checked);
    // A protected environment asks a person; a pipeline (no terminal) that names what it deploys is not asked.
    const confirmed = environment.protected && changes && process.stdin.isTTY === true && !flags.yes;
    if (confirmed) await confirm(`Deploy ${names.join(', ')} to ${environment.name}?`, flags, `${environment.name} is protected`);
    const options = {
      onFailure: flags['on-failure'],
      timeoutMs,
      maxFailures,
      waits,
      ...(flags.parallel === undefined ? {} : { parallel: flags.parallel }),
    } as const;
    const again = { observe, checks, confirmed, check };
    const done = await finish({ app, environment, kind: 'deploy', flags, options, guard, plan, plannedAt, again });
    return { ...done, json: { ...done.json, preflight: preflightJson(checked) } };
  } finally {
    await app.close();
  }
}
