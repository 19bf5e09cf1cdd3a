/** `baf ssm tags --watch`: the table again, until Ctrl-C. A terminal has it in place, a pipe one after the other where it changed. */
import type { Clock } from '../model/clock.js';
import { listenForSignals } from '../system/signals.js';
import type { Done } from './tags.js';

/** `every` is what the user said. */
export async function watchTags(
  look: () => Promise<Done>,
  { everyMs, every }: { readonly everyMs: number; readonly every: string },
  clock: Clock,
): Promise<Done> {
  const interruption = listenForSignals(() => undefined);
  const { signal } = interruption;
  let shown: string | null = null;
  try {
    for (;;) {
      const done = await look();
      const at = `${new Date(clock.now()).toISOString().slice(0, 19).replace('T', ' ')} UTC, every ${every}; Ctrl-C ends`;
      if (process.stdout.isTTY) process.stdout.write(inPlace([at, ...done.text.split('\n')], process.stdout.rows));
      else if (done.text !== shown) process.stdout.write(`${at}\n${done.text}\n\n`);
      shown = done.text;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, everyMs);
        signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
      });
      // To be ended is what it is for: no failure.
      if (signal.aborted) return { ...done, text: '', exitCode: interruption.received() === 'SIGTERM' ? 143 : 130 };
    }
  } finally {
    interruption.release();
  }
}

/** Written over what is there, line by line: nothing flickers, and nothing scrolls away. The last line is the cursor's. */
const inPlace = (lines: readonly string[], rows: number): string =>
  `\u001b[H${lines
    .slice(0, rows - 1)
    .map((line) => `${line}\u001b[K\n`)
    .join('')}\u001b[J`;
