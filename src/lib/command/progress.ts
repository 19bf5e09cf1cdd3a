/** Shows a stream of events while it runs, and holds the signals: the one place where commands meet renderers. */
import type { BafEvent } from '../model/event.js';
import { Stop } from '../model/stop.js';
import { chooseProgress, createRenderer, renderSafely } from '../output/renderers.js';
import { shouldColor } from '../output/style.js';
import { hideSecretsIn } from '../redaction/secrets.js';
import { readKey } from '../system/keys.js';
import { listenForSignals } from '../system/signals.js';

export interface ProgressFlags {
  readonly progress: string;
  readonly verbose: boolean;
  readonly 'no-color': boolean;
  readonly 'no-input'?: boolean;
}

/** How the stream can be stopped besides by signals, and how nothing new is begun while the user is asked. */
export interface Stopping {
  stop(reason: Stop): void;
  gate(): Promise<void>;
  /** Waits for one of the keys; null where there is nobody to ask. */
  readonly choose: (<K extends string>(keys: readonly K[]) => Promise<K>) | null;
}

/** What can be gone back from, and attached to again: Ctrl-C asks then, where there is somebody to ask. */
export interface Attachable {
  /** It only looks at what another process does: a signal ends nothing but the looking. */
  readonly watches?: boolean;
  /** The command that attaches, known once the stream has begun. */
  attach(): string | null;
}

/** Runs the stream to its end; returns what it returns, and the signal that came meanwhile, if any. */
export async function showProgress<R>(
  flags: ProgressFlags,
  now: () => number,
  start: (signal: AbortSignal, stopping: Stopping) => AsyncIterable<BafEvent> | AsyncGenerator<BafEvent, R>,
  attachable: Attachable | null = null,
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
  const asks = attachable !== null && !attachable.watches && process.stdin.isTTY && process.stderr.isTTY && !flags['no-input'];
  const stopping = (how: 'leave' | 'back', by: string | null): void =>
    renderer.handle({ type: 'stopping', at: now(), how, by, attach: attachable?.attach() ?? null });
  const choose = <K extends string>(keys: readonly K[]): Promise<K> =>
    readKey(process.stdin, keys, () => process.kill(process.pid, 'SIGINT'));
  const ask = async (): Promise<'leave' | 'back'> => {
    const key = await choose(['l', 'b'] as const);
    const how = key === 'b' ? 'back' : 'leave';
    stopping(how, null);
    return how;
  };
  const interruption = listenForSignals(
    (signal) => {
      if (attachable?.watches) return;
      const question = asks && signal === 'SIGINT';
      const attach = attachable?.attach() ?? null;
      renderer.handle({ type: 'interrupted', at: now(), signal, running: [...running], asks: question, attach });
    },
    {
      ask: asks ? ask : null,
      onSecond() {
        renderer.close();
        const attach = attachable?.attach();
        if (attachable?.watches || (running.size === 0 && !attach)) return;
        const attaches = attach ? ` To attach: ${attach}` : '';
        process.stderr.write(
          running.size > 0
            ? `Left. ECS goes on with ${[...running].join(', ')}.${attaches}\n`
            : 'Left. Nothing is under way; the same command goes on with the rest.\n',
        );
      },
    },
  );
  const events: BafEvent[] = [];
  try {
    const stream = start(interruption.signal, {
      gate: interruption.gate,
      choose: asks ? choose : null,
      stop(reason) {
        if (!interruption.signal.aborted) stopping(reason.how, reason.by);
        interruption.stop(reason);
      },
    })[Symbol.asyncIterator]() as AsyncIterator<BafEvent, R>;
    for (;;) {
      const next = await stream.next();
      // Before anything is cut to the width of a screen: half a secret would be none that is recognised.
      if (next.done) return { result: hideSecretsIn(next.value), events, interrupted: interruption.received() };
      const event = hideSecretsIn(next.value);
      if (event.type === 'rollout.started') running.add(`${event.service} in ${event.target}`);
      if (event.type === 'rollout.ended') running.delete(`${event.service} in ${event.target}`);
      // A task before a rollout goes on when baf leaves, as a rollout does.
      if (event.type === 'hook.started' && event.kind === 'task')
        running.add(`${event.hook} of ${event.service} in ${event.target}`);
      if (event.type === 'hook.ended') running.delete(`${event.hook} of ${event.service} in ${event.target}`);
      if (event.type !== 'rollout.progress' && event.type !== 'hook.output') events.push(event);
      renderer.handle(event);
    }
  } finally {
    renderer.close();
    interruption.release();
  }
}
