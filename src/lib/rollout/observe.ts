/** What a watch knows after each answer of ECS: one pure step at a time. */
import type { ServiceEvent, ServiceState, StoppedTask } from '../model/observed.js';

/** The deployment that is watched. */
export interface Watched {
  /** The deployment that was started, `ecs-svc/N`. */
  readonly deploymentId: string;
  readonly taskDefinitionArn: string;
  /** When ECS says that it began: what is older is no concern of it. */
  readonly createdAt: number;
  readonly startedAt: number;
  readonly timeoutMs: number;
  /** Whether a failed version is to be brought back to the one before. */
  readonly goesBack: boolean;
  /** Task definition that was steady before, or null where there is none to go back to. */
  readonly previousArn: string | null;
}

/** One look at ECS: an answer (null: the service is not listed), or none. */
export type Look =
  | { readonly kind: 'answered'; readonly service: ServiceState | null; readonly stopped: readonly StoppedTask[] }
  | { readonly kind: 'unanswered'; readonly reason: string };

export interface Memory {
  /** Last answer in which the service was listed. */
  readonly service: ServiceState | null;
  /** Whether an answer has shown the own deployment: until then answers may be older than it. */
  readonly ownSeen: boolean;
  /** Since when the service is not listed, or is INACTIVE or DRAINING. */
  readonly missingSince: number | null;
  /** Since when another, older deployment is the primary one and the own one is not listed. */
  readonly olderSince: number | null;
  readonly silentSince: number | null;
  readonly silentReason: string | null;
  /** Since when the own deployment is marked as failed and still the primary one. */
  readonly failedSince: number | null;
  /** What ECS gave as the reason of its failure: the deployment is not listed any more when it has gone back. */
  readonly failedReason: string | null;
  /** ARN of the service deployment that carries the own deployment, and its way back, where ECS named it. */
  readonly carrier: string | null;
  /** The service's events since the deployment began, oldest first: each once. */
  readonly events: readonly ServiceEvent[];
  /** Tasks of the own deployment that stopped. */
  readonly stopped: readonly StoppedTask[];
  /** Since when it is on its way back to the version before. */
  readonly backSince: number | null;
  /** Why baf asked for the way back, and the deployment by which it goes, where that is a new one. */
  readonly asked: { readonly deploymentId: string | null } | null;
}

export const startOfWatch: Memory = {
  service: null,
  ownSeen: false,
  missingSince: null,
  olderSince: null,
  silentSince: null,
  silentReason: null,
  failedSince: null,
  failedReason: null,
  carrier: null,
  events: [],
  stopped: [],
  backSince: null,
  asked: null,
};

export function observe(watched: Watched, memory: Memory, look: Look, now: number): Memory {
  if (look.kind === 'unanswered') return { ...memory, silentSince: memory.silentSince ?? now, silentReason: look.reason };
  const answered = { ...memory, silentSince: null, silentReason: null };
  const { service } = look;
  if (!service || service.status === 'INACTIVE' || service.status === 'DRAINING')
    return { ...answered, missingSince: memory.missingSince ?? now };
  const own = ownOf(watched, service);
  const primary = primaryOf(service);
  const known = new Set(memory.events.map((e) => e.id));
  const fresh = service.events.filter((e) => e.at >= watched.createdAt && !known.has(e.id));
  const events = [...memory.events, ...fresh.reverse()];
  const older = !own && primary !== undefined && primary.createdAt < watched.createdAt;
  const back = memory.asked !== null || (own !== primary && (own?.rolloutState === 'FAILED' || saysFailed(watched, events)));
  const ids = new Set(memory.stopped.map((t) => t.id));
  return {
    ...answered,
    service,
    ownSeen: memory.ownSeen || own !== undefined,
    missingSince: null,
    olderSince: older ? (memory.olderSince ?? now) : null,
    failedSince: own && own === primary && own.rolloutState === 'FAILED' ? (memory.failedSince ?? now) : null,
    failedReason: own?.rolloutState === 'FAILED' ? own.rolloutStateReason : memory.failedReason,
    carrier: (own && own === primary ? (service.raw['currentServiceDeployment'] as string | undefined) : null) ?? memory.carrier,
    events,
    stopped: [...memory.stopped, ...look.stopped.filter((t) => t.startedBy === watched.deploymentId && !ids.has(t.id))],
    backSince: memory.backSince ?? (back ? now : null),
  };
}

/** baf asked for the way back; by a new deployment where ECS could not go back by itself. */
export const askedBack = (memory: Memory, deploymentId: string | null, now: number): Memory => ({
  ...memory,
  asked: { deploymentId },
  backSince: memory.backSince ?? now,
});

/**
 * Whether tasks of the own deployment seem to have stopped, so that it is worth to ask for them: ECS counts failures, or
 * has told of more starts than there are tasks now. A rollout without failures never asks.
 */
export function mayHaveStopped(watched: Watched, memory: Memory): boolean {
  const own = memory.service && ownOf(watched, memory.service);
  if (!own || !memory.service) return false;
  const started = memory.events.reduce((sum, e) => sum + Number(/has started (\d+) tasks/.exec(e.message)?.[1] ?? 0), 0);
  return own.failed > 0 || own.rolloutState === 'FAILED' || started > own.running + own.pending;
}

export const ownOf = ({ deploymentId }: Pick<Watched, 'deploymentId'>, { deployments }: ServiceState) =>
  deployments.find((d) => d.id === deploymentId);
export const primaryOf = ({ deployments }: ServiceState) => deployments.find((d) => d.status === 'PRIMARY');

/** ECS says in its events that the own deployment failed, or that the service goes back. */
const saysFailed = ({ deploymentId }: Watched, events: readonly ServiceEvent[]): boolean =>
  events.some(
    ({ message }) =>
      (message.includes(`${deploymentId})`) && /deployment failed/.test(message)) || /rolling back to deployment/.test(message),
  );
