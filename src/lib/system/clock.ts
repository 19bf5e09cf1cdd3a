/** The real clock, or the sandbox's: the same, `speed` times faster. */
import type { Clock } from '../model/clock.js';

export function createClock(speed = 1, now: () => number = Date.now): Clock {
  return {
    now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason as Error);
        const abort = () => {
          clearTimeout(timer);
          reject(signal!.reason as Error);
        };
        const timer = setTimeout(() => {
          signal?.removeEventListener('abort', abort);
          resolve();
        }, ms / speed);
        signal?.addEventListener('abort', abort, { once: true });
      }),
  };
}
