/** Waiting for an answer to a request for access. */
import { stateOf, type AccessRequest } from '../access/record.js';
import { needRequest, type AccessPlace } from './access.js';
import type { Effects } from './effects.js';

const POLL_MS = 3_000;
const POLL_LATER_MS = 10_000;
const SOON_MS = 2 * 60_000;
/** Policies of IAM take some seconds until every part of AWS knows them. */
const SETTLE_MS = 10_000;

/** Waits until the request is in force or over, or until the deadline; the request as it is then. */
export async function awaitAnswer(
  place: AccessPlace,
  id: string,
  timeoutMs: number,
  effects: Effects,
  signal: AbortSignal,
): Promise<AccessRequest> {
  const { clock } = effects;
  const started = clock.now();
  for (;;) {
    const request = await needRequest(place, id, effects);
    const state = stateOf(request, clock.now());
    if (state === 'approved' && request.appliedAt !== null) {
      await clock.sleep(Math.max(0, Math.min(SETTLE_MS, request.appliedAt + SETTLE_MS - clock.now())), signal);
      return request;
    }
    const left = started + timeoutMs - clock.now();
    if ((state !== 'requested' && state !== 'approved') || left <= 0) return request;
    await clock.sleep(Math.min(left, clock.now() - started < SOON_MS ? POLL_MS : POLL_LATER_MS), signal);
  }
}
