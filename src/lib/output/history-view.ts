/** Past deploys, as a table. */
import type { DeployRow } from '../model/deploy-row.js';
import { clean, duration, paint, table } from './style.js';

export function renderHistory(
  rows: readonly DeployRow[],
  { color, columns, now }: { color: boolean; columns: number; now: number },
): string {
  if (rows.length === 0) return 'No deploys yet.';
  const { bold, dim, green, yellow, red } = paint(color);
  const tint = {
    succeeded: green,
    unchanged: dim,
    running: yellow,
    left: yellow,
    cancelled: yellow,
    failed: red,
    'rolled-back': red,
    partial: red,
    lost: red,
    superseded: dim,
  };
  const body = rows.map((r) => [
    r.id,
    tint[r.status](r.status),
    dim(`${duration(now - Date.parse(r.startedAt))} ago`),
    duration(r.seconds * 1000),
    clean(r.by),
    `${r.kind === 'rollback' ? 'back: ' : ''}${clean(whatOf(r))}${whyOf(r, dim)}${r.cause ? dim(`  ${clean(r.cause.message)}`) : ''}`,
  ]);
  return table([['ID', 'STATUS', 'STARTED', 'TOOK', 'BY', 'WHAT'].map((text) => bold(text)), ...body], columns);
}

/** `  "INC-1234", freeze overridden`, where somebody said why. */
const whyOf = ({ reason, overrode, supersededBy }: DeployRow, dim: (text: string) => string): string => {
  const parts = [
    ...(reason === null ? [] : [`"${clean(reason)}"`]),
    ...(overrode === null ? [] : [`${overrode} overridden`]),
    ...(supersededBy === null ? [] : [`${supersededBy} went on instead`]),
  ];
  return parts.length > 0 ? dim(`  ${parts.join(', ')}`) : '';
};

/** `ui 1.3.0 -> 1.4.0, catalog 2.0`: the first three, and how many more. */
function whatOf({ rollouts, notListed }: DeployRow): string {
  const said = new Map<string, string>();
  for (const { service, from, to, status } of rollouts) {
    const text = from && from.tag !== to.tag ? `${service} ${from.tag} -> ${to.tag}` : `${service} ${to.tag}`;
    // What changed says more than what was there already.
    if (!said.has(service) || status !== 'unchanged') said.set(service, text);
  }
  const all = [...said.values()];
  const more = all.length > 3 ? ` and ${all.length - 3} more` : '';
  return `${all.slice(0, 3).join(', ')}${more}${notListed > 0 ? ` (${notListed} rollouts not listed)` : ''}`;
}
