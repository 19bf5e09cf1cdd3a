/** Creates the ticket of a lock: AWS lets that happen once for each number. */
import { UserError } from '../errors/user-error.js';
import { GRACE_MS } from '../locks/times.js';
import { formatBody, readTickets, ticketName, type TicketBody } from '../locks/ticket.js';
import type { Effects } from './effects.js';
import type { LockPlace } from './lock-observe.js';

/** What another has written may be seen only later: it is looked again, after so long each. */
const LOOKS_MS = [0, 300, 700, 2_000];

/** Creates a ticket, or finds that its number is taken; an answer that was lost is recognised. */
export async function createTicket(place: LockPlace, number: number, body: TicketBody, effects: Effects): Promise<boolean> {
  const { ssm } = effects.at(place.home);
  const name = ticketName(place.environment, number);
  const what = body.services?.join(', ') ?? 'all services';
  try {
    await ssm.put(name, formatBody(body), {
      create: true,
      urgent: true,
      description: `baf: lock in ${place.environment} of ${what}`.slice(0, 1000),
    });
    return true;
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'ParameterAlreadyExists') throw error;
  }
  // Taken: by somebody else, or by this very call, whose answer was lost. What it says may be seen only later.
  const deadline = effects.clock.now() + GRACE_MS;
  for (let look = 0; ; look++) {
    const pause = LOOKS_MS[look] ?? LOOKS_MS.at(-1)!;
    if (pause > 0) await effects.clock.sleep(pause);
    const [found] = readTickets(place.environment, await ssm.get([name, `${name}:1`]));
    if (found) return found.body?.nonce === body.nonce;
    if (effects.clock.now() >= deadline) return false;
  }
}
