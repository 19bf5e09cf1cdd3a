/** Which notices a deploy gives, from its record and its events. */
import { isUnfinished } from '../rollout/outcomes.js';
import type { BafEvent } from '../model/event.js';
import type { Notice, NoticeMoment, NoticeRollout } from '../model/notice.js';
import { recordEvent, type DeployRecord, type RecordedRollout } from '../records/record.js';

export interface Following {
  readonly record: DeployRecord;
  readonly failureTold: boolean;
}

const BAD = new Set(['failed', 'rolled-back']);

/** What an earlier process of this deploy has told, as far as the record says, is not told again. */
export const follow = (record: DeployRecord): Following => ({
  record,
  failureTold: record.rollouts.some((r) => BAD.has(r.status)),
});

/** The state after an event, and the notice that it gives, if any. `leaves`: the process ends and lets ECS go on. */
export function tell(
  { record, failureTold }: Following,
  event: BafEvent,
  platform: string,
  leaves: boolean,
): { readonly following: Following; readonly notice: Notice | null } {
  const next = recordEvent(record, event);
  const ended = event.type === 'rollout.ended' || event.type === 'rollout.revised' ? event : null;
  // One that somebody cancelled did not fail.
  if (ended && BAD.has(ended.status) && ended.cause?.code !== 'Cancelled' && !failureTold) {
    const failed = next.rollouts.find((r) => r.service === ended.service && r.target === ended.target);
    return {
      following: { record: next, failureTold: true },
      notice: noticeOf(next, 'failure', event.at, platform, failed ? rolloutOf(failed) : null),
    };
  }
  if (event.type !== 'deploy.ended') return { following: { record: next, failureTold }, notice: null };
  const last = leaves && isUnfinished(next.state, next.rollouts) ? { ...next, state: 'left' as const, finishedAt: null } : next;
  return { following: { record: next, failureTold }, notice: noticeOf(last, 'end', event.at, platform) };
}

export function noticeOf(
  record: DeployRecord,
  moment: NoticeMoment,
  at: number,
  platform: string,
  failed: NoticeRollout | null = null,
): Notice {
  const { project, environment, kind, by, commit, run, startedAt, finishedAt, rollouts } = record;
  return {
    ...{ moment, at, platform, project, environment, deploy: record.id, kind, status: record.state },
    ...{ by, commit, run, startedAt, finishedAt, rollouts: rollouts.map(rolloutOf), failed },
  };
}

const rolloutOf = ({ service, target, status, from, to, cause }: RecordedRollout): NoticeRollout => ({
  ...{ service, target, status, from: from?.tag ?? null, to: to.tag },
  ...(cause ? { cause } : {}),
});
