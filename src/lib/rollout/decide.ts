/** What to make of what a watch knows: pure, so that its safety can be stated and tested. */
import type { Cause } from '../model/cause.js';
import { revisionOf, type DeploymentState } from '../model/observed.js';
import { mostTelling, plain, type Finding } from './causes/find.js';
import { recognize } from './causes/tables.js';
import { certainFailure, findingsOf } from './early.js';
import { ownOf, primaryOf, type Memory, type Watched } from './observe.js';

export type Verdict =
  /** `held`: what keeps it from going on, where ECS says so: missing capacity, a throttle. */
  | { kind: 'wait'; rollingBack: boolean; held: Finding | null }
  /** It failed, and ECS is not going back by itself: baf has to see to it. */
  | { kind: 'go-back'; cause: Cause }
  | { kind: 'succeeded' }
  | {
      kind: 'failed';
      /** The version before is steady again. */
      rolledBack: boolean;
      cause: Cause;
      /** Whether stopped tasks and logs can tell more about it. */
      ofVersion: boolean;
    };

/** An answer may be this much older than what was written, milliseconds; usually it is a second. */
export const STALE_MS = 120_000;
/** A service that had been seen and is not listed any more is gone after this long. */
export const GONE_MS = 30_000;
/** ECS begins to go back in the moment it marks a deployment as failed, or it never does (containers-roadmap#1488). */
export const BACK_GRACE_MS = 60_000;

/** Judges by the deployment that was started, never by "the service is stable": a completed rollback is stable too. */
export function decide(watched: Watched, memory: Memory, now: number): Verdict {
  const late = now - (memory.backSince ?? watched.startedAt) > watched.timeoutMs;
  if (memory.silentSince !== null) return late ? lostContact(watched, memory) : waiting(memory);
  if (memory.missingSince !== null) return ofMissing(watched, memory, late, now);
  const { service } = memory;
  const primary = service && primaryOf(service);
  if (!service || !primary) return late ? timeOut(watched, memory) : waiting(memory);
  const own = ownOf(watched, service);
  if (own === primary) return ofOwn(watched, memory, own, late, now);
  if (primary.createdAt > watched.createdAt && primary.id !== memory.asked?.deploymentId) return usurped(watched, primary);
  if (memory.backSince !== null) return ofWayBack(watched, memory, primary, late);
  // An older one is primary: an answer from before the write, or somebody went back, by hand.
  const stale = !memory.ownSeen && now - (memory.olderSince ?? now) <= STALE_MS;
  if (stale || !memory.olderSince || now - memory.olderSince <= GONE_MS) return late ? timeOut(watched, memory) : waiting(memory);
  return failed('RolloutVanished', {
    message: `ECS does not list the deployment ${watched.deploymentId} any more; ${primary.id} (${revisionOf(primary.taskDefinitionArn)}) is the primary one again.`,
    advice: 'Somebody went back to the version before: ask who, then deploy again.',
  });
}

function ofOwn(watched: Watched, memory: Memory, own: DeploymentState, late: boolean, now: number): Verdict {
  // Even where it was to be stopped: it got steady before. Where baf put another in its place, this answer is old.
  if (own.rolloutState === 'COMPLETED' && memory.asked?.deploymentId == null) return { kind: 'succeeded' };
  const findings = findingsOf(memory);
  if (memory.asked !== null) return late ? backFailed(watched, memory, 'it has not begun') : waiting(memory);
  if (own.rolloutState === 'FAILED') {
    const cause = causeOr(findings, breaker(own.rolloutStateReason));
    if (!watched.goesBack || watched.previousArn === null) return stays(watched, cause, false);
    return now - memory.failedSince! <= BACK_GRACE_MS
      ? { kind: 'wait', rollingBack: true, held: null }
      : { kind: 'go-back', cause };
  }
  const certain = memory.service && certainFailure(findings, memory.service, own);
  if (certain) return bringBack(watched, plain(certain));
  return late ? bringBack(watched, timeoutCause(watched, findings)) : waiting(memory);
}

/** Failed for certain while ECS tries on: back where that is wanted and possible, else it is left as it is. */
const bringBack = (watched: Watched, cause: Cause): Verdict =>
  watched.goesBack && watched.previousArn !== null ? { kind: 'go-back', cause } : stays(watched, cause, true);

function stays({ goesBack }: Watched, cause: Cause, triesOn: boolean): Verdict {
  const why = goesBack
    ? 'There is no earlier version that was steady, so nothing was brought back'
    : 'It is left as it is (--on-failure stop)';
  const message = `${sentence(cause.message)} ${why}${triesOn ? '; ECS tries on' : ''}.`;
  return { kind: 'failed', rolledBack: false, cause: { ...cause, message }, ofVersion: true };
}

function ofWayBack(watched: Watched, memory: Memory, primary: DeploymentState, late: boolean): Verdict {
  const own = ownOf(watched, memory.service!);
  const empty = !own || own.running + own.pending === 0;
  // Behind a Classic Load Balancer ECS gives no state: then the counts say it.
  const steady =
    primary.rolloutState === 'COMPLETED' || (primary.rolloutState === null && primary.running >= memory.service!.desired);
  if (steady && empty && primary.running >= primary.desired) {
    const cause = causeOr(findingsOf(memory), breaker(memory.failedReason ?? reasonInEvents(memory)));
    return { kind: 'failed', rolledBack: true, cause, ofVersion: true };
  }
  if (primary.rolloutState === 'FAILED')
    return backFailed(watched, memory, primary.rolloutStateReason ?? 'the version before does not start either');
  return late ? backFailed(watched, memory, 'it was not steady in time') : { kind: 'wait', rollingBack: true, held: null };
}

