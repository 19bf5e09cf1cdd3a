/** Failures that were asked for: of calls, of images, of capacity. Kept in the state, so that they outlast a command. */
import { mulberry } from './random.js';

/** How a call fails. `lost`: it is applied, and the connection is cut before the answer. */
export type CallFaultKind = 'throttle' | 'error' | 'reset' | 'hang' | 'lost' | 'expired' | 'denied';
export const CALL_FAULT_KINDS: readonly CallFaultKind[] = ['throttle', 'error', 'reset', 'hang', 'lost', 'expired', 'denied'];

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
  calls: CallFault[];
  /** Tasks that may run at once in `account/region`, or `account/region/zone` (a zone that is gone: 0). */
  capacity: Record<string, number>;
  /** How far the sandbox's idea of the time is from the caller's, in milliseconds, for signatures. */
  skewMs: number;
}

export const noFaults = (): Faults => ({ calls: [], capacity: {}, skewMs: 0 });

/** The fault that strikes this call, or null; counts it down. */
export function strike(faults: Faults, service: string, operation: string, target: string): CallFaultKind | null {
  for (const fault of faults.calls) {
    if (fault.service !== '*' && fault.service !== service) continue;
    if (fault.operation !== '*' && fault.operation !== operation) continue;
    if (fault.target !== null && fault.target !== target) continue;
    if (fault.times === 0) continue;
    if (fault.rate < 1) {
      const dice = mulberry(fault.seed);
      fault.seed = dice.seed;
      if (dice.value >= fault.rate) continue;
    }
    if (fault.times !== null) fault.times--;
    return fault.kind;
  }
  return null;
}
