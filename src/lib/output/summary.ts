/** A deploy's end as a person reads it, and its exit code. */
import { ExitCode } from '../errors/user-error.js';
import { wordOf, type DeployOutcome, type RolloutOutcome } from '../model/outcome.js';
import { endText, versions } from './event-text.js';
import { clean, duration, paint, targetsText, truncate, widthOf, wrap } from './style.js';

interface Look {
  readonly color: boolean;
  readonly columns: number;
  /** Whether somebody wanted it to go back, elsewhere: it is not to be finished then. */
  readonly cancelled?: boolean;
}

export function summarizeDeploy(outcome: DeployOutcome, { color, columns, cancelled = false }: Look): string {
  const { bold, green, red, yellow, dim } = paint(color);
  const good = exitCodeOf(outcome) === ExitCode.done;
  const time = duration(Date.parse(outcome.finishedAt) - Date.parse(outcome.startedAt));
  const status = (good ? green : outcome.status === 'cancelled' ? yellow : red)(wordOf(outcome));
  const isLeft = (r: RolloutOutcome): boolean => outcome.left === true && r.status === 'cancelled';
  const lines = [`${bold(outcome.environment)} ${status} ${dim(`${outcome.id}, ${time}`)}`];
  for (const group of folded(outcome.rollouts)) {
    const [first] = group as [RolloutOutcome];
    const sign =
      first.status === 'succeeded'
        ? green('✓')
        : first.status === 'unchanged'
          ? '='
          : first.status === 'started' || isLeft(first)
            ? '→'
            : first.status === 'skipped'
              ? '-'
              : red('✗');
    const width = Math.max(40, columns);
    const what = `  ${sign} ${first.service} ${versions(first.from, first.to)} ${isLeft(first) ? 'left' : endText(first)} `;
    const where = group.map((r) => r.target);
    // The first target is always named whole; the rest as far as the line goes.
    lines.push(`${what}${dim(targetsText(where, width - widthOf(what)))}`);
    if (first.cause) {
      lines.push(...labelled('why:', first.cause.message, width));
      lines.push(...(first.cause.logs ?? []).map((text) => dim(truncate(`      log: ${clean(text)}`, width))));
      if (first.cause.advice) lines.push(...labelled('do: ', first.cause.advice, width));
    }
  }
  if (outcome.status === 'unchanged') lines.push('  Nothing to do.');
  if (outcome.rollouts.some((r) => r.status === 'started'))
    lines.push(
      `  ECS goes on by itself. To look: baf watch ${outcome.id} --env ${outcome.environment}`,
      '  The same command without --no-wait waits for its end, and puts it on record.',
    );
  if (outcome.left)
    lines.push(
      `  ECS goes on with what was begun. To look: baf watch ${outcome.id} --env ${outcome.environment}`,
      '  Run the same command again to finish it.',
    );
  else if (!cancelled && wasLeft(outcome)) lines.push('  Run the same command again to finish it.');
  return lines.join('\n');
}

/** Something was not begun, or not seen to its end, and nothing failed for which that would be. */
const wasLeft = ({ rollouts }: DeployOutcome): boolean =>
  rollouts.some((r) => r.status === 'skipped' || r.status === 'cancelled') &&
  !rollouts.some((r) => r.status === 'rolled-back' || r.status === 'failed');

const labelled = (label: string, text: string, columns: number): string[] =>
  wrap(text, columns - 11).map((line, index) => `      ${index === 0 ? label : '    '} ${line}`);

/** Rollouts that ended alike, together. */
function folded(rollouts: readonly RolloutOutcome[]): RolloutOutcome[][] {
  const groups = new Map<string, RolloutOutcome[]>();
  for (const r of rollouts) {
    const key = [r.service, r.status, r.from?.tag, r.to.tag, r.cause?.message].join('\n');
    groups.set(key, [...(groups.get(key) ?? []), r]);
  }
  return [...groups.values()];
}

/** 0 also where ECS goes on by itself; 1 where it failed, rolled back or not; 5 where some targets have the new version and others do not. */
export function exitCodeOf(outcome: DeployOutcome): number {
  if (outcome.status === 'succeeded' || outcome.status === 'unchanged' || outcome.status === 'started') return ExitCode.done;
  return outcome.status === 'partial' ? ExitCode.partial : ExitCode.failed;
}
