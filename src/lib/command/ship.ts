/** What a deploy and a rollback have in common once it is known which tags are to go where: plan, checks, question, the work. */
import type { App } from '../app.js';
import type { DeployOptions } from '../engine/deploy.js';
import type { Effects } from '../engine/effects.js';
import { checkPins } from '../engine/pins.js';
import { ExitCode } from '../errors/user-error.js';
import { checkOutlast } from '../identity/outlast.js';
import { homeOf } from '../model/home.js';
import type { Environment } from '../model/platform.js';
import type { ServiceSpec } from '../model/service.js';
import type { Wave } from '../model/target.js';
import { planJson, renderPlan } from '../output/plan-view.js';
import { shouldColor } from '../output/style.js';
import type { CheckId } from '../preflight/finding.js';
import { affectedBy, type Affected } from '../rollout/affected.js';
import type { DeployPlan } from '../rollout/plan.js';
import { strategies } from '../rollout/strategies/index.js';
import { confirm } from './confirm.js';
import { finish } from './finish.js';
import type { Guard, GuardFlags } from './guards.js';
import { tellSkipped } from './hooks.js';
import { refuseLeaving } from './leaving.js';
import { checkPlan, preflightJson, refuseProblems } from './preflight.js';
import type { Preflight } from '../engine/preflight.js';
import { reading, whileReading } from './reading.js';
import type { ProgressFlags } from './progress.js';

/** Flags that both have. */
export interface ShipFlags extends GuardFlags, ProgressFlags {
  readonly env: string;
  readonly targets?: readonly string[] | undefined;
  readonly plan: boolean;
  /** Only `false` does not wait. */
  readonly wait?: boolean | undefined;
  readonly 'skip-checks'?: readonly string[] | undefined;
  readonly 'skip-hooks'?: boolean | undefined;
  readonly 'exit-code'?: boolean;
  readonly timeout: string;
  readonly yes: boolean;
  readonly 'no-input': boolean;
}

export interface Ship {
  readonly app: App;
  readonly environment: Environment;
  readonly kind: 'deploy' | 'rollback';
  readonly flags: ShipFlags;
  /** None where only the plan is wanted. */
  readonly guard: Guard | null;
  readonly services: readonly ServiceSpec[];
  readonly waves: readonly Wave[];
  /** `read` is called for each rollout that was looked at. */
  observe(effects: Effects, read?: () => void): Promise<DeployPlan>;
  /** When the first of what the plan rests on was read. */
  readonly plannedAt: number;
  readonly checks: ReadonlySet<CheckId>;
  readonly options: Pick<DeployOptions, 'onFailure' | 'timeoutMs' | 'maxFailures' | 'parallel'>;
  /** Called before anything is changed, under the lock where something is to be. */
  readonly before?: ((effects: Effects) => Promise<void>) | undefined;
  /** What a person is asked in a protected environment. */
  readonly question: string;
}

export interface Shipped {
  readonly json: object;
  readonly text: string;
  readonly exitCode: number;
}

/** Throws (exit 2 or 4) before anything is touched where it cannot be, or may not be. */
export async function ship(job: Ship): Promise<Shipped> {
  const { app, environment, kind, flags, guard, services, waves, checks } = job;
  const { timeoutMs } = job.options;
  const waits = flags.wait !== false;
  const targets = waves.reduce((sum, wave) => sum + wave.targets.length, 0);
  const of = { rollouts: targets * services.length, targets };
  const { clock } = app.effects;
  const plan = await whileReading(flags, clock, () => reading((read) => job.observe(app.effects, read), of, clock));
  const changes = plan.waves.some((w) => w.rollouts.some((r) => r.action !== 'unchanged'));
  refuseLeaving(plan, waits);
  const checked = await checkPlan(plan, checks, app, flags);
  if (!guard) return shown(job, plan, { changes, checked });
  const wanted = plan.waves.flatMap((w) => w.rollouts.map((r) => ({ service: r.service.name, tag: r.to.tag })));
  const pins = () => checkPins({ environment: environment.name, home: homeOf(environment) }, wanted, app.effects);
  const check = (again: DeployPlan) => (refuseLeaving(again, waits), pins());
  await pins();
  if (changes) {
    tellSkipped(plan, app.effects.checks, flags);
    const bakes = waits ? waves.slice(0, -1).reduce((sum, wave) => sum + wave.bakeMs, 0) : 0;
    const steps = Math.max(...services.map((s) => strategies[s.deploy.strategy].waitMinutes(s.deploy))) * 60_000;
    const budget = { leastMs: bakes, mostMs: waits ? bakes + waves.length * (timeoutMs + steps) : 0 };
    const ends = checkOutlast(await app.aws.outlook(), budget, clock.now());
    if (ends) flags.notify?.(ends);
  }
  refuseProblems(checked);
  // A protected environment asks a person; a pipeline (no terminal) that names what it deploys is not asked.
  const confirmed = environment.protected && changes && process.stdin.isTTY === true && !flags.yes;
  // What is asked about is seen.
  if (confirmed) process.stderr.write(inWords(job, plan, process.stderr) + '\n');
  if (confirmed) await confirm(job.question, flags, `${environment.name} is protected`);
  const options = { ...job.options, waits };
  const again = { observe: job.observe, of, checks, confirmed, check };
  if (!changes) await job.before?.(app.effects);
  const { plannedAt, before } = job;
  const done = await finish({ app, environment, kind, flags, options, guard, plan, plannedAt, again, before });
  return { ...done, json: { ...done.json, preflight: preflightJson(checked) } };
}

function shown(job: Ship, plan: DeployPlan, { changes, checked }: { changes: boolean; checked: Preflight }): Shipped {
  return {
    json: { plan: { ...planJson(plan, affectedOf(job, plan)), preflight: preflightJson(checked) } },
    text: inWords(job, plan, process.stdout, checked.counts.problem),
    exitCode: changes && job.flags['exit-code'] ? ExitCode.differences : ExitCode.done,
  };
}

function affectedOf({ app }: Ship, plan: DeployPlan): Affected[] {
  const needs = Object.entries(app.project.services).map(([name, s]) => [name, s.needs ?? []]);
  return affectedBy(plan, Object.fromEntries(needs) as Record<string, readonly string[]>);
}

function inWords(job: Ship, plan: DeployPlan, stream: NodeJS.WriteStream, problems = 0): string {
  const color = shouldColor(stream, process.env, !job.flags['no-color']);
  return renderPlan(plan, { color, columns: stream.columns ?? 1000 }, affectedOf(job, plan), problems);
}
