/** One line for each event that means something: for pipes and logs. */
import type { BafEvent } from '../model/event.js';
import { interruption, tasksText, titleOf, versions } from './fold.js';
import type { Renderer, RendererOptions } from './renderers.js';
import { duration, paint } from './style.js';

export function createLines(options: RendererOptions): Renderer {
  const text = createLineTexts(options);
  return {
    handle(event) {
      for (const line of text(event)) options.stderr.write(`${clock(event.at)} ${line}\n`);
    },
    close: () => undefined,
  };
}

export const clock = (at: number): string => new Date(at).toISOString().slice(11, 19);

/** The lines of each event, in the order of the events; counts of tasks only when they have changed. */
export function createLineTexts({ color, verbose }: Pick<RendererOptions, 'color' | 'verbose'>): (event: BafEvent) => string[] {
  const { bold, green, red, yellow, dim } = paint(color);
  const last = new Map<string, string>();
  // One event is one line each: a log line with breaks in it could pass for another, or for a command to GitHub.
  return (event) => texts(event).map((line) => line.replace(/\s*[\r\n]+\s*/g, ' '));

  function texts(event: BafEvent): string[] {
    const who = 'service' in event && 'target' in event ? `${event.service} ${event.target}:` : '';
    switch (event.type) {
      case 'deploy.started':
        return [bold(`${titleOf(event)} (${event.id})`)];
      case 'wave.started':
        return [bold(`wave ${event.wave + 1}: ${event.targets.join(', ')}`)];
      case 'wave.ended':
        return event.failed > 0 ? [red(`wave ${event.wave + 1}: ${event.failed} failed`)] : [];
      case 'wave.baking':
        return [`wave ${event.wave + 1}: baking ${duration(event.untilAt - event.at)}`];
      case 'rollout.started':
        return [`${who} started`];
      case 'rollout.step':
        return [`${who} ${event.step}${event.detail ? dim(` ${event.detail}`) : ''}`];
      case 'rollout.progress': {
        const now = tasksText(event.tasks);
        if (last.get(who) === now) return [];
        last.set(who, now);
        return [`${who} ${now}`];
      }
      case 'rollout.message':
        return event.level === 'warn' ? [`${who} ${yellow(event.text)}`] : verbose ? [`${who} ${dim(event.text)}`] : [];
      case 'rollout.ended': {
        const good = event.status === 'succeeded' || event.status === 'unchanged';
        const line = `${who} ${(good ? green : event.status === 'skipped' ? dim : red)(event.status)} ${versions(event.from, event.to)}`;
        return event.cause ? [line, `${who} ${red(event.cause.message)}`, `${who} -> ${event.cause.advice}`] : [line];
      }
      case 'step':
        return [`${event.name} ${event.state}${event.detail ? dim(` ${event.detail}`) : ''}`];
      case 'interrupted':
        return [yellow(interruption(event.signal, event.running))];
      case 'warning':
        return [yellow(`warning: ${event.text}`)];
      case 'deploy.ended':
        return [
          bold(
            `${event.outcome.status} after ${duration(Date.parse(event.outcome.finishedAt) - Date.parse(event.outcome.startedAt))}`,
          ),
        ];
      default:
        return [];
    }
  }
}
