/** The part of a command that only reads: shown where it takes a while, and left at once when somebody wants that. */
import type { Clock } from '../model/clock.js';
import { UserError } from '../errors/user-error.js';
import type { BafEvent } from '../model/event.js';
import type { DeployPlan } from '../rollout/plan.js';
import { createClock } from '../system/clock.js';
import { exitCodeOfSignal } from '../system/signals.js';
import { showProgress, type ProgressFlags } from './progress.js';

/** Of a person's time, milliseconds: what is faster is not told, and then so often. */
const TOLD_AFTER_MS = 1_000;
const TOLD_EVERY_MS = 2_000;

/** Makes a plan, and says how far it is; `read` is called for each of the `rollouts`. */
export async function* reading(
  observe: (read: () => void) => Promise<DeployPlan>,
  { rollouts, targets }: { readonly rollouts: number; readonly targets: number },
  { now }: Pick<Clock, 'now'>,
): AsyncGenerator<BafEvent, DeployPlan> {
  const person = createClock();
  const made = new AbortController();
  let count = 0;
  let told = false;
  const step = (state: 'started' | 'succeeded' | 'failed'): BafEvent => {
    const detail = `${count} of ${rollouts} rollouts in ${targets} target${targets === 1 ? '' : 's'}`;
    return { type: 'step', at: now(), name: 'reading what runs', state, detail };
  };
  const plan = observe(() => count++).finally(() => made.abort());
  // Awaited below: its failure is not lost meanwhile.
  plan.catch(() => undefined);
  for (let pause = TOLD_AFTER_MS; ; pause = TOLD_EVERY_MS) {
    await person.sleep(pause, made.signal).catch(() => undefined);
    if (made.signal.aborted) break;
    told = true;
    yield step('started');
  }
  try {
    const value = await plan;
    if (told) yield step('succeeded');
    return value;
  } catch (error) {
    if (told) yield step('failed');
    throw error;
  }
}

/** What the stream returns. @throws UserError `Interrupted` (130, 143) as soon as a signal comes: nothing was touched */
export async function whileReading<R>(
  flags: ProgressFlags,
  { now }: Pick<Clock, 'now'>,
  start: () => AsyncGenerator<BafEvent, R>,
): Promise<R> {
  // What is shown has no secrets in it; what was read is acted upon, and stays as it is.
  let read: { readonly value: R } | null = null;
  await showProgress(flags, now, async function* (signal): AsyncGenerator<BafEvent, void> {
    read = { value: yield* untilStopped(start(), signal) };
  });
  return read!.value;
}

async function* untilStopped<R>(events: AsyncGenerator<BafEvent, R>, signal: AbortSignal): AsyncGenerator<BafEvent, R> {
  const stopped = new Promise<never>((_resolve, reject) =>
    signal.addEventListener('abort', () => reject(interrupted((signal.reason as Error).message)), { once: true }),
  );
  stopped.catch(() => undefined);
  for (;;) {
    const next = await Promise.race([events.next(), stopped]);
    if (next.done) return next.value;
    yield next.value;
  }
}

const interrupted = (name: string): UserError =>
  new UserError('Interrupted', {
    message: 'Stopped before anything was touched.',
    nextSteps: ['Run the same command again.'],
    exitCode: exitCodeOfSignal(name === 'SIGTERM' ? 'SIGTERM' : 'SIGINT'),
  });
