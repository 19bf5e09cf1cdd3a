/** Access on demand in one environment: asking, answering, taking back. Every step is a parameter that is created once. */
import {
  accessPath,
  endOf,
  formatStep,
  grantOf,
  idOf,
  KEPT_MS,
  openRequest,
  readRequests,
  samePerson,
  stepParameter,
  type AccessRequest,
  type DecisionStep,
  type EndStep,
  type Grant,
  type RequestStep,
  type Step,
} from '../access/record.js';
import { placeGrant, policiesOf, type GrantPolicy } from '../access/policy.js';
import { ExitCode, UserError } from '../errors/user-error.js';
import type { Target } from '../model/target.js';
import type { Effects } from './effects.js';

/** Where an environment's records are: its first target. */
export interface AccessPlace {
  readonly environment: string;
  readonly home: Target;
}

export async function listRequests(
  { environment, home }: AccessPlace,
  effects: Effects,
  person?: string,
): Promise<AccessRequest[]> {
  return readRequests(environment, await effects.at(home).ssm.byPath(accessPath(environment, person)));
}

/** One request, by a single call; null where there is none. */
export async function findRequest(place: AccessPlace, id: string, effects: Effects): Promise<AccessRequest | null> {
  const steps: Step[] = ['request', 'decision', 'applied', 'end'];
  const found = await effects.at(place.home).ssm.get(steps.map((step) => stepParameter(place.environment, id, step)));
  return readRequests(place.environment, found)[0] ?? null;
}

/** Reads of SSM trail what was written by about a second. */
export const TRAILING_MS = 1_500;
const LOOK_AGAIN_MS = 500;

/** What somebody has written a moment ago may not be seen yet: looked for again until then. */
async function findSeen(
  place: AccessPlace,
  id: string,
  seen: (request: AccessRequest) => boolean,
  effects: Effects,
): Promise<AccessRequest | null> {
  for (const until = effects.clock.now() + 2 * TRAILING_MS; ;) {
    const found = await findRequest(place, id, effects);
    if ((found && seen(found)) || effects.clock.now() >= until) return found;
    await effects.clock.sleep(LOOK_AGAIN_MS);
  }
}

export async function needRequest(place: AccessPlace, id: string, effects: Effects): Promise<AccessRequest> {
  const found = await findSeen(place, id, () => true, effects);
  if (found) return found;
  throw new UserError('AccessUnknown', {
    message: `There is no request ${id} for ${place.environment}.`,
    nextSteps: ['baf access ls --all lists them.'],
  });
}

/** As listed, with what is known of these already: steps are only ever added. */
export async function listWith(known: readonly AccessRequest[], place: AccessPlace, effects: Effects): Promise<AccessRequest[]> {
  const listed = await listRequests(place, effects);
  return [
    ...listed.filter(({ id }) => !known.some((request) => request.id === id)),
    ...known.map((request) => {
      const there = listed.find(({ id }) => id === request.id);
      return {
        ...request,
        decision: there?.decision ?? request.decision,
        appliedAt: there?.appliedAt ?? request.appliedAt,
        end: there?.end ?? request.end,
      };
    }),
  ];
}

/** The person's grant that is in force now and ends last, or null; and the request that is open. */
export async function findGrant(place: AccessPlace, person: string, effects: Effects) {
  const requests = (await listRequests(place, effects, person)).filter((r) => samePerson(r.requester, person));
  const now = effects.clock.now();
  const grants = requests
    .map((request) => ({ request, grant: grantOf(request, now) }))
    .filter((g): g is { request: AccessRequest; grant: Grant } => g.grant !== null)
    .toSorted((a, b) => b.grant.until - a.grant.until);
  return { held: grants[0] ?? null, open: openRequest(requests, person, now) };
}

/** Whether this call created it: false where it is there, from somebody else or from a call whose answer was lost. */
async function createStep(
  { environment, home }: AccessPlace,
  id: string,
  step: Step,
  value: RequestStep | DecisionStep | EndStep | { readonly by: string },
  effects: Effects,
): Promise<boolean> {
  const name = stepParameter(environment, id, step);
  try {
    await effects.at(home).ssm.put(name, formatStep(value), { create: true, description: `access to ${environment}: ${id}` });
    return true;
  } catch (error) {
    if (error instanceof UserError && error.code === 'ParameterAlreadyExists') return false;
    throw error;
  }
}

const ATTEMPTS = 20;

/** The open request of this person, or a new one; two that ask at once end up with the same. */
export async function askForAccess(
  place: AccessPlace,
  asked: RequestStep,
  effects: Effects,
): Promise<{ request: AccessRequest; made: boolean }> {
  const isOpen = (request: AccessRequest): boolean => openRequest([request], asked.requester, effects.clock.now()) !== null;
  const requests = await listRequests(place, effects, asked.requester);
  const open = openRequest(requests, asked.requester, effects.clock.now());
  if (open) return { request: open, made: false };
  const next = Math.max(0, ...requests.map(({ id }) => numberOf(id))) + 1;
  for (let number = next; number < next + ATTEMPTS; number++) {
    const id = idOf(asked.requester, number);
    const at = effects.clock.now();
    if (await createStep(place, id, 'request', asked, effects)) {
      const { environment } = place;
      return { request: { ...asked, id, environment, requestedAt: at, decision: null, appliedAt: null, end: null }, made: true };
    }
    // What is there already may be this person's: asked for a moment ago, or by a call whose answer was lost. Somebody else's
    // is passed over, and so is a name that SSM still holds after its record was deleted.
    const there = await findSeen(place, id, () => true, effects);
    if (there && isOpen(there)) return { request: there, made: false };
  }
  throw new UserError('AccessBusy', {
    message: `The request could not be written below ${accessPath(place.environment, asked.requester)}.`,
    nextSteps: ['Run the same command again.'],
    exitCode: ExitCode.failed,
  });
}

