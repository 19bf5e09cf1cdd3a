/** Keeps calls just under a token bucket that AWS does not let one look into: slower after a refusal, then faster again. */
import type { Clock } from '../model/clock.js';

export interface Pace {
  /** Calls at once, and calls a second after that, at most. */
  readonly burst: number;
  readonly perSecond: number;
}

export interface Pacer {
  /** Resolves when the next call may be sent, in the order of asking; who is urgent goes before those who are not. */
  turn(urgent?: boolean): Promise<void>;
  /** A call was refused as too many. */
  slowDown(): void;
  /** Milliseconds until `calls` more have been sent, at the pace of now. */
  estimate(calls: number): number;
}

const SLOWEST_PER_SECOND = 0.5;
/** What a call that passes gives back of the pace. */
const RECOVERY = 1.05;
/** Calls that were under way together are refused together: that counts once. */
const TOGETHER_MS = 1_000;

export function createPacer({ burst, perSecond }: Pace, clock: Clock): Pacer {
  let rate = perSecond;
  /** When the next turn is due, if nobody had asked for `burst` turns before it. */
  let due = -Infinity;
  let slowedAt = -Infinity;
  const waiting = { urgent: [] as (() => void)[], others: [] as (() => void)[] };
  let running = false;
  const gap = (): number => 1000 / rate;
  const waits = (): number => {
    const now = clock.now();
    due = Math.max(due, now - (burst - 1) * gap());
    return due - now;
  };
  const take = (): void => {
    due += gap();
    rate = Math.min(perSecond, rate * RECOVERY);
  };
  const next = (): (() => void) | undefined => waiting.urgent.shift() ?? waiting.others.shift();
  const run = async (): Promise<void> => {
    running = true;
    while (waiting.urgent.length + waiting.others.length > 0) {
      const wait = waits();
      if (wait > 0) await clock.sleep(wait);
      // A refusal meanwhile has moved it.
      if (waits() > 0) continue;
      take();
      next()!();
    }
    running = false;
  };
  return {
    turn(urgent = false) {
      if (!running && waits() <= 0) {
        take();
        return Promise.resolve();
      }
      return new Promise((go) => {
        (urgent ? waiting.urgent : waiting.others).push(go);
        if (!running) void run();
      });
    },
    slowDown() {
      const now = clock.now();
      if (now - slowedAt >= TOGETHER_MS) {
        slowedAt = now;
        rate = Math.max(SLOWEST_PER_SECOND, rate / 2);
      }
      // The bucket is empty: others took from it too.
      due = Math.max(due, now + gap());
    },
    estimate: (calls) =>
      Math.max(0, due - clock.now()) + Math.max(0, waiting.urgent.length + waiting.others.length + calls - 1) * gap(),
  };
}
