/** The end of a deploy as Markdown, for the page of a GitHub Actions job: a row for each service, a column for each target. */
import { wordOf, type DeployOutcome, type RolloutOutcome } from '../model/outcome.js';
import { endText, isBad, versions } from './event-text.js';
import { clean, duration, truncate } from './style.js';

/** A job's page takes 1 MiB, and what is longer it shows none of; more than this is read by nobody. */
const MOST_ROWS = 200;
const MOST_CAUSES = 50;
const CAUSES_BYTES = 400_000;
const LONGEST_TEXT = 2_000;
const LONGEST_LINE = 500;
const MOST_LINES = 20;

export function jobSummary(outcome: DeployOutcome, run: { readonly kind: 'deploy' | 'rollback'; readonly by: string }): string {
  const { rollouts } = outcome;
  const targets = [...new Set(rollouts.map((r) => r.target))];
  const services = [...new Set(rollouts.map((r) => r.service))];
  const of = (service: string, target: string) => rollouts.find((r) => r.service === service && r.target === target);
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const took = duration(Date.parse(outcome.finishedAt) - Date.parse(outcome.startedAt));
  const shown = services.slice(0, MOST_ROWS);
  const groups = new Map<string, RolloutOutcome[]>();
  for (const r of rollouts.filter((one) => one.cause)) {
    const key = `${r.cause!.message}\n${r.cause!.advice}`;
    groups.set(key, [...(groups.get(key) ?? []), r]);
  }
  const causes = [...groups.values()];
  const told: string[][] = [];
  for (let room = CAUSES_BYTES; room > 0 && told.length < Math.min(causes.length, MOST_CAUSES);) {
    const block = causeBlock(causes[told.length]!);
    room -= Buffer.byteLength(block.join('\n'));
    told.push(block);
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
    ...told.flat(),
    ...(causes.length > told.length ? ['', `and ${causes.length - told.length} causes more`] : []),
    '',
  ].join('\n');
}

function causeBlock(all: readonly RolloutOutcome[]): string[] {
  const { message, advice, logs = [] } = all[0]!.cause!;
  return ['', `${places(all)}: ${cell(message)}`, ...logged(logs), ...(advice ? ['', `> ${cell(advice)}`] : [])];
}

/** Each service once, with its targets. */
function places(all: readonly RolloutOutcome[]): string {
  const services = [...new Set(all.map((r) => r.service))];
  return services
    .map((service) => {
      const targets = all.filter((r) => r.service === service).map((r) => r.target);
      return `**${cell(service)}** in ${cell(targets.join(', '))}`;
    })
    .join('; ');
}

/** Log lines as they are: a blank one would end the block. */
function logged(lines: readonly string[]): string[] {
  const texts = lines
    .slice(-MOST_LINES)
    .map((line) =>
      truncate(clean(line.slice(0, LONGEST_LINE * 4)), LONGEST_LINE)
        .replace(/&/g, '&amp;')
        .replace(/</g, '&lt;'),
    )
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
  clean(text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT - 1)}…` : text)
    .replace(/[\\`*_[\]<|#!~$]/g, (sign) => `\\${sign}`)
    .replace(/&/g, '&amp;');
