/** Deploy tags as a table: targets that agree are one row, so that a fleet stays readable. */
import type { TagRow } from '../model/tag-row.js';
import { paint, table, tableWidth, targetsText } from './style.js';

export function renderTags(rows: readonly TagRow[], { color, columns }: { color: boolean; columns: number }): string {
  if (rows.length === 0) return 'No services, no tags.\nbaf deploy SERVICE --env ENV --tag TAG sets the first one.';
  const { bold, dim, green, yellow, red } = paint(color);
  const tint = { 'in-sync': green, rolling: yellow, drifted: red, foreign: red, missing: dim, denied: red };
  const groups = folded(rows);
  const cells = groups.map((group) => {
    const [row] = group as [TagRow, ...TagRow[]];
    return [row.service, row.environment, row.tag ?? '-', row.running ?? '-', tint[row.state](row.state), row.live ?? '-'];
  });
  const head = ['SERVICE', 'ENV', 'TAG', 'RUNNING', 'STATE', 'LIVE'].map((text) => bold(text));
  const fixed = [head, ...cells];
  // The targets have what the other columns leave; who and when come after them, whole or not at all.
  const by = groups.map(lastChange);
  const byWidth = Math.max(2, ...by.map((text) => text.length));
  const left = columns - tableWidth(fixed) - 2;
  const wanted = Math.max(...groups.map((group) => group[0]!.target.length + (group.length > 1 ? 6 : 0)));
  const withBy = left - byWidth - 2 >= wanted;
  const room = Math.max(wanted, withBy ? left - byWidth - 2 : left);
  const body = groups.map((group, index) => [
    ...cells[index]!,
    targetsText(
      group.map((r) => r.target),
      room,
    ),
    ...(withBy ? [dim(by[index]!)] : []),
  ]);
  return table([[...head, bold('TARGETS'), ...(withBy ? [bold('BY')] : [])], ...body], columns);
}

/** Rows that agree, together; services and their environments in the order they came in, each in one place. */
function folded(rows: readonly TagRow[]): TagRow[][] {
  const places = new Map<string, Map<string, TagRow[]>>();
  for (const row of rows) {
    const place = `${row.service}\n${row.environment}`;
    const key = [row.tag, row.digest, row.live, row.running, row.state].join('\n');
    const groups = places.get(place) ?? new Map<string, TagRow[]>();
    places.set(place, groups);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return [...places.values()].flatMap((groups) => [...groups.values()]);
}

/** The newest change among targets that agree. */
function lastChange(group: readonly TagRow[]): string {
  const [newest] = group.filter((r) => r.updatedBy !== null).toSorted((a, b) => descending(a.updatedAt ?? '', b.updatedAt ?? ''));
  return newest ? `${newest.updatedBy!.split('/').at(-1)} ${newest.updatedAt?.slice(0, 16).replace('T', ' ') ?? ''}`.trim() : '';
}

/** By code units, as ISO dates want it; the rules of a language would have to be loaded first. */
const descending = (a: string, b: string): number => (a < b ? 1 : a > b ? -1 : 0);
