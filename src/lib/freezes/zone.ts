/** Wall clocks of time zones: which moments show a given time, and what a moment shows. Intl knows the rules. */

export interface Wall {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const made =
    formats.get(zone) ??
    new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      calendar: 'gregory',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      era: 'short',
    });
  formats.set(zone, made);
  return made;
}

export function isZone(zone: string): boolean {
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}

/** What the wall clock shows, seconds cut off. */
export function wallAt(at: number, zone: string): Wall {
  const parts = Object.fromEntries(
    formatOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year, month, day, hour, minute } = parts as Record<keyof Wall, number>;
  return { year, month, day, hour, minute };
}

const asUtc = ({ year, month, day, hour, minute }: Wall): number => Date.UTC(year, month - 1, day, hour, minute);

/** What the zone's clock is ahead of UTC, milliseconds (whole minutes, as all zones have been since 1972). */
export const offsetAt = (at: number, zone: string): number => asUtc(wallAt(at, zone)) - Math.floor(at / 60_000) * 60_000;

const HALF = 36 * 3_600_000;

/**
 * The first and the last moment at which the wall clock shows this. They differ where a clock is turned back; a time
 * that is skipped is taken for the moment of the change.
 */
export function momentsOf(wall: Wall, zone: string): { readonly first: number; readonly last: number } {
  const utc = asUtc(wall);
  const offsets = [...new Set([offsetAt(utc - HALF, zone), offsetAt(utc, zone), offsetAt(utc + HALF, zone)])];
  const shown = offsets.map((offset) => utc - offset).filter((at) => asUtc(wallAt(at, zone)) === utc);
  if (shown.length > 0) return { first: Math.min(...shown), last: Math.max(...shown) };
  // Skipped: the clock shows less before the change, and more from it on.
  let [low, high] = [utc - Math.max(...offsets), utc - Math.min(...offsets)];
  while (high - low > 60_000) {
    const middle = low + Math.floor((high - low) / 120_000) * 60_000;
    if (asUtc(wallAt(middle, zone)) < utc) low = middle;
    else high = middle;
  }
  return { first: high, last: high };
}

/** A date some days later, the same time of day. */
export function plusDays(wall: Wall, days: number): Wall {
  const date = new Date(asUtc(wall) + days * 86_400_000);
  return { ...wall, year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/** 0 is Sunday. */
export const weekdayOf = (wall: Wall): number => new Date(asUtc(wall)).getUTCDay();
