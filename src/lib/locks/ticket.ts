/**
 * Tickets of an environment's locks in SSM: `/baf/locks/<environment>/<number>`, each created once. One ticket locks all
 * services that it names; of the tickets that name a service the highest is its lock.
 */
import type { LockHolder, LockKind } from '../model/lock.js';
import type { Parameter } from '../model/parameter.js';

/** Whoever writes a ticket or a place in the queue, so that others can name it, and see whether it is dead. */
export interface Contender extends LockHolder {
  /** Told apart from every other attempt: an answer that was lost is recognised by it. */
  readonly nonce: string;
  /** Where it runs: one machine (or container) that has process ids of its own. */
  readonly machine: string;
  readonly pid: number;
}

export interface TicketBody extends Contender {
  /** Null: every service of the environment, because their names have no room. */
  readonly services: readonly string[] | null;
  /**
   * Numbers of the tickets before that were held, so far as its maker knew: at least those that were. Who reads the newest
   * ticket knows by it whom else to look for, though a reading may miss some that trail.
   */
  readonly open: readonly number[];
  /** A fixed end (a lock by hand), ISO 8601; null: a lease. */
  readonly until: string | null;
  readonly released: boolean;
}

export interface Ticket {
  readonly number: number;
  /** Null where the value is none of baf's, or not to be seen: it counts as held, for all services, until it is old. */
  readonly body: TicketBody | null;
  readonly version: number;
  /** By SSM's clock, milliseconds. */
  readonly writtenAt: number;
}

export const locksPath = (environment: string): string => `/baf/locks/${environment}`;
export const ticketName = (environment: string, number: number): string => `${locksPath(environment)}/${number}`;

/** Whether it locks one of these services. */
export const locksAny = ({ body }: Pick<Ticket, 'body'>, services: readonly string[]): boolean =>
  !body?.services || body.services.some((service) => services.includes(service));

/** What is left of SSM's 4096 bytes for names, beside what a contender says. */
const MOST_BYTES_OF_NAMES = 2_000;

/** The services as a ticket can name them. */
export const namesFor = (services: readonly string[]): readonly string[] | null =>
  JSON.stringify(services).length <= MOST_BYTES_OF_NAMES ? services : null;

const KINDS: readonly LockKind[] = ['deploy', 'rollback', 'promote', 'set', 'hand', 'unlock'];

/** SSM takes no `{{` in a value. */
export const formatBody = (body: TicketBody | Contender): string => JSON.stringify({ baf: 1, ...body }).replaceAll('{{', '{ {');

/** One for each number: where it was read more than once, as it was written last. */
export function readTickets(environment: string, parameters: readonly Parameter[]): Ticket[] {
  const prefix = `${locksPath(environment)}/`;
  const found = new Map<number, Ticket>();
  for (const { name, value, version, updatedAt } of parameters) {
    const number = name.startsWith(prefix) ? name.slice(prefix.length) : '';
    if (!/^[1-9]\d{0,8}$/.test(number)) continue;
    const there = found.get(Number(number));
    if (!there || there.version < version)
      found.set(Number(number), { number: Number(number), body: parseTicket(value), version, writtenAt: updatedAt });
  }
  return [...found.values()].sort((a, b) => a.number - b.number);
}

function parseTicket(text: string): TicketBody | null {
  const value = objectOf(text);
  const contender = value && parseContender(value);
  if (!contender) return null;
  const { services, open, until, released } = value;
  return {
    ...contender,
    services: Array.isArray(services) ? services.map(String) : null,
    open: Array.isArray(open) ? open.filter((n) => typeof n === 'number') : [],
    until: typeof until === 'string' && !Number.isNaN(Date.parse(until)) ? until : null,
    released: released === true,
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
