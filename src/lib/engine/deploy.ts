/** Carries out a plan: waves in order, the rollouts of a wave in parallel, and going back when one fails. */
import type { BafEvent } from '../model/event.js';
import type { DeployOutcome, DeployStatus, RolloutOutcome } from '../model/outcome.js';
import { revisionOf } from '../model/observed.js';
import { levels, type DeployPlan, type PlannedRollout } from '../rollout/plan.js';
import type { Effects } from './effects.js';
import { restoreTag } from './live-tag.js';
import { ClusterPoller, POLL_MS } from './poller.js';
import { EventQueue } from './queue.js';
import { rollOut, type RolloutContext } from './rollout.js';

export interface DeployOptions {
  readonly kind: 'deploy' | 'staging-up';
  readonly name: string;
  readonly onFailure: 'rollback' | 'stop';
  /** Longest that one rollout may take, milliseconds. */
  readonly timeoutMs: number;
  /** Whether deploy tags are written: in environments, not in stagings (their record holds the tags). */
  readonly writesTag: boolean;
}

/** Events of the deploy, the last of which is `deploy.ended` with the outcome. */
export function deploy(plan: DeployPlan, options: DeployOptions, effects: Effects, signal: AbortSignal): AsyncIterable<BafEvent> {
  const queue = new EventQueue<BafEvent>();
  const failed = run(plan, options, effects, signal, (event) => queue.push(event)).finally(() => queue.close());
  return (async function* () {
    yield* queue;
    await failed;
  })();
}

async function run(
  plan: DeployPlan,
  options: DeployOptions,
  effects: Effects,
  signal: AbortSignal,
  emit: (event: BafEvent) => void,
): Promise<void> {
  const now = () => effects.clock.now();
  const startedAt = now();
  const pollers = new Map<string, ClusterPoller>();
  const context = (rollout: PlannedRollout): RolloutContext => {
    const key = `${rollout.target.name} ${rollout.cluster}`;
    const poller = pollers.get(key) ?? new ClusterPoller(effects.at(rollout.target).ecs, rollout.cluster, effects.clock);
    pollers.set(key, poller);
    return {
      deployId: plan.id,
      environment: plan.environment,
      effects,
      poller,
      emit,
      signal,
      timeoutMs: options.timeoutMs,
      onFailure: options.onFailure,
      writesTag: options.writesTag,
    };
  };
  emit({
    type: 'deploy.started',
    at: startedAt,
    id: plan.id,
    kind: options.kind,
    name: options.name,
    environment: plan.environment,
    waves: plan.waves.map((w) => ({
      targets: unique(w.rollouts.map((r) => r.target.name)),
      services: unique(w.rollouts.map((r) => r.service.name)),
    })),
  });
  for (const { rollouts } of plan.waves)
    for (const r of rollouts)
      emit({
        type: 'rollout.queued',
        at: now(),
        service: r.service.name,
        target: r.target.name,
        wave: r.wave,
        from: r.from,
        to: r.to,
      });

  const done: { planned: PlannedRollout; outcome: RolloutOutcome }[] = [];
  const skip = (r: PlannedRollout) => {
    const outcome: RolloutOutcome = { service: r.service.name, target: r.target.name, status: 'skipped', from: r.from, to: r.to };
    emit({ type: 'rollout.ended', at: now(), ...outcome });
    done.push({ planned: r, outcome });
  };
  const bad = () => done.filter(({ outcome }) => outcome.status === 'failed' || outcome.status === 'rolled-back');
  for (const [index, wave] of plan.waves.entries()) {
    if (signal.aborted || bad().length > 0) {
      wave.rollouts.forEach(skip);
      continue;
    }
    emit({ type: 'wave.started', at: now(), wave: index, targets: unique(wave.rollouts.map((r) => r.target.name)) });
    for (const level of levels(
      uniqueBy(
        wave.rollouts.map((r) => r.service),
        (s) => s.name,
      ),
    )) {
      const group = wave.rollouts.filter((r) => level.some((s) => s.name === r.service.name));
      if (signal.aborted || bad().length > 0) group.forEach(skip);
      else await Promise.all(group.map(async (r) => done.push({ planned: r, outcome: await rollOut(r, context(r)) })));
    }
    emit({ type: 'wave.ended', at: now(), wave: index, failed: bad().length });
    const changed = done.some(({ planned, outcome }) => planned.wave === index && outcome.status === 'succeeded');
    if (wave.bakeMs > 0 && changed && index < plan.waves.length - 1 && bad().length === 0 && !signal.aborted) {
      emit({ type: 'wave.baking', at: now(), wave: index, untilAt: now() + wave.bakeMs });
      await effects.clock.sleep(wave.bakeMs, signal).catch(() => undefined);
    }
  }
  if (bad().length > 0 && options.onFailure === 'rollback') {
    const back = done.filter(({ planned, outcome }) => outcome.status === 'succeeded' && planned.previousArn !== null);
    await Promise.all(
      back.map(async (entry) => {
        entry.outcome = await goBack(entry.planned, entry.outcome, context(entry.planned), bad()[0]!.outcome);
      }),
    );
  }
  const order = plan.waves.flatMap((w) => w.rollouts);
  const rollouts = order.map((r) => done.find((d) => d.planned === r)!.outcome);
  const outcome: DeployOutcome = {
    id: plan.id,
    environment: plan.environment,
    status: statusOf(rollouts),
    startedAt: new Date(startedAt).toISOString(),
    finishedAt: new Date(now()).toISOString(),
    rollouts,
  };
  emit({ type: 'deploy.ended', at: now(), outcome });
}

