import type { StoppedTask } from './observed.js';

/** What a service has done before a rollout, and looked at after it: `deploy.before` and `deploy.after` of baf.yaml. */

/** A one-off task: the service's new task definition with another command. */
export interface TaskHook {
  readonly kind: 'task';
  readonly name: string;
  readonly command: readonly string[];
  /** Longest time from its start to its end, milliseconds of the clock. */
  readonly timeoutMs: number;
  /** In the first target of the deploy only. */
  readonly once: boolean;
}

/** A GET of the service's own host. */
export interface HttpHook {
  readonly kind: 'http';
  readonly name: string;
  readonly path: string;
  /** Status that the answer has to have. */
  readonly status: number;
  /** Text that the answer's body has to have in it, or null. */
  readonly contains: string | null;
  /** Longest time for one answer, milliseconds. */
  readonly timeoutMs: number;
  /** Attempts after the first one. */
  readonly retries: number;
}

/** A command on the machine on which baf runs. */
export interface CommandHook {
  readonly kind: 'run';
  readonly name: string;
  readonly command: readonly string[];
  /** Longest time to its end, milliseconds. */
  readonly timeoutMs: number;
}

export type CheckHook = HttpHook | CommandHook;

export interface Hooks {
  readonly before: readonly TaskHook[];
  readonly after: readonly CheckHook[];
}

export const NO_HOOKS: Hooks = { before: [], after: [] };

/** A task that was started for a hook, as ECS shows it. */
export interface TaskState {
  readonly id: string;
  /** Milliseconds since the epoch, or null where ECS does not say. */
  readonly createdAt: number | null;
  /** `lastStatus`. */
  readonly status: string;
  readonly stopCode: string | null;
  readonly stoppedReason: string | null;
  readonly containers: StoppedTask['containers'];
}
