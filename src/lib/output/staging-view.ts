/** A staging, and a list of them, as a person reads them. */
import type { StagingView } from '../model/staging.js';
import { duration, pad, paint, table, tableWidth, truncate, widthOf } from './style.js';

export interface Look {
  readonly color: boolean;
  readonly columns: number;
}

export function renderStaging(view: StagingView, now: number, { color, columns }: Look): string {
  const { bold, green, red, yellow, dim, cyan } = paint(color);
  const tint = (status: string) => (status === 'ready' ? green : status === 'failed' ? red : yellow)(status);
  const width = Math.max(0, ...view.services.map((s) => s.service.length));
  const tags = Math.max(0, ...view.services.map((s) => s.tag.length));
  const statuses = Math.max(0, ...view.services.map((s) => s.status.length));
  const cost = view.cost ? `, ${view.cost.perHour.toFixed(2)} ${view.cost.currency} an hour` : '';
  const head = `${bold(view.name)} ${tint(view.status)}  ${dim(`${view.owner}'s, in ${view.environment}, ${expiry(view, now)}${cost}`)}`;
  const lines = view.services.map((s) => {
    const line = truncate(
      `  ${pad(s.service, width)}  ${pad(s.tag, tags)}  ${pad(tint(s.status), statuses)}`,
      Math.max(40, columns),
    );
    // An address is there to be copied: it is never cut, and has a line of its own where it does not fit.
    if (!s.url) return line.trimEnd();
    return widthOf(line) + 2 + s.url.length <= columns ? `${line}  ${cyan(s.url)}` : `${line.trimEnd()}\n    ${cyan(s.url)}`;
  });
  return [truncate(head, Math.max(40, columns)), ...lines].join('\n');
}

export function renderStagingList(views: readonly StagingView[], now: number, { color, columns }: Look): string {
  if (views.length === 0) return 'No stagings. baf staging up makes one.';
  const { bold, cyan, green, red, yellow } = paint(color);
  const tint = (status: string) => (status === 'ready' ? green : status === 'failed' ? red : yellow)(status);
  const body = views.map((v) => [
    v.name,
    tint(v.status),
    v.owner,
    expiry(v, now),
    `${v.services.filter((s) => s.status === 'ready').length}/${v.services.length} ready`,
    cyan(v.services.find((s) => s.url)?.url ?? ''),
  ]);
  const head = ['NAME', 'STATUS', 'OWNER', 'EXPIRES', 'SERVICES', 'ADDRESS'].map((text) => bold(text));
  const whole = [head, ...body];
  // Half an address is of no use: where they do not all fit, baf staging show has them.
  const fits = tableWidth(whole) <= columns;
  return table(fits ? whole : whole.map((row) => row.slice(0, -1)), columns);
}

const expiry = (view: StagingView, now: number): string => {
  const left = Date.parse(view.expiresAt) - now;
  return left > 0 ? `expires in ${duration(left)}` : `expired ${duration(-left)} ago`;
};
