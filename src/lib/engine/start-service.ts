/** Starts one ECS service on its new version: created, updated, or found to be on its way already. */
import { UserError } from '../errors/user-error.js';
import { deploymentOf, type ServiceState } from '../model/observed.js';
import { diffServices } from '../rollout/diff/service.js';
import type { PlannedRollout } from '../rollout/plan.js';
import { withoutLeftovers } from '../rollout/strategies/ecs-configuration.js';
import { strategies } from '../rollout/strategies/index.js';
import { alternateOf } from './plan-stack.js';
import type { RolloutContext } from './rollout.js';
import { tryAnew } from './second-try.js';

type Values = Readonly<Record<string, unknown>>;

/** `found`: the service as it is now; null where there is none. */
export async function startService(
  plan: PlannedRollout,
  context: RolloutContext,
  service: Values,
  taskDefinition: string,
  found: ServiceState | null,
): Promise<ServiceState> {
  const { ecs } = context.effects.at(plan.target);
  const paired = Boolean(((service['loadBalancers'] ?? []) as { advancedConfiguration?: unknown }[])[0]?.advancedConfiguration);
  if (strategies[plan.service.deploy.strategy].shiftsTraffic && !paired)
    throw new UserError('StrategyUnfit', {
      message: `The template ${plan.service.template} gives ${plan.service.name} no second target group, which ${plan.service.deploy.strategy} needs.`,
      nextSteps: ['Use rolling or all-at-once, or a template like web-service: baf template show web-service'],
    });
  if (!found || found.status !== 'ACTIVE')
    return orFound(
      ecs.createService({
        ...service,
        cluster: plan.cluster,
        taskDefinition,
        deploymentConfiguration: guarded(service['deploymentConfiguration'] as Values, context.onFailure),
        clientToken: plan.serviceName,
      }),
    );
  // An interrupted deploy that got this far is watched, not started twice.
  const primary = found.deployments.find((d) => d.status === 'PRIMARY');
  if (
    primary?.taskDefinitionArn === taskDefinition &&
    primary.rolloutState !== 'FAILED' &&
    diffServices(found.raw, service).length === 0
  )
    return found;
  const current = await readyForTraffic(plan, context, service, found);
  const wanted = service['deploymentConfiguration'] as Values;
  const latest = deploymentOf(current);
  const update = {
    ...pick(service, settings),
    cluster: plan.cluster,
    service: plan.serviceName,
    taskDefinition,
    deploymentConfiguration: guarded(withoutLeftovers(wanted, current.raw['deploymentConfiguration']), context.onFailure),
  };
  const failed = latest?.taskDefinitionArn === taskDefinition && latest.rolloutState === 'FAILED';
  return orFound(failed ? tryAnew(update, latest, ecs, context) : ecs.updateService(update));

  /** Of a write that got no answer until its time was over the answer alone may be missing: what ECS has begun is watched. */
  async function orFound(write: Promise<ServiceState>): Promise<ServiceState> {
    try {
      return await write;
    } catch (error) {
      if (!(error instanceof UserError && error.transient) || context.signal.aborted) throw error;
      const [now] = await ecs.describeServices(plan.cluster, [plan.serviceName]).catch(() => []);
      const begun = now && deploymentOf(now);
      if (begun?.taskDefinitionArn !== taskDefinition || begun.rolloutState === 'FAILED') throw error;
      return now!;
    }
  }
}

/** ECS itself goes back, when that is asked for: it does so also when baf is gone. */
export function guarded(configuration: Values, onFailure: 'rollback' | 'stop'): Values {
  const rollback = onFailure === 'rollback';
  const alarms = configuration['alarms'] as { enable?: boolean } | undefined;
  return {
    ...configuration,
    ...(alarms?.enable ? { alarms: { ...alarms, rollback } } : {}),
    deploymentCircuitBreaker: { enable: true, rollback },
  };
}

/** Settings that UpdateService takes; the desired count is left to autoscaling, the balance over zones to ECS. */
const settings = ['networkConfiguration', 'loadBalancers', 'healthCheckGracePeriodSeconds', 'enableExecuteCommand'];
const pick = (from: Values, keys: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]]));

/**
 * Before a service's strategy changes, nothing may be rolling; and before traffic can be moved, the version that runs has to
 * have been rolled out with both target groups once.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/update-rolling-to-bluegreen.html
 */
async function readyForTraffic(
  plan: PlannedRollout,
  context: RolloutContext,
  service: Values,
  found: ServiceState,
): Promise<ServiceState> {
  const { ecs } = context.effects.at(plan.target);
  const strategyIn = (configuration: unknown) => (configuration as { strategy?: string } | undefined)?.strategy ?? 'ROLLING';
  const before = strategyIn(found.raw['deploymentConfiguration']);
  const moves = strategies[plan.service.deploy.strategy].shiftsTraffic;
  let current = found;
  if (before !== strategyIn(service['deploymentConfiguration'])) current = await untilSettled(plan, context, current);
  if (before !== 'ROLLING' || !moves || alternateOf(current) !== null) return current;
  const id = { service: plan.service.name, target: plan.target.name };
  context.emit({ type: 'rollout.step', at: context.effects.clock.now(), ...id, step: 'load-balancer' });
  const started = await ecs.updateService({
    cluster: plan.cluster,
    service: plan.serviceName,
    loadBalancers: service['loadBalancers'],
  });
  return untilSettled(plan, context, started);
}

/** Waits until what is under way has come to an end, whichever. */
async function untilSettled(plan: PlannedRollout, context: RolloutContext, first: ServiceState): Promise<ServiceState> {
  const { clock } = context.effects;
  const deadline = clock.now() + context.timeoutMs;
  const awaited = first.deployments.find((d) => d.status === 'PRIMARY')?.id;
  let state: ServiceState | null = first;
  for (;;) {
    // A read that trails shows the deployments from before.
    if (state && state.deployments.some((d) => d.id === awaited) && deploymentOf(state)?.rolloutState !== 'IN_PROGRESS')
      return state;
    if (context.signal.aborted || clock.now() > deadline)
      throw new UserError('ServiceBusy', {
        message: `${plan.serviceName} in ${plan.target.name} is still rolling out what came before.`,
        nextSteps: ['Run the same command again when it has settled: baf status'],
        exitCode: 1,
      });
    state = await context.poller.next(plan.serviceName);
  }
}
