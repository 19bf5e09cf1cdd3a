/** Why tasks stop, in the user's words: from ECS's stop codes, reasons and exit codes. */
import type { Cause } from '../model/cause.js';
import type { StoppedTask } from '../model/observed.js';

/** The cause that most of the failed tasks share, with the exit code and reason of one of them; null where none tells. */
export function causeOf(tasks: readonly StoppedTask[]): (Cause & { task: StoppedTask; container: string | null }) | null {
  const found = tasks
    .filter((t) => t.stopCode !== 'ServiceSchedulerInitiated' || /health checks/.test(t.stoppedReason ?? ''))
    .map(explain);
  if (found.length === 0) return null;
  const count = (code: string) => found.filter((c) => c.code === code).length;
  return found.reduce((best, next) => (count(next.code) > count(best.code) ? next : best));
}

function explain(task: StoppedTask): Cause & { task: StoppedTask; container: string | null } {
  const dead = task.containers.find((c) => c.reason || (c.exitCode !== null && c.exitCode !== 0)) ?? null;
  const exit = dead?.exitCode != null ? ` (exit code ${dead.exitCode})` : '';
  // A task often repeats its container's reason.
  const own = dead?.reason && task.stoppedReason?.includes(dead.reason) ? null : dead?.reason;
  const reason = [task.stoppedReason, own].filter(Boolean).join(': ') || 'no reason given';
  const where = { task, container: dead?.name ?? task.containers[0]?.name ?? null };
  const text = `${task.stoppedReason ?? ''} ${dead?.reason ?? ''}`;
  if (/CannotPullContainer/.test(text))
    return {
      ...where,
      code: 'ImageNotPulled',
      message: reason,
      advice: 'Check that the image and tag exist in the registry, and that the execution role may pull them.',
    };
  if (/OutOfMemory/.test(text) || dead?.exitCode === 137)
    return {
      ...where,
      code: 'OutOfMemory',
      message: `${reason}${exit}`,
      advice: "Raise the service's memory in baf.yaml, or look for a leak.",
    };
  if (/ELB health checks|container health checks|health checks failed/i.test(text))
    return {
      ...where,
      code: 'HealthCheckFailed',
      message: reason,
      advice: 'Check the health path and port, how long the application takes to start, and its logs.',
    };
  if (/ResourceInitializationError/.test(text))
    return {
      ...where,
      code: 'ResourceInitialization',
      message: reason,
      advice: 'Check secrets, log group and network of the task: the message names what could not be reached.',
    };
  if (/SpotInterruption|TerminationNotice/.test(task.stopCode ?? ''))
    return { ...where, code: 'Interrupted', message: reason, advice: 'The capacity was taken away: run the deploy again.' };
  return {
    ...where,
    code: 'ContainerExited',
    message: `${reason}${exit}`,
    advice: 'The application stops by itself: read its last log lines, fix it, deploy another tag.',
  };
}
