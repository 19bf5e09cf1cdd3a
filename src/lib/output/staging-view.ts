/** A staging, and a list of them, as a person reads them. */
import type { StagingView } from '../model/staging.js';
import { duration, pad, paint, table, truncate } from './style.js';

export interface Look {
  readonly color: boolean;
  readonly columns: number;
}

export function renderStaging(view: StagingView, now: number, { color, columns }: Look): string {
  const { bold, green, red, yellow, dim, cyan } = paint(color);
  const tint = (status: string) => (status === 'ready' ? green : status === 'failed' ? red : yellow)(status);
  const width = Math.max(0, ...view.services.map((s) => s.service.length));
  const tags = Math.max(0, ...view.services.map((s) => s.tag.length));
  const lines = [
    `${bold(view.name)} ${tint(view.status)}  ${dim(`${view.owner}'s, in ${view.environment}, ${expiry(view, now)}`)}`,
    ...view.services.map(
      (s) => `  ${pad(s.service, width)}  ${pad(s.tag, tags)}  ${tint(s.status)}${s.url ? `  ${cyan(s.url)}` : ''}`,
    ),
  ];
  return lines.map((line) => truncate(line, Math.max(40, columns))).join('\n');
}

export function renderStagingList(views: readonly StagingView[], now: number, { color, columns }: Look): string {
  if (views.length === 0) return 'No stagings. baf staging up makes one.';
  const { bold, cyan } = paint(color);
  const body = views.map((v) => [
    v.name,
    v.status,
    v.owner,
    expiry(v, now),
    `${v.services.filter((s) => s.status === 'ready').length}/${v.services.length} ready`,
    cyan(v.services.find((s) => s.url)?.url ?? ''),
  ]);
  return table([['NAME', 'STATUS', 'OWNER', 'EXPIRES', 'SERVICES', 'ADDRESS'].map((text) => bold(text)), ...body], columns);
}

const expiry = (view: StagingView, now: number): string => {
  const left = Date.parse(view.expiresAt) - now;
  return left > 0 ? `expires in ${duration(left)}` : `expired ${duration(-left)} ago`;
};
