import { setMaxListeners } from 'node:events';
import { Stop } from '../model/stop.js';

export type SignalName = 'SIGINT' | 'SIGTERM';

/** Ctrl-C once stops in order, twice leaves at once (130); SIGTERM stops in order, and soon (143). */
export interface Interruption {
  readonly signal: AbortSignal;
  /** The signal that came, if any. */
  received(): SignalName | null;
  /** Stops for another reason than a signal. */
  stop(reason: Stop): void;
  /** Resolves when no question is open that may stop everything: nothing new is started before. */
  gate(): Promise<void>;
  release(): void;
}

export interface SignalOptions {
  /** Asks, at the first Ctrl-C, what is to become of what is under way; without it ECS goes on. */
  readonly ask?: (() => Promise<'leave' | 'back'>) | null;
  /** Before the second one ends the process. */
  readonly onSecond?: () => void;
}

/** What has to be written down is written in this time, milliseconds; then the process ends whatever hangs. */
const LEAVING_MS = 5_000;

export const exitCodeOfSignal = (name: SignalName): number => (name === 'SIGINT' ? 130 : 143);

export function listenForSignals(
  onFirst: (signal: SignalName) => void,
  { ask = null, onSecond = () => undefined }: SignalOptions = {},
): Interruption {
  const controller = new AbortController();
  // Every rollout of a deploy listens: many are no leak.
  setMaxListeners(0, controller.signal);
  let first: SignalName | null = null;
  let deadline: NodeJS.Timeout | null = null;
  let asking: Promise<void> | null = null;
  const end = (name: SignalName, how: 'leave' | 'back') => {
    controller.abort(new Stop(how, null, name));
    if (how === 'leave') deadline ??= setTimeout(() => process.exit(exitCodeOfSignal(name)), LEAVING_MS).unref();
  };
  const handle = (name: SignalName) => {
    // A pipeline that is cancelled sends SIGINT and then SIGTERM: the second only says that it means it.
    if (first !== null && (name === 'SIGINT' || first === 'SIGTERM')) {
      onSecond();
      process.exit(exitCodeOfSignal(name));
    }
    const asked = first === null && name === 'SIGINT' && ask && !controller.signal.aborted;
    first = name;
    onFirst(name);
    if (!asked) return end(name, 'leave');
    asking = ask()
      .then((how) => end(name, how))
      .catch(() => end(name, 'leave'))
      .finally(() => (asking = null));
  };
  const onInt = () => handle('SIGINT');
  const onTerm = () => handle('SIGTERM');
  process.on('SIGINT', onInt);
  process.on('SIGTERM', onTerm);
  return {
    signal: controller.signal,
    received: () => first,
    stop: (reason) => controller.abort(reason),
    gate: async () => asking ?? undefined,
    release() {
      if (deadline) clearTimeout(deadline);
      process.off('SIGINT', onInt);
      process.off('SIGTERM', onTerm);
    },
  };
}
