/** The end of a deploy as Markdown, for the page of a GitHub Actions job: a row for each service, a column for each target. */
import { wordOf, type DeployOutcome, type RolloutOutcome } from '../model/outcome.js';
import { endText, isBad, versions } from './event-text.js';
import { clean, duration, truncate } from './style.js';

/** A job's page takes 1 MiB; a table of more rows than this is read by nobody. */
const MOST_ROWS = 200;

export function jobSummary(outcome: DeployOutcome, run: { readonly kind: 'deploy' | 'rollback'; readonly by: string }): string {
  const { rollouts } = outcome;
  const targets = [...new Set(rollouts.map((r) => r.target))];
  const services = [...new Set(rollouts.map((r) => r.service))];
  const of = (service: string, target: string) => rollouts.find((r) => r.service === service && r.target === target);
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const took = duration(Date.parse(outcome.finishedAt) - Date.parse(outcome.startedAt));
  const shown = services.slice(0, MOST_ROWS);
  const causes = new Map<string, RolloutOutcome[]>();
  for (const r of rollouts.filter((one) => one.cause)) {
    const key = `${r.cause!.message}\n${r.cause!.advice}`;
    causes.set(key, [...(causes.get(key) ?? []), r]);
  }
  return [
    `### ${run.kind === 'deploy' ? 'Deploy' : 'Rollback'} to ${cell(outcome.environment)}: ${wordOf(outcome)}`,
    '',
    `\`${outcome.id}\` by ${cell(run.by)}, ${took}`,
    '',
    row(['service', ...targets.map(cell)]),
    row(['---', ...targets.map(() => '---')]),
    ...shown.map((service) => row([cell(service), ...targets.map((target) => stateOf(of(service, target)))])),
    ...(services.length > shown.length ? ['', `and ${services.length - shown.length} services more`] : []),
    ...[...causes].flatMap(([, all]) => [
      '',
      `**${cell(all[0]!.service)}** in ${cell(all.map((r) => r.target).join(', '))}: ${cell(all[0]!.cause!.message)}`,
      ...logged(all[0]!.cause!.logs ?? []),
      '',
      `> ${cell(all[0]!.cause!.advice)}`,
    ]),
    '',
  ].join('\n');
}

/** Log lines as they are: a blank one would end the block. */
function logged(lines: readonly string[]): string[] {
  const texts = lines
    .map((line) => truncate(clean(line), 500).replace(/&/g, '&amp;').replace(/</g, '&lt;'))
    .filter((text) => text.trim() !== '');
  return texts.length === 0 ? [] : ['', '<pre>', ...texts, '</pre>'];
}

const stateOf = (r: RolloutOutcome | undefined): string => {
  if (!r) return '';
  const sign = isBad(r.status)
    ? '❌'
    : r.status === 'succeeded' || r.status === 'unchanged'
      ? '✅'
      : r.status === 'started'
        ? '⏳'
        : '➖';
  return `${sign} ${cell(versions(r.from, r.to))} ${cell(endText(r))}`;
};

/** Text from outside as text: no tag, no link, no cell, no line of its own. */
const cell = (text: string): string =>
  clean(text)
    .replace(/[\\`*_[\]<|#!~]/g, (sign) => `\\${sign}`)
    .replace(/&/g, '&amp;');
