/** A lock's ticket in SSM: `/baf/locks/<environment>/<service>/<number>`, created once; the highest number is the lock. */
import type { LockHolder, LockKind } from '../model/lock.js';
import type { Parameter } from '../model/parameter.js';

export interface TicketRef {
  readonly service: string;
  readonly number: number;
}

/** Whoever writes a ticket or a place in the queue, so that others can name it, and see whether it is dead. */
export interface Contender extends LockHolder {
  /** Told apart from every other attempt: an answer that was lost is recognised by it. */
  readonly nonce: string;
  /** Where it runs: one machine (or container) that has process ids of its own. */
  readonly machine: string;
  readonly pid: number;
}

/** What a ticket says. One ticket of a deploy leads: it alone is written again, as the sign of life of all. */
export interface TicketBody extends Contender {
  /** The ticket that carries the signs of life; null: this one. */
  readonly lead: TicketRef | null;
  /** A fixed end (a lock by hand), ISO 8601; null: a lease. */
  readonly until: string | null;
  readonly released: boolean;
}

export interface Ticket extends TicketRef {
  /** Null where the value is none of baf's: it counts as held until it is old. */
  readonly body: TicketBody | null;
  readonly version: number;
  /** By SSM's clock, milliseconds. */
  readonly writtenAt: number;
}

export const locksPath = (environment: string, service?: string): string =>
  service === undefined ? `/baf/locks/${environment}` : `/baf/locks/${environment}/${service}`;
export const ticketName = (environment: string, { service, number }: TicketRef): string =>
  `${locksPath(environment, service)}/${number}`;

const KINDS: readonly LockKind[] = ['deploy', 'rollback', 'promote', 'set', 'hand', 'unlock'];

/** SSM takes no `{{` in a value. */
export const formatBody = (body: TicketBody | Contender): string => JSON.stringify({ baf: 1, ...body }).replaceAll('{{', '{ {');

export function readTickets(environment: string, parameters: readonly Parameter[]): Ticket[] {
  const prefix = `${locksPath(environment)}/`;
  return parameters.flatMap((parameter) => {
    if (!parameter.name.startsWith(prefix)) return [];
    const [service = '', number = '', more] = parameter.name.slice(prefix.length).split('/');
    if (!/^[1-9]\d{0,8}$/.test(number) || more !== undefined) return [];
    const { value, version, updatedAt } = parameter;
    return [{ service, number: Number(number), body: parseTicket(value), version, writtenAt: updatedAt }];
  });
}

function parseTicket(text: string): TicketBody | null {
  const value = objectOf(text);
  const contender = value && parseContender(value);
  if (!contender) return null;
  const lead = value['lead'] as Partial<TicketRef> | null | undefined;
  const until = value['until'];
  return {
    ...contender,
    lead: typeof lead?.service === 'string' && typeof lead.number === 'number' ? (lead as TicketRef) : null,
    until: typeof until === 'string' && !Number.isNaN(Date.parse(until)) ? until : null,
    released: value['released'] === true,
  };
}

export function parseContender(value: Readonly<Record<string, unknown>>): Contender | null {
  const { by, kind, since, nonce, machine, pid } = value;
  if (typeof by !== 'string' || typeof nonce !== 'string' || !KINDS.includes(kind as LockKind)) return null;
  return {
    by,
    kind: kind as LockKind,
    deploy: textOf(value['deploy']),
    what: textOf(value['what']),
    run: textOf(value['run']),
    reason: textOf(value['reason']),
    since: textOf(since) ?? new Date(0).toISOString(),
    nonce,
    machine: textOf(machine) ?? '',
    pid: typeof pid === 'number' ? pid : 0,
  };
}

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** A value of baf's own, or null. */
export function objectOf(text: string): Record<string, unknown> | null {
  try {
    const value = JSON.parse(text) as Record<string, unknown> | null;
    return value?.['baf'] === 1 ? value : null;
  } catch {
    return null;
  }
}

export const holderOf = ({ by, kind, deploy, what, run, reason, since }: LockHolder): LockHolder => ({
  by,
  kind,
  deploy,
  what,
  run,
  reason,
  since,
});
