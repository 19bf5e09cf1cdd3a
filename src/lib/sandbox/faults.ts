/** Failures that were asked for: of calls, of images, of capacity. Kept in the state, so that they outlast a command. */
import { nearest } from '../errors/nearest.js';
import type { CallFaultKind, FaultRequest, FaultRow } from '../model/faults.js';
import { mulberry } from './random.js';
import type { State } from './state.js';

export interface CallFault {
  readonly id: string;
  /** Signing name, or `*`. */
  readonly service: string;
  /** Operation, or `*`. */
  readonly operation: string;
  readonly kind: CallFaultKind;
  /** `account/region`, or null for all. */
  readonly target: string | null;
  /** How many calls still fail; null: no end. */
  times: number | null;
  /** Chance that a call fails, 0 to 1. */
  readonly rate: number;
  /** State of this fault's own dice. */
  seed: number;
}

export interface Faults {
  /** Number of the last fault: ids are not used twice. */
  last: number;
  calls: CallFault[];
  /** Tasks that may run at once in `account/region`, or `account/region/zone` (a zone that is gone: 0). */
  capacity: Record<string, number>;
  /** How far the sandbox's idea of the time is ahead of the caller's, in milliseconds, for signatures. */
  skewMs: number;
}

export const noFaults = (): Faults => ({ last: 0, calls: [], capacity: {}, skewMs: 0 });

/** The fault that strikes this call, or null; counts it down, and drops it at its end. */
export function strike(faults: Faults, service: string, operation: string, target: string): CallFaultKind | null {
  for (const fault of faults.calls) {
    if (fault.service !== '*' && fault.service !== service) continue;
    if (fault.operation !== '*' && fault.operation !== operation) continue;
    if (fault.target !== null && fault.target !== target) continue;
    if (fault.rate < 1) {
      const dice = mulberry(fault.seed);
      fault.seed = dice.seed;
      if (dice.value >= fault.rate) continue;
    }
    if (fault.times !== null && --fault.times === 0) faults.calls = faults.calls.filter((f) => f !== fault);
    return fault.kind;
  }
  return null;
}

/** Names that people use for services, besides their signing names. */
const aliases: Readonly<Record<string, string>> = {
  elbv2: 'elasticloadbalancing',
  cloudwatch: 'monitoring',
  sso: 'awsssoportal',
  'sso-oidc': 'sso-oauth',
  autoscaling: 'application-autoscaling',
};

/** The operations of each service, by signing name. */
export type Catalogue = Readonly<Record<string, readonly string[]>>;

/** What is wrong with a request, and what was probably meant. */
export interface Refusal {
  readonly unknown: string;
  readonly nearest: string | null;
}

/** Carries a request out on the state. */
export function applyFault(state: State, request: FaultRequest, catalogue: Catalogue, now: number): FaultRow | Refusal | null {
  const { faults } = state;
  switch (request.fault) {
    case 'image':
      if (request.outcome === 'ok') delete state.images[request.image];
      else state.images[request.image] = request.outcome;
      return imageRow(request.image, request.outcome);
    case 'capacity':
      faults.capacity[request.target] = request.tasks;
      return capacityRow(request.target, request.tasks);
    case 'clock':
      faults.skewMs = request.skewMs;
      return clockRow(request.skewMs);
    case 'credentials':
      for (const [key, session] of Object.entries(state.sessions))
        if (session.expiresAt > now) state.sessions[key] = { ...session, expiresAt: now };
      return null;
    case 'call': {
      const named = resolve(request.operation, catalogue);
      if ('unknown' in named) return named;
      const { kind, times, rate, target, seed } = request;
      faults.last++;
      const fault: CallFault = { id: `f${faults.last}`, ...named, kind, times, rate, target, seed };
      faults.calls.push(fault);
      return callRow(fault);
    }
  }
}

function resolve(text: string, catalogue: Catalogue): { service: string; operation: string } | Refusal {
  if (text === '*' || text === '*:*') return { service: '*', operation: '*' };
  const [typed = '', operation = '*'] = text.split(':');
  const service = aliases[typed] ?? typed;
  const operations = catalogue[service];
  if (!operations) return { unknown: typed, nearest: nearest(typed, [...Object.keys(catalogue), ...Object.keys(aliases)]) };
  if (operation === '*' || operations.includes(operation)) return { service, operation };
  const guess = nearest(operation, operations);
  return { unknown: text, nearest: guess && `${typed}:${guess}` };
}

/** Takes one fault back, or all; returns how many were there. */
export function clearFaults(state: State, id: string | null): number {
  const gone = faultRows(state).filter((row) => id === null || row.id === id);
  for (const row of gone) {
    if (row.fault === 'image') delete state.images[row.subject];
    else if (row.fault === 'capacity') delete state.faults.capacity[row.subject];
    else if (row.fault === 'clock') state.faults.skewMs = 0;
    else state.faults.calls = state.faults.calls.filter((f) => f.id !== row.id);
  }
  return gone.length;
}

export function faultRows({ faults, images }: State): FaultRow[] {
  return [
    ...faults.calls.map(callRow),
    ...Object.entries(images).map(([image, outcome]) => imageRow(image, outcome)),
    ...Object.entries(faults.capacity).map(([target, tasks]) => capacityRow(target, tasks)),
    ...(faults.skewMs === 0 ? [] : [clockRow(faults.skewMs)]),
  ];
}

const callRow = ({ id, service, operation, kind, times, rate, target }: CallFault): FaultRow => ({
  id,
  fault: 'call',
  subject: `${service}:${operation}${target ? ` in ${target}` : ''}`,
  effect: rate < 1 ? `${kind}, ${rate * 100} % of calls` : kind,
  left: times,
});
const imageRow = (image: string, outcome: string): FaultRow => ({
  id: image,
  fault: 'image',
  subject: image,
  effect: outcome,
  left: null,
});
const capacityRow = (target: string, tasks: number): FaultRow => ({
  id: target,
  fault: 'capacity',
  subject: target,
  effect: `${tasks} tasks at most`,
  left: null,
});
const clockRow = (skewMs: number): FaultRow => ({
  id: 'clock',
  fault: 'clock',
  subject: 'clock',
  effect: `${skewMs / 1000} s ahead`,
  left: null,
});
