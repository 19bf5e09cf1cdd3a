/** Planned and made changes of deploy tags: what is alike is one line, what failed is named with its cause. */
import type { TagChange, TagOutcome } from '../model/tag-change.js';
import { paint, table, targetsText, wrap } from './style.js';

interface Options {
  readonly color: boolean;
  readonly columns: number;
}

interface Line {
  readonly service: string;
  readonly target: string;
  readonly from: string | null;
  readonly to: string;
  readonly status: string;
  readonly cause?: { readonly message: string; readonly advice: string };
}

export const renderChanges = (changes: readonly TagChange[], options: Options): string =>
  render(
    changes.map((c) => ({ ...c, target: c.target.name, status: c.action })),
    options,
  );

export const renderLedger = (outcomes: readonly TagOutcome[], options: Options): string => render(outcomes, options);

function render(lines: readonly Line[], { color, columns }: Options): string {
  if (lines.length === 0) return 'Nothing to do.';
  const { green, red, yellow, dim } = paint(color);
  const tint = (status: string) =>
    status === 'written' ? green : status === 'unchanged' ? dim : status === 'write' ? yellow : red;
  const groups = new Map<string, Line[]>();
  for (const line of lines) {
    const key = JSON.stringify([line.service, line.from, line.to, line.status, codeOf(line)]);
    groups.set(key, [...(groups.get(key) ?? []), line]);
  }
  const rows = [...groups.values()].map((group) => {
    const [line] = group as [Line, ...Line[]];
    const change = line.from === line.to ? line.to : `${line.from ?? 'none'} -> ${line.to}`;
    const targets = targetsText(
      group.map((l) => l.target),
      Math.max(30, columns - 50),
    );
    return [line.service, change, tint(line.status)(line.status), targets];
  });
  const causes = new Map(lines.flatMap((l) => (l.cause ? [[`${l.cause.message}\n${l.cause.advice}`, l.cause] as const] : [])));
  const shown = [...causes.values()].slice(0, 10);
  const told = shown.flatMap((c) => [
    ...c.message
      .split('\n')
      .flatMap((text) => wrap(text, columns))
      .map((text) => red(text)),
    `  -> ${c.advice}`,
  ]);
  const more = causes.size > shown.length ? [dim(`... and ${causes.size - shown.length} more: --json has them all`)] : [];
  return [table(rows, columns), ...told, ...more].join('\n');
}

const codeOf = (line: Line): string => (line.cause as { code?: string } | undefined)?.code ?? '';
