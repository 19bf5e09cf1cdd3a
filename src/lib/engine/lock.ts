/** Takes the lock of services in an environment: at once, or in line with those who wait. */
import { UserError } from '../errors/user-error.js';
import { aheadOf, formatPlace, placeName, readQueue, type Place } from '../locks/queue.js';
import { RENEW_MS, KEPT_MS } from '../locks/times.js';
import { busyError, type Obstacles } from '../locks/refusal.js';
import { holderOf, ticketName, type Contender } from '../locks/ticket.js';
import type { BafEvent } from '../model/event.js';
import type { Effects } from './effects.js';
import { unknownHolder } from './lock-hand.js';
import { takeTicket, type HeldLock } from './lock-held.js';
import { observeLocks, Sightings, type LockPlace, type LocksSeen, type ProcessHere } from './lock-observe.js';

export interface LockRequest {
  readonly place: LockPlace;
  readonly services: readonly string[];
  readonly contender: Contender;
  /** How long others are waited for, milliseconds; 0 refuses at once. */
  readonly waitMs: number;
  /** How long it lasts from when it is taken (by hand), milliseconds; null: a lease. */
  readonly forMs: number | null;
}

const POLL_MS = 5_000;
const POLL_BEHIND_MS = 15_000;
/** Where nobody is waited for, once again after so long: the lock of a step before may read as held though it was released. */
const RECHECK_MS = 2_000;
/** The number was taken by somebody else: so often, after so long and up to twice that. */
const MOST_RACES = 20;
const RACE_MS = 250;
/** A lock that was released so short a time ago: what its holder wrote last may not be readable everywhere yet. */
const SETTLE_MS = 3_000;

export function obstaclesOf(
  seen: LocksSeen,
  request: LockRequest,
  own: Place | null,
  sightings: Sightings,
  now: number,
): Obstacles {
  const holders = request.services.flatMap((service) => {
    const standing = seen.standings.get(service);
    if (standing?.kind !== 'held') return [];
    return [
      {
        service,
        overAt: standing.overAt,
        ...(standing.ticket.body ? holderOf(standing.ticket.body) : unknownHolder(standing.ticket.writtenAt)),
      },
    ];
  });
  const ahead = aheadOf(seen.queue, own, request.services, sightings.witness(seen.readAt, now)).filter(
    (place) => place.contender.nonce !== request.contender.nonce,
  );
  return { holders, ahead: ahead.map((place) => ({ ...holderOf(place.contender), services: place.services })) };
}

/** Throws `LockBusy` (exit 4) where it is held, or somebody waits for it, and nobody is to be waited for. */
export async function takeLock(
  request: LockRequest,
  here: ProcessHere,
  effects: Effects,
  emit: (event: BafEvent) => void,
  signal: AbortSignal,
): Promise<HeldLock> {
  const { clock } = effects;
  const sightings = new Sightings(here);
  const startedAt = clock.now();
  const line = createLine(request, effects);
  let said = '';
  let looks = 0;
  let races = 0;
  try {
    for (;;) {
      const seen = await observeLocks(request.place, request.services, sightings, effects);
      const own = line.find(seen.queue);
      const obstacles = obstaclesOf(seen, request, own, sightings, clock.now());
      const busy = obstacles.holders.length + obstacles.ahead.length > 0;
      // Who cannot see their own place yet cannot see those before it either.
      if (!busy && (own !== null || line.number() === null)) {
        const held = await take(request, seen, effects);
        if (held) {
          await settle(held, effects, signal).catch(async (error: unknown) => {
            await held.release();
            throw error;
          });
          await line.leave();
          await forget(request.place, seen, sightings, effects);
          emit({ type: 'lock.taken', at: clock.now(), services: held.services, waitedMs: clock.now() - startedAt });
          return held;
        }
        // Somebody took the number, perhaps for other services: it is looked again before anything is said.
        if (++races < MOST_RACES) {
          await clock.sleep(RACE_MS * (1 + Math.random()), signal);
          continue;
        }
      }
      races = 0;
      looks++;
      const left = startedAt + request.waitMs - clock.now();
      if (request.waitMs === 0 ? looks > 1 : left <= 0)
        throw busyError({ ...request, environment: request.place.environment }, obstacles);
      if (request.waitMs > 0) {
        await line.stand();
        const text = JSON.stringify([obstacles.holders.map((h) => [h.service, h.deploy, h.by]), obstacles.ahead]);
        if (text !== said && busy)
          emit({
            type: 'lock.waiting',
            at: clock.now(),
            services: request.services,
            holders: obstacles.holders.map(({ overAt, ...holder }) => ({ ...holder, overAt: new Date(overAt).toISOString() })),
            ahead: obstacles.ahead,
            untilAt: startedAt + request.waitMs,
          });
        said = text;
      }
      const pause = request.waitMs === 0 || !busy ? RECHECK_MS : obstacles.ahead.length > 1 ? POLL_BEHIND_MS : POLL_MS;
      await clock.sleep(request.waitMs === 0 ? pause : Math.min(pause, Math.max(1, left)), signal);
    }
  } catch (error) {
    await line.leave();
    throw error;
  }
}

