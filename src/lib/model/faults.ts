/** The failures that the sandbox can be asked for. */

/** What happens to containers of an image. */
export const IMAGE_OUTCOMES = [
  'ok',
  'missing',
  'exits',
  'unhealthy',
  'oom',
  'slow',
  'wrong-platform',
  'crash-later',
  'unhealthy-later',
] as const;
export type ImageOutcome = (typeof IMAGE_OUTCOMES)[number];

/** How a call fails. `lost`: it is applied, and the connection is cut before the answer. */
export const CALL_FAULT_KINDS = ['throttle', 'error', 'reset', 'hang', 'lost', 'expired', 'denied'] as const;
export type CallFaultKind = (typeof CALL_FAULT_KINDS)[number];

/** What baf asks of the server; `target` is `account/region`, or with `/zone` for capacity. */
export type FaultRequest =
  | { readonly fault: 'image'; readonly image: string; readonly outcome: ImageOutcome }
  | {
      readonly fault: 'call';
      readonly operation: string;
      readonly kind: CallFaultKind;
      readonly times: number | null;
      readonly rate: number;
      readonly seed: number;
      readonly target: string | null;
    }
  | { readonly fault: 'capacity'; readonly target: string; readonly tasks: number }
  | { readonly fault: 'credentials' }
  | { readonly fault: 'clock'; readonly skewMs: number };

/** One fault as `baf sandbox fault ls` shows it. */
export interface FaultRow {
  readonly id: string;
  readonly fault: 'image' | 'call' | 'capacity' | 'clock';
  /** What fails: an image, `service:operation`, a place. */
  readonly subject: string;
  readonly effect: string;
  /** Calls that still fail, or null where there is no end. */
  readonly left: number | null;
}
