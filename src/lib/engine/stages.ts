/** Tells where a rollout by stages is while it runs: beside its watching, from the same polls. */
import type { BafEvent } from '../model/event.js';
import type { ServiceState, StageState } from '../model/observed.js';
import type { PlannedRollout } from '../rollout/plan.js';
import { stageTold } from '../rollout/strategies/stage-told.js';
import type { EcsGateway } from './effects.js';
import type { ClusterPoller } from './poller.js';

/** Reads service deployments: what is asked for in one moment is one call for twenty of them. */
export class StageReader {
  private asked: Map<string, ((state: StageState | null) => void)[]> | null = null;

  constructor(private readonly ecs: Pick<EcsGateway, 'serviceDeployments'>) {}

  read(arn: string): Promise<StageState | null> {
    return new Promise((resolve) => {
      if (this.asked === null) {
        this.asked = new Map();
        queueMicrotask(() => void this.send());
      }
      this.asked.set(arn, [...(this.asked.get(arn) ?? []), resolve]);
    });
  }

  private async send(): Promise<void> {
    const asked = this.asked!;
    this.asked = null;
    // A call that fails tells nothing: where the rollout is, is told after the next poll.
    const states = await this.ecs.serviceDeployments([...asked.keys()]).catch((): StageState[] => []);
    for (const [arn, waiting] of asked) for (const resolve of waiting) resolve(states.find((s) => s.arn === arn) ?? null);
  }
}

export interface StageContext {
  readonly environment: string;
  readonly poller: Pick<ClusterPoller, 'next'>;
  readonly stages: StageReader;
  readonly emit: (event: BafEvent) => void;
  readonly now: () => number;
}

/** Emits `rollout.stage` when something of it has changed, until `ended`. Rollouts from before `since` are not told. */
export async function tellStages(
  plan: PlannedRollout,
  context: StageContext,
  since: number,
  ended: Promise<unknown>,
): Promise<void> {
  const over = ended.then(
    () => 'over' as const,
    () => 'over' as const,
  );
  let last = '';
  for (;;) {
    const state: ServiceState | null | 'over' = await Promise.race([context.poller.next(plan.serviceName), over]);
    if (state === 'over') return;
    const arn = state?.raw['currentServiceDeployment'] as string | undefined;
    const stage = arn ? await context.stages.read(arn) : null;
    const told = stage && stage.startedAt >= since - 5_000 ? stageTold(stage, plan.service.name, context.environment) : null;
    const text = JSON.stringify(told);
    if (!told || text === last) continue;
    last = text;
    const id = { service: plan.service.name, target: plan.target.name };
    context.emit({ type: 'rollout.stage', at: context.now(), ...id, ...told });
  }
}
