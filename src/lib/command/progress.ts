/** Shows a stream of events while it runs, and holds the signals: the one place where commands meet renderers. */
import type { BafEvent } from '../model/event.js';
import { chooseProgress, createRenderer, renderSafely } from '../output/renderers.js';
import { shouldColor } from '../output/style.js';
import { hideSecretsIn } from '../redaction/secrets.js';
import { listenForSignals } from '../system/signals.js';

export interface ProgressFlags {
  readonly progress: string;
  readonly verbose: boolean;
  readonly 'no-color': boolean;
}

/** Runs the stream to its end; returns what it returns, and the signal that came meanwhile, if any. */
export async function showProgress<R>(
  flags: ProgressFlags,
  now: () => number,
  start: (signal: AbortSignal) => AsyncIterable<BafEvent> | AsyncGenerator<BafEvent, R>,
): Promise<{ result: R; events: BafEvent[]; interrupted: 'SIGINT' | 'SIGTERM' | null }> {
  const kind = chooseProgress(flags.progress, { stderrIsTTY: process.stderr.isTTY === true, env: process.env });
  const renderer = renderSafely([
    await createRenderer(kind, {
      stderr: process.stderr,
      color: shouldColor(process.stderr, process.env, !flags['no-color']),
      now,
      verbose: flags.verbose,
    }),
  ]);
  const running = new Set<string>();
  const interruption = listenForSignals((signal) =>
    renderer.handle({ type: 'interrupted', at: now(), signal, running: [...running] }),
  );
  const events: BafEvent[] = [];
  try {
    const stream = start(interruption.signal)[Symbol.asyncIterator]() as AsyncIterator<BafEvent, R>;
    for (;;) {
      const next = await stream.next();
      // Before anything is cut to the width of a screen: half a secret would be none that is recognised.
      if (next.done) return { result: hideSecretsIn(next.value), events, interrupted: interruption.received() };
      const event = hideSecretsIn(next.value);
      if (event.type === 'rollout.started') running.add(`${event.service} in ${event.target}`);
      if (event.type === 'rollout.ended') running.delete(`${event.service} in ${event.target}`);
      if (event.type !== 'rollout.progress') events.push(event);
      renderer.handle(event);
    }
  } finally {
    renderer.close();
    interruption.release();
  }
}
