/**
 * A request's record in SSM: parameters that are created once and never changed (docs/access.md), so that of two who write
 * at once exactly one wins, and a policy of IAM can forbid that anything is altered afterwards.
 */
import type { AccessChange, AccessState, AccessView } from '../model/access.js';
import type { Parameter } from '../model/parameter.js';

/** `request`, then one `decision`, `applied` when it is in force everywhere, `end` when it was taken back. */
export type Step = 'request' | 'decision' | 'applied' | 'end';

export interface RequestStep {
  readonly requester: string;
  readonly reason: string;
  readonly forSeconds: number;
}

export interface DecisionStep {
  readonly by: string;
  readonly approved: boolean;
  readonly reason: string | null;
  /** Of an approval: the end, ISO 8601, and the id of the request whose policy carries the grant (mostly its own). */
  readonly until: string | null;
  readonly lead: string | null;
}

export interface EndStep {
  readonly by: string;
  readonly reason: string | null;
}

/** Times are SSM's own, milliseconds: what a laptop's clock says does not count. */
export interface AccessRequest extends RequestStep {
  readonly id: string;
  readonly environment: string;
  readonly requestedAt: number;
  readonly decision: (DecisionStep & { readonly at: number }) | null;
  readonly appliedAt: number | null;
  readonly end: (EndStep & { readonly at: number }) | null;
}

export interface Grant {
  readonly id: string;
  readonly requester: string;
  readonly lead: string;
  /** Milliseconds. */
  readonly from: number;
  readonly until: number;
}

/** A request that nobody answers is over after so long: nobody approves yesterday's reasons. */
export const LAPSE_MS = 24 * 3_600_000;
/** For so long the records of what is over are kept. */
export const KEPT_MS = 90 * 24 * 3_600_000;

const base = (environment: string): string => `/baf/access/${environment}`;

/** All requests of an environment, or those of one person. */
export const accessPath = (environment: string, person?: string): string =>
  person === undefined ? base(environment) : `${base(environment)}/${slugOf(person)}`;

export const stepParameter = (environment: string, id: string, step: Step): string => {
  const at = id.lastIndexOf('-');
  return `${base(environment)}/${id.slice(0, at)}/${id.slice(at + 1)}/${step}`;
};

/** The part of a person's name that SSM takes as a name: `ana` of `Ana@acme.example`. Two people may share it, ids they do not. */
export function slugOf(person: string): string {
  const local = person.split('@')[0]!.toLowerCase();
  return (
    local
      .replace(/[^a-z0-9._-]+/g, '-')
      .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '')
      .slice(0, 40) || 'someone'
  );
}

export const idOf = (person: string, number: number): string => `${slugOf(person)}-${number}`;
export const isId = (text: string): boolean => /^[a-z0-9](?:[a-z0-9._-]{0,39})?-[1-9]\d{0,5}$/.test(text);

/** Names that AWS tells apart without regard to case. */
export const samePerson = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** The requests that parameters are the record of, the oldest first; what is not one of ours is left out. */
export function readRequests(environment: string, parameters: readonly Parameter[]): AccessRequest[] {
  const steps = new Map<string, Partial<Record<Step, Parameter>>>();
  for (const parameter of parameters) {
    const [person, number, step, more] = parameter.name.slice(base(environment).length + 1).split('/');
    if (!parameter.name.startsWith(`${base(environment)}/`) || !step || more !== undefined) continue;
    const id = `${person}-${number}`;
    if (isId(id)) steps.set(id, { ...steps.get(id), [step]: parameter });
  }
  return [...steps]
    .map(([id, found]) => readRequest(environment, id, found))
    .filter((request) => request !== null)
    .sort((a, b) => a.requestedAt - b.requestedAt || (a.id < b.id ? -1 : 1));
}

function readRequest(environment: string, id: string, found: Partial<Record<Step, Parameter>>): AccessRequest | null {
  const asked = valueOf(found.request);
  const { requester, reason, forSeconds } = asked ?? {};
  if (typeof requester !== 'string' || typeof reason !== 'string' || typeof forSeconds !== 'number' || !(forSeconds > 0))
    return null;
  if (id !== idOf(requester, Number(id.slice(id.lastIndexOf('-') + 1)))) return null;
  return {
    id,
    environment,
    requester,
    reason,
    forSeconds,
    requestedAt: found.request!.updatedAt,
    decision: readDecision(id, requester, found.decision),
    appliedAt: found.applied?.updatedAt ?? null,
    end: readEnd(found.end),
  };
}

