/** What happens in a deploy, in words: as the renderers say it. */
import type { BafEvent, TaskCounts } from '../model/event.js';
import type { DeployOutcome, RolloutOutcome, VersionRef } from '../model/outcome.js';
import { minuteOf } from '../locks/refusal.js';
import { duration } from './style.js';

export const titleOf = (event: Extract<BafEvent, { type: 'deploy.started' }>): string =>
  event.kind === 'deploy'
    ? `deploy to ${event.name}`
    : event.kind === 'staging-up'
      ? `staging ${event.name}`
      : `staging ${event.name} down`;

export const resumesText = ({ resumes }: Extract<BafEvent, { type: 'deploy.started' }>): string | null =>
  resumes ? `Taken up again: ${resumes.by} began it at ${minuteOf(new Date(resumes.startedAt).toISOString())}.` : null;

type Stage = Extract<BafEvent, { type: 'rollout.stage' }>;

/** `production traffic shift, 20 % of the traffic`. */
export function stageText(event: Stage): string {
  const share = event.production > 0 ? `${event.production} % of the traffic` : event.test > 0 ? 'test traffic only' : null;
  return [event.stage.toLowerCase().replaceAll('_', ' '), share].filter((part) => part !== null).join(', ');
}

/** `paused until 14:20, then it goes back: baf continue ui --env prod`; null where it is not. */
export function pauseText({ waiting }: Pick<Stage, 'waiting'>): string | null {
  if (!waiting) return null;
  const until = new Date(waiting.until).toISOString().slice(11, 16);
  return `paused until ${until}, then it goes ${waiting.otherwise === 'rollback' ? 'back' : 'on'}: ${waiting.command}`;
}

export const alarmText = (event: Extract<BafEvent, { type: 'wave.alarm' }>): string =>
  `wave ${event.wave + 1}: the alarm ${event.alarm} went off in ${event.target}${event.reason ? `: ${event.reason}` : ''}`;

type Hook<T extends 'hook.started' | 'hook.ended'> = Pick<Extract<BafEvent, { type: T }>, 'hook' | 'detail'>;

/** A hook that begins, what it does apart: one without a name is called after what it does. */
export function hookStart({ hook, detail = '' }: Hook<'hook.started'>): { name: string; detail: string } {
  if (detail === hook) return { name: hook, detail: '' };
  const path = /^GET (\/.*)$/.exec(hook)?.[1];
  return path !== undefined && detail.endsWith(path) ? { name: `GET ${detail}`, detail: '' } : { name: hook, detail };
}

/** What a cause says begins with the hook's name, or with the whole address of one that is called after its path. */
export function hookEndText({ hook, status, detail }: Hook<'hook.ended'> & { readonly status: string }): string {
  if (!detail) return `${hook} ${status}`;
  if (hook.startsWith('GET /') && detail.startsWith('GET ')) return detail;
  const rest = [`${hook} ${status}: `, `${hook} `].find((start) => detail.startsWith(start));
  return `${hook} ${status}: ${rest === undefined ? detail : detail.slice(rest.length)}`;
}

export const budgetText = ({ failed, allowed, onFailure }: Extract<BafEvent, { type: 'budget.used-up' }>): string =>
  `${failed} failed, ${allowed} allowed: nothing new is started${onFailure === 'rollback' ? ', and what was changed is brought back' : ''}.`;

export function interruption({ signal, running, asks, attach }: Extract<BafEvent, { type: 'interrupted' }>): string {
  const under = running.length > 0 ? `ECS goes on with ${running.join(', ')}` : 'nothing is under way';
  if (asks)
    return `${signal}: nothing new is started. Press l to leave (${under}${attach ? `; ${attach} attaches` : ''}), b to go back, Ctrl-C to leave at once.`;
  const again = running.length > 0 ? `${under}; run the same command again to take it up. ` : '';
  return `${signal}: nothing new is started. ${again}${attach ? `To attach: ${attach}. ` : ''}Once more leaves at once.`;
}

export const stoppingText = ({ how, by, attach }: Extract<BafEvent, { type: 'stopping' }>): string =>
  how === 'back'
    ? `${by === null ? 'Going back' : `${by} cancelled this deploy: going back`} to what was there before. Ctrl-C leaves at once.`
    : `Leaving: ECS goes on.${attach ? ` To attach: ${attach}` : ''}`;

/** A gap in the contact with AWS, or its end. */
export const contactText = (event: Extract<BafEvent, { type: 'contact.lost' | 'contact.back' }>): string =>
  event.type === 'contact.lost'
    ? `${event.target}: no answer from ${event.api}; what runs there goes on, and baf asks again (${event.reason})`
    : `${event.target}: ${event.api} answers again, after ${duration(event.at - event.lostAt)}`;

/** `1.3.0 -> 1.4.0`, or the new version alone. */
export const versions = (from: VersionRef | null, to: VersionRef): string =>
  from && from.tag !== to.tag ? `${from.tag} -> ${to.tag}` : to.tag;

/** An end in words: of one that went back, to what. */
export const endText = ({ status, from, to }: Pick<RolloutOutcome, 'status' | 'from' | 'to'>): string =>
  status === 'rolled-back' && from && from.tag !== to.tag ? `rolled-back to ${from.tag}` : status;

export const tasksText = ({ running, desired, pending, old, back }: TaskCounts): string =>
  [
    `${running}/${desired} running${back ? ' of the version before' : ''}`,
    ...(pending > 0 ? [`${pending} starting`] : []),
    ...(old > 0 ? [`${old} ${back ? 'to go' : 'old'}`] : []),
  ].join(', ');

/** What bad ends are: these are named with their cause, and annotated on GitHub. */
export const isBad = (status: string): boolean => status === 'failed' || status === 'rolled-back';

/** The ends that only the outcome tells: of rollouts that ended otherwise, or not at all, in the events before it. */
export const lateEnds = (ended: ReadonlyMap<string, string>, outcome: DeployOutcome): RolloutOutcome[] =>
  outcome.rollouts.filter((r) => ended.get(`${r.service} ${r.target}`) !== r.status);
