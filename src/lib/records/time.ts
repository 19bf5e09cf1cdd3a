/** Points in time as people type them. */

/** `2h`, `30m ago`, `1d`: before now; `2026-11-19`, `2026-11-19T14:00`, with `Z` or an offset, else UTC. Null where it is none. */
export function parsePoint(text: string, now: number): number | null {
  const ago = /^(\d{1,6})\s*([smhd])(?:\s+ago)?$/.exec(text.trim());
  if (ago) return now - Number(ago[1]) * { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[ago[2] as 's' | 'm' | 'h' | 'd'];
  const date = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:\d{2})?)?$/.exec(text.trim());
  if (!date) return null;
  const [, day, time = '00:00', zone = 'Z'] = date;
  const at = Date.parse(`${day}T${time}${zone}`);
  // A day that there is none of (31 February) is taken for a later one: refused.
  return Number.isNaN(at) || new Date(Date.parse(`${day}T00:00Z`)).toISOString().slice(0, 10) !== day ? null : at;
}
