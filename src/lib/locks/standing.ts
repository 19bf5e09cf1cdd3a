/** Whether a lock is free, judged from its tickets as they were read. */
import { GRACE_MS, LEASE_MS, SKEW_MS } from './times.js';
import { locksAny, type Contender, type Ticket } from './ticket.js';

export type Standing =
  /** `endedAt`: when the holder before wrote last, by SSM's clock; null where there was none. */
  | { readonly kind: 'free'; readonly endedAt: number | null }
  /** `overAt`: when it is free at the latest without another sign of life. */
  | { readonly kind: 'held'; readonly ticket: Ticket; readonly overAt: number };

export interface Witness {
  /** When the reading was begun, by the own clock. */
  readonly now: number;
  /** Since when, by the own clock, a ticket was read again and again with this very version; `now` where it is new. */
  since(ticket: Ticket): number;
  /** Whether it ran on this machine and is there no more. */
  isDead(contender: Contender): boolean;
}

/** `tickets`: all of the environment. */
export function standingOf(tickets: readonly Ticket[], service: string, witness: Witness): Standing {
  const ticket = highest(tickets.filter((t) => locksAny(t, [service])));
  if (!ticket) return { kind: 'free', endedAt: null };
  const free = { kind: 'free', endedAt: ticket.writtenAt } as const;
  if (ticket.body?.released) return free;
  const overAt = endOf(ticket, witness);
  if (witness.now > overAt || (ticket.body && !ticket.body.until && witness.isDead(ticket.body))) return free;
  return { kind: 'held', ticket, overAt };
}

export const highest = (tickets: readonly Ticket[]): Ticket | null =>
  tickets.reduce<Ticket | null>((best, t) => (best === null || t.number > best.number ? t : best), null);

/**
 * Tickets that the newest one calls open and that are not to be seen. Shortly after it was made they may only trail, and
 * count as held; later somebody has taken them away.
 */
export function unseen(tickets: readonly Ticket[], now: number): Ticket[] {
  const newest = highest(tickets);
  if (!newest?.body || now > newest.writtenAt + GRACE_MS + SKEW_MS) return [];
  return newest.body.open
    .filter((number) => !tickets.some((t) => t.number === number))
    .map((number) => ({ number, body: null, version: 0, writtenAt: newest.writtenAt - LEASE_MS }));
}

/**
 * The lease by SSM's clock, with room for a clock that is wrong; or sooner, where this process saw itself that nothing
 * was written for a whole lease: that needs no clock but its own.
 */
function endOf(ticket: Ticket, { since }: Witness): number {
  if (ticket.body?.until) return Date.parse(ticket.body.until);
  return Math.min(ticket.writtenAt + LEASE_MS + GRACE_MS + SKEW_MS, since(ticket) + LEASE_MS + GRACE_MS);
}
