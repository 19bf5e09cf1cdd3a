/** Keeps calls just under a token bucket that AWS does not let one look into: slower after a refusal, then faster again. */
import type { Clock } from '../model/clock.js';

export interface Pace {
  /** Calls at once, and calls a second after that, at most. */
  readonly burst: number;
  readonly perSecond: number;
  /**
   * Calls under way, at most: what is held up somewhere arrives together, and with the burst it is to fit into the bucket.
   * Only of what is called through `run`.
   */
  readonly underWay?: number;
}

/** Who goes first where many wait. */
export type Urgency = 'urgent' | 'usual' | 'later';

export interface Pacer {
  /** Resolves when the next call may be sent: the urgent ones first, among equals in the order of asking. */
  turn(urgency?: Urgency): Promise<void>;
  /** Makes the call when it is its turn. */
  run<T>(call: () => Promise<T>, urgency?: Urgency): Promise<T>;
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

export function createPacer({ burst, perSecond, underWay = Infinity }: Pace, clock: Clock): Pacer {
  let rate = perSecond;
  /** When the next turn is due, if nobody had asked for `burst` turns before it. */
  let due = -Infinity;
  let slowedAt = -Infinity;
  const waiting: Record<Urgency, (() => void)[]> = { urgent: [], usual: [], later: [] };
  const inLine = (): number => waiting.urgent.length + waiting.usual.length + waiting.later.length;
  let running = false;
  /**
   * Under way, and not taken off yet: a call may be counted there in any moment until it is answered. The bucket is full at
   * most, so that the latest of them leaves least in it: what is reckoned here is never more than what is there.
   */
  let away = 0;
  let back: (() => void) | null = null;
  const gap = (): number => 1000 / rate;
  const waits = (): number => {
    const now = clock.now();
    due = Math.max(due, now - (burst - 1) * gap());
    return due + away * gap() - now;
  };
  const take = (): void => {
    due = Math.max(due, clock.now() - (burst - 1) * gap()) + gap();
    rate = Math.min(perSecond, rate * RECOVERY);
  };
  const next = (): (() => void) | undefined => waiting.urgent.shift() ?? waiting.usual.shift() ?? waiting.later.shift();
  const pump = async (): Promise<void> => {
    running = true;
    while (inLine() > 0) {
      while (away >= underWay) await new Promise<void>((resolve) => (back = resolve));
      const wait = waits();
      if (wait > 0) await clock.sleep(wait);
      // A refusal or a late answer meanwhile has moved it.
      if (waits() > 0) continue;
      next()!();
    }
    running = false;
  };
  /** `begin` is called in the moment of the turn, and takes it or is away with it. */
  const turn = (urgency: Urgency, begin: () => void): Promise<void> => {
    if (!running && away < underWay && waits() <= 0) {
      begin();
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const go = () => {
        begin();
        resolve();
      };
      waiting[urgency].push(go);
      if (!running) void pump();
    });
  };
  return {
    turn: (urgency = 'usual') => turn(urgency, take),
    async run(call, urgency = 'usual') {
      await turn(urgency, () => away++);
      try {
        return await call();
      } finally {
        away--;
        take();
        back?.();
        back = null;
      }
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
    estimate: (calls) => Math.max(0, waits()) + Math.max(0, inLine() + calls - 1) * gap(),
  };
}
