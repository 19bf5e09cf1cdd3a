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
  return around.stderrIsTTY && !around.env['CI'] && around.env['TERM'] !== 'dumb' ? 'tree' : 'lines';
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
      return { handle: (event) => void options.stderr.write(JSON.stringify(event) + '\n'), close: () => undefined };
    default:
      return { handle: () => undefined, close: () => undefined };
  }
}

export function renderSafely(renderers: readonly Renderer[]): Renderer {
  const live = new Set(renderers);
  const each = (act: (renderer: Renderer) => void): void => {
    for (const renderer of [...live]) {
      try {
        act(renderer);
      } catch {
        live.delete(renderer);
      }
    }
  };
  return { handle: (event) => each((r) => r.handle(event)), close: () => each((r) => r.close()) };
}
