/** What to make of a rollout's latest observation: pure, so that its safety can be stated and tested. */
import type { Cause } from '../model/cause.js';
import type { ServiceState } from '../model/observed.js';

export interface Watched {
  /** The deployment that was started, `ecs-svc/N`. */
  readonly deploymentId: string;
  readonly taskDefinitionArn: string;
  readonly startedAt: number;
  readonly timeoutMs: number;
  /** Whether ECS was asked to roll back by itself. */
  readonly rollsBack: boolean;
}

export type Verdict =
  { kind: 'wait'; rollingBack: boolean } | { kind: 'succeeded' } | { kind: 'failed'; rolledBack: boolean; cause: Cause };

/**
 * Judges by the deployment that was started, never by "the service is stable": a completed rollback is stable too.
 * `missing` in a row is a stale or vanished answer; it is waited for until the time is up.
 */
export function decide(watched: Watched, observed: ServiceState | null, now: number): Verdict {
  const late = now - watched.startedAt > watched.timeoutMs;
  const timeout: Verdict = {
    kind: 'failed',
    rolledBack: false,
    cause: {
      code: 'RolloutTimeout',
      message: `The rollout was not steady after ${Math.round(watched.timeoutMs / 60_000)} minutes.`,
      advice: 'Look at the events of the service; give it longer with --timeout, or roll back.',
    },
  };
  if (!observed) return late ? timeout : { kind: 'wait', rollingBack: false };
  const own = observed.deployments.find((d) => d.id === watched.deploymentId);
  const primary = observed.deployments.find((d) => d.status === 'PRIMARY');
  if (own && own === primary) {
    if (own.rolloutState === 'COMPLETED') return { kind: 'succeeded' };
    if (own.rolloutState === 'FAILED') return { kind: 'failed', rolledBack: false, cause: breaker(own.rolloutStateReason) };
    return late ? timeout : { kind: 'wait', rollingBack: false };
  }
  if (!primary) return late ? timeout : { kind: 'wait', rollingBack: false };
  // Another deployment is primary: either ECS rolls ours back, or somebody else started theirs.
  const failedOurs = own?.rolloutState === 'FAILED' || saysRollback(observed, watched);
  if (failedOurs) {
    if (primary.rolloutState === 'COMPLETED')
      return { kind: 'failed', rolledBack: true, cause: breaker(own?.rolloutStateReason ?? null) };
    return late ? timeout : { kind: 'wait', rollingBack: true };
  }
  if (primary.createdAt < watched.startedAt - 120_000 && !own) return late ? timeout : { kind: 'wait', rollingBack: false };
  return {
    kind: 'failed',
    rolledBack: false,
    cause: {
      code: 'RolloutUsurped',
      message: `Another deployment (${primary.id}) took this one's place.`,
      advice: 'Somebody else deploys this service. Look at `baf status`, then deploy again.',
    },
  };
}

const saysRollback = (observed: ServiceState, { deploymentId, startedAt }: Watched): boolean =>
  observed.events.some(
    (e) => e.at >= startedAt - 1000 && e.message.includes(deploymentId) && /deployment failed|rolling back/.test(e.message),
  ) || observed.events.some((e) => e.at >= startedAt && /rolling back to deployment/.test(e.message));

const breaker = (reason: string | null): Cause => ({
  code: 'CircuitBreaker',
  message: reason ?? 'ECS deployment circuit breaker: tasks failed to start.',
  advice: 'Look at the stopped tasks and their logs.',
});
