/**
 * A lock that is held: its signs of life, its release, and the check before each write that nobody has taken it over.
 * Nothing here trusts a reading alone: a number is taken by creating its parameter, which AWS lets happen once.
 */
import { ExitCode, UserError } from '../errors/user-error.js';
import { GRACE_MS, LEASE_MS, RENEW_MS, STALE_MS } from '../locks/times.js';
import { formatBody, readTickets, ticketName, type Contender, type TicketBody, type TicketRef } from '../locks/ticket.js';
import type { Effects } from './effects.js';
import type { LockPlace } from './lock-observe.js';

/** A successor is looked for at most so often: writes come in bursts. */
const FRESH_MS = 5_000;
/** SSM takes three writes a second and account: the first three at once, then at its pace. */
const BURST = 3;
const PACE_MS = 350;
const LOOK_AGAIN_MS = 2_000;

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

/** Creates a ticket, or finds that its number is taken; an answer that was lost is recognised. */
export async function createTicket(place: LockPlace, ref: TicketRef, body: TicketBody, effects: Effects): Promise<boolean> {
  const { ssm } = effects.at(place.home);
  const name = ticketName(place.environment, ref);
  try {
    await ssm.put(name, formatBody(body), { create: true, description: `baf: lock of ${ref.service} in ${place.environment}` });
    return true;
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'ParameterAlreadyExists') throw error;
  }
  // Taken: by somebody else, or by this very call, whose answer was lost. What it says may be seen only later.
  const deadline = effects.clock.now() + GRACE_MS;
  for (;;) {
    const found = readTickets(place.environment, await ssm.get([name, `${name}:1`]));
    if (found.length > 0) return found.some((ticket) => ticket.body?.nonce === body.nonce);
    if (effects.clock.now() >= deadline) return false;
    await effects.clock.sleep(LOOK_AGAIN_MS);
  }
}

/** Takes the next tickets in the order of the names, all or none; null where somebody was quicker. */
export async function takeTickets(
  place: LockPlace,
  next: readonly TicketRef[],
  contender: Contender,
  until: string | null,
  found: { readonly readAt: number; readonly before: number | null },
  effects: Effects,
): Promise<HeldLock | null> {
  const { clock } = effects;
  const refs = next.toSorted((a, b) => (a.service < b.service ? -1 : 1));
  const holding = createHolding(place, contender, until, found, effects);
  try {
    const all = await holding.take(refs);
    // A reading this old may have missed that numbers were taken, and deleted since.
    if (all && clock.now() - found.readAt < STALE_MS) return holding.start();
  } catch (error) {
    await holding.lock.release();
    throw error;
  }
  await holding.lock.release();
  return null;
}

function createHolding(
  place: LockPlace,
  contender: Contender,
  until: string | null,
  found: { readonly before: number | null },
  effects: Effects,
) {
  const { clock } = effects;
  const { ssm } = effects.at(place.home);
  const controller = new AbortController();
  const stop = new AbortController();
  let tickets: TicketRef[] = [];
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
  const bodyOf = (lead: TicketRef | null, more: Partial<TicketBody> = {}): TicketBody => ({
    ...contender,
    lead,
    until,
    released: false,
    ...more,
  });
  const writeLead = (more: Partial<TicketBody> = {}) =>
    ssm.put(ticketName(place.environment, tickets[0]!), formatBody(bodyOf(null, more)), {});

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

  /** All or none of the next numbers: at first, and when the lease has ended without anybody taking them. */
  const take = async (refs: readonly TicketRef[]): Promise<boolean> => {
    const startedAt = now();
    let renewedAt = startedAt;
    const taken: TicketRef[] = [];
    for (const ref of refs) {
      if (taken.length >= BURST) await clock.sleep(PACE_MS);
      let lasts = taken.length === 0 || now() < renewedAt + LEASE_MS;
      if (lasts && taken.length > 0 && now() - renewedAt > RENEW_MS) {
        const again = now();
        await ssm.put(ticketName(place.environment, taken[0]!), formatBody(bodyOf(null)), {});
        // As in giveSign: what was answered after the end counts for nothing, and the first numbers may be gone.
        lasts = now() < renewedAt + LEASE_MS;
        renewedAt = again;
      }
      if (!lasts || !(await createTicket(place, ref, bodyOf(taken[0] ?? null), effects))) {
        const [lead] = taken;
        if (lead) await ssm.put(ticketName(place.environment, lead), formatBody(bodyOf(null, { released: true })), {});
        return false;
      }
      taken.push(ref);
      if (tickets.length === 0 || taken.length === refs.length) tickets = [...taken];
    }
    validUntil = until === null ? renewedAt + LEASE_MS : Date.parse(until);
    return true;
  };

  const lookForSuccessor = async (): Promise<void> => {
    const at = now();
    const names = tickets.map(({ service, number }) => ticketName(place.environment, { service, number: number + 1 }));
    const [successor] = readTickets(place.environment, await ssm.get(names));
    if (successor) lose(successor.service, successor.body?.by ?? null);
    fencedAt = at;
  };

  /**
   * A lease that ended while this process slept is taken up again by taking the next number, as anybody else would:
   * that succeeds only where nobody had it in between.
   */
  const giveSign = async (): Promise<void> => {
    if (error || released || until !== null) return;
    await lookForSuccessor();
    if (error) return;
    const startedAt = now();
    if (startedAt < validUntil) {
      await writeLead();
      // An answer that comes after the end may be of a write that nobody saw in time.
      if (now() < validUntil) {
        validUntil = startedAt + LEASE_MS;
        return;
      }
    }
    const late = now() - validUntil > STALE_MS;
    const next = tickets.map(({ service, number }) => ({ service, number: number + 1 }));
    if (late || !(await take(next))) lose(next[0]!.service, null);
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
    get services() {
      return tickets.map((t) => t.service);
    },
    lost: controller.signal,
    get loss() {
      return loss;
    },
    before: found.before,
    isValid: () => !error && !released && now() < validUntil,
    check: () =>
      inTurn(async () => {
        // A sign that came too late is followed by another attempt; more than two in a row say that nothing works.
        for (let attempt = 0; attempt < 3 && !error && now() >= validUntil; attempt++) await giveSign();
        if (!error && now() - fencedAt > FRESH_MS) await lookForSuccessor();
        if (!error && now() >= validUntil) lose(tickets[0]!.service, null);
        if (error) throw error;
      }),
    release: () =>
      inTurn(async () => {
        stop.abort();
        if (released || tickets.length === 0) return true;
        released = true;
        for (let attempt = 0; attempt < 4; attempt++) {
          if (attempt > 0) await clock.sleep(1000);
          const written = await writeLead({ released: true }).then(
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
