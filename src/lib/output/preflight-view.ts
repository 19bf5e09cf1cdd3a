/** What the checks before a deploy found, as a tree: services and targets, below them the findings; equal ones once. */
import type { OutcomeCounts, PreflightFinding } from '../model/finding.js';
import { general } from './general.js';
import { clean, pad, paint, targetsText, truncate, widthOf, wrap } from './style.js';

const TITLE = 15;
const SHOWN = ['problem', 'warning', 'skipped'] as const;

interface Folded {
  readonly finding: PreflightFinding;
  readonly services: string[];
  readonly targets: string[];
}

/** Lines; none where nothing is to be said. What could not be known is only said with `verbose`, or counted. */
export function preflightTree(
  findings: readonly PreflightFinding[],
  { color, columns, verbose = false }: { readonly color: boolean; readonly columns: number; readonly verbose?: boolean },
): string[] {
  const { bold, red, yellow, dim, cyan } = paint(color);
  const sign = { problem: red('✗'), warning: yellow('!'), skipped: dim('-'), ok: '✓' };
  const width = Math.max(40, columns);
  const groups = new Map<string, Folded[]>();
  for (const folded of fold(findings.filter((f) => f.outcome !== 'ok' && (verbose || f.outcome !== 'skipped')))) {
    const key = `${folded.services.join(', ')}\n${folded.targets.join(',')}`;
    groups.set(key, [...(groups.get(key) ?? []), folded]);
  }
  return [...groups.values()].flatMap((group) => {
    const { services, targets } = group[0]!;
    const left = truncate(`${clean(services.join(', '))} in `, width - 20);
    const rows = group.flatMap(({ finding, targets: where }) => {
      const text = wrap(where.length > 1 ? general(finding.message) : finding.message, width - TITLE - 7);
      const fix = finding.fix === null ? [] : wrap(where.length > 1 ? general(finding.fix) : finding.fix, width - TITLE - 10);
      const indent = ' '.repeat(TITLE + 6);
      return [
        `  ${sign[finding.outcome]} ${pad(finding.title, TITLE)}  ${text[0] ?? ''}`,
        ...text.slice(1).map((line) => `${indent}${line}`),
        ...fix.map((line, i) => cyan(`${indent}${i === 0 ? '->' : '  '} ${line}`)),
      ];
    });
    return [`${bold(left)}${targetsText(targets, width - widthOf(left))}`, ...rows];
  });
}

/** `3 problems, 1 warning, 40 fine`: rollouts times checks. */
export function preflightCounts({ problem, warning, ok, skipped }: OutcomeCounts): string {
  const count = (n: number, one: string): string => `${n} ${n === 1 ? one : `${one}s`}`;
  return [
    ...(problem > 0 ? [count(problem, 'problem')] : []),
    ...(warning > 0 ? [count(warning, 'warning')] : []),
    `${ok} fine`,
    ...(skipped > 0 ? [`${skipped} not known`] : []),
  ].join(', ');
}

/** The same finding of many targets is one, and of many services in the same targets too; the worst first. */
function fold(findings: readonly PreflightFinding[]): Folded[] {
  const byService = new Map<string, Folded>();
  for (const finding of findings) {
    const key = [finding.service, finding.id, finding.outcome, general(finding.message), general(finding.fix ?? '')].join('\n');
    const held = byService.get(key) ?? { finding, services: [finding.service], targets: [] };
    byService.set(key, held);
    if (!held.targets.includes(finding.target)) held.targets.push(finding.target);
  }
  const all = new Map<string, Folded>();
  for (const folded of byService.values()) {
    const { finding, targets } = folded;
    const key = [finding.id, finding.outcome, general(finding.message), general(finding.fix ?? ''), targets.join(',')].join('\n');
    const held = all.get(key);
    if (held) held.services.push(...folded.services);
    else all.set(key, { finding, services: [...folded.services], targets });
  }
  const rank = ({ finding }: Folded): number => SHOWN.indexOf(finding.outcome as (typeof SHOWN)[number]);
  return [...all.values()].sort((a, b) => rank(a) - rank(b));
}
