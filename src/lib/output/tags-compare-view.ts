/** Deploy tags compared: two environments, drift, and the history of one service. */
import type { TagVersion } from '../model/tag-version.js';
import type { DiffRow, DiffSide } from '../tags/diff.js';
import type { Drift } from '../tags/drift.js';
import { clean, paint, table, tableWidth, targetsText, wrap } from './style.js';

interface Options {
  readonly color: boolean;
  readonly columns: number;
}

export function renderDiff(
  rows: readonly DiffRow[],
  from: string,
  to: string,
  { color, columns, all }: Options & { readonly all: boolean },
): string {
  const { bold, dim, green, red, yellow } = paint(color);
  const tint = { same: green, different: red, missing: yellow, denied: red, unreadable: red };
  const shown = all ? rows : rows.filter((r) => r.status !== 'same');
  const same = rows.length - shown.length;
  const head = ['SERVICE', from.toUpperCase(), to.toUpperCase(), 'STATUS'].map((text) => bold(text));
  const body = shown.map((r) => [r.service, sideText(r.from), sideText(r.to), tint[r.status](r.status)]);
  return [
    ...(shown.length > 0 ? [table([head, ...body], columns)] : []),
    ...(same > 0 ? [dim(`${same} of ${rows.length} services are the same in both.`)] : []),
  ].join('\n');
}

/** `1.4.0`, or `1.4.0 (3), 1.3.0 (1), 2 denied`. */
function sideText(side: DiffSide): string {
  const several = side.tags.length > 1 || side.missing.length + side.denied.length + side.unreadable.length > 0;
  const parts = [
    ...side.tags.slice(0, 3).map((t) => (several ? `${t.tag} (${t.targets.length})` : t.tag)),
    ...(side.tags.length > 3 ? [`${side.tags.length - 3} more`] : []),
    ...(['missing', 'denied', 'unreadable'] as const).flatMap((key) =>
      side[key].length === 0 ? [] : [side.tags.length > 0 ? `${side[key].length} ${key}` : key],
    ),
  ];
  return parts.join(', ');
}

export function renderDrift(found: readonly Drift[], { color, columns }: Options): string {
  if (found.length === 0) return 'No drift: everything that can be seen runs what it should.';
  const { bold, red } = paint(color);
  const groups = new Map<string, Drift[]>();
  for (const drift of found) {
    const key = [drift.service, drift.environment, drift.kind, drift.message.replace(/\(version .*?\)/, '')].join('\n');
    groups.set(key, [...(groups.get(key) ?? []), drift]);
  }
  const rows = [...groups.values()].map((group) => {
    const [drift] = group as [Drift, ...Drift[]];
    const cells = [drift.service, drift.environment, red(drift.kind)];
    return { cells, targets: group.map((d) => d.target), remark: clean(drift.message) };
  });
  const head = ['SERVICE', 'ENV', 'DRIFT', 'TARGETS', 'WHAT'].map((text) => bold(text));
  return tableWithRemarks(head, rows, columns);
}

interface Remarked {
  readonly cells: readonly string[];
  readonly targets: readonly string[];
  readonly remark: string;
}

/** The last two columns are targets, as many as there is room for, and a remark: below their row where they have no room beside it. */
function tableWithRemarks(head: readonly string[], rows: readonly Remarked[], columns: number): string {
  const first = rows.map((r) => r.cells);
  const taken = tableWidth([head.slice(0, -2), ...first]) + 2;
  const least = Math.max(...rows.map((r) => r.targets[0]!.length + (r.targets.length > 1 ? ' (+99)'.length : 0)));
  const beside = Math.max(0, ...rows.map((r) => r.remark.length)) + 2;
  const cellsIn = (room: number) => rows.map((r) => [...r.cells, targetsText(r.targets, Math.max(least, room))]);
  if (taken + least + beside <= columns)
    return table([head, ...cellsIn(columns - taken - beside).map((cells, i) => [...cells, rows[i]!.remark])], columns);
  if (taken + least > columns) {
    const [top, ...lines] = table([head.slice(0, -2), ...first], columns).split('\n');
    const told = (r: Remarked): string =>
      [targetsText(r.targets, columns - 4), r.remark].filter((text) => text !== '').join('; ');
    return [top!, ...rows.flatMap((r, i) => [lines[i]!, ...indented(told(r), columns)])].join('\n');
  }
  const lines = table([head.slice(0, -1), ...cellsIn(columns - taken)], columns).split('\n');
  return [lines[0]!, ...rows.flatMap((r, i) => [lines[i + 1]!, ...indented(r.remark, columns)])].join('\n');
}

const indented = (text: string, columns: number): string[] =>
  text === '' ? [] : wrap(text, columns - 4).map((line) => `    ${line}`);

const MINUTE = 'YYYY-MM-DDTHH:MM'.length;

/** What was written in several targets within a minute by the same deed is one line. */
export function renderHistory(versions: readonly TagVersion[], { color, columns }: Options): string {
  if (versions.length === 0) return 'No versions: there is no deploy tag.';
  const { bold, red } = paint(color);
  const groups = new Map<string, TagVersion[]>();
  for (const v of versions) {
    const deed = [v.environment, v.tag, v.op, v.by, v.deploy, v.reason, v.labels.join(' '), v.at.slice(0, MINUTE)].join('\n');
    groups.set(deed, [...(groups.get(deed) ?? []), v]);
  }
  const rows = [...groups.values()].map((group) => {
    const [v] = group as [TagVersion, ...TagVersion[]];
    const numbers = [...new Set(group.map((g) => g.version))];
    const why = [v.from && `from ${v.from}`, v.deploy, v.reason].filter((text) => text !== null).join(', ');
    const cells = [
      v.at.slice(0, MINUTE).replace('T', ' '),
      v.environment,
      v.tag,
      numbers.length > 1 ? `${Math.min(...numbers)}-${Math.max(...numbers)}` : String(numbers[0]),
      v.labels.join(' ') || '-',
      v.foreign ? red('foreign') : (v.op ?? '-'),
      clean(v.by?.split('/').at(-1) ?? '-'),
    ];
    // Written side by side, and read in order.
    return { cells, targets: group.map((g) => g.target).sort(), remark: clean(why) };
  });
  const head = ['WHEN (UTC)', 'ENV', 'TAG', 'VERSION', 'LABELS', 'BY WHAT', 'BY', 'TARGETS', 'WHY'].map((text) => bold(text));
  return tableWithRemarks(head, rows, columns);
}
