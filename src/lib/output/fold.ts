/** What the renderers know after each event: one pure step at a time. */
import type { BafEvent, RolloutStep, TaskCounts } from '../model/event.js';
import type { Cause } from '../model/cause.js';
import type { DeployOutcome, RolloutStatus, VersionRef } from '../model/outcome.js';

export interface RolloutView {
  readonly service: string;
  readonly target: string;
  readonly wave: number;
  readonly state: 'queued' | 'running' | RolloutStatus;
  readonly step: RolloutStep | null;
  readonly tasks: TaskCounts | null;
  readonly message: string | null;
  readonly from: VersionRef | null;
  readonly to: VersionRef;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly cause: Cause | null;
}

export interface ProgressState {
  readonly title: string;
  readonly startedAt: number | null;
  readonly waves: number;
  readonly wave: number;
  readonly bakingUntil: number | null;
  /** Name of a step of the whole that is under way, e.g. the staging's stack. */
  readonly step: string | null;
  readonly notice: string | null;
  readonly rollouts: readonly RolloutView[];
  readonly outcome: DeployOutcome | null;
}

export const emptyProgress: ProgressState = {
  title: '',
  startedAt: null,
  waves: 0,
  wave: 0,
  bakingUntil: null,
  step: null,
  notice: null,
  rollouts: [],
  outcome: null,
};

export function fold(state: ProgressState, event: BafEvent): ProgressState {
  switch (event.type) {
    case 'deploy.started':
      return { ...state, title: titleOf(event), startedAt: event.at, waves: event.waves.length };
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
      return change(state, event, { step: event.step, ...(event.step === 'rolling-back' ? { state: 'running' } : {}) });
    case 'rollout.progress':
      return change(state, event, { tasks: event.tasks });
    case 'rollout.message':
      return change(state, event, { message: event.text });
    case 'rollout.ended':
      return change(state, event, { state: event.status, endedAt: event.at, to: event.to, cause: event.cause ?? null });
    case 'step':
      return { ...state, step: event.state === 'started' ? `${event.name}${event.detail ? ` ${event.detail}` : ''}` : null };
    case 'interrupted':
      return { ...state, notice: interruption(event.signal, event.running) };
    case 'warning':
      return { ...state, notice: event.text };
    case 'deploy.ended':
      return { ...state, outcome: event.outcome, bakingUntil: null };
    default:
      return state;
  }
}

const change = (state: ProgressState, id: { service: string; target: string }, to: Partial<RolloutView>): ProgressState => ({
  ...state,
  rollouts: state.rollouts.map((r) => (r.service === id.service && r.target === id.target ? { ...r, ...to } : r)),
});

export const titleOf = (event: Extract<BafEvent, { type: 'deploy.started' }>): string =>
  event.kind === 'deploy'
    ? `deploy to ${event.name}`
    : event.kind === 'staging-up'
      ? `staging ${event.name}`
      : `staging ${event.name} down`;

export const interruption = (signal: string, running: readonly string[]): string =>
  `${signal}: nothing new is started. ${running.length > 0 ? `ECS goes on with ${running.join(', ')}; run the same command again to take it up. ` : ''}Once more leaves at once.`;

/** `1.3.0 -> 1.4.0`, or the new version alone. */
export const versions = (from: VersionRef | null, to: VersionRef): string =>
  from && from.tag !== to.tag ? `${from.tag} -> ${to.tag}` : to.tag;

export const tasksText = (tasks: TaskCounts): string =>
  `${tasks.running}/${tasks.desired} running${tasks.pending > 0 ? `, ${tasks.pending} starting` : ''}${tasks.old > 0 ? `, ${tasks.old} old` : ''}`;
