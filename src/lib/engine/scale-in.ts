/**
 * Keeps autoscaling from taking tasks away while a service is rolled out. What was suspended is written on the scalable
 * target itself (a tag), so that the next deploy of the service restores it after a crash; what somebody suspended by hand has
 * no such tag, and stays as it is.
 */
import { UserError } from '../errors/user-error.js';
import type { BafEvent } from '../model/event.js';
import type { PlannedRollout } from '../rollout/plan.js';
import type { Effects, ServiceScaling } from './effects.js';

export class ScaleIn {
  private readonly known = new Map<string, Promise<ServiceScaling[]>>();

  /**
   * @param all every rollout of the deploy: the services of a target are asked for at once
   * @param waits whether rollouts are waited for: otherwise nobody would restore what is suspended
   */
  constructor(
    private readonly deployId: string,
    private readonly all: readonly PlannedRollout[],
    private readonly effects: Effects,
    private readonly emit: (event: BafEvent) => void,
    private readonly waits = true,
  ) {}

  /** Runs `act` with scale-in suspended where the rollout changes something, and restores it, whatever `act` comes to. */
  async during<T>(rollout: PlannedRollout, act: () => Promise<T>): Promise<T> {
    const before = await this.find(rollout);
    if (before === null) return act();
    const { scaling } = this.effects.at(rollout.target);
    const ours = before.suspendedBy !== null;
    const suspends = this.waits && !before.scaleInSuspended && rollout.action !== 'unchanged';
    if (suspends) await this.attempt(rollout, 'suspend', () => scaling.suspendScaleIn(rollout.cluster, before, this.deployId));
    try {
      return await act();
    } finally {
      if (suspends || ours) await this.attempt(rollout, 'restore', () => scaling.restoreScaleIn(rollout.cluster, before));
      this.known.delete(rollout.target.name);
    }
  }

  private async find(rollout: PlannedRollout): Promise<ServiceScaling | null> {
    if (rollout.action === 'create') return null;
    const { target, cluster } = rollout;
    const here = this.all.filter((r) => r.target.name === target.name && r.cluster === cluster && r.action !== 'create');
    const asked =
      this.known.get(target.name) ??
      this.effects
        .at(target)
        .scaling.describe(
          cluster,
          here.map((r) => r.serviceName),
        )
        .catch((error: unknown) => {
          this.warn(`Scale-in in ${target.name} is not suspended while rolling`, error);
          return [];
        });
    this.known.set(target.name, asked);
    return (await asked).find((s) => s.service === rollout.serviceName) ?? null;
  }

  private async attempt(rollout: PlannedRollout, what: 'suspend' | 'restore', act: () => Promise<void>): Promise<void> {
    const where = `${rollout.service.name} in ${rollout.target.name}`;
    const then = what === 'restore' ? ' The next deploy of it restores it' : '';
    await act().catch((error: unknown) =>
      this.warn(`Scale-in of ${where} could not be ${what}${what === 'restore' ? 'd' : 'ed'}.${then}`, error),
    );
  }

  /** Autoscaling stands beside a rollout: that it cannot be reached never stops one. */
  private warn(text: string, error: unknown): void {
    if (!(error instanceof UserError)) throw error;
    this.emit({ type: 'warning', at: this.effects.clock.now(), text: `${text}: ${error.message}` });
  }
}
