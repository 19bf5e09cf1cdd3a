/** One event a line, as JSON: for programs. */
import type { Renderer, RendererOptions } from './renderers.js';

export function createJsonl({ stderr }: Pick<RendererOptions, 'stderr'>): Renderer {
  return { handle: (event) => void stderr.write(JSON.stringify(event) + '\n'), close: () => undefined };
}
