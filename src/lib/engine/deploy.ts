/** Carries out a plan: waves in order, the rollouts of a wave by their needs, and the way back when too many fail. */
import type { Cause } from '../model/cause.js';
import type { BafEvent } from '../model/event.js';
import type { DeployOutcome, RolloutOutcome } from '../model/outcome.js';
import { allowedFailures, NO_FAILURES, type FailureBudget } from '../rollout/budget.js';
import { stopOf, type Stop } from '../model/stop.js';
import { asChanged, cancelledStatus, isBadEnd, stateOf, statusOf, toBringBack } from '../rollout/outcomes.js';
import type { DeployPlan, PlannedRollout } from '../rollout/plan.js';
import { jobsOf, keyOf, nextJobs, type JobState } from '../rollout/schedule.js';
import { strategies } from '../rollout/strategies/index.js';
import { Admission } from './admission.js';
import { alarmCause, bake, nameAlarm } from './alarms.js';
import { createContacts, throughGaps } from './contact.js';
import type { AuditNote } from '../tags/audit.js';
import { runBefore } from './before.js';
import type { Effects } from './effects.js';
import { cancelledBy, goBack, withDeploy } from './go-back.js';
import { openingOf } from './opening.js';
import { createPollers } from './pollers.js';
import { EventQueue } from './queue.js';
import { rollOut, type RolloutContext } from './rollout.js';
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
  private readonly allowed: number;
  private readonly states = new Map<string, JobState>();
  private readonly outcomes = new Map<string, RolloutOutcome>();
  /** Rollouts that told ECS to start their new version. */
  private readonly started = new Set<string>();
  private readonly pollerOf: ReturnType<typeof createPollers>;
  /** For what a rollout needs: its calls outlast gaps in the contact. */
  private readonly patient: Effects;
  private readonly scaleIn: ScaleIn;
  private readonly admission: Admission;
  /** Nothing new begins. */
  private over!: () => void;
  private readonly bugs: unknown[] = [];
  private toldUsedUp = false;
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
    this.allowed = allowedFailures(options.maxFailures ?? NO_FAILURES, changing);
    const contactOf = createContacts(effects.clock, emit);
    this.pollerOf = createPollers(effects, contactOf);
    this.patient = throughGaps(effects, contactOf, signal, options.timeoutMs);
    this.scaleIn = new ScaleIn(plan.id, this.rollouts, effects, emit, options.waits);
    this.admission = new Admission(effects, new Promise((resolve) => (this.over = resolve)));
    if (signal.aborted) this.over();
    else signal.addEventListener('abort', () => this.over(), { once: true });
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
        this.emit({ type: 'wave.ended', at: this.now(), wave, failed: this.failures() });
        if (!this.stopped() && this.options.waits !== false) await this.bakeWave(wave);
      }
      // What is left of it, or of all, once nothing new starts.
      await this.runWave(wave);
    }
    const stop = stopOf(this.signal);
    if (stop?.how === 'back') await this.cancel(stop);
    else if (!this.signal.aborted && this.options.onFailure === 'rollback') await this.bringBack();
    const rollouts = this.rollouts.map((r) => this.outcomes.get(keyOf(r))!);
    const outcome: DeployOutcome = {
      id: this.plan.id,
      environment: this.plan.environment,
      status: stop?.how === 'back' ? cancelledStatus(rollouts) : statusOf(rollouts),
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
    bad.forEach((outcome, rollout) => this.end(rollout, outcome));
  }

  private async runWave(wave: number): Promise<void> {
    const jobs = jobsOf(this.rollouts);
    const byKey = new Map(this.rollouts.map((r) => [keyOf(r), r]));
    const running = new Map<string, Promise<void>>();
    for (;;) {
      const parallel = this.options.parallel ?? Infinity;
      const { start, skip } = nextJobs(jobs, { states: this.states, wave, parallel, stopped: this.stopped() });
      for (const key of skip) this.skip(byKey.get(key)!);
      for (const key of start) {
        this.states.set(key, 'running');
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
    if (this.stopped()) return this.skip(rollout);
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
    this.end(rollout, outcome);
  }

  /** The rollout, with its stages told beside it where it has some. */
  private async watched(rollout: PlannedRollout, context: RolloutContext): Promise<RolloutOutcome> {
    const since = this.now();
    const outcome = rollOut(rollout, context);
    if (rollout.action !== 'unchanged' && strategies[rollout.service.deploy.strategy].shiftsTraffic) {
      const { poller, stages } = this.pollerOf(rollout);
      await tellStages(rollout, { poller, stages, emit: context.emit, now: () => this.now() }, since, outcome);
    }
    return outcome;
  }

  private end(rollout: PlannedRollout, outcome: RolloutOutcome): void {
    this.outcomes.set(keyOf(rollout), outcome);
    this.states.set(keyOf(rollout), stateOf(outcome));
    this.emit({ type: 'rollout.ended', at: this.now(), ...outcome });
    this.tellUsedUp();
  }

  private skip(rollout: PlannedRollout): void {
    this.end(rollout, { ...idOf(rollout), status: 'skipped', from: rollout.from, to: rollout.to });
  }

  /** Waits after a wave; an alarm that goes off meanwhile makes the rollouts fail whose service names it. */
  private async bakeWave(wave: number): Promise<void> {
    const { bakeMs, rollouts } = this.plan.waves[wave]!;
    const changed = rollouts.filter((r) => this.outcomes.get(keyOf(r))?.status === 'succeeded');
    const last = wave === this.plan.waves.length - 1;
    if (bakeMs <= 0 || changed.length === 0 || (last && changed.every((r) => r.service.deploy.alarms.length === 0))) return;
    const untilAt = this.now() + bakeMs;
    this.emit({ type: 'wave.baking', at: this.now(), wave, untilAt });
    const raised = await bake(changed, untilAt, this.plan.alarming ?? {}, this.effects, this.signal);
    for (const one of raised) {
      this.emit({ type: 'wave.alarm', at: this.now(), wave, ...one });
      for (const r of changed.filter((c) => c.target.name === one.target && c.service.deploy.alarms.includes(one.alarm)))
        this.revise(r, alarmCause(one, `while wave ${wave + 1} was baking`));
    }
  }

  private revise(rollout: PlannedRollout, cause: Cause): void {
    const before = this.outcomes.get(keyOf(rollout))!;
    if (before.status === 'failed') return;
    const outcome = { ...before, status: 'failed' as const, cause };
    this.outcomes.set(keyOf(rollout), outcome);
    this.states.set(keyOf(rollout), 'bad');
    this.emit({ type: 'rollout.revised', at: this.now(), ...outcome });
    this.tellUsedUp();
  }

  private async bringBack(): Promise<void> {
    const ended = this.rollouts.map((r) => ({
      key: keyOf(r),
      outcome: asChanged(r, this.outcomes.get(keyOf(r))!),
      started: this.started.has(keyOf(r)) || r.resumed != null,
      hasPrevious: r.previousArn !== null,
    }));
    const keys = toBringBack(ended, this.usedUp());
    const failed = ended.find(({ outcome }) => isBadEnd(outcome.status))?.outcome;
    if (keys.length > 0) await this.back(keys, withDeploy(failed!));
  }

  /** Somebody wants it undone: all that this deploy has begun goes back, except what is new and has nothing to go back to. */
  private async cancel(stop: Stop): Promise<void> {
    const begun = this.rollouts.filter((r) => {
      const { status } = asChanged(r, this.outcomes.get(keyOf(r))!);
      return r.previousArn !== null && ['succeeded', 'started', 'cancelled', 'failed'].includes(status);
    });
    await this.back(begun.map(keyOf), cancelledBy(stop));
  }

  private async back(keys: readonly string[], because: Cause): Promise<void> {
    await Promise.all(
      this.rollouts
        .filter((r) => keys.includes(keyOf(r)))
        .map(async (r) => {
          const back = () => goBack(r, this.outcomes.get(keyOf(r))!, this.contextOf(r, this.emit), because);
          this.outcomes.set(keyOf(r), await this.scaleIn.during(r, back));
        }),
    );
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
      gate: this.options.gate ?? (() => Promise.resolve()),
      waits: this.options.waits ?? true,
    };
  }

  private now(): number {
    return this.effects.clock.now();
  }
  private failures(): number {
    return [...this.outcomes.values()].filter(({ status }) => isBadEnd(status)).length;
  }
  private usedUp(): boolean {
    return this.failures() > this.allowed;
  }
  private stopped(): boolean {
    return this.halted || this.signal.aborted || this.bugs.length > 0 || this.usedUp();
  }
  private tellUsedUp(): void {
    if (this.toldUsedUp || !this.usedUp()) return;
    this.toldUsedUp = true;
    this.over();
    const { onFailure } = this.options;
    this.emit({ type: 'budget.used-up', at: this.now(), failed: this.failures(), allowed: this.allowed, onFailure });
  }
}

const idOf = (r: PlannedRollout): { service: string; target: string } => ({ service: r.service.name, target: r.target.name });
