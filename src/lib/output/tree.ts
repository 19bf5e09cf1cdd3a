/** The live tree on a terminal: our window (see window.ts) drawn in place over listr2's hijacked output. */
import { ProcessOutput } from 'listr2';
import { emptyProgress, fold } from './fold.js';
import type { Renderer, RendererOptions } from './renderers.js';
import { window } from './window.js';

const FRAME_MS = 100;

export function createTree({ stderr, color, now }: RendererOptions): Renderer {
  // What anything else writes meanwhile is held back and printed after the last frame, instead of tearing the picture.
  const output = stderr === process.stderr ? new ProcessOutput() : null;
  output?.hijack();
  const write = (text: string): void => void (output ? output.toStderr(text, false) : stderr.write(text));
  const showCursor = (): void => write('\u001b[?25h');
  let state = emptyProgress;
  let drawn = 0;
  let last = '';
  const draw = (rows: number): void => {
    const lines = window(state, { rows, columns: stderr.columns ?? 80, now: now(), color });
    const text = lines.join('\n') + '\n';
    if (text === last) return;
    // Up over what was drawn; everything below is erased and written anew: right also after a resize.
    write(`${drawn > 0 ? `\u001b[${drawn}A\r\u001b[J` : ''}${text}`);
    drawn = lines.length;
    last = text;
  };
  write('\u001b[?25l');
  process.once('exit', showCursor);
  const timer = setInterval(() => {
    if (state.title !== '' || state.step) draw(stderr.rows ?? 24);
  }, FRAME_MS);
  timer.unref();
  return {
    handle(event) {
      state = fold(state, event);
    },
    close() {
      clearInterval(timer);
      process.off('exit', showCursor);
      if (state.title !== '') draw(Math.max(stderr.rows ?? 24, 0));
      showCursor();
      output?.release();
    },
  };
}