const numberOf = (id: string): number => Number(id.slice(id.lastIndexOf('-') + 1));

/** Refuses a request that AWS says somebody else wrote. `writers` are session names that are the requester's. */
export async function checkWriter(
  { environment, home }: AccessPlace,
  { id, requester }: AccessRequest,
  writers: readonly string[],
  effects: Effects,
): Promise<void> {
  const [about] = await effects.at(home).ssm.describe([stepParameter(environment, id, 'request')]);
  const session = about?.updatedBy?.split('/').at(-1);
  if (session === undefined || writers.some((name) => name.toLowerCase() === session.toLowerCase())) return;
  throw new UserError('AccessForeign', {
    message: `${id} says that ${requester} asks, but AWS says that ${about!.updatedBy} wrote it.`,
    nextSteps: [`Deny it, and have ${requester} ask again: baf access deny ${id} --env ${environment}`],
    exitCode: ExitCode.refused,
  });
}

/** Approves or denies; the first answer stands, and the request as it is afterwards comes back. */
export async function decide(
  place: AccessPlace,
  request: AccessRequest,
  answer: { readonly by: string; readonly approved: boolean; readonly reason: string | null; readonly at: number },
  sizeOf: (policy: GrantPolicy) => number,
  effects: Effects,
  /** Requests that were decided together with this one before it. */
  before: readonly AccessRequest[] = [],
): Promise<AccessRequest> {
  const { by, approved, reason, at } = answer;
  let until: string | null = null;
  let lead: string | null = null;
  if (approved) {
    const others = (await listWith(before, place, effects)).map((r) => grantOf(r, at)).filter((grant) => grant !== null);
    const there = policiesOf(others);
    const asked = { id: request.id, requester: request.requester, from: at, forMs: request.forSeconds * 1000 };
    const placed = placeGrant(asked, there, sizeOf);
    if (!placed) throw noRoom(request, others);
    lead = placed.lead;
    until = new Date(placed.until).toISOString();
  }
  const step = { by, approved, reason, until, lead };
  if (await createStep(place, request.id, 'decision', step, effects)) return { ...request, decision: { ...step, at } };
  const after = (await findSeen(place, request.id, ({ decision }) => decision !== null, effects)) ?? request;
  if (after.end)
    throw new UserError('AccessOver', {
      message: `${request.id} was taken back by ${after.end.by} meanwhile.`,
      exitCode: ExitCode.refused,
    });
  if (after.decision?.approved === approved) return after;
  if (after.decision)
    throw new UserError('AccessDecided', {
      message: `${request.id} was ${after.decision.approved ? 'approved' : 'denied'} by ${after.decision.by} meanwhile.`,
      nextSteps: [`baf access show ${request.id} --env ${place.environment}`],
      exitCode: ExitCode.refused,
    });
  throw new UserError('AccessForeign', {
    message: `The decision on ${request.id} is none of baf's, or one that its own requester made.`,
    nextSteps: [`Look who wrote ${stepParameter(place.environment, request.id, 'decision')}.`],
    exitCode: ExitCode.refused,
  });
}

function noRoom(request: AccessRequest, others: readonly Grant[]): UserError {
  const holders = others.map((g) => `${g.requester} until ${new Date(g.until).toISOString()} (${g.id})`);
  return new UserError('NoRoom', {
    message: `The roles of ${request.environment} have no room for a grant that ends before all others: ${holders.join(', ')}.`,
    nextSteps: [
      `baf access revoke ID --env ${request.environment} makes room`,
      `or ${request.requester} asks for longer, and shares an end with one of them`,
    ],
    exitCode: ExitCode.refused,
  });
}

export async function endAccess(
  place: AccessPlace,
  request: AccessRequest,
  end: EndStep,
  effects: Effects,
): Promise<AccessRequest> {
  if (request.end) return request;
  const at = effects.clock.now();
  if (await createStep(place, request.id, 'end', end, effects)) return { ...request, end: { ...end, at } };
  return (await findSeen(place, request.id, (there) => there.end !== null, effects)) ?? request;
}

/** Notes that the grants of a policy are in force everywhere: who waits for one looks for that. */
export async function noteApplied(place: AccessPlace, ids: readonly string[], by: string, effects: Effects): Promise<void> {
  await Promise.all(ids.map((id) => createStep(place, id, 'applied', { by }, effects)));
}

/** Records of what has been over for 90 days go, a few at a time: what is listed stays short. */
export async function forgetOld(place: AccessPlace, requests: readonly AccessRequest[], effects: Effects): Promise<void> {
  const now = effects.clock.now();
  const old = requests.filter((r) => (endOf(r, now) ?? now) < now - KEPT_MS).slice(0, 10);
  const steps: Step[] = ['decision', 'applied', 'end', 'request'];
  for (const { id } of old)
    for (const step of steps) await effects.at(place.home).ssm.delete(stepParameter(place.environment, id, step));
}
