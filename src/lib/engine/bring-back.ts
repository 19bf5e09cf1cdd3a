/** The rollouts of a deploy that are brought back: each once, whatever comes to light while others are on their way. */
import type { Stop } from '../model/stop.js';
import type { PlannedRollout } from '../rollout/plan.js';
import { goBack } from './go-back.js';
import type { Ledger } from './ledger.js';
import type { RolloutContext } from './rollout.js';
import type { ScaleIn } from './scale-in.js';
import { wayBackOfCancelled, wayBackOfFailed, type WayBack } from './way-back.js';

interface Deployed {
  readonly rollouts: readonly PlannedRollout[];
  readonly ledger: Ledger;
  /** Keys of those that told ECS to start their new version. */
  readonly started: ReadonlySet<string>;
  readonly scaleIn: ScaleIn;
  contextOf(rollout: PlannedRollout): RolloutContext;
}

export class BringBack {
  private readonly tried = new Set<PlannedRollout>();

  constructor(private readonly deployed: Deployed) {}

  /** What failed where it is; and once the budget is used up, what the deploy has changed. */
  failed(): Promise<void> {
    const { rollouts, ledger, started } = this.deployed;
    return this.all(wayBackOfFailed(rollouts, ledger, started));
  }

  /** All that the deploy has begun: somebody wants that. */
  cancelled(stop: Stop, actor: string): Promise<void> {
    return this.all(wayBackOfCancelled(this.deployed.rollouts, this.deployed.ledger, stop, actor));
  }

  private async all(way: WayBack | null): Promise<void> {
    const { ledger, scaleIn, contextOf } = this.deployed;
    const rollouts = (way?.rollouts ?? []).filter((r) => !this.tried.has(r));
    await Promise.all(
      rollouts.map(async (r) => {
        this.tried.add(r);
        const back = () => goBack(r, ledger.outcome(r)!, contextOf(r), way!.because);
        ledger.wentBack(r, await scaleIn.during(r, back));
      }),
    );
  }
}
