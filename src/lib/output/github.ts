/** GitHub Actions: a group for each wave, an annotation for each failure. */
import type { RolloutOutcome } from '../model/outcome.js';
import { alarmText, contactText, isBad, lateEnds, versions } from './event-text.js';
import { clock, createLineTexts } from './lines.js';
import { lostText, planChangedText } from './lock-text.js';
import type { Renderer, RendererOptions } from './renderers.js';
import { clean } from './style.js';

const data = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string => data(clean(text)).replaceAll(':', '%3A').replaceAll(',', '%2C');

/** The runner takes `##[name]` for a command anywhere in a line: a container's log is not to give any. */
const disarm = (line: string): string => line.replaceAll('##[', '## [');

export function createGithub(options: RendererOptions): Renderer {
  const texts = createLineTexts({ color: false, verbose: options.verbose });
  let open = false;
  const write = (line: string): void => void options.stderr.write(line + '\n');
  const close = (): void => {
    if (open) write('::endgroup::');
    open = false;
  };
  const ended = new Map<string, string>();
  const annotate = (r: RolloutOutcome): void => {
    if (!isBad(r.status)) return;
    const text = r.cause ? `${r.cause.message} ${r.cause.advice}`.trim() : `${versions(r.from, r.to)} ${r.status}`;
    write(`::error title=${property(`${r.service} in ${r.target} ${r.status}`)}::${data(clean(text))}`);
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
      for (const line of lines) write(`${clock(event.at)} ${disarm(line)}`);
      if (event.type === 'rollout.ended' || event.type === 'rollout.revised') {
        ended.set(`${event.service} ${event.target}`, event.status);
        annotate(event);
      }
      if (event.type === 'deploy.ended') lateEnds(ended, event.outcome).forEach(annotate);
      if (event.type === 'wave.alarm') write(`::warning::${data(clean(alarmText(event)))}`);
      if (event.type === 'contact.lost') write(`::warning::${data(clean(contactText(event)))}`);
      if (event.type === 'hook.ended' && event.status === 'skipped')
        write(
          `::warning title=${property(`${event.hook} of ${event.service} in ${event.target} skipped`)}::${data(clean(event.detail ?? ''))}`,
        );
      if (event.type === 'warning') write(`::warning::${data(clean(event.text))}`);
      if (event.type === 'lock.lost') write(`::error title=lock lost::${data(lostText(event))}`);
      if (event.type === 'plan.changed') write(`::warning::${data(planChangedText(event))}`);
      if (event.type === 'step' && event.state === 'failed')
        write(`::error title=${property(`${event.name} failed`)}::${data(clean(event.detail ?? event.name))}`);
    },
    close,
  };
}
