/** Why a rollout failed, in the words of those who know: stopped tasks, target groups, the logs of the containers. */
import type { Cause } from '../model/cause.js';
import type { StageState, StoppedTask } from '../model/observed.js';
import type { TargetHealth } from '../model/target-health.js';
import { failedContainers, findingOfTarget, mostTelling, plain, recognize } from '../rollout/causes/index.js';
import { findingsOf } from '../rollout/early.js';
import { breaker, type Verdict } from '../rollout/decide.js';
import { logPlaces } from '../rollout/log-places.js';
import type { Memory, Watched } from '../rollout/observe.js';
import type { PlannedRollout } from '../rollout/plan.js';

import type { Effects } from './effects.js';
import type { RolloutContext } from './rollout.js';
import { nameUsurper } from './usurper.js';

/** Lines of each failed container. */
const LINES = 5;

export interface Failed {
  readonly watched: Watched;
  readonly definition: Readonly<Record<string, unknown>>;
  readonly memory: Memory;
  readonly verdict: Extract<Verdict, { kind: 'failed' }>;
  /** Why baf went back, where it did. */
  readonly failure: Cause | null;
  /** Targets that were unhealthy while it was watched. */
  readonly unhealthy: readonly TargetHealth[];
}

/** The most telling cause; shows the last log lines of the containers that failed. */
export async function explain(
  plan: PlannedRollout,
  context: RolloutContext,
  { watched, definition, memory, verdict, failure, unhealthy }: Failed,
): Promise<Cause> {
  const { effects, emit } = context;
  if (verdict.cause.code === 'RolloutUsurped') return nameUsurper(plan, context, verdict.cause);
  if (verdict.cause.code === 'ContactLost') {
    const look = `Look with \`baf watch ${context.deployId} --env ${context.environment}\` when AWS answers: it tells how ECS ends it.`;
    return { ...verdict.cause, advice: `${look} ${verdict.cause.advice}` };
  }
  if (!verdict.ofVersion) return verdict.cause;
  const otherwise = failure ?? verdict.cause;
  const { ecs } = effects.at(plan.target);
  const late = await ecs.stoppedTasks(plan.cluster, plan.serviceName).catch((): StoppedTask[] => []);
  const known = new Set(memory.stopped.map((t) => t.id));
  const stopped = [...memory.stopped, ...late.filter((t) => t.startedBy === watched.deploymentId && !known.has(t.id))];
  const failures = findingsOf({ events: memory.events, stopped }).filter(
    (f) => f.meaning === 'failure' || f.meaning === 'deadlock',
  );
  const top = mostTelling(failures);
  if (!top) return failure === null ? inItsOwnWords(plan, effects, memory, otherwise) : otherwise;
  const target = top.family === 'health' ? mostTelling(unhealthy.flatMap((t) => findingOfTarget(t) ?? [])) : null;
  const lines = top.task ? await lastLines(plan, effects, definition, top.task) : [];
  const logs = lines.map(({ container, text }) =>
    lines.some((l) => l.container !== container) ? `${container}: ${text}` : text,
  );
  const id = { service: plan.service.name, target: plan.target.name };
  for (const text of logs) emit({ type: 'rollout.message', at: effects.clock.now(), ...id, level: 'warn', text: `log: ${text}` });
  const best = target && target.rank < top.rank ? target : top;
  // Some failures are told by the log alone: a program of another architecture, for one.
  const logged = lines.map(({ text }) => recognize(text)).find((k) => k?.family === 'image' || k?.family === 'start');
  const { code, advice } = top.family === 'exit' && logged ? logged : best;
  const from = otherwise.message.includes(top.message) ? otherwise.message : `${top.message}${tail(otherwise)}`;
  const cause = plain({ code, advice, message: target ? `${from}; ${target.message}` : from });
  return logs.length > 0 ? { ...cause, logs } : cause;
}

/**
 * Where nothing tells why ECS ended it, the service deployment may: one call. A reason that says no more than the circuit
 * breaker does, or none, leaves the cause as it is.
 */
async function inItsOwnWords(plan: PlannedRollout, effects: Effects, { carrier }: Memory, otherwise: Cause): Promise<Cause> {
  if (otherwise.code !== 'CircuitBreaker' || carrier === null) return otherwise;
  const [told] = await effects
    .at(plan.target)
    .ecs.serviceDeployments([carrier])
    .catch((): StageState[] => []);
  if (!told?.reason) return otherwise;
  const cause = breaker(told.reason);
  return cause.code === 'CircuitBreaker' && recognize(told.reason)
    ? otherwise
    : { ...cause, message: `${told.reason}${tail(otherwise, /[.!?]$/.test(told.reason) ? '' : '.')}` };
}

/** What a verdict says besides its cause (that nothing was brought back, that it was late) stays said. */
const tail = ({ message }: Cause, end = '.'): string => {
  const said = /(?: There is no earlier version| It is left as it is)[^]*$/.exec(message);
  return said ? `${end}${said[0]}` : '';
};

async function lastLines(
  plan: PlannedRollout,
  effects: Effects,
  definition: Readonly<Record<string, unknown>>,
  task: StoppedTask,
): Promise<{ container: string; text: string }[]> {
  const { logs } = effects.at(plan.target);
  const places = logPlaces(definition, task);
  const all = await Promise.all(
    failedContainers(task).map(async ({ name }) => {
      const place = places.find((p) => p.container === name);
      const lines = place ? await logs.tail(place.group, place.stream, LINES) : [];
      return lines.map((text) => ({ container: name, text }));
    }),
  );
  return all.flat();
}

/** Looks at the service's target groups while tasks fail: once a target is drained, its reason is gone. */
export function targetsSeen(plan: PlannedRollout, effects: Effects) {
  const seen = new Map<string, TargetHealth>();
  return {
    async look({ service }: Memory): Promise<void> {
      const balancers = (service?.raw['loadBalancers'] ?? []) as { targetGroupArn?: string }[];
      const groups = new Set(balancers.flatMap((b) => b.targetGroupArn ?? []));
      const { targetGroups } = effects.at(plan.target);
      const all = await Promise.all([...groups].map((group) => targetGroups.health(group).catch(() => [])));
      for (const t of all.flat()) if (t.state === 'unhealthy') seen.set(t.target, t);
    },
    unhealthy: (): TargetHealth[] => [...seen.values()],
  };
}
