/** GitHub Actions: a group for each wave, an annotation for each failure. */
import { clock, createLineTexts } from './lines.js';
import type { Renderer, RendererOptions } from './renderers.js';

const data = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

export function createGithub(options: RendererOptions): Renderer {
  const texts = createLineTexts({ color: false, verbose: options.verbose });
  let open = false;
  const write = (line: string): void => void options.stderr.write(line + '\n');
  const close = (): void => {
    if (open) write('::endgroup::');
    open = false;
  };
  return {
    handle(event) {
      if (event.type === 'wave.started' || event.type === 'deploy.ended') close();
      const lines = texts(event);
      if (event.type === 'wave.started') {
        write(`::group::${data(lines[0]!)}`);
        open = true;
        return;
      }
      for (const line of lines) write(`${clock(event.at)} ${line}`);
      if (event.type === 'rollout.ended' && event.cause)
        write(
          `::error title=${property(`${event.service} in ${event.target} ${event.status}`)}::${data(`${event.cause.message} ${event.cause.advice}`)}`,
        );
      if (event.type === 'warning') write(`::warning::${data(event.text)}`);
    },
    close,
  };
}