/** Brings a rollout that had succeeded back to the version that was steady before it, and waits until that serves. */
async function goBack(
  plan: PlannedRollout,
  outcome: RolloutOutcome,
  context: RolloutContext,
  because: RolloutOutcome,
): Promise<RolloutOutcome> {
  const { effects, emit, poller } = context;
  const id = { service: plan.service.name, target: plan.target.name };
  emit({ type: 'rollout.step', at: effects.clock.now(), ...id, step: 'rolling-back', detail: revisionOf(plan.previousArn!) });
  const cause = {
    code: 'RolledBackWithDeploy',
    message: `${because.service} failed in ${because.target}; this one was brought back so that no environment is left with two versions.`,
    advice: because.cause?.advice ?? 'Fix the failure and deploy again.',
  };
  try {
    const state = await effects
      .at(plan.target)
      .ecs.updateService({ cluster: plan.cluster, service: plan.serviceName, taskDefinition: plan.previousArn! });
    const started = state.deployments.find((d) => d.status === 'PRIMARY')!;
    const deadline = effects.clock.now() + context.timeoutMs;
    for (;;) {
      const seen = await poller.next(plan.serviceName);
      const own = seen?.deployments.find((d) => d.id === started.id);
      if (own?.rolloutState === 'COMPLETED') break;
      if (own?.rolloutState === 'FAILED' || effects.clock.now() > deadline)
        throw new Error(`the way back did not get steady: ${own?.rolloutStateReason ?? 'timeout'}`);
      await effects.clock.sleep(POLL_MS / 10);
    }
    await restoreTag(plan, context);
    return { ...outcome, status: 'rolled-back', cause };
  } catch (error) {
    const message = `Bringing it back to ${revisionOf(plan.previousArn!)} failed: ${error instanceof Error ? error.message : String(error)}`;
    return {
      ...outcome,
      status: 'failed',
      cause: { code: 'RollbackFailed', message, advice: `Deploy ${plan.from?.tag ?? 'the old tag'} again by hand.` },
    };
  }
}

export function statusOf(rollouts: readonly RolloutOutcome[]): DeployStatus {
  const has = (status: RolloutOutcome['status']) => rollouts.some((r) => r.status === status);
  if (has('failed')) return has('succeeded') ? 'partial' : 'failed';
  if (has('rolled-back')) return has('succeeded') ? 'partial' : 'rolled-back';
  if (has('cancelled')) return 'cancelled';
  if (has('skipped')) return has('succeeded') ? 'partial' : 'cancelled';
  return rollouts.every((r) => r.status === 'unchanged') ? 'unchanged' : 'succeeded';
}

const unique = (names: readonly string[]): string[] => [...new Set(names)];
const uniqueBy = <T>(items: readonly T[], key: (item: T) => string): T[] => [...new Map(items.map((i) => [key(i), i])).values()];
