import type { OutcomeCounts, PreflightFinding } from './finding.js';
import type { Cause } from './cause.js';
import type { LockHolder } from './lock.js';
import type { PlanChange } from './plan-change.js';
import type { DeployOutcome, RolloutStatus, VersionRef } from './outcome.js';

/** Counts of tasks of one rollout, as the ECS service reports them. */
export interface TaskCounts {
  readonly desired: number;
  readonly pending: number;
  /** Running tasks of the new version, and of older versions; on the way back of the one before, and of what it replaces. */
  readonly running: number;
  readonly old: number;
  readonly back?: true;
}

/** Steps of one rollout, in order. `load-balancer`: the version that runs gets its second target group, before traffic moves. */
export type RolloutStep = 'stack' | 'tag' | 'task-definition' | 'service' | 'load-balancer' | 'watching' | 'rolling-back';

/** Before anything of a wave is touched, or after the new version is steady. */
export type HookMoment = 'before' | 'after';

/**
 * What happens while a deploy or a staging goes up: no prose, no ANSI, no SDK types.
 * `at` is milliseconds since the epoch. Every queued rollout ends with exactly one `rollout.ended`; what became of one
 * after that is told by `rollout.revised`. The last event of a rollout has its final status.
 */
export type BafEvent =
  | {
      type: 'deploy.started';
      at: number;
      id: string;
      kind: 'deploy' | 'staging-up' | 'staging-down';
      /** Staging name or environment. */
      name: string;
      environment: string;
      waves: readonly { targets: readonly string[]; services: readonly string[] }[];
      /** It was begun before, by that person, and is gone on with. */
      resumes?: { by: string; startedAt: number };
    }
  | { type: 'wave.started'; at: number; wave: number; targets: readonly string[] }
  | { type: 'wave.ended'; at: number; wave: number; failed: number }
  | { type: 'wave.baking'; at: number; wave: number; untilAt: number }
  | { type: 'rollout.queued'; at: number; service: string; target: string; wave: number; from: VersionRef | null; to: VersionRef }
  | { type: 'rollout.started'; at: number; service: string; target: string }
  | { type: 'rollout.step'; at: number; service: string; target: string; step: RolloutStep; detail?: string }
  | { type: 'rollout.progress'; at: number; service: string; target: string; tasks: TaskCounts }
  /** Where a rollout by stages is. A stage can pass unseen: compare positions. */
  | {
      type: 'rollout.stage';
      at: number;
      service: string;
      target: string;
      /** Lifecycle stage of ECS, and its number from 0. */
      stage: string;
      position: number;
      /** Share of the production and of the test traffic that the new version has, percent. */
      production: number;
      test: number;
      /** It waits for somebody to type `command`, and does what `otherwise` says when nobody has until then. */
      waiting?: { until: number; otherwise: 'continue' | 'rollback'; command: string };
    }
  /** A line of the ECS service's own event log, or of a failing container's log. */
  | { type: 'rollout.message'; at: number; service: string; target: string; level: 'info' | 'warn'; text: string }
  /** What keeps a rollout from going on though nothing is wrong with it: no capacity, a throttle. Once for each code. */
  | { type: 'rollout.held'; at: number; service: string; target: string; cause: Cause }
  | {
      type: 'rollout.ended';
      at: number;
      service: string;
      target: string;
      status: RolloutStatus;
      from: VersionRef | null;
      to: VersionRef;
      cause?: Cause;
    }
  /** A rollout that had ended, and is not what it was: an alarm went off after it, or it was brought back. Its last word. */
  | {
      type: 'rollout.revised';
      at: number;
      service: string;
      target: string;
      status: 'failed' | 'rolled-back';
      from: VersionRef | null;
      to: VersionRef;
      cause: Cause;
    }
  /** An alarm of the wave that was rolled out went off while it was baking. */
  | { type: 'wave.alarm'; at: number; wave: number; target: string; alarm: string; reason: string | null }
  /** More rollouts failed than `--max-failures` allows: nothing new is started. */
  | { type: 'budget.used-up'; at: number; failed: number; allowed: number; onFailure: 'rollback' | 'stop' }
  /** Others have the lock, or wait for it before this one; again when that changes. `untilAt`: how long it is waited. */
  | {
      type: 'lock.waiting';
      at: number;
      services: readonly string[];
      holders: readonly (LockHolder & { service: string; overAt: string })[];
      ahead: readonly (LockHolder & { services: readonly string[] })[];
      untilAt: number;
    }
  | { type: 'lock.taken'; at: number; services: readonly string[]; waitedMs: number }
  /** Somebody else has the lock of this service now (`by`, where that is known): nothing more is written. */
  | { type: 'lock.lost'; at: number; environment: string; service: string; by: string | null }
  /** The lock could not be given back: it is free when its lease has ended. */
  | { type: 'lock.kept'; at: number; services: readonly string[]; untilAt: number }
  /**
   * Somebody else had the lock just before: the plan was made anew, and means something else than what was shown.
   * `asks`: the user is asked whether to go on with it (key y) or not (key n).
   */
  | { type: 'plan.changed'; at: number; changes: readonly PlanChange[]; asks: boolean }
  /** A freeze that this deploy was let through, and why. */
  | { type: 'freeze.overridden'; at: number; freezes: readonly string[]; reason: string }
  /** Checks before anything is touched: of so many rollouts, in these targets. */
  | { type: 'preflight.started'; at: number; rollouts: number; targets: readonly string[] }
  /** `findings` are those that are not ok. */
  | { type: 'preflight.ended'; at: number; findings: readonly PreflightFinding[]; counts: OutcomeCounts }
  /** `detail`: the task's id, the address that is asked, the command. `resumed`: a run that was started before goes on. */
  | {
      type: 'hook.started';
      at: number;
      service: string;
      target: string;
      moment: HookMoment;
      hook: string;
      kind: 'task' | 'http' | 'run';
      detail: string;
      resumed: boolean;
    }
  /** A line that it wrote. */
  | { type: 'hook.output'; at: number; service: string; target: string; hook: string; text: string }
  /** `detail`: why it was skipped, what failed, or that it had run before. */
  | {
      type: 'hook.ended';
      at: number;
      service: string;
      target: string;
      moment: HookMoment;
      hook: string;
      status: 'succeeded' | 'failed' | 'skipped' | 'cancelled';
      detail?: string;
    }
  /** Something about the whole: shared stack, interruption. */
  | { type: 'step'; at: number; name: string; state: 'started' | 'succeeded' | 'failed'; detail?: string }
  | {
      type: 'interrupted';
      at: number;
      signal: 'SIGINT' | 'SIGTERM';
      running: readonly string[];
      /** Whether the user is asked: to leave (key l) or to go back (key b). */
      asks?: boolean;
      /** The command that attaches again. */
      attach?: string | null;
    }
  /** It stops: ECS goes on with what is under way, or what was changed is brought back. `by`: who asked for it elsewhere. */
  | { type: 'stopping'; at: number; how: 'leave' | 'back'; by: string | null; attach: string | null }
  | { type: 'warning'; at: number; text: string }
  /** A service of AWS does not answer in a target; rollouts there go on by themselves. Once, and its end once. */
  | { type: 'contact.lost'; at: number; target: string; api: string; reason: string }
  | { type: 'contact.back'; at: number; target: string; api: string; lostAt: number }
  | { type: 'deploy.ended'; at: number; outcome: DeployOutcome };
