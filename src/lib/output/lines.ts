/** One line for each event that means something: for pipes and logs. */
import type { BafEvent } from '../model/event.js';
import { wordOf, type RolloutOutcome } from '../model/outcome.js';
import {
  alarmText,
  budgetText,
  contactText,
  endText,
  hookEndText,
  hookStart,
  interruption,
  lateEnds,
  pauseText,
  resumesText,
  stageText,
  stoppingText,
  tasksText,
  titleOf,
  versions,
} from './event-text.js';
import { keptText, lostText, overriddenText, planChangedText, waitingText } from './lock-text.js';
import { preflightCounts, preflightTree } from './preflight-view.js';
import type { Renderer, RendererOptions } from './renderers.js';
import { clean, duration, paint } from './style.js';

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
  const ended = new Map<string, string>();
  // One event is one line each: a log line with breaks in it could pass for another, or for a command to GitHub.
  // The same for escapes: they are taken out before the line's own colours come in.
  return (event) => texts(cleaned(event));

  function texts(event: BafEvent): string[] {
    const who = 'service' in event && 'target' in event ? `${event.service} ${event.target}:` : '';
    switch (event.type) {
      case 'deploy.started':
        return [bold(`${titleOf(event)} (${event.id})`), resumesText(event)].filter((line) => line !== null);
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
      case 'rollout.stage':
        return [`${who} ${stageText(event)}${event.waiting ? `, ${yellow(pauseText(event)!)}` : ''}`];
      case 'hook.started': {
        const { name, detail } = hookStart(event);
        return [`${who} ${event.moment} ${name}${event.resumed ? ', started before' : ''}${detail ? dim(` ${detail}`) : ''}`];
      }
      case 'hook.output':
        return [`${who} ${event.hook}| ${dim(event.text)}`];
      case 'hook.ended':
        return [
          `${who} ${{ succeeded: green, failed: red, skipped: yellow, cancelled: yellow }[event.status](hookEndText(event))}`,
        ];
      case 'rollout.message':
        return event.level === 'warn'
          ? [`${who} ${yellow(`warning: ${event.text}`)}`]
          : verbose
            ? [`${who} ${dim(event.text)}`]
            : [];
      case 'rollout.held':
        return [`${who} ${yellow(`waits: ${event.cause.message}`)}`, ...advice(who, event.cause.advice)];
      case 'wave.alarm':
        return [red(alarmText(event))];
      case 'budget.used-up':
        return [yellow(budgetText(event))];
      case 'rollout.revised':
      case 'rollout.ended':
        ended.set(`${event.service} ${event.target}`, event.status);
        return endTexts(event);
      case 'preflight.started':
        return [
          `pre-flight: ${event.rollouts} rollout${event.rollouts === 1 ? '' : 's'} in ${event.targets.length} target${event.targets.length === 1 ? '' : 's'}`,
        ];
      case 'preflight.ended':
        return [
          `pre-flight: ${preflightCounts(event.counts)}`,
          ...preflightTree(event.findings, { color, columns: 110, verbose }),
        ];
      case 'step':
        return [`${event.name} ${event.state}${event.detail ? dim(` ${event.detail}`) : ''}`];
      case 'lock.waiting':
        return [waitingText(event)];
      case 'lock.taken':
        return event.waitedMs > 5000 ? [`locked ${event.services.join(', ')} after ${duration(event.waitedMs)}`] : [];
      case 'lock.lost':
        return [red(lostText(event))];
      case 'plan.changed':
        return [yellow(planChangedText(event))];
      case 'lock.kept':
        return [yellow(keptText(event))];
      case 'freeze.overridden':
        return [yellow(overriddenText(event))];
      case 'interrupted':
        return [yellow(interruption(event))];
      case 'stopping':
        return [yellow(stoppingText(event))];
      case 'warning':
        return [yellow(`warning: ${event.text}`)];
      case 'contact.lost':
      case 'contact.back':
        return [yellow(contactText(event))];
      case 'deploy.ended':
        return [
          ...lateEnds(ended, event.outcome).flatMap(endTexts),
          bold(
            `${wordOf(event.outcome)} after ${duration(Date.parse(event.outcome.finishedAt) - Date.parse(event.outcome.startedAt))}`,
          ),
        ];
      default:
        return [];
    }
  }

  function endTexts(r: RolloutOutcome): string[] {
    const who = `${r.service} ${r.target}:`;
    const tint = ['succeeded', 'unchanged', 'started'].includes(r.status) ? green : r.status === 'skipped' ? dim : red;
    const went = endText(r);
    const line = `${who} ${tint(went)} ${went === r.status ? versions(r.from, r.to) : `from ${r.to.tag}`}`;
    return r.cause ? [line, `${who} ${red(r.cause.message)}`, ...advice(who, r.cause.advice)] : [line];
  }
}

/** An unknown cause has none. */
const advice = (who: string, text: string): string[] => (text ? [`${who} -> ${text}`] : []);

/** The event with every text in it as one harmless line. */
const cleaned = (event: BafEvent): BafEvent => cleanDeep(event) as BafEvent;
const cleanDeep = (value: unknown): unknown => {
  if (typeof value === 'string') return clean(value).replace(/ {2,}/g, ' ').trim();
  if (Array.isArray(value)) return value.map(cleanDeep);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, cleanDeep(part)]));
};
