/** A clock whose time passes only when it is told to. */
export function virtualTime() {
  let now = 0;
  const due: { at: number; wake: () => void }[] = [];
  return {
    clock: {
      now: () => now,
      sleep: (ms: number, signal?: AbortSignal) =>
        new Promise<void>((resolve, reject) => {
          due.push({ at: now + ms, wake: resolve });
          signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
        }),
    },
    /** Lets everything happen that is due by then. */
    async until(at: number) {
      for (;;) {
        await new Promise(setImmediate);
        due.sort((a, b) => b.at - a.at);
        if (!due.length || due.at(-1)!.at > at) break;
        const next = due.pop()!;
        now = Math.max(now, next.at);
        next.wake();
      }
      now = at;
    },
  };
}
