/** Carries out a plan: waves in order, the rollouts of a wave by their needs, and the way back when too many fail. */
import { UserError } from '../errors/user-error.js';
import type { BafEvent } from '../model/event.js';
import type { DeployOutcome, RolloutOutcome } from '../model/outcome.js';
import { allowedFailures, NO_FAILURES, type FailureBudget } from '../rollout/budget.js';
import { stopOf } from '../model/stop.js';
import { cancelledStatus, isUnfinished, statusOf } from '../rollout/outcomes.js';
import type { DeployPlan, PlannedRollout } from '../rollout/plan.js';
import { jobsOf, keyOf, nextJobs } from '../rollout/schedule.js';
import { strategies } from '../rollout/strategies/index.js';
import { Admission } from './admission.js';
import { nameAlarm } from './alarms.js';
import { bakeWave } from './bake.js';
import { BringBack } from './bring-back.js';
import { createContacts, throughGaps } from './contact.js';
import type { AuditNote } from '../tags/audit.js';
import { runBefore } from './before.js';
import type { Effects } from './effects.js';
import { openingOf } from './opening.js';
import { createPollers } from './pollers.js';
import { idOf, Ledger } from './ledger.js';
import { LiveLabels } from './live-labels.js';
import type { Serving } from './live-tag.js';
import { EventQueue } from './queue.js';
import { causeOfError, rollOut, type RolloutContext } from './rollout.js';
import { ScaleIn } from './scale-in.js';
import { tellStages } from './stages.js';

export interface DeployOptions {
  readonly kind: 'deploy' | 'staging-up';
  readonly name: string;
  readonly onFailure: 'rollback' | 'stop';
  /** Longest that one rollout may take, milliseconds; what its strategy waits by itself comes on top. */
  readonly timeoutMs: number;
  /** Whether deploy tags are written: in environments, not in stagings (their record holds the tags). */
  readonly writesTag: boolean;
  /** Failures before nothing new starts; none where left out. */
  readonly maxFailures?: FailureBudget;
  /** Most rollouts at once; where left out, all of a wave that need not wait for others. */
  readonly parallel?: number;
  /** What the audit records of tags say besides. */
  readonly note?: AuditNote;
  /** What deploy tags say of themselves: default `deploy`. */
  readonly op?: 'deploy' | 'rollback';
  /** Waited for before anything new is begun. */
  readonly gate?: () => Promise<void>;
  /** Whether the end of the rollouts is waited for (default): otherwise ECS goes on, and the same deploy taken up again ends it. */
  readonly waits?: boolean;
}

/** Events of the deploy, the last of which is `deploy.ended` with the outcome. */
export function deploy(plan: DeployPlan, options: DeployOptions, effects: Effects, signal: AbortSignal): AsyncIterable<BafEvent> {
  const queue = new EventQueue<BafEvent>();
  const failed = new Deploy(plan, options, effects, signal, (event) => queue.push(event)).run().finally(() => queue.close());
  return (async function* () {
    yield* queue;
    await failed;
  })();
}

class Deploy {
  private readonly rollouts: readonly PlannedRollout[];
  private readonly ledger: Ledger;
  /** Rollouts that told ECS to start their new version. */
  private readonly started = new Set<string>();
  private readonly pollerOf: ReturnType<typeof createPollers>;
  /** For what a rollout needs: its calls outlast gaps in the contact. */
  private readonly patient: Effects;
  private readonly scaleIn: ScaleIn;
  private readonly admission: Admission;
  private readonly labels: LiveLabels;
  private readonly bringBack: BringBack;
  /** What serves at the end of rollouts, by key. */
  private readonly serving = new Map<string, Serving>();
  /** Nothing new begins. */
  private over!: () => void;
  private readonly bugs: unknown[] = [];
  private halted = false;