async function take(
  { place, services, contender, forMs }: LockRequest,
  { standings, readAt, next, open }: LocksSeen,
  effects: Effects,
): Promise<HeldLock | null> {
  const before = services.reduce<number | null>((latest, service) => {
    const standing = standings.get(service)!;
    return standing.kind === 'free' && standing.endedAt !== null ? Math.max(latest ?? 0, standing.endedAt) : latest;
  }, null);
  const until = forMs === null ? null : new Date(effects.clock.now() + forMs).toISOString();
  return takeTicket(place, services, contender, until, { readAt, before, next, open }, effects);
}

/** What the holder before wrote is to be readable before anything is decided by it. */
async function settle(held: HeldLock, { clock }: Effects, signal: AbortSignal): Promise<void> {
  const pause = held.before === null ? 0 : held.before + SETTLE_MS - clock.now();
  if (pause > 0) await clock.sleep(Math.min(pause, SETTLE_MS), signal);
}

/** A place in the queue: taken when first waited, kept by signs of life, left in every case. */
function createLine({ place, services, contender }: LockRequest, effects: Effects) {
  const { clock } = effects;
  const { ssm } = effects.at(place.home);
  let number: number | null = null;
  let wroteAt = 0;
  let last: readonly Place[] = [];
  const value = formatPlace(contender, services);
  return {
    number: () => number,
    /** The own place in what was read; null before it is there, or to be seen. */
    find(queue: readonly Place[]): Place | null {
      last = queue;
      return queue.find((p) => p.contender.nonce === contender.nonce) ?? null;
    },
    async stand(): Promise<void> {
      const own = last.find((p) => p.contender.nonce === contender.nonce);
      // Somebody took it for abandoned, because this process slept: there is a new place, at the end.
      if (number !== null && !own && clock.now() - wroteAt > KEPT_MS / 30) number = null;
      if (number === null) {
        let next = Math.max(0, ...last.map((p) => p.number)) + 1;
        for (; number === null; next++) {
          wroteAt = clock.now();
          if (await createPlace(placeName(place.environment, next))) number = next;
        }
      } else if (clock.now() - wroteAt >= RENEW_MS) {
        wroteAt = clock.now();
        await ssm.put(placeName(place.environment, number), value, { urgent: true }).catch(() => undefined);
      }
    },
    async leave(): Promise<void> {
      if (number === null) return;
      await ssm.delete(placeName(place.environment, number)).catch(() => undefined);
      number = null;
    },
  };

  async function createPlace(name: string): Promise<boolean> {
    try {
      await ssm.put(name, value, {
        create: true,
        urgent: true,
        description: `baf: waits for ${services.join(', ')}`.slice(0, 1000),
      });
      return true;
    } catch (error) {
      if (!(error instanceof UserError) || error.code !== 'ParameterAlreadyExists') throw error;
      // Perhaps this very call, whose answer was lost.
      const found = readQueue(place.environment, await ssm.get([name, `${name}:1`]));
      return found.some((p) => p.contender.nonce === contender.nonce);
    }
  }
}

/** Clears away a few old tickets, and places of processes that are gone; what fails is left to the next holder. */
async function forget(place: LockPlace, seen: LocksSeen, sightings: Sightings, effects: Effects): Promise<void> {
  const { ssm } = effects.at(place.home);
  const { environment } = place;
  const now = effects.clock.now();
  // Never the newest: numbers would begin anew.
  const old = seen.tickets.filter(
    (t) => t.version > 0 && t.number < seen.next - 1 && !seen.open.includes(t.number) && t.writtenAt < now - KEPT_MS,
  );
  const gone = seen.queue.filter((p) => p.writtenAt < now - KEPT_MS || sightings.isDead(p.contender));
  const names = [...old.map((t) => ticketName(environment, t.number)), ...gone.map((p) => placeName(environment, p.number))];
  for (const name of names.slice(0, 10)) await ssm.delete(name).catch(() => undefined);
}
