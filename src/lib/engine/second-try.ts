/** Tries what failed anew: of itself ECS begins nothing where the task definition is the same, so it is told to. */
import { UserError } from '../errors/user-error.js';
import { deploymentOf, type ServiceState } from '../model/observed.js';
import type { EcsGateway } from './effects.js';
import type { RolloutContext } from './rollout.js';

/** Between two attempts; reads that trail have caught up then. */
const AGAIN_MS = 2_000;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Each call begins a deployment: where no answer came, one that is there since is watched, and only without one it is
 * told again. `failed`: the deployment that is tried anew.
 */
export async function tryAnew(
  update: Readonly<Record<string, unknown>> & { readonly cluster: string; readonly service: string },
  failed: { readonly id: string; readonly taskDefinitionArn: string },
  ecs: Pick<EcsGateway, 'forceDeployment' | 'describeServices'>,
  context: Pick<RolloutContext, 'effects' | 'signal' | 'timeoutMs'>,
): Promise<ServiceState> {
  const { now, sleep } = context.effects.clock;
  const until = now() + context.timeoutMs;
  for (let attempt = 0; ; attempt++) {
    try {
      return await ecs.forceDeployment(update);
    } catch (error) {
      if (!(error instanceof UserError && error.transient) || context.signal.aborted || now() >= until) throw error;
    }
    await sleep(Math.min(LONGEST_PAUSE_MS, AGAIN_MS * 2 ** attempt * (1 + Math.random() / 2)), context.signal);
    const [seen] = await ecs.describeServices(update.cluster, [update.service]);
    const begun = seen && deploymentOf(seen);
    if (begun && begun.id !== failed.id && begun.taskDefinitionArn === failed.taskDefinitionArn) return seen;
  }
}
