/** What the renderers know after each event: one pure step at a time. */
import type { BafEvent, HookMoment, RolloutStep, TaskCounts } from '../model/event.js';
import type { PreflightFinding } from '../model/finding.js';
import { preflightCounts } from './preflight-view.js';
import type { Cause } from '../model/cause.js';
import type { DeployOutcome, RolloutOutcome, RolloutStatus, VersionRef } from '../model/outcome.js';
import { keptText, lostText, overriddenText, planChangedText, waitingText } from './lock-text.js';
import { minuteOf } from '../locks/refusal.js';
import { clean, duration } from './style.js';

export interface RolloutView {
  readonly service: string;
  readonly target: string;
  readonly wave: number;
  readonly state: 'queued' | 'running' | RolloutStatus;
  readonly step: RolloutStep | HookMoment | null;
  readonly tasks: TaskCounts | null;
  /** Where a rollout by stages is, in words. */
  readonly stage: string | null;
  readonly message: string | null;
  readonly from: VersionRef | null;
  readonly to: VersionRef;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly cause: Cause | null;
}

export interface StepView {
  readonly name: string;
  readonly state: 'started' | 'succeeded' | 'failed';
  readonly detail: string | null;
}

export interface ProgressState {
  readonly title: string;
  readonly startedAt: number | null;
  readonly waves: number;
  readonly wave: number;
  readonly bakingUntil: number | null;
  /** Steps of the whole, e.g. the staging's stack, each as it is now. */
  readonly steps: readonly StepView[];
  readonly notice: string | null;
  readonly question: string | null;
  readonly rollouts: readonly RolloutView[];
  readonly outcome: DeployOutcome | null;
  /** What the checks before the deploy found that is not ok; null while there are none. */
  readonly preflight: readonly PreflightFinding[] | null;
}

export const emptyProgress: ProgressState = {
  title: '',
  startedAt: null,
  waves: 0,
  wave: 0,
  bakingUntil: null,
  steps: [],
  notice: null,
  question: null,
  rollouts: [],
  outcome: null,
  preflight: null,
};

export function fold(state: ProgressState, event: BafEvent): ProgressState {
  switch (event.type) {
    case 'deploy.started':
      return {
        ...state,
        title: titleOf(event),
        startedAt: event.at,
        waves: event.waves.length,
        question: null,
        notice: resumesText(event) ?? state.notice,
      };
    case 'wave.started':
      return { ...state, wave: event.wave, bakingUntil: null };
    case 'wave.baking':
      return { ...state, bakingUntil: event.untilAt };
    case 'rollout.queued': {
      const { service, target, wave, from, to } = event;
      const queued: RolloutView = {
        service,
        target,
        wave,
        from,
        to,
        state: 'queued',
        step: null,
        tasks: null,
        stage: null,
        message: null,
        startedAt: null,
        endedAt: null,
        cause: null,
      };
      return { ...state, rollouts: [...state.rollouts, queued] };
    }
    case 'rollout.started':
      return change(state, event, { state: 'running', startedAt: event.at });
    case 'rollout.step':
      return change(state, event, {
        step: event.step,
        ...(event.step === 'rolling-back' ? { state: 'running', endedAt: null, stage: null } : {}),
      });
    case 'rollout.progress':
      return change(state, event, { tasks: event.tasks });
    case 'rollout.stage':
      return change(state, event, { stage: stageText(event) });
    case 'hook.started':
      return change(state, event, { state: 'running', step: event.moment, message: clean(`${event.hook}: ${event.detail}`) });
    case 'hook.output':
      return change(state, event, { message: clean(`${event.hook}| ${event.text}`) });
    case 'hook.ended':
      return change(state, event, { message: clean(hookEndText(event)) });
    case 'rollout.message':
      return change(state, event, { message: clean(event.text) });
    case 'rollout.held':
      return change(state, event, { message: clean(event.cause.message) });
    case 'rollout.ended':
      return change(state, event, { state: event.status, endedAt: event.at, to: event.to, cause: event.cause ?? null });
    case 'rollout.revised':
      return change(state, event, { state: event.status, endedAt: event.at, to: event.to, cause: event.cause });
    case 'wave.alarm':
      return { ...state, notice: alarmText(event), bakingUntil: null };
    case 'budget.used-up':
      return { ...state, notice: budgetText(event) };
    case 'preflight.started': {
      const detail = `${event.rollouts} rollout${event.rollouts === 1 ? '' : 's'} in ${event.targets.length} target${event.targets.length === 1 ? '' : 's'}`;
      return {
        ...state,
        steps: stepped(state.steps, { type: 'step', at: event.at, name: 'pre-flight', state: 'started', detail }),
      };
    }
    case 'preflight.ended': {
      const ended = event.counts.problem > 0 ? 'failed' : 'succeeded';
      const step = {
        type: 'step',
        at: event.at,
        name: 'pre-flight',
        state: ended,
        detail: preflightCounts(event.counts),
      } as const;
      return { ...state, steps: stepped(state.steps, step), preflight: event.findings };
    }
    case 'step':
      return { ...state, steps: stepped(state.steps, event) };
    case 'lock.waiting':
      return { ...state, notice: waitingText(event) };
    case 'lock.taken':
      return { ...state, notice: null };
    case 'lock.lost':
      return { ...state, notice: lostText(event) };
    case 'plan.changed':
      return { ...state, [event.asks ? 'question' : 'notice']: planChangedText(event) };
    case 'lock.kept':
      return { ...state, notice: keptText(event) };
    case 'freeze.overridden':
      return { ...state, notice: overriddenText(event) };
    case 'interrupted':
      return { ...state, notice: interruption(event) };
    case 'stopping':
      return { ...state, notice: stoppingText(event) };
    case 'warning':
      return { ...state, notice: event.text };
    case 'contact.lost':
    case 'contact.back':
      return { ...state, notice: contactText(event) };
    case 'deploy.ended':
      return { ...settle(state, event.outcome, event.at), outcome: event.outcome, bakingUntil: null };
    default:
      return state;
  }
}

