/**
 * A pin holds a service at one tag in an environment: who asks for another is refused until it is taken away or ends.
 * It is a parameter in the environment's home target; taking it away writes a version that says so, because SSM would
 * hold a deleted name for half a minute.
 */
export interface Pin {
  readonly service: string;
  readonly environment: string;
  readonly tag: string;
  readonly by: string;
  readonly reason: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly until: string | null;
  /** Whether a rollback made it: the same rollback again goes on to this tag. */
  readonly rollback: boolean;
}

export const formatPin = (pin: Pin): string => JSON.stringify({ baf: 1, ...pin });

export const formatUnpinned = (by: string, at: string): string => JSON.stringify({ baf: 1, unpinned: true, by, at });

/** Null where there is none: taken away, at its end, or not readable as one. */
export function parsePin(value: string, now: number): Pin | null {
  try {
    const { baf, unpinned, ...pin } = JSON.parse(value) as Pin & { baf?: number; unpinned?: boolean };
    if (baf !== 1 || unpinned || typeof pin.tag !== 'string' || typeof pin.service !== 'string') return null;
    if (pin.until !== null && Date.parse(pin.until) <= now) return null;
    return pin;
  } catch {
    return null;
  }
}

/** `pinned to 1.3.0 by ana until 2026-11-20 14:00 (reason)`. */
export const pinText = (pin: Pin): string =>
  `pinned to ${pin.tag} by ${pin.by}${pin.until === null ? '' : ` until ${pin.until.slice(0, 16).replace('T', ' ')} UTC`} (${pin.reason})`;