function ofMissing(watched: Watched, memory: Memory, late: boolean, now: number): Verdict {
  if (now - memory.missingSince! <= (memory.ownSeen ? GONE_MS : STALE_MS))
    return late ? timeOut(watched, memory) : waiting(memory);
  return failed('RolloutVanished', {
    message: memory.ownSeen
      ? 'The service is gone: ECS does not list it any more, or it is being deleted.'
      : `ECS does not list the service, ${STALE_MS / 60_000} minutes after it was written.`,
    advice: 'Somebody deleted it; CloudTrail says who (DeleteService). Deploy again when it is to be there: baf makes it anew.',
  });
}

const waiting = (memory: Memory): Verdict => ({
  kind: 'wait',
  rollingBack: memory.backSince !== null,
  held: mostTelling(
    findingsOf(memory).filter((f) => f.from === 'event' && (f.meaning === 'capacity' || f.meaning === 'waiting')),
  ),
});

const usurped = (watched: Watched, other: DeploymentState): Verdict =>
  failed('RolloutUsurped', {
    message:
      other.taskDefinitionArn === watched.taskDefinitionArn
        ? `Another deployment (${other.id}) of the same task definition took this one's place.`
        : `Another deployment (${other.id}, ${revisionOf(other.taskDefinitionArn)}) took this one's place.`,
    advice: 'Somebody else deploys this service. Look at `baf status`, agree with them, then deploy again.',
  });

function lostContact(watched: Watched, { service, silentSince, silentReason, backSince }: Memory): Verdict {
  const own = service && ownOf(watched, service);
  const last = own ? `${own.running} of ${own.desired} tasks ran` : 'it had not been seen yet';
  const what = backSince !== null ? 'It was on its way back to the version before' : 'ECS goes on with it by itself';
  return failed('ContactLost', {
    message: `No answer from ECS since ${new Date(silentSince!).toISOString().slice(11, 19)} UTC (${silentReason ?? 'no reason'}). When it was last seen, ${last}. ${what}: how it ends is not known.`,
    advice: 'Run the same command again then: it takes the rollout up where it is, and starts nothing twice.',
  });
}

function timeOut(watched: Watched, memory: Memory): Verdict {
  return { kind: 'failed', rolledBack: false, cause: timeoutCause(watched, findingsOf(memory)), ofVersion: true };
}

function timeoutCause({ timeoutMs }: Watched, findings: readonly Finding[]): Cause {
  const late = `The rollout was not steady after ${minutes(timeoutMs)}`;
  const top = mostTelling(findings);
  if (top && top.meaning !== 'waiting' && top.meaning !== 'symptom') return { ...plain(top), message: `${late}: ${top.message}` };
  return {
    code: 'RolloutTimeout',
    message: top ? `${late}: ${top.message}` : `${late}.`,
    advice: top?.advice || 'Look at the events of the service; give it longer with --timeout, or roll back.',
  };
}

function backFailed(watched: Watched, memory: Memory, why: string): Verdict {
  const cause = causeOr(findingsOf(memory), breaker(memory.failedReason));
  return {
    kind: 'failed',
    rolledBack: false,
    ofVersion: false,
    cause: {
      code: 'RollbackFailed',
      message: `${sentence(cause.message)} The way back to ${watched.previousArn ? revisionOf(watched.previousArn) : 'the version before'} failed as well: ${why}`,
      advice: 'Look at `baf status` and the events of the service; what kept the old version from starting is not this version.',
    },
  };
}

const failed = (code: string, { message, advice }: Omit<Cause, 'code'>): Verdict => ({
  kind: 'failed',
  rolledBack: false,
  ofVersion: false,
  cause: { code, message, advice },
});

/** What tells more than "the circuit breaker tripped"; capacity and throttles alone do not make a version fail. */
const causeOr = (findings: readonly Finding[], otherwise: Cause): Cause => {
  const top = mostTelling(findings.filter((f) => f.meaning === 'failure' || f.meaning === 'deadlock'));
  return top ? plain(top) : otherwise;
};

/** What ECS gives as the reason, where it says what happened; else that its circuit breaker tripped. */
export function breaker(reason: string | null): Cause {
  const said = reason === null ? null : recognize(reason);
  const tells = said?.meaning === 'failure' || said?.family === 'traffic';
  return {
    code: tells ? said.code : 'CircuitBreaker',
    message: reason ?? 'ECS deployment circuit breaker: tasks failed to start.',
    advice: tells
      ? said.advice
      : 'The stopped tasks say why, and their logs: ECS shows them for an hour (aws ecs list-tasks --desired-status STOPPED, then describe-tasks).',
  };
}

const reasonInEvents = ({ events }: Memory): string | null =>
  events.find((e) => /deployment failed/.test(e.message))?.message ?? null;
const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
const minutes = (ms: number): string =>
  ms < 120_000 ? `${Math.round(ms / 1000)} seconds` : `${Math.round(ms / 60_000)} minutes`;