  constructor(
    private readonly plan: DeployPlan,
    private readonly options: DeployOptions,
    private readonly effects: Effects,
    private readonly signal: AbortSignal,
    private readonly emit: (event: BafEvent) => void,
  ) {
    this.rollouts = plan.waves.flatMap((w) => w.rollouts);
    const changing = this.rollouts.filter((r) => r.action !== 'unchanged').length;
    const allowed = allowedFailures(options.maxFailures ?? NO_FAILURES, changing);
    const budget = { allowed, onFailure: options.onFailure, usedUp: () => this.over() };
    this.ledger = new Ledger(budget, emit, () => this.now());
    const contactOf = createContacts(effects.clock, emit);
    this.pollerOf = createPollers(effects, contactOf);
    this.patient = throughGaps(effects, contactOf, signal, options.timeoutMs);
    this.scaleIn = new ScaleIn(plan.id, this.rollouts, effects, emit, options.waits);
    this.admission = new Admission(effects, new Promise((resolve) => (this.over = resolve)));
    this.labels = new LiveLabels(effects, emit, (rollout, error) => this.labelsFailed(rollout, error));
    const { rollouts, ledger, started, scaleIn } = this;
    this.bringBack = new BringBack({ rollouts, ledger, started, scaleIn, contextOf: (r) => this.contextOf(r, emit) });
    const leave = () => {
      this.over();
      this.labels.drop();
    };
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
  }

  async run(): Promise<void> {
    const startedAt = this.now();
    openingOf(this.plan, this.options.kind, this.options.name, startedAt).forEach(this.emit);
    for (const wave of this.plan.waves.keys()) {
      if (!this.stopped()) {
        const targets = new Set(this.plan.waves[wave]!.rollouts.map((r) => r.target.name));
        this.emit({ type: 'wave.started', at: this.now(), wave, targets: [...targets] });
        await this.runTasksBefore(wave);
        await this.runWave(wave);
        this.emit({ type: 'wave.ended', at: this.now(), wave, failed: this.ledger.failures() });
        if (!this.stopped() && this.options.waits !== false)
          await bakeWave(this.plan, wave, this.ledger, { effects: this.effects, emit: this.emit, signal: this.signal });
      }
      // What is left of it, or of all, once nothing new starts.
      await this.runWave(wave);
    }
    const goesBack = () => this.options.onFailure === 'rollback' && !this.signal.aborted;
    // What is brought back needs none.
    if (goesBack() && this.ledger.isUsedUp()) this.labels.drop();
    const labelled = this.labels.finish();
    // What failed where it is waits for no labels of others; what had succeeded, until its own are not under way.
    if (goesBack() && !this.ledger.isUsedUp()) await this.bringBack.failed();
    await labelled;
    const stop = stopOf(this.signal);
    if (stop?.how === 'back') await this.bringBack.cancelled(stop, this.effects.actor);
    else if (goesBack()) await this.bringBack.failed();
    const rollouts = this.rollouts.map((r) => this.ledger.outcome(r)!);
    const status = stop?.how === 'back' ? cancelledStatus(rollouts) : statusOf(rollouts);
    const outcome: DeployOutcome = {
      id: this.plan.id,
      environment: this.plan.environment,
      status,
      ...(stop?.how === 'leave' && isUnfinished(status, rollouts) ? { left: true } : {}),
      startedAt: new Date(startedAt).toISOString(),
      finishedAt: new Date(this.now()).toISOString(),
      rollouts,
    };
    this.emit({ type: 'deploy.ended', at: this.now(), outcome });
    if (this.bugs.length > 0) throw this.bugs[0];
  }

  /** When one does not go well, nothing of the wave is touched, and nothing after it: whatever the budget allows. */
  private async runTasksBefore(wave: number): Promise<void> {
    const { bad, bugs } = await runBefore(this.plan, wave, (rollout) => this.contextOf(rollout, this.emit));
    this.bugs.push(...bugs);
    this.halted = bad.size > 0;
    bad.forEach((outcome, rollout) => this.ledger.end(rollout, outcome));
  }