function change(state: ProgressState, id: { service: string; target: string }, to: Partial<RolloutView>): ProgressState {
  const index = state.rollouts.findIndex((r) => r.service === id.service && r.target === id.target);
  return index < 0 ? state : { ...state, rollouts: state.rollouts.with(index, { ...state.rollouts[index]!, ...to }) };
}

function stepped(steps: readonly StepView[], event: Extract<BafEvent, { type: 'step' }>): StepView[] {
  const index = steps.findIndex((s) => s.name === event.name);
  const detail = event.detail ?? steps[index]?.detail ?? null;
  const step: StepView = { name: event.name, state: event.state, detail };
  return index < 0 ? [...steps, step] : steps.with(index, step);
}

/** The outcome has the last word, whatever the events before it said of a rollout. */
function settle(state: ProgressState, outcome: DeployOutcome, at: number): ProgressState {
  const ended = new Map(outcome.rollouts.map((r) => [`${r.service} ${r.target}`, r]));
  const rollouts = state.rollouts.map((r): RolloutView => {
    const end = ended.get(`${r.service} ${r.target}`);
    if (!end || (end.status === r.state && (end.cause ?? null) === r.cause)) return r;
    const endedAt = end.status === r.state ? r.endedAt : at;
    return { ...r, state: end.status, to: end.to, cause: end.cause ?? r.cause, endedAt };
  });
  return { ...state, rollouts };
}

export const titleOf = (event: Extract<BafEvent, { type: 'deploy.started' }>): string =>
  event.kind === 'deploy'
    ? `deploy to ${event.name}`
    : event.kind === 'staging-up'
      ? `staging ${event.name}`
      : `staging ${event.name} down`;

export const resumesText = ({ resumes }: Extract<BafEvent, { type: 'deploy.started' }>): string | null =>
  resumes ? `Taken up again: ${resumes.by} began it at ${minuteOf(new Date(resumes.startedAt).toISOString())}.` : null;

/** `production traffic shift, 20 % of the traffic`. */
export function stageText(event: Extract<BafEvent, { type: 'rollout.stage' }>): string {
  const stage = event.stage.toLowerCase().replaceAll('_', ' ');
  const share = event.production > 0 ? `${event.production} % of the traffic` : event.test > 0 ? 'test traffic only' : null;
  const clock = event.waiting ? new Date(event.waiting.until).toISOString().slice(11, 16) : '';
  const waiting = event.waiting
    ? `paused: baf continue ${event.service}, or ${event.waiting.otherwise === 'rollback' ? 'it goes back' : 'it goes on'} at ${clock}`
    : null;
  return [stage, share, waiting].filter((part) => part !== null).join(', ');
}

export const alarmText = (event: Extract<BafEvent, { type: 'wave.alarm' }>): string =>
  `wave ${event.wave + 1}: the alarm ${event.alarm} went off in ${event.target}${event.reason ? `: ${event.reason}` : ''}`;

export const hookEndText = ({ hook, status, detail }: Extract<BafEvent, { type: 'hook.ended' }>): string =>
  `${hook} ${status}${detail ? `: ${detail}` : ''}`;

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

export const tasksText = (tasks: TaskCounts): string =>
  `${tasks.running}/${tasks.desired} running${tasks.pending > 0 ? `, ${tasks.pending} starting` : ''}${tasks.old > 0 ? `, ${tasks.old} old` : ''}`;

/** What bad ends are: these are named with their cause, and annotated on GitHub. */
export const isBad = (status: string): boolean => status === 'failed' || status === 'rolled-back';

/** The ends that only the outcome tells: of rollouts that ended otherwise, or not at all, in the events before it. */
export const lateEnds = (ended: ReadonlyMap<string, string>, outcome: DeployOutcome): RolloutOutcome[] =>
  outcome.rollouts.filter((r) => ended.get(`${r.service} ${r.target}`) !== r.status);
