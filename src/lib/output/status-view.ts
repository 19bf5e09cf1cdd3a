/** What runs where, as a table. */
import type { StatusRow } from '../model/status-row.js';
import { clean, duration, paint, table } from './style.js';

export function renderStatus(
  rows: readonly StatusRow[],
  { color, columns, now }: { color: boolean; columns: number; now: number },
): string {
  if (rows.length === 0) return 'No services.';
  const { bold, dim, green, yellow, red } = paint(color);
  const tint = { steady: green, short: red, rolling: yellow, failed: red, missing: dim, denied: red };
  const body = rows.map((r) => [
    r.service,
    r.target,
    r.tag ?? '-',
    `${r.running}/${r.desired}${r.pending > 0 ? ` +${r.pending}` : ''}`,
    tint[r.state](r.state),
    r.updatedAt ? dim(`${duration(now - Date.parse(r.updatedAt))} ago`) : '',
    r.paused
      ? yellow(`paused until ${r.paused.until.slice(11, 16)}: ${r.paused.command}`)
      : r.state === 'steady' || !r.lastEvent
        ? ''
        : dim(clean(r.lastEvent).replace(/^\(service [^)]*\) /, '')),
  ]);
  const head = ['SERVICE', 'TARGET', 'TAG', 'TASKS', 'STATE', 'SINCE', ''].map((text) => bold(text));
  return table([head, ...body], columns);
}
