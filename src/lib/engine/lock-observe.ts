/** Reads the locks and the queue of an environment, and remembers since when it has seen what. */
import { highest, standingOf, type Standing, type Witness } from '../locks/standing.js';
import { queuePath, readQueue, type Place } from '../locks/queue.js';
import { locksPath, readTickets, ticketName, type Contender, type Ticket, type TicketRef } from '../locks/ticket.js';
import type { Target } from '../model/target.js';
import type { Effects } from './effects.js';

/** Where an environment's locks are: its home. */
export interface LockPlace {
  readonly environment: string;
  readonly home: Target;
}

/** The machine that this process runs on, so far as locks need it (src/lib/system/machine.ts). */
export interface ProcessHere {
  readonly id: string;
  readonly pid: number;
  isAlive(pid: number): boolean;
}

export interface LocksSeen {
  /** When the reading was begun, by the own clock. */
  readonly readAt: number;
  readonly services: readonly string[];
  readonly standings: ReadonlyMap<string, Standing>;
  readonly tickets: readonly Ticket[];
  readonly queue: readonly Place[];
}

/** From so many services on, one reading of all is cheaper than one for each. */
const ALL_FROM = 6;

/** Sightings of one process: made once, asked at every reading. */
export class Sightings {
  private readonly known = new Map<string, { version: number; at: number }>();
  constructor(private readonly here: ProcessHere) {}

  since(key: string, version: number, now: number): number {
    const before = this.known.get(key);
    if (before && before.version >= version) return before.at;
    this.known.set(key, { version, at: now });
    return now;
  }

  /** Judges a reading: begun at `readAt`, in hand at `doneAt`. */
  witness(readAt: number, doneAt: number): Witness & { since(seen: Ticket | Place): number } {
    return {
      now: readAt,
      since: (seen) => this.since(`${'service' in seen ? seen.service : ''}/${seen.number}`, seen.version, doneAt),
      isDead: (contender) => this.isDead(contender),
    };
  }

  readonly isDead = ({ machine, pid }: Contender): boolean => machine === this.here.id && !this.here.isAlive(pid);
}

/** `services`: those that matter; none: all of the environment. */
export async function observeLocks(
  place: LockPlace,
  services: readonly string[],
  sightings: Sightings,
  effects: Effects,
): Promise<LocksSeen> {
  const { environment, home } = place;
  const { ssm } = effects.at(home);
  const readAt = effects.clock.now();
  const paths =
    services.length > 0 && services.length < ALL_FROM
      ? services.map((service) => locksPath(environment, service))
      : [locksPath(environment)];
  const [queued, ...lists] = await Promise.all([ssm.byPath(queuePath(environment)), ...paths.map((path) => ssm.byPath(path))]);
  const tickets = readTickets(environment, lists.flat());
  const names = services.length > 0 ? services : [...new Set(tickets.map((t) => t.service))].sort();
  const of = (service: string) => tickets.filter((t) => t.service === service);
  const leads = names.flatMap((name) => highest(of(name))?.body?.lead ?? []).filter((ref) => !find(tickets, ref));
  const missing = [...new Set(leads.map((ref) => ticketName(environment, ref)))];
  const more = missing.length > 0 ? readTickets(environment, await ssm.get(missing)) : [];
  const all = [...tickets, ...more];
  const witness = sightings.witness(readAt, effects.clock.now());
  return {
    readAt,
    services: names,
    tickets: all,
    standings: new Map(names.map((name) => [name, standingOf(of(name), (ref) => find(all, ref), witness)])),
    queue: readQueue(environment, queued),
  };
}

const find = (tickets: readonly Ticket[], ref: TicketRef): Ticket | null =>
  tickets.find((t) => t.service === ref.service && t.number === ref.number) ?? null;