/** An approval that names the requester as approver, or no end, is none. */
function readDecision(id: string, requester: string, parameter: Parameter | undefined): AccessRequest['decision'] {
  const value = valueOf(parameter);
  const { by, approved, until } = value ?? {};
  if (typeof by !== 'string' || typeof approved !== 'boolean' || samePerson(by, requester)) return null;
  const ends = typeof until === 'string' && !Number.isNaN(Date.parse(until)) ? until : null;
  if (approved && ends === null) return null;
  const lead = typeof value!['lead'] === 'string' && isId(value!['lead']) ? value!['lead'] : id;
  return { by, approved, reason: textOf(value!['reason']), until: ends, lead, at: parameter!.updatedAt };
}

function readEnd(parameter: Parameter | undefined): AccessRequest['end'] {
  const value = valueOf(parameter);
  if (typeof value?.['by'] !== 'string') return null;
  return { by: value['by'], reason: textOf(value['reason']), at: parameter!.updatedAt };
}

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

function valueOf(parameter: Parameter | undefined): Record<string, unknown> | null {
  try {
    const value = JSON.parse(parameter?.value ?? '') as Record<string, unknown>;
    return value['baf'] === 1 ? value : null;
  } catch {
    return null;
  }
}

/** The value of a step; SSM takes no `{{` in one. */
export const formatStep = (step: RequestStep | DecisionStep | EndStep | { readonly by: string }): string =>
  JSON.stringify({ baf: 1, ...step });

export function stateOf(request: AccessRequest, now: number): AccessState {
  if (request.end) return 'revoked';
  if (request.decision && !request.decision.approved) return 'denied';
  if (request.decision) return now < Date.parse(request.decision.until!) ? 'approved' : 'expired';
  return now < request.requestedAt + LAPSE_MS ? 'requested' : 'expired';
}

/** The grant that a request has become, or null where there is none now. */
export function grantOf(request: AccessRequest, now: number): Grant | null {
  if (stateOf(request, now) !== 'approved') return null;
  const { at, until, lead } = request.decision!;
  return { id: request.id, requester: request.requester, lead: lead!, from: at, until: Date.parse(until!) };
}

/** When it was over; null while it is not. */
export function endOf(request: AccessRequest, now: number): number | null {
  if (request.end) return request.end.at;
  if (request.decision && !request.decision.approved) return request.decision.at;
  const end = request.decision ? Date.parse(request.decision.until!) : request.requestedAt + LAPSE_MS;
  return end <= now ? end : null;
}

/** A request that asking again would only repeat: not answered yet, or in force with more than a quarter of its time left. */
export function openRequest(requests: readonly AccessRequest[], requester: string, now: number): AccessRequest | null {
  const own = requests.filter((request) => samePerson(request.requester, requester));
  const lasting = own.find((request) => {
    const grant = grantOf(request, now);
    return grant !== null && grant.until - now > (grant.until - grant.from) / 4;
  });
  return lasting ?? own.find((request) => stateOf(request, now) === 'requested') ?? null;
}

const iso = (ms: number): string => new Date(ms).toISOString();

export function viewOf(request: AccessRequest, now: number): AccessView {
  const { id, environment, requester, reason, forSeconds, decision, end } = request;
  const state = stateOf(request, now);
  const approved = decision?.approved ? decision : null;
  const lapsesAt = request.requestedAt + LAPSE_MS;
  const over = state === 'expired' ? (approved ? approved.until! : iso(lapsesAt)) : null;
  const history: AccessChange[] = [
    { state: 'requested', at: iso(request.requestedAt), by: requester, reason },
    ...(decision
      ? [
          {
            state: decision.approved ? 'approved' : 'denied',
            at: iso(decision.at),
            by: decision.by,
            reason: decision.reason,
          } as const,
        ]
      : []),
    ...(end ? [{ state: 'revoked', at: iso(end.at), by: end.by, reason: end.reason } as const] : []),
    ...(over ? [{ state: 'expired', at: over, by: null, reason: null } as const] : []),
  ];
  return {
    id,
    environment,
    requester,
    reason,
    forSeconds,
    state,
    requestedAt: iso(request.requestedAt),
    lapsesAt: state === 'requested' ? iso(lapsesAt) : null,
    approvedBy: approved?.by ?? null,
    from: approved ? iso(approved.at) : null,
    until: approved ? iso(Date.parse(approved.until!)) : null,
    inForce: state === 'approved' && request.appliedAt !== null,
    history,
  };
}
