/**
 * A lock that is held: its signs of life, its release, and the check before each write that nobody has taken it over.
 * Nothing here trusts a reading alone: a number is taken by creating its parameter, which AWS lets happen once.
 */
import { ExitCode, UserError } from '../errors/user-error.js';
import { LEASE_MS, RENEW_MS, STALE_MS } from '../locks/times.js';
import { formatBody, locksAny, namesFor, readTickets, ticketName, type Contender, type TicketBody } from '../locks/ticket.js';
import type { Effects } from './effects.js';
import type { LockPlace } from './lock-observe.js';
import { createTicket } from './lock-create.js';

/** A successor is looked for at most so often: writes come in bursts. */
const FRESH_MS = 5_000;
/** Tickets of one call. */
const PAGE = 10;
/** Signs of life that may come too late, one after the other: on a machine that is slow. */
const MOST_SIGNS = 6;
/** Numbers that others may take first, one after the other, before it is given up. */
const MOST_RACES = 10;
/** Its lease ends soon after anyway: so long a release is attempted again. */
const RELEASE_MS = 60_000;

export interface HeldLock {
  readonly services: readonly string[];
  /** Aborted when the lock was taken over; its reason is the error. */
  readonly lost: AbortSignal;
  /** The first service whose lock was lost, and who has it, where that is known; null while none is. */
  readonly loss: { readonly service: string; readonly by: string | null } | null;
  /** When the holder before gave its last sign, by SSM's clock; null where there was none. */
  readonly before: number | null;
  /** Whether a write would be allowed now, so far as this process knows. */
  isValid(): boolean;
  /** Before each write: throws `LockLost` where somebody else has the lock. */
  check(): Promise<void>;
  /** Never throws; false where it could not be written, and the lease has to end by itself. */
  release(): Promise<boolean>;
}

/** What a reading of the locks says about the next ticket. */
export interface Found {
  readonly readAt: number;
  /** When the holder before gave its last sign, by SSM's clock; null where there was none. */
  readonly before: number | null;
  readonly next: number;
  readonly open: readonly number[];
}

/** Takes the next ticket, for all services at once; null where somebody was quicker. */
export async function takeTicket(
  place: LockPlace,
  services: readonly string[],
  contender: Contender,
  until: string | null,
  found: Found,
  effects: Effects,
): Promise<HeldLock | null> {
  const { clock } = effects;
  const holding = createHolding(place, services, contender, until, found, effects);
  try {
    const taken = await holding.take(found.next, found.open);
    // A reading this old may have missed that numbers were taken, and deleted since.
    if (taken && clock.now() - found.readAt < STALE_MS) return holding.start();
  } catch (error) {
    await holding.lock.release();
    throw error;
  }
  await holding.lock.release();
  return null;
}

