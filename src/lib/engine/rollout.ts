/** One rollout: from a planned change of one service in one target to its end, by steps that can each be run again. */
import type { Cause } from '../model/cause.js';
import type { BafEvent, RolloutStep } from '../model/event.js';
import { revisionOf, type ServiceState, type StoppedTask } from '../model/observed.js';
import type { RolloutOutcome } from '../model/outcome.js';
import { causeOf } from '../rollout/causes.js';
import { satisfies } from '../rollout/compare.js';
import { decide } from '../rollout/decide.js';
import type { PlannedRollout } from '../rollout/plan.js';
import { formatAudit } from '../tags/audit.js';
import { tagParameter } from '../tags/names.js';
import { formatTagValue } from '../tags/value.js';
import { renderTemplate } from '../templates/render.js';
import { UserError } from '../errors/user-error.js';
import type { Effects } from './effects.js';
import type { ClusterPoller } from './poller.js';

export interface RolloutContext {
  readonly deployId: string;
  readonly environment: string;
  readonly effects: Effects;
  readonly poller: ClusterPoller;
  readonly emit: (event: BafEvent) => void;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly onFailure: 'rollback' | 'stop';
  readonly writesTag: boolean;
}

export async function rollOut(plan: PlannedRollout, context: RolloutContext): Promise<RolloutOutcome> {
  const { effects, emit } = context;
  const at = () => effects.clock.now();
  const id = { service: plan.service.name, target: plan.target.name };
  const step = (name: RolloutStep, detail?: string) =>
    emit({ type: 'rollout.step', at: at(), ...id, step: name, ...(detail ? { detail } : {}) });
  emit({ type: 'rollout.started', at: at(), ...id });
  const end = (status: RolloutOutcome['status'], to: RolloutOutcome['to'], cause?: Cause): RolloutOutcome => {
    const outcome = { ...id, status, from: plan.from, to, ...(cause ? { cause } : {}) };
    emit({ type: 'rollout.ended', at: at(), ...outcome });
    return outcome;
  };
  if (plan.action === 'unchanged') return end('unchanged', plan.to);
  const gateways = effects.at(plan.target);
  let to = plan.to;
  try {
    let outputs = plan.values.stackOutputs;
    if (plan.stack && Object.keys(plan.stack.template).length > 0) {
      step('stack', plan.stack.name);
      outputs = (await gateways.stacks.apply(plan.stack, context.signal)).outputs;
    }
    let tagVersion = plan.tagVersion;
    const value = formatTagValue({ tag: plan.to.tag, digest: plan.digest });
    if (context.writesTag && plan.changes.includes('tag')) {
      step('tag', plan.to.tag);
      const record = { by: effects.actor, op: 'deploy' as const, version: plan.tagVersion + 1, deploy: context.deployId };
      tagVersion = await gateways.ssm.put(tagParameter(context.environment, plan.service.name), value, {
        description: formatAudit(record),
      });
    }
    step('task-definition');
    const rendered = renderTemplate(plan.files, { ...plan.values, stackOutputs: outputs });
    const family = String(rendered.taskDefinition['family']);
    const latest = await gateways.ecs.describeTaskDefinition(family);
    const definition =
      latest && satisfies(latest.raw, rendered.taskDefinition)
        ? latest
        : await gateways.ecs.registerTaskDefinition(rendered.taskDefinition);
    to = { tag: plan.to.tag, revision: revisionOf(definition.arn) };
    step('service', plan.serviceName);
    const startedAt = at();
    const service = await startService(plan, context, rendered.service, definition.arn);
    const deployment = service.deployments.find((d) => d.status === 'PRIMARY');
    if (!deployment)
      throw new UserError('NoDeployment', { message: `ECS started no deployment of ${plan.serviceName}.`, exitCode: 1 });
    step('watching', deployment.id);
    const verdict = await watch(
      plan,
      context,
      service,
      deployment.id,
      definition.arn,
      Math.min(startedAt, deployment.createdAt || startedAt),
    );
    if (verdict.kind === 'cancelled') return end('cancelled', to);
    if (verdict.kind === 'succeeded') {
      if (context.writesTag) await markLive(plan, context, tagVersion);
      return end('succeeded', to);
    }
    const cause = await explain(plan, context, deployment.id, verdict.cause);
    if (context.onFailure === 'rollback') await restoreTag(plan, context);
    return end(verdict.rolledBack ? 'rolled-back' : 'failed', to, cause);
  } catch (error) {
    if (context.signal.aborted) return end('cancelled', to);
    if (!(error instanceof UserError)) throw error;
    return end('failed', to, {
      code: error.code,
      message: error.message,
      advice: error.nextSteps[0] ?? 'Run the same command again.',
    });
  }
}

async function startService(
  plan: PlannedRollout,
  context: RolloutContext,
  service: Readonly<Record<string, unknown>>,
  taskDefinition: string,
): Promise<ServiceState> {
  const { ecs } = context.effects.at(plan.target);
  const configuration = {
    ...(service['deploymentConfiguration'] as object),
    deploymentCircuitBreaker: { enable: true, rollback: context.onFailure === 'rollback' },
  };
  const [current] = await ecs.describeServices(plan.cluster, [plan.serviceName]);
  if (!current || current.status !== 'ACTIVE') {
    return ecs.createService({
      ...service,
      cluster: plan.cluster,
      taskDefinition,
      deploymentConfiguration: configuration,
      clientToken: plan.serviceName,
    });
  }
  const primary = current.deployments.find((d) => d.status === 'PRIMARY');
  // An interrupted deploy that got this far is watched, not started twice.
  if (
    primary?.taskDefinitionArn === taskDefinition &&
    primary.rolloutState !== 'FAILED' &&
    satisfies(current.raw, pick(service, settings))
  )
    return current;
  return ecs.updateService({
    ...pick(service, settings),
    cluster: plan.cluster,
    service: plan.serviceName,
    taskDefinition,
    deploymentConfiguration: configuration,
  });
}

