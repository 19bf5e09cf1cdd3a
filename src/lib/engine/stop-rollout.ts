/** The way back of a rollout that has certainly failed while ECS still tries: by ECS itself where it can. */
import { UserError } from '../errors/user-error.js';
import type { ServiceState } from '../model/observed.js';
import { ownOf, type Watched } from '../rollout/observe.js';
import type { PlannedRollout } from '../rollout/plan.js';
import type { RolloutContext } from './rollout.js';

/**
 * Asks ECS to stop the own deployment and to go back; it does so with all settings, and goes on when baf is killed.
 * Where it cannot (it has marked the deployment as failed and does nothing, or does not know the operation), the task
 * definition that was steady before is rolled out again. Returns that new deployment's id, or null.
 */
export async function stopRollout(
  plan: PlannedRollout,
  { effects }: RolloutContext,
  watched: Watched,
  service: ServiceState,
): Promise<string | null> {
  const { ecs } = effects.at(plan.target);
  const record = service.raw['currentServiceDeployment'];
  if (typeof record === 'string' && ownOf(watched, service)?.rolloutState === 'IN_PROGRESS') {
    try {
      await ecs.stopDeployment(record);
      return null;
    } catch (error) {
      // It ended in this moment: the next look says how.
      if (error instanceof UserError && ended.has(error.code)) return null;
      if (!(error instanceof UserError)) throw error;
    }
  }
  const back = await ecs.updateService({
    cluster: plan.cluster,
    service: plan.serviceName,
    taskDefinition: watched.previousArn!,
  });
  return back.deployments.find((d) => d.status === 'PRIMARY')?.id ?? null;
}

const ended = new Set(['ConflictException', 'ServiceDeploymentNotFoundException']);
