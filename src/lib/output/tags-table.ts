/** Deploy tags as a table: targets that agree are one row, so that a fleet stays readable. */
import type { TagRow } from '../model/tag-row.js';
import { paint, table } from './style.js';

export function renderTags(rows: readonly TagRow[], { color, columns }: { color: boolean; columns: number }): string {
  if (rows.length === 0) return 'No services, no tags.';
  const { bold, dim, green, yellow, red } = paint(color);
  const tint = { 'in-sync': green, rolling: yellow, drifted: red, foreign: red, missing: dim, denied: red };
  const groups = new Map<string, TagRow[]>();
  for (const row of rows) {
    const key = [row.service, row.environment, row.tag, row.live, row.running, row.state].join('\n');
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const body = [...groups.values()].map((group) => {
    const [row] = group as [TagRow];
    const by = row.updatedBy ? `${row.updatedBy.split('/').at(-1)} ${row.updatedAt?.slice(0, 16).replace('T', ' ') ?? ''}` : '';
    return [
      row.service,
      row.environment,
      row.tag ?? '-',
      row.running ?? '-',
      tint[row.state](row.state),
      targets(group, columns),
      dim(by),
    ];
  });
  const head = ['SERVICE', 'ENV', 'TAG', 'RUNNING', 'STATE', 'TARGETS', 'BY'].map((text) => bold(text));
  return table([head, ...body], columns);
}

/** The first targets, and how many more: as many as a third of the line holds. */
function targets(group: readonly TagRow[], columns: number): string {
  const names = group.map((r) => r.target);
  const room = Math.max(24, Math.floor(columns / 3));
  let text = names[0]!;
  for (let shown = 1; shown < names.length; shown++) {
    if (text.length + names[shown]!.length + 1 > room) return `${text} +${names.length - shown}`;
    text += `,${names[shown]}`;
  }
  return text;
}