/** Settings that UpdateService takes; the desired count is left to autoscaling. */
const settings = [
  'networkConfiguration',
  'loadBalancers',
  'serviceConnectConfiguration',
  'healthCheckGracePeriodSeconds',
  'enableExecuteCommand',
];
const pick = (from: Readonly<Record<string, unknown>>, keys: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(
    keys.filter((key) => from[key] !== undefined && key !== 'serviceConnectConfiguration').map((key) => [key, from[key]]),
  );

type Watch = { kind: 'succeeded' } | { kind: 'cancelled' } | { kind: 'failed'; rolledBack: boolean; cause: Cause };

async function watch(
  plan: PlannedRollout,
  context: RolloutContext,
  first: ServiceState,
  deploymentId: string,
  taskDefinitionArn: string,
  startedAt: number,
): Promise<Watch> {
  const { effects, emit, poller } = context;
  const id = { service: plan.service.name, target: plan.target.name };
  const watched = {
    deploymentId,
    taskDefinitionArn,
    startedAt,
    timeoutMs: context.timeoutMs,
    rollsBack: context.onFailure === 'rollback',
  };
  const seen = new Set<string>();
  const stopped = aborted(context.signal);
  let state: ServiceState | null = first;
  let rollingBack = false;
  for (;;) {
    const now = effects.clock.now();
    if (state) {
      const own = state.deployments.find((d) => d.id === deploymentId);
      const tasks = {
        desired: own?.desired ?? state.desired,
        pending: own?.pending ?? 0,
        running: own?.running ?? 0,
        old: state.running - (own?.running ?? 0),
      };
      emit({ type: 'rollout.progress', at: now, ...id, tasks });
      for (const event of [...state.events].reverse()) {
        if (seen.has(event.id) || event.at < startedAt - 1000) continue;
        seen.add(event.id);
        const level = /fail|unable|unhealthy|rolling back/.test(event.message) ? 'warn' : 'info';
        emit({ type: 'rollout.message', at: event.at, ...id, level, text: event.message });
      }
    }
    const verdict = decide(watched, state, now);
    if (verdict.kind !== 'wait') return verdict;
    if (verdict.rollingBack && !rollingBack) {
      rollingBack = true;
      emit({ type: 'rollout.step', at: now, ...id, step: 'rolling-back' });
    }
    if (context.signal.aborted) return { kind: 'cancelled' };
    state = await Promise.race([poller.next(plan.serviceName), stopped]);
    if (context.signal.aborted) return { kind: 'cancelled' };
  }
}

const aborted = (signal: AbortSignal): Promise<null> =>
  new Promise((resolve) =>
    signal.aborted ? resolve(null) : signal.addEventListener('abort', () => resolve(null), { once: true }),
  );

/** Moves `live`, and leaves `last-good` on the version that was live before. */
async function markLive(plan: PlannedRollout, context: RolloutContext, version: number): Promise<void> {
  const { ssm } = context.effects.at(plan.target);
  const name = tagParameter(context.environment, plan.service.name);
  const [before] = await ssm.get([`${name}:live`]);
  if (before?.version === version) return;
  await ssm.label(name, version, ['live']);
  if (before) await ssm.label(name, before.version, ['last-good']);
}

/** Writes the tag that was there before as a new version: the desired version is again the one that serves. */
export async function restoreTag(plan: PlannedRollout, context: RolloutContext): Promise<void> {
  if (!context.writesTag || !plan.changes.includes('tag') || plan.previousTagValue === null) return;
  const { ssm } = context.effects.at(plan.target);
  const name = tagParameter(context.environment, plan.service.name);
  const [now] = await ssm.get([name]);
  if (!now || now.value === plan.previousTagValue) return;
  const record = { by: context.effects.actor, op: 'rollback' as const, version: now.version + 1, deploy: context.deployId };
  const version = await ssm.put(name, plan.previousTagValue, { description: formatAudit(record) });
  await ssm.label(name, version, ['live']);
}

async function explain(plan: PlannedRollout, context: RolloutContext, deploymentId: string, fallback: Cause): Promise<Cause> {
  const { ecs, logs } = context.effects.at(plan.target);
  const stopped = await ecs.stoppedTasks(plan.cluster, plan.serviceName).catch((): StoppedTask[] => []);
  const cause = causeOf(stopped.filter((t) => t.startedBy === deploymentId));
  if (!cause) return fallback;
  const { task, container, ...plain } = cause;
  const group = plan.values.stackOutputs['LogGroupName'] ?? logGroupOf(plan);
  const lines = group && container ? await logs.tail(group, `${plan.service.name}/${container}/${task.id}`, 5) : [];
  for (const text of lines)
    context.emit({
      type: 'rollout.message',
      at: context.effects.clock.now(),
      service: plan.service.name,
      target: plan.target.name,
      level: 'warn',
      text: `log: ${text}`,
    });
  return plain;
}

function logGroupOf(plan: PlannedRollout): string | null {
  const containers = renderTemplate(plan.files, plan.values).taskDefinition['containerDefinitions'] as
    { logConfiguration?: { options?: Record<string, string> } }[] | undefined;
  return containers?.[0]?.logConfiguration?.options?.['awslogs-group'] ?? null;
}
