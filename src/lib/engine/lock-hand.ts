/** Locks by hand: taking one with an end, taking one away, and listing all. */
import { UserError } from '../errors/user-error.js';
import { aheadOf } from '../locks/queue.js';
import { holderOf, type Contender, type TicketBody } from '../locks/ticket.js';
import type { LockView } from '../model/lock.js';
import type { Effects } from './effects.js';
import { createTicket } from './lock-held.js';
import { observeLocks, Sightings, type LockPlace, type ProcessHere } from './lock-observe.js';

/** The locks that are held now, by service; `services`: none means all. */
export async function listLocks(
  place: LockPlace,
  services: readonly string[],
  here: ProcessHere,
  effects: Effects,
): Promise<LockView[]> {
  const sightings = new Sightings(here);
  const seen = await observeLocks(place, services, sightings, effects);
  const now = effects.clock.now();
  return seen.services.flatMap((service): LockView[] => {
    const standing = seen.standings.get(service)!;
    if (standing.kind === 'free') return [];
    const { ticket, overAt } = standing;
    const waiting = aheadOf(seen.queue, null, [service], sightings.witness(seen.readAt, now));
    return [
      {
        environment: place.environment,
        service,
        ticket: ticket.number,
        ...(ticket.body ? holderOf(ticket.body) : unknownHolder(ticket.writtenAt)),
        until: new Date(overAt).toISOString(),
        waiting: waiting.map((p) => ({ ...holderOf(p.contender), services: p.services })),
      },
    ];
  });
}

/** Of a ticket that baf did not write. */
export const unknownHolder = (writtenAt: number) =>
  ({
    by: 'somebody',
    kind: 'hand',
    deploy: null,
    what: null,
    run: null,
    reason: 'a ticket that baf did not write',
    since: new Date(writtenAt).toISOString(),
  }) as const;

/**
 * Takes locks away: the next number is taken by a ticket that is released already, so that its holder finds a successor
 * before its next write. Somebody who was quicker is not touched.
 */
export async function takeAway(
  place: LockPlace,
  locks: readonly LockView[],
  contender: Contender,
  effects: Effects,
): Promise<LockView[]> {
  const gone: LockView[] = [];
  for (const lock of locks) {
    const body: TicketBody = { ...contender, lead: null, until: null, released: true };
    if (await createTicket(place, { service: lock.service, number: lock.ticket + 1 }, body, effects)) gone.push(lock);
  }
  return gone;
}

export const noLock = (services: readonly string[], environment: string): UserError =>
  new UserError('LockMissing', {
    message: `${services.join(', ')} ${services.length > 1 ? 'are' : 'is'} not locked in ${environment}.`,
    nextSteps: [`baf lock ls --env ${environment} shows all locks`],
    exitCode: 1,
  });
