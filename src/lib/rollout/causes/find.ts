/** From what AWS says to a cause: of one text, of a stopped task, and the most telling of many. */
import type { Cause } from '../../model/cause.js';
import type { ServiceEvent, StoppedTask } from '../../model/observed.js';
import type { TargetHealth } from '../../model/target-health.js';
import { recognize, UNKNOWN, type Known, type Speaker } from './tables.js';
import type { Meaning } from './pattern.js';

export interface Finding extends Cause {
  readonly family: string;
  readonly meaning: Meaning;
  /** Smaller is more telling. */
  readonly rank: number;
  readonly from: 'task' | 'event' | 'target';
  readonly task: StoppedTask | null;
}

/** The cause that a text names; one that no table knows is shown whole, as `Unknown` and without advice. */
export function causeOfMessage(text: string, speaker: Speaker = 'ecs'): Cause {
  const { code, advice } = recognize(text, speaker) ?? UNKNOWN;
  return { code, message: text, advice };
}

/** Why a task stopped, or null where nothing failed: an old version that was replaced, for one. */
export function findingOfTask(task: StoppedTask): Finding | null {
  const reason = task.stoppedReason ?? '';
  const said = recognize(reason) ?? (reason === '' ? recognize(task.stopCode ?? '') : null);
  if (said?.meaning === 'progress') return null;
  const failed = failedContainers(task)[0];
  // What the scheduler stopped, it killed: exit codes tell only of containers that ended by themselves.
  const byItself = !said || said.code === 'ContainerExited' || said.meaning === 'symptom';
  const texts = [failed?.reason, byItself && failed?.exitCode != null ? `exit code ${failed.exitCode}` : null];
  const heard = [said, ...texts.map((text) => (text ? recognize(text) : null))].filter((k) => k !== null);
  const best = heard.reduce<Known | null>((a, b) => (a && a.rank <= b.rank ? a : b), null);
  // A task often repeats its container's reason.
  const own = failed?.reason && reason.includes(failed.reason) ? null : failed?.reason;
  const exit = byItself && failed?.exitCode != null ? ` (exit code ${failed.exitCode})` : '';
  // Of several containers it is said which one.
  const name = task.containers.length > 1 && (own || exit !== '') ? failed?.name : null;
  const message = ([reason, name, own].filter(Boolean).join(': ') || task.stopCode || 'no reason given') + exit;
  // A text that nobody knows says more than the stop code beside it, which only says that it failed.
  const { code, advice, family, meaning, rank } = best && (best.meaning !== 'symptom' || reason === '') ? best : UNKNOWN;
  return { code, message, advice, family, meaning, rank, from: 'task', task };
}

/** Containers that failed, the one to blame first: when one ends, ECS stops the others of its task. */
export function failedContainers({ containers }: StoppedTask): StoppedTask['containers'] {
  const blame = (c: StoppedTask['containers'][number]): number =>
    c.reason ? 0 : c.exitCode === null ? 4 : c.exitCode === 0 ? 3 : c.exitCode === 143 || c.exitCode === 137 ? 2 : 1;
  const order = [...containers].sort((a, b) => blame(a) - blame(b));
  const clear = order.filter((c) => blame(c) < 2);
  return clear.length > 0 ? clear : order.slice(0, 1);
}

/** What an event of the service says went wrong, or is waited for; null where it is none of that. */
export function findingOfEvent({ message }: ServiceEvent): Finding | null {
  const known = recognize(message);
  if (!known || known.meaning === 'progress') return null;
  const { code, advice, family, meaning, rank } = known;
  return { code, message, advice, family, meaning, rank, from: 'event', task: null };
}

/** What the target group says of a target that it finds unhealthy. */
export function findingOfTarget({ target, reason, description }: TargetHealth): Finding | null {
  const message = `${target} is unhealthy: ${description ?? 'no description'} (${reason ?? 'no reason'})`;
  const known = recognize(description ?? '') ?? recognize(reason ?? '');
  if (known?.family !== 'health') return null;
  const { code, advice, family, meaning, rank } = known;
  return { code, message, advice, family, meaning, rank, from: 'target', task: null };
}

/**
 * The most telling one: by meaning first (a missing secret beats "the task failed to start"), then the family that is
 * seen most often, then the more precise of the family. The task, and the words, are those of a task where there is one.
 */
export function mostTelling(findings: readonly Finding[]): Finding | null {
  const level = (f: Finding): number => Math.floor(f.rank / 1000);
  const top = Math.min(...findings.map(level));
  const telling = findings.filter((f) => level(f) === top);
  const count = (family: string): number => telling.filter((f) => f.family === family).length;
  const best = telling.reduce<Finding | null>((a, b) => {
    if (!a) return b;
    const more = count(b.family) - count(a.family);
    return more > 0 || (more === 0 && b.rank < a.rank) ? b : a;
  }, null);
  if (!best || best.task) return best;
  const task = telling.find((f) => f.family === best.family && f.task);
  return task ? { ...best, task: task.task, message: `${task.message}; ${best.message}` } : best;
}

/** Code, message and advice alone. */
export const plain = ({ code, message, advice }: Cause): Cause => ({ code, message, advice });
