/** The live tree on a terminal: our window (see window.ts) drawn in place over listr2's hijacked output. */
import { ProcessOutput } from 'listr2';
import { emptyProgress, fold } from './fold.js';
import type { Renderer, RendererOptions } from './renderers.js';
import { widthOf } from './style.js';
import { window } from './window.js';

const FRAME_MS = 100;

export function createTree({ stderr, color, now }: RendererOptions): Renderer {
  // What anything else writes meanwhile is held back and printed after the last frame, instead of tearing the picture.
  // Both of its streams are stderr: it writes cursor codes to the first, and stdout carries the result and nothing else.
  const output = stderr === process.stderr ? new ProcessOutput(process.stderr, process.stderr, { leaveEmptyLine: false }) : null;
  const write = (text: string): void => void (output ? output.toStderr(text, false) : stderr.write(text));
  const showCursor = (): void => write('\u001b[?25h');
  let state = emptyProgress;
  let dirty = false;
  let lastMoment = '';
  let drawn: readonly string[] = [];

  const size = () => ({ rows: stderr.rows || 24, columns: stderr.columns || 80 });
  const draw = (): void => {
    const { rows, columns } = size();
    const lines = window(state, { rows, columns, now: now(), color });
    if (lines.length === drawn.length && lines.every((text, index) => text === drawn[index])) return;
    // A terminal that got narrower has broken the old lines: count the rows they take now, and never go above the top.
    const taken = drawn.reduce((sum, text) => sum + Math.max(1, Math.ceil(widthOf(text) / columns)), 0);
    const up = Math.min(taken, rows - 1);
    write(`${up > 0 ? `\u001b[${up}A` : ''}${drawn.length > 0 ? '\r\u001b[J' : ''}${lines.map((text) => text + '\n').join('')}`);
    drawn = lines;
  };
  const timer = setInterval(() => {
    // Spinner and times change with the second; everything else with an event, or with the size.
    const { rows, columns } = size();
    const moment = `${Math.floor(now() / 1000)} ${rows} ${columns}`;
    if (!dirty && moment === lastMoment) return;
    dirty = false;
    lastMoment = moment;
    try {
      draw();
    } catch {
      // A picture that cannot be drawn never stops what it is of.
      stop();
    }
  }, FRAME_MS);
  timer.unref();

  let live = true;
  const stop = (): void => {
    if (!live) return;
    live = false;
    clearInterval(timer);
    process.off('exit', stop);
    try {
      showCursor();
    } finally {
      output?.release();
    }
  };
  output?.hijack();
  write('\u001b[?25l');
  process.once('exit', stop);
  return {
    handle(event) {
      state = fold(state, event);
      dirty = true;
    },
    close() {
      if (!live) return;
      try {
        draw();
      } finally {
        stop();
      }
    },
  };
}
