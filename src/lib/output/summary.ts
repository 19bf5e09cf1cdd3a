/** A deploy's end as a person reads it, and its exit code. */
import { ExitCode } from '../errors/user-error.js';
import type { DeployOutcome, RolloutOutcome } from '../model/outcome.js';
import { versions } from './fold.js';
import { duration, paint, truncate } from './style.js';

export function summarizeDeploy(outcome: DeployOutcome, { color, columns }: { color: boolean; columns: number }): string {
  const { bold, green, red, yellow, dim } = paint(color);
  const good = outcome.status === 'succeeded' || outcome.status === 'unchanged';
  const time = duration(Date.parse(outcome.finishedAt) - Date.parse(outcome.startedAt));
  const status = (good ? green : outcome.status === 'cancelled' ? yellow : red)(outcome.status);
  const lines = [`${bold(outcome.environment)} ${status} ${dim(`${outcome.id}, ${time}`)}`];
  for (const group of folded(outcome.rollouts)) {
    const [first] = group as [RolloutOutcome];
    const sign =
      first.status === 'succeeded'
        ? green('✓')
        : first.status === 'unchanged'
          ? '='
          : first.status === 'skipped'
            ? '-'
            : red('✗');
    const where = group.map((r) => r.target).join(', ');
    lines.push(
      truncate(
        `  ${sign} ${first.service} ${versions(first.from, first.to)} ${first.status} ${dim(where)}`,
        Math.max(40, columns),
      ),
    );
    if (first.cause) lines.push(`      why: ${first.cause.message}`, `      do:  ${first.cause.advice}`);
  }
  if (outcome.status === 'unchanged') lines.push('  Nothing to do.');
  if (outcome.status === 'cancelled') lines.push('  Run the same command again to finish it.');
  return lines.join('\n');
}

/** Rollouts that ended alike, together. */
function folded(rollouts: readonly RolloutOutcome[]): RolloutOutcome[][] {
  const groups = new Map<string, RolloutOutcome[]>();
  for (const r of rollouts) {
    const key = [r.service, r.status, r.from?.tag, r.to.tag, r.cause?.message].join('\n');
    groups.set(key, [...(groups.get(key) ?? []), r]);
  }
  return [...groups.values()];
}

/** 1 where it failed, rolled back or not; 5 where some targets have the new version and others do not. */
export function exitCodeOf(outcome: DeployOutcome): number {
  if (outcome.status === 'succeeded' || outcome.status === 'unchanged') return ExitCode.done;
  return outcome.status === 'partial' ? ExitCode.partial : ExitCode.failed;
}
