/** Watches the deployment that a rollout started until its end, and explains a bad one. */
import type { Cause } from '../model/cause.js';
import type { ServiceState, StoppedTask } from '../model/observed.js';
import { causeOf } from '../rollout/causes.js';
import { decide } from '../rollout/decide.js';
import type { PlannedRollout } from '../rollout/plan.js';
import { renderTemplate } from '../templates/render.js';
import type { RolloutContext } from './rollout.js';

export type Watch = { kind: 'succeeded' } | { kind: 'cancelled' } | { kind: 'failed'; rolledBack: boolean; cause: Cause };

export async function watch(
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

export async function explain(
  plan: PlannedRollout,
  context: RolloutContext,
  deploymentId: string,
  fallback: Cause,
): Promise<Cause> {
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
