/** Chooses and makes what shows progress; a renderer that throws is dropped, never the deploy. */
import type { BafEvent } from '../model/event.js';

export interface Renderer {
  handle(event: BafEvent): void;
  close(): void;
}

export interface Screen {
  write(text: string): unknown;
  readonly rows?: number | undefined;
  readonly columns?: number | undefined;
}

export interface RendererOptions {
  readonly stderr: Screen;
  readonly color: boolean;
  readonly now: () => number;
  readonly verbose: boolean;
}

export type ProgressKind = 'tree' | 'lines' | 'github' | 'jsonl' | 'none';

export function chooseProgress(
  flag: string,
  around: { readonly stderrIsTTY: boolean; readonly env: Readonly<Record<string, string | undefined>> },
): ProgressKind {
  if (flag !== 'auto') return flag as ProgressKind;
  if (around.env['GITHUB_ACTIONS'] === 'true') return 'github';
  const inCi = !['', 'false', '0'].includes(around.env['CI'] ?? '');
  return around.stderrIsTTY && !inCi && around.env['TERM'] !== 'dumb' ? 'tree' : 'lines';
}

export async function createRenderer(kind: ProgressKind, options: RendererOptions): Promise<Renderer> {
  switch (kind) {
    case 'tree':
      return (await import('./tree.js')).createTree(options);
    case 'lines':
      return (await import('./lines.js')).createLines(options);
    case 'github':
      return (await import('./github.js')).createGithub(options);
    case 'jsonl':
      return (await import('./jsonl.js')).createJsonl(options);
    default:
      return { handle: () => undefined, close: () => undefined };
  }
}

/** Passes events on; one that throws is closed (it may hold the cursor or the output) and not called again. */
export function renderSafely(renderers: readonly Renderer[]): Renderer {
  const live = new Set(renderers);
  const attempt = (act: () => void): boolean => {
    try {
      act();
      return true;
    } catch {
      return false;
    }
  };
  return {
    handle(event) {
      for (const renderer of [...live]) {
        if (attempt(() => renderer.handle(event))) continue;
        live.delete(renderer);
        attempt(() => renderer.close());
      }
    },
    close() {
      for (const renderer of live) attempt(() => renderer.close());
      live.clear();
    },
  };
}
