/** Whether a lock is free, judged from its tickets as they were read. */
import { GRACE_MS, LEASE_MS, SKEW_MS } from './times.js';
import type { Contender, Ticket, TicketRef } from './ticket.js';

export type Standing =
  /** `endedAt`: when the holder before wrote last, by SSM's clock; null where there was none. */
  | { readonly kind: 'free'; readonly next: number; readonly endedAt: number | null }
  /** `overAt`: when it is free at the latest without another sign of life. */
  | { readonly kind: 'held'; readonly ticket: Ticket; readonly next: number; readonly overAt: number };

export interface Witness {
  /** When the reading was begun, by the own clock. */
  readonly now: number;
  /** Since when, by the own clock, a ticket was read again and again with this very version; `now` where it is new. */
  since(ticket: Ticket): number;
  /** Whether it ran on this machine and is there no more. */
  isDead(contender: Contender): boolean;
}

/** `tickets`: all of one service. `find`: a ticket of any service, for the one that leads; null where it is not there. */
export function standingOf(tickets: readonly Ticket[], find: (ref: TicketRef) => Ticket | null, witness: Witness): Standing {
  const ticket = highest(tickets);
  if (!ticket) return { kind: 'free', next: 1, endedAt: null };
  const next = ticket.number + 1;
  const lead = leadOf(ticket, find);
  const free = { kind: 'free', next, endedAt: Math.max(ticket.writtenAt, lead.writtenAt) } as const;
  if (ticket.body?.released || lead.body?.released) return free;
  const overAt = endOf(ticket, lead, witness);
  if (witness.now > overAt || (ticket.body && !ticket.body.until && witness.isDead(ticket.body))) return free;
  return { kind: 'held', ticket, next, overAt };
}

export const highest = (tickets: readonly Ticket[]): Ticket | null =>
  tickets.reduce<Ticket | null>((best, t) => (best === null || t.number > best.number ? t : best), null);

/** A ticket that leads and is not there was never renewed, or is long over: the ticket speaks for itself. */
function leadOf(ticket: Ticket, find: (ref: TicketRef) => Ticket | null): Ticket {
  const lead = ticket.body?.lead;
  const found = lead ? find(lead) : null;
  return found?.body && found.body.nonce === ticket.body!.nonce ? found : ticket;
}

/**
 * The lease by SSM's clock, with room for a clock that is wrong; or sooner, where this process saw itself that nothing
 * was written for a whole lease: that needs no clock but its own.
 */
function endOf(ticket: Ticket, lead: Ticket, { since }: Witness): number {
  if (ticket.body?.until) return Date.parse(ticket.body.until);
  const written = Math.max(ticket.writtenAt, lead.writtenAt);
  return Math.min(written + LEASE_MS + GRACE_MS + SKEW_MS, since(lead) + LEASE_MS + GRACE_MS);
}
