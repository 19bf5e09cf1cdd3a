/** Lets a few through at a time, the first of them a little apart, so that forty accounts are not one burst. */
export type Gate = <T>(act: () => Promise<T>) => Promise<T>;

export const AT_ONCE = 10;
/** Milliseconds within which the first of a burst start: all that follow are later by it. */
const JITTER_MS = 5;

export function createGate(
  atOnce = AT_ONCE,
  jitter: () => Promise<void> = () => new Promise((resolve) => setTimeout(resolve, Math.random() * JITTER_MS)),
): Gate {
  let inside = 0;
  const waiting: (() => void)[] = [];
  return async (act) => {
    // Who waits for a place is late by chance enough.
    if (inside >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else {
      inside++;
      if (inside > 1) await jitter();
    }
    try {
      return await act();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else inside--;
    }
  };
}
