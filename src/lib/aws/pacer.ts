/** Keeps calls just under a token bucket that AWS does not let one look into: slower after a refusal, then faster again. */
import type { Clock } from '../model/clock.js';

export interface Pace {
  /** Calls at once, and calls a second after that, at most. */
  readonly burst: number;
  readonly perSecond: number;
}

export interface Pacer {
  /** Resolves when the next call may be sent, in the order of asking. */
  turn(): Promise<void>;
  /** A call was refused as too many. */
  slowDown(): void;
  /** Milliseconds until `calls` more have been sent, at the pace of now. */
  estimate(calls: number): number;
}

/** Three writes to SSM a second are what an account has by default; the rest of a percent is for clocks that differ. */
export const WRITES: Pace = { burst: 2, perSecond: 2.9 };

const SLOWEST_PER_SECOND = 0.5;
/** What a call that passes gives back of the pace. */
const RECOVERY = 1.05;

export function createPacer({ burst, perSecond }: Pace, clock: Clock): Pacer {
  let rate = perSecond;
  /** When the next turn is due, if nobody had asked for `burst` turns before it. */
  let due = -Infinity;
  const gap = (): number => 1000 / rate;
  return {
    async turn() {
      const now = clock.now();
      due = Math.max(due, now - (burst - 1) * gap());
      const wait = due - now;
      due += gap();
      rate = Math.min(perSecond, rate * RECOVERY);
      if (wait > 0) await clock.sleep(wait);
    },
    slowDown() {
      rate = Math.max(SLOWEST_PER_SECOND, rate / 2);
      // The bucket is empty: others took from it too.
      due = Math.max(due, clock.now() + gap());
    },
    estimate: (calls) => Math.max(0, due - clock.now()) + Math.max(0, calls - 1) * gap(),
  };
}
