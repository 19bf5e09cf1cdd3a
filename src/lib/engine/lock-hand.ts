/** Locks by hand: taking one with an end, taking one away, and listing all. */
import { UserError } from '../errors/user-error.js';
import { aheadOf } from '../locks/queue.js';
import { holderOf, type Contender, type TicketBody } from '../locks/ticket.js';
import type { LockView } from '../model/lock.js';
import type { Effects } from './effects.js';
import { createTicket } from './lock-create.js';
import { EVERY_SERVICE, observeLocks, Sightings, type LockPlace, type ProcessHere } from './lock-observe.js';

/** Others may take numbers meanwhile: so often it is looked again. */
const MOST_RACES = 10;

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
  here: ProcessHere,
  effects: Effects,
): Promise<LockView[]> {
  const sightings = new Sightings(here);
  const services = locks.map((lock) => lock.service);
  for (let attempt = 0; attempt < MOST_RACES; attempt++) {
    const { standings, next, open } = await observeLocks(place, services, sightings, effects);
    const same = locks.filter((lock) => {
      const standing = standings.get(lock.service)!;
      return standing.kind === 'held' && standing.ticket.number === lock.ticket;
    });
    if (same.length === 0) return [];
    const named = same.map((lock) => lock.service);
    const body: TicketBody = {
      ...contender,
      services: named.includes(EVERY_SERVICE) ? null : named,
      open,
      until: null,
      released: true,
    };
    if (await createTicket(place, next, body, effects)) return same;
  }
  return [];
}

export const noLock = (services: readonly string[], environment: string): UserError =>
  new UserError('LockMissing', {
    message: `${services.join(', ')} ${services.length > 1 ? 'are' : 'is'} not locked in ${environment}.`,
    nextSteps: [`baf lock ls --env ${environment} shows all locks`],
    exitCode: 1,
  });
