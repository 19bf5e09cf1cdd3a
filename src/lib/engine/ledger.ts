/** How the rollouts of a deploy stand: each ends once, may be revised after that, and all of them count against the budget. */
import type { Cause } from '../model/cause.js';
import type { BafEvent } from '../model/event.js';
import type { RolloutOutcome } from '../model/outcome.js';
import { isBadEnd, stateOf } from '../rollout/outcomes.js';
import type { PlannedRollout } from '../rollout/plan.js';
import { keyOf, type JobState } from '../rollout/schedule.js';

export interface Budget {
  /** Failures before nothing new starts. */
  readonly allowed: number;
  readonly onFailure: 'rollback' | 'stop';
  /** Called once, when more than these have failed. */
  usedUp(): void;
}

export class Ledger {
  readonly states = new Map<string, JobState>();
  private readonly outcomes = new Map<string, RolloutOutcome>();
  private toldUsedUp = false;

  constructor(
    private readonly budget: Budget,
    private readonly emit: (event: BafEvent) => void,
    private readonly now: () => number,
  ) {}

  /** Undefined while it has not ended. */
  outcome(rollout: PlannedRollout): RolloutOutcome | undefined {
    return this.outcomes.get(keyOf(rollout));
  }

  end(rollout: PlannedRollout, outcome: RolloutOutcome): void {
    this.put(rollout, outcome);
    this.emit({ type: 'rollout.ended', at: this.now(), ...outcome });
    this.tellUsedUp();
  }

  skip(rollout: PlannedRollout): void {
    this.end(rollout, { ...idOf(rollout), status: 'skipped', from: rollout.from, to: rollout.to });
  }

  /** What had succeeded has failed. */
  revise(rollout: PlannedRollout, cause: Cause): void {
    const before = this.outcome(rollout)!;
    if (before.status === 'failed') return;
    const outcome = { ...before, status: 'failed' as const, cause };
    this.put(rollout, outcome);
    this.emit({ type: 'rollout.revised', at: this.now(), ...outcome });
    this.tellUsedUp();
  }

  /** It was brought back: who did that has told it. */
  wentBack(rollout: PlannedRollout, outcome: RolloutOutcome): void {
    this.outcomes.set(keyOf(rollout), outcome);
  }

  failures(): number {
    return [...this.outcomes.values()].filter(({ status }) => isBadEnd(status)).length;
  }

  isUsedUp(): boolean {
    return this.failures() > this.budget.allowed;
  }

  private put(rollout: PlannedRollout, outcome: RolloutOutcome): void {
    this.outcomes.set(keyOf(rollout), outcome);
    this.states.set(keyOf(rollout), stateOf(outcome));
  }

  private tellUsedUp(): void {
    if (this.toldUsedUp || !this.isUsedUp()) return;
    this.toldUsedUp = true;
    this.budget.usedUp();
    const { allowed, onFailure } = this.budget;
    this.emit({ type: 'budget.used-up', at: this.now(), failed: this.failures(), allowed, onFailure });
  }
}

export const idOf = (r: PlannedRollout): { service: string; target: string } => ({
  service: r.service.name,
  target: r.target.name,
});
