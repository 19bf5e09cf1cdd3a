/** Watches the deployment that a rollout started until its end, and brings it back where it has certainly failed. */
import type { Cause } from '../model/cause.js';
import { revisionOf, type ServiceState, type StoppedTask } from '../model/observed.js';
import { plain, recognize } from '../rollout/causes/index.js';
import { decide, type Verdict } from '../rollout/decide.js';
import {
  askedBack,
  mayHaveStopped,
  observe,
  ownOf,
  primaryOf,
  startOfWatch,
  type Look,
  type Memory,
  type Watched,
} from '../rollout/observe.js';
import type { PlannedRollout } from '../rollout/plan.js';
import { explain, targetsSeen } from './explain.js';
import type { RolloutContext } from './rollout.js';
import { stopRollout } from './stop-rollout.js';

export type Watch =
  | { kind: 'succeeded' }
  | { kind: 'cancelled' }
  /** `ofVersion`: it was this version that failed; else nobody knows, or somebody else is at it. */
  | { kind: 'failed'; rolledBack: boolean; ofVersion: boolean; cause: Cause };

export interface Watching {
  /** The answer to the write that started it, or the look that found it under way. */
  readonly first: ServiceState;
  readonly watched: Watched;
  /** Its task definition, as ECS tells it. */
  readonly definition: Readonly<Record<string, unknown>>;
}

export async function watch(
  plan: PlannedRollout,
  context: RolloutContext,
  { first, watched, definition }: Watching,
): Promise<Watch> {
  const { effects, emit, poller, signal } = context;
  const id = { service: plan.service.name, target: plan.target.name };
  const now = () => effects.clock.now();
  const stopped = aborted(signal);
  const targets = targetsSeen(plan, effects);
  let look: Look = { kind: 'answered', service: first, stopped: [] };
  let memory = startOfWatch;
  let failure: Cause | null = null;
  let told: string | null = null;
  let backTold = false;
  const step = (text?: string) => {
    if (!backTold) emit({ type: 'rollout.step', at: now(), ...id, step: 'rolling-back', ...(text ? { detail: text } : {}) });
    backTold = true;
  };
  for (;;) {
    const before = memory;
    memory = observe(watched, memory, look, now());
    if (look.kind === 'answered') tell(plan, context, watched, before, memory);
    if (mayHaveStopped(watched, memory) && isNews(watched, before, memory)) {
      const tasks = await stoppedTasks(plan, context);
      memory = observe(watched, memory, { kind: 'answered', service: memory.service, stopped: tasks }, now());
      await targets.look(memory);
    }
    const verdict: Verdict = decide(watched, memory, now());
    if (verdict.kind === 'succeeded') return verdict;
    if (verdict.kind === 'failed') {
      const cause = await explain(plan, context, {
        watched,
        definition,
        memory,
        verdict,
        failure,
        unhealthy: targets.unhealthy(),
      });
      return { ...verdict, cause };
    }
    if (signal.aborted) return { kind: 'cancelled' };
    if (verdict.kind === 'go-back') {
      failure = verdict.cause;
      const deploymentId = await stopRollout(plan, context, watched, memory.service!);
      step(revisionOf(watched.previousArn!));
      memory = askedBack(memory, deploymentId, now());
    } else if (verdict.rollingBack) step();
    else if (verdict.held && verdict.held.code !== told) {
      told = verdict.held.code;
      emit({ type: 'rollout.held', at: now(), ...id, cause: plain(verdict.held) });
    }
    look = await Promise.race([poller.look(plan.serviceName, isNearEnd(watched, memory)), stopped]);
    if (signal.aborted) return { kind: 'cancelled' };
  }
}

/** Counts, and each event of the service once. */
function tell(plan: PlannedRollout, { effects, emit }: RolloutContext, watched: Watched, before: Memory, memory: Memory): void {
  const { service } = memory;
  if (!service) return;
  const id = { service: plan.service.name, target: plan.target.name };
  const own = ownOf(watched, service);
  const goes = memory.backSince !== null && own !== primaryOf(service);
  const shown = goes ? primaryOf(service) : own;
  const tasks = {
    desired: service.desired,
    pending: shown?.pending ?? 0,
    running: shown?.running ?? 0,
    old: service.running - (shown?.running ?? 0),
    ...(goes ? { back: true as const } : {}),
  };
  emit({ type: 'rollout.progress', at: effects.clock.now(), ...id, tasks });
  for (const event of memory.events.slice(before.events.length)) {
    const meaning = recognize(event.message)?.meaning ?? 'progress';
    emit({ type: 'rollout.message', at: event.at, ...id, level: meaning === 'progress' ? 'info' : 'warn', text: event.message });
  }
}

/** Whether anything about the own deployment differs from the look before: only then tasks are asked for again. */
function isNews(watched: Watched, before: Memory, memory: Memory): boolean {
  const counts = (m: Memory): string => {
    const own = m.service && ownOf(watched, m.service);
    return own ? [own.status, own.rolloutState, own.running, own.pending, own.failed, m.events.length].join(' ') : '';
  };
  return counts(before) !== counts(memory);
}

/** All tasks of the new version run: what is left is that they get healthy, and that the old ones go. */
function isNearEnd(watched: Watched, { service }: Memory): boolean {
  const own = service && ownOf(watched, service);
  return own != null && own.pending === 0 && own.running >= own.desired;
}

/** Tasks explain a failure: that they cannot be read never hides it. */
const stoppedTasks = async (plan: PlannedRollout, { effects }: RolloutContext): Promise<StoppedTask[]> =>
  effects
    .at(plan.target)
    .ecs.stoppedTasks(plan.cluster, plan.serviceName)
    .catch(() => []);

const aborted = (signal: AbortSignal): Promise<Look> => {
  const look: Look = { kind: 'unanswered', reason: 'cancelled' };
  return new Promise((resolve) =>
    signal.aborted ? resolve(look) : signal.addEventListener('abort', () => resolve(look), { once: true }),
  );
};
