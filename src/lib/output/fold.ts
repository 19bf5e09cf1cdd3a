/** What the renderers know after each event: one pure step at a time. */
import type { BafEvent, HookMoment, RolloutStep, TaskCounts } from '../model/event.js';
import type { PreflightFinding } from '../model/finding.js';
import {
  alarmText,
  budgetText,
  contactText,
  hookEndText,
  hookStart,
  interruption,
  pauseText,
  resumesText,
  stageText,
  stoppingText,
  titleOf,
} from './event-text.js';
import { preflightCounts } from './preflight-view.js';
import type { Cause } from '../model/cause.js';
import type { DeployOutcome, RolloutStatus, VersionRef } from '../model/outcome.js';
import { keptText, lostText, overriddenText, planChangedText, waitingText } from './lock-text.js';
import { clean } from './style.js';

export interface RolloutView {
  readonly service: string;
  readonly target: string;
  readonly wave: number;
  readonly state: 'queued' | 'running' | RolloutStatus;
  readonly step: RolloutStep | HookMoment | null;
  readonly tasks: TaskCounts | null;
  /** Where a rollout by stages is, in words. */
  readonly stage: string | null;
  /** What somebody has to do so that it goes on. */
  readonly pause: string | null;
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
        pause: null,
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
        ...(event.step === 'rolling-back' ? { state: 'running', endedAt: null, stage: null, pause: null } : {}),
      });
    case 'rollout.progress':
      return change(state, event, { tasks: event.tasks });
    case 'rollout.stage':
      return change(state, event, { stage: stageText(event), pause: pauseText(event) });
    case 'hook.started': {
      const { name, detail } = hookStart(event);
      const message = clean(detail ? `${name}: ${detail}` : name);
      return change(state, event, { state: 'running', step: event.moment, message });
    }
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
