/** Points in time as people type them. */
import { durationMs } from '../config/checks.js';

/** `2h`, `1d12h`, `30m ago`: before now; or a date as `parseDate` takes it. Null where it is none. */
export function parsePoint(text: string, now: number): number | null {
  const ago = /^((?:\d{1,6}\s*[smhd])+)(?:\s+ago)?$/.exec(text.trim());
  return ago ? now - durationMs(ago[1]!.replaceAll(/\s/g, '')) : parseDate(text);
}

/** `2026-11-19`, `2026-11-19T14:00`, with `Z` or an offset, else UTC. Null where it is none, or there is no such day. */
export function parseDate(text: string): number | null {
  const date = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:?\d{2})?)?$/i.exec(text.trim());
  if (!date) return null;
  const [, day, time = '00:00', zone = 'Z'] = date;
  const at = Date.parse(`${day}T${time}${zone.replace(/^([+-]\d\d)(\d\d)$/, '$1:$2')}`);
  // A day that there is none of (31 February) is taken for a later one: refused.
  return Number.isNaN(at) || new Date(Date.parse(`${day}T00:00Z`)).toISOString().slice(0, 10) !== day ? null : at;
}
