/** A record as the outcome that the contract's JSON has. */
import type { DeployOutcome, DeployStatus, RolloutStatus } from '../model/outcome.js';
import { isOpen, type DeployRecord, type RecordedRollout } from './record.js';

/** What had not begun was skipped, what had not ended was cancelled. */
const endOf = (status: RecordedRollout['status']): RolloutStatus =>
  status === 'queued' ? 'skipped' : status === 'running' ? 'cancelled' : status;

/** `status` where the record has none of its own yet. */
export function outcomeOf(record: DeployRecord, status: DeployStatus, now: number): DeployOutcome {
  const { id, environment, startedAt, finishedAt, state, rollouts } = record;
  return {
    id,
    environment,
    status: state === 'running' || state === 'left' ? status : state,
    startedAt: new Date(startedAt).toISOString(),
    finishedAt: new Date(finishedAt ?? now).toISOString(),
    rollouts: rollouts.map((r) => ({
      service: r.service,
      target: r.target,
      status: endOf(r.status),
      from: r.from,
      to: r.to,
      ...(r.cause ? { cause: r.cause } : {}),
    })),
  };
}

/** Whether ECS may be at it: in an open record also what was under way when its process left, or was begun and not waited for. */
export const isUnderWay = (record: DeployRecord, r: RecordedRollout): boolean =>
  r.status === 'running' ||
  (isOpen(record) && r.status === 'started') ||
  (record.state === 'left' && r.status === 'cancelled') ||
  isOutOfContact(r);

/** Nobody could ask any more how ECS went on with it. */
export const isOutOfContact = ({ status, cause }: RecordedRollout): boolean =>
  status === 'failed' && cause?.code === 'ContactLost';
