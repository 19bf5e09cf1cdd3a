/** Findings as a person reads them: a line a check, what is alike of many targets together, the fix below. */
import { CHECKS, type Finding, type Outcome } from '../doctor/finding.js';
import { summarize } from '../doctor/summary.js';
import { general } from './general.js';
import { clean, pad, paint, targetsText, truncate, wrap } from './style.js';

const WORST: readonly Outcome[] = ['problem', 'warning', 'ok', 'skipped'];
/** Width of group and title: `identity  ✗ stack engine  `. */
const GROUP = 10;
const TITLE = 13;
/** Lines that a message of AWS's may take of many targets; --json has all of it. */
const MOST = 3;
const LEFT = GROUP + 2 + TITLE;

interface Line {
  readonly finding: Finding;
  readonly targets: readonly string[];
  /** Targets that were asked in all. */
  readonly of: number;
}

export function renderDoctor(
  findings: readonly Finding[],
  { color, columns }: { readonly color: boolean; readonly columns: number },
): string {
  const { bold, green, red, yellow, dim, cyan } = paint(color);
  const sign = { ok: green('✓'), warning: yellow('!'), problem: red('✗'), skipped: dim('-') };
  const width = Math.max(40, columns) - LEFT;
  let group = '';
  const all = folded(findings);
  const lines = all.flatMap((line) => {
    const { finding, targets } = line;
    const own = CHECKS[finding.id].group;
    const left = `${pad(own === group ? '' : bold(own), GROUP)}${sign[finding.outcome]} ${pad(finding.title, TITLE)}`;
    group = own;
    const text = textOf(line)
      .split('\n')
      .flatMap((one) => (targets.length > 1 ? shortened(wrap(one, width), width) : wrap(one, width)));
    const where = targets.length > 1 && (finding.outcome === 'problem' || finding.outcome === 'warning');
    const below = [
      ...text.slice(1),
      ...(where ? [dim(targetsText(targets, width))] : []),
      ...(finding.fix === null ? [] : wrap(finding.fix, width - 3).map((one, i) => cyan(`${i === 0 ? '->' : '  '} ${one}`))),
    ];
    const first = finding.outcome === 'skipped' ? dim(text[0] ?? '') : (text[0] ?? '');
    return [`${left}${first}`, ...below.map((one) => `${' '.repeat(LEFT)}${one}`)];
  });
  return [...lines, '', totals(all, { red, yellow, green })].join('\n');
}

const shortened = (lines: readonly string[], width: number): string[] =>
  lines.length <= MOST ? [...lines] : [...lines.slice(0, MOST - 1), truncate(lines.slice(MOST - 1).join(' '), width)];

/** What differs by target only is one line; the worse ones of a check first. */
function folded(findings: readonly Finding[]): Line[] {
  const lines = new Map<string, Line>();
  for (const finding of findings) {
    const of = findings.filter((f) => f.id === finding.id).length;
    const key =
      finding.target === undefined ? `${lines.size}` : [finding.id, finding.outcome, general(finding.message)].join('\n');
    const held = lines.get(key);
    lines.set(key, {
      finding: held?.finding ?? finding,
      of,
      targets: [...(held?.targets ?? []), ...(finding.target === undefined ? [] : [finding.target])],
    });
  }
  const rank = ({ finding }: Line): number =>
    Object.keys(CHECKS).indexOf(finding.id) * WORST.length + WORST.indexOf(finding.outcome);
  return [...lines.values()].sort((a, b) => rank(a) - rank(b));
}

function textOf({ finding, targets, of }: Line): string {
  if (targets.length === 0) return finding.message.split('\n').map(clean).join('\n');
  const message = clean(targets.length > 1 ? general(finding.message) : finding.message);
  return targets.length === 1 && of > 1
    ? `${targets[0]}: ${message}`
    : of === 1
      ? message
      : `${targets.length} of ${of} targets: ${message}`;
}

/** In lines: eighty targets with one problem are one. */
function totals(
  lines: readonly Line[],
  { red, yellow, green }: Record<'red' | 'yellow' | 'green', (text: string) => string>,
): string {
  const { problem, warning, ok, skipped } = summarize(lines.map(({ finding }) => finding));
  const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;
  return [
    problem > 0 ? red(count(problem, 'problem', 'problems')) : green('no problem'),
    ...(warning > 0 ? [yellow(count(warning, 'warning', 'warnings'))] : []),
    `${ok} fine`,
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ].join(', ');
}
