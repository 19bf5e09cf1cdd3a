/** What is frozen now, and what will be, from the records and the windows. */
import type { FreezeView, FreezeWindow } from '../model/freeze.js';
import type { FreezeRecord } from './record.js';
import { nextSpan, spanAt } from './window.js';

const iso = (ms: number): string => new Date(ms).toISOString();

/** Active ones first, those that end last before the others; then what is coming, the next first. */
export function freezesOf(
  environment: string,
  records: readonly FreezeRecord[],
  windows: readonly FreezeWindow[],
  now: number,
): FreezeView[] {
  const byHand = records
    .filter(({ over, until }) => !over && (until === null || until > now))
    .map(({ service, by, reason, from, until }): FreezeView => ({
      environment,
      services: service === null ? null : [service],
      source: 'hand',
      state: 'active',
      reason,
      by,
      from: iso(from),
      until: until === null ? null : iso(until),
      rule: null,
    }));
  const byWindow = windows.flatMap((window): FreezeView[] => {
    const active = spanAt(window, now);
    const span = active ?? nextSpan(window, now);
    if (!span) return [];
    const { reason, rule, services, zone } = window;
    return [
      {
        environment,
        services,
        source: 'window',
        state: active ? 'active' : 'coming',
        reason,
        by: null,
        from: iso(span.from),
        until: iso(span.until),
        rule: zone === null ? rule : `${rule} ${zone}`,
      },
    ];
  });
  const end = (view: FreezeView): number => (view.until === null ? Infinity : Date.parse(view.until));
  const all = [...byHand, ...byWindow];
  return [
    ...all.filter((f) => f.state === 'active').sort((a, b) => (end(a) === end(b) ? 0 : end(b) - end(a))),
    ...all.filter((f) => f.state === 'coming').sort((a, b) => Date.parse(a.from!) - Date.parse(b.from!)),
  ];
}

/** Those that keep a deploy of these services from being made now. */
export const blocking = (freezes: readonly FreezeView[], services: readonly string[]): FreezeView[] =>
  freezes.filter((f) => f.state === 'active' && (f.services === null || f.services.some((s) => services.includes(s))));
