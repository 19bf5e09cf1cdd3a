/** AWS's time, from the `Date` of its answers: a computer whose clock is off still knows when a session ends. */
export interface ServerClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds that this computer's clock is behind AWS's; negative: ahead. */
  behindMs(): number;
  observe(dateHeader: string | undefined): void;
}

/** The header has whole seconds, and an answer is under way for some: less than this is no difference. */
const NOISE_MS = 30_000;
/** From here on it is told: AWS refuses signatures that are five minutes off. */
const TOLD_MS = 4 * 60_000;

/** @param wall the clock of this computer; @param base what counts as now where both agree (the sandbox's own clock) */
export function createServerClock(wall: () => number, base: () => number = wall): ServerClock {
  let behind = 0;
  return {
    now: () => base() + behind,
    behindMs: () => behind,
    observe(header) {
      const server = Date.parse(header ?? '');
      if (Number.isNaN(server)) return;
      const difference = server - wall();
      behind = Math.abs(difference) < NOISE_MS ? 0 : difference;
    },
  };
}

/** What to say of a clock that is off, or null: `This computer's clock is 20 minutes behind AWS's`. */
export function skewText(behindMs: number): string | null {
  if (Math.abs(behindMs) < TOLD_MS) return null;
  const minutes = Math.round(Math.abs(behindMs) / 60_000);
  const far = minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
  return `This computer's clock is ${far} ${behindMs > 0 ? 'behind' : 'ahead of'} AWS's`;
}
