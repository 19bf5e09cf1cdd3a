/** Brings one rollout back to the version that was steady before it, and waits until that serves. */
import { UserError } from '../errors/user-error.js';
import type { Cause } from '../model/cause.js';
import { revisionOf, type ServiceState } from '../model/observed.js';
import type { RolloutOutcome } from '../model/outcome.js';
import { hasWayBack, rollbackFailed } from '../records/cancel.js';
import { GONE_MS } from '../rollout/decide.js';
import type { PlannedRollout } from '../rollout/plan.js';
import { withoutLeftovers } from '../rollout/strategies/ecs-configuration.js';
import type { EcsDeploymentConfiguration } from '../rollout/strategies/strategy.js';
import { strategies } from '../rollout/strategies/index.js';
import { restoreTag } from './live-tag.js';
import type { RolloutContext } from './rollout.js';
import { guarded } from './start-service.js';

/**
 * @param because why it goes back, where the rollout itself had succeeded.
 * @returns the outcome that it has then; `rollout.revised` tells it.
 */
export async function goBack(
  plan: PlannedRollout,
  outcome: RolloutOutcome,
  context: RolloutContext,
  because: Cause,
): Promise<RolloutOutcome> {
  const { effects, emit, poller } = context;
  const id = { service: plan.service.name, target: plan.target.name };
  const end = (status: 'failed' | 'rolled-back', cause: Cause): RolloutOutcome => {
    const ended = { ...outcome, status, cause };
    emit({ type: 'rollout.revised', at: effects.clock.now(), ...id, status, from: ended.from, to: ended.to, cause });
    return ended;
  };
  emit({ type: 'rollout.step', at: effects.clock.now(), ...id, step: 'rolling-back', detail: revisionOf(plan.previousArn!) });
  try {
    const { ecs } = effects.at(plan.target);
    const { deploy } = plan.service;
    const moves = strategies[deploy.strategy].shiftsTraffic;
    const adjusts = moves || deploy.alarms.length > 0;
    const service = { cluster: plan.cluster, service: plan.serviceName };
    const [now] = adjusts ? await ecs.describeServices(plan.cluster, [plan.serviceName]) : [];
    const configured = (settings: EcsDeploymentConfiguration) =>
      guarded(withoutLeftovers({ ...settings }, now?.raw['deploymentConfiguration']), 'rollback');
    // Traffic that goes back goes at once: no steps, no bake, nobody to ask. An alarm that is why it goes back is no obstacle.
    const atOnce = strategies[moves ? 'blue-green' : deploy.strategy].configuration({
      ...deploy,
      bakeMinutes: 0,
      alarms: [],
      pause: { at: [], timeoutMinutes: 1 },
    });
    const state = await ecs.updateService({
      ...service,
      taskDefinition: plan.previousArn!,
      ...(adjusts ? { deploymentConfiguration: configured(atOnce) } : {}),
    });
    await untilSteady(state, plan, context);
    // The service's own settings again; they start nothing.
    if (adjusts)
      await ecs.updateService({
        ...service,
        deploymentConfiguration: guarded({ ...strategies[deploy.strategy].configuration(deploy) }, context.onFailure),
      });
    await restoreTag(plan, context);
    return end('rolled-back', outcome.cause ?? because);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { deployId, environment } = context;
    const failed = rollbackFailed(revisionOf(plan.previousArn!), error.message, { id: deployId, environment });
    return end('failed', hasWayBack(outcome) ? failed : { ...failed, advice: 'Deploy what was there before again by hand.' });
  }

  /** An answer that trails shows neither this deployment nor a newer one: it says nothing, as no answer does. */
  async function untilSteady(state: ServiceState, of: PlannedRollout, { timeoutMs }: RolloutContext): Promise<void> {
    const started = state.deployments.find((d) => d.status === 'PRIMARY')!;
    const deadline = effects.clock.now() + timeoutMs;
    let goneSince: number | null = null;
    for (;;) {
      const look = await poller.look(of.serviceName);
      const now = effects.clock.now();
      const seen = look.kind === 'answered' && look.service?.status === 'ACTIVE' ? look.service : null;
      const own = seen?.deployments.find((d) => d.id === started.id);
      if (own?.rolloutState === 'COMPLETED') return;
      if (own?.rolloutState === 'FAILED') throw failedBack(own.rolloutStateReason ?? 'it failed');
      const other = seen?.deployments.find((d) => d.status === 'PRIMARY' && d.createdAt > started.createdAt);
      if (other) throw failedBack(`another deployment (${other.id}, ${revisionOf(other.taskDefinitionArn)}) took its place`);
      if (look.kind === 'answered') goneSince = seen ? null : (goneSince ?? now);
      if (goneSince !== null && now - goneSince >= GONE_MS) throw failedBack('the service is not there any more');
      if (now > deadline)
        throw failedBack(look.kind === 'answered' ? 'it did not get steady in time' : `no answer from ECS (${look.reason})`);
    }
  }
}

const failedBack = (message: string): UserError => new UserError('RollbackFailed', { message, exitCode: 1 });

/** Why a rollout that had succeeded is brought back: another one of the same deploy failed. */
export const withDeploy = (failed: RolloutOutcome): Cause => ({
  code: 'RolledBackWithDeploy',
  message: `${failed.service} failed in ${failed.target}; this one was brought back so that no environment is left with two versions.`,
  advice: failed.cause?.advice ?? 'Fix the failure and deploy again.',
});

/** Why everything is brought back that a deploy has begun: somebody wants that. */
export const cancelledBy = (by: string): Cause => ({
  code: 'Cancelled',
  message: `${by} cancelled the deploy: what it had changed was brought back.`,
  advice: 'Deploy again when it should go on.',
});
