import { setMaxListeners } from 'node:events';

/** Ctrl-C once stops in order, twice leaves at once (130); SIGTERM stops in order (143). */
export interface Interruption {
  readonly signal: AbortSignal;
  /** The signal that came, if any. */
  received(): 'SIGINT' | 'SIGTERM' | null;
  release(): void;
}

export function listenForSignals(onFirst: (signal: 'SIGINT' | 'SIGTERM') => void): Interruption {
  const controller = new AbortController();
  // Every rollout of a deploy listens: many are no leak.
  setMaxListeners(0, controller.signal);
  let first: 'SIGINT' | 'SIGTERM' | null = null;
  const handle = (name: 'SIGINT' | 'SIGTERM') => {
    if (first !== null) process.exit(name === 'SIGINT' ? 130 : 143);
    first = name;
    onFirst(name);
    controller.abort(new Error(name));
  };
  const onInt = () => handle('SIGINT');
  const onTerm = () => handle('SIGTERM');
  process.on('SIGINT', onInt);
  process.on('SIGTERM', onTerm);
  return {
    signal: controller.signal,
    received: () => first,
    release() {
      process.off('SIGINT', onInt);
      process.off('SIGTERM', onTerm);
    },
  };
}
