/** What EventBridge keeps for an account and region: plain values, times in milliseconds of sandbox time. */
import { AwsError, type CallContext, type Cell } from '../../service.js';
import { entry } from '../records.js';

export interface Bus {
  name: string;
  arn: string;
  description: string | undefined;
  createdAt: number;
  modifiedAt: number;
}
export interface Rule {
  name: string;
  bus: string;
  arn: string;
  pattern: string | undefined;
  schedule: string | undefined;
  description: string | undefined;
  roleArn: string | undefined;
  state: string;
  createdBy: string;
}
/** As EventBridge hands it to what a rule names. */
export interface KeptEvent {
  id: string;
  bus: string;
  source: string;
  detailType: string;
  detail: unknown;
  resources: string[];
  time: number;
}
export interface EventsSlice {
  buses: Record<string, Bus>;
  /** By `bus/rule`. */
  rules: Record<string, Rule>;
  /** The newest thousand, oldest first. */
  events: KeptEvent[];
}

const MAX_EVENTS = 1_000;
export const DEFAULT_BUS = 'default';

export const slice = (cell: Cell): EventsSlice => cell.slice('events', () => ({ buses: {}, rules: {}, events: [] }));

export const busArn = ({ account, region }: Pick<CallContext, 'account' | 'region'>, name: string): string =>
  `arn:aws:events:${region}:${account}:event-bus/${name}`;

/** A bus is named by its name or its ARN. */
export const busName = (reference: string | undefined): string =>
  reference === undefined ? DEFAULT_BUS : reference.startsWith('arn:') ? reference.slice(reference.indexOf('/') + 1) : reference;

/** Every account has a default bus; null where there is no bus of that name. */
export function findBus(context: CallContext, reference: string | undefined): Bus | null {
  const name = busName(reference);
  const found = entry(slice(context.cell).buses, name);
  if (found) return found;
  return name === DEFAULT_BUS ? { name, arn: busArn(context, name), description: undefined, createdAt: 0, modifiedAt: 0 } : null;
}

export function busOf(context: CallContext, reference: string | undefined): Bus {
  const found = findBus(context, reference);
  if (!found) throw missing(`Event bus ${busName(reference)} does not exist.`);
  return found;
}

export function keep(held: EventsSlice, event: KeptEvent): void {
  held.events.push(event);
  if (held.events.length > MAX_EVENTS) held.events.splice(0, held.events.length - MAX_EVENTS);
}

export const missing = (message: string): AwsError => new AwsError('ResourceNotFoundException', message);
export const invalid = (message: string): AwsError => new AwsError('ValidationException', message);
