/** Reads the locks and the queue of an environment, and remembers since when it has seen what. */
import { highest, standingOf, unseen, type Standing, type Witness } from '../locks/standing.js';
import { queuePath, readQueue, type Place } from '../locks/queue.js';
import { locksPath, readTickets, ticketName, type Contender, type Ticket } from '../locks/ticket.js';
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
  /** The number that the next ticket gets. */
  readonly next: number;
  /** Numbers of tickets that hold a service, whichever. */
  readonly open: readonly number[];
  readonly queue: readonly Place[];
}

/** Stands for the services whose names a ticket had no room for. */
export const EVERY_SERVICE = '*';

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
      since: (seen) => this.since(`${'body' in seen ? 'ticket' : 'place'}/${seen.number}`, seen.version, doneAt),
      isDead: (contender) => this.isDead(contender),
    };
  }

  readonly isDead = ({ machine, pid }: Contender): boolean => machine === this.here.id && !this.here.isAlive(pid);
}

/** `services`: those that matter; none: all that are named by a ticket. */
export async function observeLocks(
  place: LockPlace,
  services: readonly string[],
  sightings: Sightings,
  effects: Effects,
): Promise<LocksSeen> {
  const { environment, home } = place;
  const { ssm } = effects.at(home);
  const readAt = effects.clock.now();
  const [queued, listed] = await Promise.all([ssm.byPath(queuePath(environment)), ssm.byPath(locksPath(environment))]);
  const first = readTickets(environment, listed);
  const missing = (highest(first)?.body?.open ?? []).filter((number) => !first.some((t) => t.number === number));
  const names = missing.map((number) => ticketName(environment, number));
  const more = names.length > 0 ? await ssm.get(names.flatMap((name) => [name, `${name}:1`])) : [];
  const seen = readTickets(environment, [...listed, ...more]);
  const tickets = [...seen, ...unseen(seen, readAt)];
  const named = [...new Set(tickets.flatMap((t) => t.body?.services ?? EVERY_SERVICE))].sort();
  const witness = sightings.witness(readAt, effects.clock.now());
  const standings = new Map([...new Set([...named, ...services])].map((name) => [name, standingOf(tickets, name, witness)]));
  return {
    readAt,
    services: services.length > 0 ? services : named,
    tickets,
    next: (highest(seen)?.number ?? 0) + 1,
    open: [...new Set([...standings.values()].flatMap((s) => (s.kind === 'held' ? s.ticket.number : [])))],
    standings,
    queue: readQueue(environment, queued),
  };
}