  private async runWave(wave: number): Promise<void> {
    const jobs = jobsOf(this.rollouts);
    const byKey = new Map(this.rollouts.map((r) => [keyOf(r), r]));
    const running = new Map<string, Promise<void>>();
    for (;;) {
      const parallel = this.options.parallel ?? Infinity;
      const { start, skip } = nextJobs(jobs, { states: this.ledger.states, wave, parallel, stopped: this.stopped() });
      for (const key of skip) this.ledger.skip(byKey.get(key)!);
      for (const key of start) {
        this.ledger.states.set(key, 'running');
        const end = () => running.delete(key);
        running.set(key, this.one(byKey.get(key)!).finally(end));
      }
      if (running.size === 0 && skip.length === 0) return;
      if (running.size > 0) await Promise.race(running.values());
    }
  }

  private async one(rollout: PlannedRollout): Promise<void> {
    const key = keyOf(rollout);
    await this.admission.enter(rollout);
    if (this.stopped()) return this.ledger.skip(rollout);
    const context = this.contextOf(rollout, (event) => {
      if (event.type === 'rollout.step' && event.step === 'watching') this.started.add(key);
      // Its end is told once all that belongs to it is done.
      if (event.type !== 'rollout.ended') this.emit(event);
    });
    let outcome: RolloutOutcome;
    try {
      outcome = await this.scaleIn.during(rollout, () => this.watched(rollout, context));
      if (outcome.cause)
        outcome = { ...outcome, cause: await nameAlarm(rollout, outcome.cause, this.plan.alarming ?? {}, this.effects) };
    } catch (bug) {
      // A bug in one rollout ends the deploy in order: the others come to their ends first.
      this.bugs.push(bug);
      this.over();
      const cause = { code: 'Bug', message: String(bug), advice: 'Report it: this is a mistake in baf.' };
      outcome = { ...idOf(rollout), status: 'failed', from: rollout.from, to: rollout.to, cause };
    }
    this.ledger.end(rollout, outcome);
    const serving = this.serving.get(key);
    if (outcome.status === 'succeeded' && serving) this.labels.owe(rollout, context, serving);
  }

  private labelsFailed(rollout: PlannedRollout, error: unknown): void {
    if (this.signal.aborted) return;
    if (error instanceof UserError) return this.ledger.revise(rollout, causeOfError(error));
    this.bugs.push(error);
    this.over();
  }

  /** The rollout, with its stages told beside it where it has some. */
  private async watched(rollout: PlannedRollout, context: RolloutContext): Promise<RolloutOutcome> {
    const since = this.now();
    const outcome = rollOut(rollout, context);
    if (rollout.action !== 'unchanged' && strategies[rollout.service.deploy.strategy].shiftsTraffic) {
      const { poller, stages } = this.pollerOf(rollout);
      const { emit, environment } = context;
      await tellStages(rollout, { environment, poller, stages, emit, now: () => this.now() }, since, outcome);
    }
    return outcome;
  }

  private contextOf(rollout: PlannedRollout, emit: (event: BafEvent) => void): RolloutContext {
    const { onFailure, timeoutMs, writesTag, note } = this.options;
    const { deploy } = rollout.service;
    return {
      deployId: this.plan.id,
      environment: this.plan.environment,
      effects: this.patient,
      poller: this.pollerOf(rollout).poller,
      emit,
      signal: this.signal,
      timeoutMs: timeoutMs + strategies[deploy.strategy].waitMinutes(deploy) * 60_000,
      onFailure,
      writesTag,
      ...(note ? { note } : {}),
      op: this.options.op ?? 'deploy',
      serves: (serving) => this.serving.set(keyOf(rollout), serving),
      gate: this.options.gate ?? (() => Promise.resolve()),
      waits: this.options.waits ?? true,
    };
  }

  private now(): number {
    return this.effects.clock.now();
  }
  private stopped(): boolean {
    return this.halted || this.signal.aborted || this.bugs.length > 0 || this.ledger.isUsedUp();
  }
}