function createHolding(
  place: LockPlace,
  services: readonly string[],
  contender: Contender,
  until: string | null,
  found: Pick<Found, 'before'>,
  effects: Effects,
) {
  const { clock } = effects;
  const { ssm } = effects.at(place.home);
  const controller = new AbortController();
  const stop = new AbortController();
  /** The own ticket's number; 0 while there is none. */
  let own = 0;
  let open: readonly number[] = [];
  /** Tickets up to this number are known: those after the own one lock none of its services. */
  let known = 0;
  let validUntil = 0;
  let fencedAt = -Infinity;
  let error: UserError | null = null;
  let loss: HeldLock['loss'] = null;
  let released = false;
  let turn: Promise<unknown> = Promise.resolve();
  /** One at a time: the sign of life, the check, the release. */
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const mine = turn.then(act, act);
    turn = mine.catch(() => undefined);
    return mine;
  };
  const now = () => clock.now();
  const bodyOf = (more: Partial<TicketBody> = {}): TicketBody => ({
    ...contender,
    services: namesFor(services),
    open,
    until,
    released: false,
    ...more,
  });
  const write = (more: Partial<TicketBody> = {}) =>
    ssm.put(ticketName(place.environment, own), formatBody(bodyOf(more)), { urgent: true });

  const lose = (service: string, by: string | null): void => {
    if (error) return;
    loss = { service, by };
    error = new UserError('LockLost', {
      message: `The lock of ${service} in ${place.environment} was taken over${by ? ` by ${by}` : ''}: this command stopped before its next write.`,
      nextSteps: [`baf lock ls --env ${place.environment} shows who has it.`, 'Run the same command again when it is free.'],
      exitCode: ExitCode.failed,
    });
    stop.abort();
    controller.abort(error);
  };

  /** The next number: at first, and when the lease has ended without anybody taking it. */
  const take = async (number: number, before: readonly number[]): Promise<boolean> => {
    const startedAt = now();
    const body = bodyOf({ open: before });
    if (!(await createTicket(place, number, body, effects))) return false;
    [own, open, known] = [number, before, number];
    validUntil = until === null ? startedAt + LEASE_MS : Date.parse(until);
    return true;
  };

  /** Tickets after the own one, as far as they can be seen. */
  const lookForSuccessor = async (): Promise<void> => {
    const at = now();
    for (let full = true; full && !error;) {
      const numbers = Array.from({ length: PAGE }, (_, i) => known + 1 + i);
      const found = readTickets(place.environment, await ssm.get(numbers.map((n) => ticketName(place.environment, n))));
      const successor = found.find((ticket) => locksAny(ticket, services));
      if (successor)
        lose(successor.body?.services?.find((s) => services.includes(s)) ?? services[0]!, successor.body?.by ?? null);
      // One after a gap may be seen before the one in the gap.
      while (found.some((t) => t.number === known + 1)) known++;
      full = known === numbers.at(-1);
    }
    fencedAt = at;
  };

  /**
   * A lease that ended while this process slept is taken up again by taking the next number, as anybody else would:
   * that succeeds only where nobody had the services in between.
   */
  const giveSign = async (): Promise<void> => {
    if (error || released || until !== null) return;
    await lookForSuccessor();
    if (error) return;
    const startedAt = now();
    if (startedAt < validUntil) {
      await write();
      // An answer that comes after the end may be of a write that nobody saw in time.
      if (now() < validUntil) {
        validUntil = startedAt + LEASE_MS;
        return;
      }
    }
    await takeAgain();
  };

  /** What comes after the own ticket has just been looked at. */
  const takeAgain = async (): Promise<void> => {
    for (let attempt = 0; attempt < MOST_RACES && now() - validUntil <= STALE_MS; attempt++) {
      const readAt = now();
      if (attempt > 0) await lookForSuccessor();
      if (error) return;
      const before = await openBefore();
      if (before && (await take(known + 1, before))) {
        if (now() - readAt < STALE_MS) return;
        break;
      }
    }
    lose(services[0]!, null);
  };

  /** The newest ticket tells whom else there is: all of them count, whatever became of them. Null where it is not to be seen. */
  const openBefore = async (): Promise<readonly number[] | null> => {
    if (known === own) return open;
    const [newest] = readTickets(place.environment, await ssm.get([ticketName(place.environment, known)]));
    return newest ? [...(newest.body?.open ?? []), known].filter((n) => n !== own) : null;
  };

  const live = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const failed = await inTurn(giveSign).then(
        () => false,
        () => true,
      );
      await clock.sleep(failed ? FRESH_MS : RENEW_MS, stop.signal).catch(() => undefined);
    }
  };

  const lock: HeldLock = {
    services,
    lost: controller.signal,
    get loss() {
      return loss;
    },
    before: found.before,
    isValid: () => !error && !released && now() < validUntil,
    check: () =>
      inTurn(async () => {
        // A sign that came too late is followed by another attempt; many in a row say that nothing works.
        for (let attempt = 0; attempt < MOST_SIGNS && !error && now() >= validUntil; attempt++) await giveSign();
        if (!error && now() - fencedAt > FRESH_MS) await lookForSuccessor();
        if (!error && now() >= validUntil) lose(services[0]!, null);
        if (error) throw error;
      }),
    release: () =>
      inTurn(async () => {
        stop.abort();
        if (released || own === 0) return true;
        released = true;
        const until = now() + RELEASE_MS;
        for (let attempt = 0; attempt < 4 && (attempt === 0 || now() < until); attempt++) {
          if (attempt > 0) await clock.sleep(1000);
          const written = await write({ released: true }).then(
            () => true,
            () => false,
          );
          if (written) return true;
        }
        return false;
      }),
  };
  return {
    lock,
    take,
    start(): HeldLock {
      if (until === null)
        void clock
          .sleep(RENEW_MS, stop.signal)
          .then(live)
          .catch(() => undefined);
      return lock;
    },
  };
}
