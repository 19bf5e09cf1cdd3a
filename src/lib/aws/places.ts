/**
 * Places for requests under way, for each host. The SDK's own pool has fifty sockets, and the time-out of a connection runs
 * while a request waits for one: what a fleet asks at once would fail there. Here the rest waits before any time runs.
 */
import type { NodeHttpHandler } from '@smithy/node-http-handler';

type Handle = NodeHttpHandler['handle'];

/** Enough for a fleet's reads in a few rounds, and far from what a process may have open. */
const AT_ONCE = 250;

export interface Places {
  /** Waits for a place at a host; false where the signal ended the wait. */
  take(host: string, signal?: AbortSignal): Promise<boolean>;
  /** Gives it back: who waits longest has it next. */
  leave(host: string): void;
}

export function createPlaces(atOnce = AT_ONCE): Places {
  const hosts = new Map<string, { inside: number; readonly waiting: Set<(taken: boolean) => void> }>();
  return {
    async take(name, signal) {
      const host = hosts.get(name) ?? { inside: 0, waiting: new Set() };
      hosts.set(name, host);
      if (host.inside < atOnce) {
        host.inside++;
        return true;
      }
      return new Promise((resolve) => {
        const end = (taken: boolean): void => {
          host.waiting.delete(end);
          signal?.removeEventListener('abort', stop);
          resolve(taken);
        };
        const stop = (): void => end(false);
        signal?.addEventListener('abort', stop);
        host.waiting.add(end);
      });
    },
    leave(name) {
      const host = hosts.get(name)!;
      const [next] = host.waiting;
      if (next) next(true);
      else host.inside--;
    },
  };
}

/** Changes the handler itself; its agent must not have a smaller limit of its own. */
export function withPlaces<T extends Pick<NodeHttpHandler, 'handle'>>(handler: T, places = createPlaces()): T {
  const handle = handler.handle.bind(handler) as Handle;
  handler.handle = async (request, options) => {
    const host = `${request.hostname}:${request.port ?? ''}`;
    const signal = options?.abortSignal as AbortSignal | undefined;
    // What was given up is refused by the handler itself, in its own words.
    if (!(await places.take(host, signal))) return handle(request, options);
    try {
      return await handle(request, options);
    } finally {
      places.leave(host);
    }
  };
  return handler;
}
