/** Freeze windows of the platform file: once, or over and over by a wall clock. All times in milliseconds. */
import type { FreezeWindow, Recurrence } from '../model/freeze.js';
import { momentsOf, plusDays, wallAt, weekdayOf, type Wall } from './zone.js';

export interface Span {
  readonly from: number;
  readonly until: number;
}

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const EVERY = /^(?:([a-z]{3})(?:\s*-\s*([a-z]{3}))?\s+)?(\d{1,2}):(\d{2})\s*-\s*(?:([a-z]{3})\s+)?(\d{1,2}):(\d{2})$/i;

/** `Fri 16:00 - Mon 07:00`, `Mon-Fri 11:30 - 13:00`, `22:00 - 06:00` (each day); or what is wrong with it. */
export function parseEvery(text: string): Recurrence | string {
  const found = EVERY.exec(text.trim());
  if (!found) return 'not a time that comes again, e.g. Fri 16:00 - Mon 07:00, Mon-Fri 11:30 - 13:00 or 22:00 - 06:00';
  const [, first, last, fromHour, fromMinute, to, toHour, toMinute] = found;
  const dayOf = (name: string | undefined) => (name === undefined ? null : DAYS.indexOf(name.toLowerCase()));
  const [firstDay, lastDay, untilDay] = [dayOf(first), dayOf(last), dayOf(to)];
  const unknown = [first, last, to].find((name) => name !== undefined && !DAYS.includes(name.toLowerCase()));
  if (unknown !== undefined) return `no such time: ${unknown} is none of Mon, Tue, Wed, Thu, Fri, Sat, Sun`;
  const from = { hour: Number(fromHour), minute: Number(fromMinute) };
  const until = { hour: Number(toHour), minute: Number(toMinute) };
  const wrong = [from, until].find(({ hour, minute }) => minute > 59 || hour > 23);
  if (wrong) return `no such time: ${wrong.hour}:${String(wrong.minute).padStart(2, '0')} is none of 00:00 to 23:59`;
  if (untilDay !== null && (firstDay === null || lastDay !== null))
    return 'no such time: a day at the end goes with one day at the start: Fri 16:00 - Mon 07:00';
  const [fromTime, untilTime] = [from, until].map(({ hour, minute }) => hour * 60 + minute) as [number, number];
  // An end that is not later is on the next day; of one day with an end of its own, in the days up to it.
  let days = untilTime > fromTime ? 0 : 1;
  if (untilDay !== null) {
    days = (untilDay - firstDay! + 7) % 7;
    if (days === 0 && untilTime <= fromTime) days = 7;
  }
  return { days: daysFrom(firstDay, lastDay), from, until, lasts: days };
}

function daysFrom(first: number | null, last: number | null): number[] {
  if (first === null) return [0, 1, 2, 3, 4, 5, 6];
  const count = last === null ? 1 : ((last - first + 7) % 7) + 1;
  return Array.from({ length: count }, (_, index) => (first + index) % 7);
}

const LOCAL = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})$/;
const EXACT = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/;

/** A time with its offset, or a wall clock's in `zone`; null where it is none. */
export function parseMoment(text: string, zone: string | null): { readonly first: number; readonly last: number } | null {
  const trimmed = text.trim();
  if (EXACT.test(trimmed)) {
    const at = Date.parse(trimmed.replace(' ', 'T'));
    return Number.isNaN(at) ? null : { first: at, last: at };
  }
  const found = LOCAL.exec(trimmed);
  if (!found || zone === null) return null;
  const [year, month, day, hour, minute] = found.slice(1).map(Number) as [number, number, number, number, number];
  const real = new Date(Date.UTC(year, month - 1, day, hour, minute));
  if (real.getUTCMonth() !== month - 1 || real.getUTCDate() !== day || hour > 23 || minute > 59) return null;
  return momentsOf({ year, month, day, hour, minute }, zone);
}

/** The spans of a window that have not ended by then and begin at most nine days later, in order. */
export function spansFrom(window: FreezeWindow, now: number): Span[] {
  if (window.span) return window.span.until > now ? [window.span] : [];
  const { every, zone } = window;
  if (!every || zone === null) return [];
  const today: Wall = { ...wallAt(now, zone), hour: 12, minute: 0 };
  return Array.from({ length: 19 }, (_, index) => plusDays(today, index - 9))
    .filter((date) => every.days.includes(weekdayOf(date)))
    .map((date) => ({
      from: momentsOf({ ...date, ...every.from }, zone).first,
      until: momentsOf({ ...plusDays(date, every.lasts), ...every.until }, zone).last,
    }))
    .filter(({ from, until }) => from < until && until > now)
    .sort((a, b) => a.from - b.from);
}

/** The span that it is frozen in now: spans that touch are one. */
export function spanAt(window: FreezeWindow, now: number): Span | null {
  const spans = spansFrom(window, now);
  const first = spans.find(({ from, until }) => from <= now && now < until);
  if (!first) return null;
  let until = first.until;
  for (const span of spans) if (span.from <= until && span.until > until) until = span.until;
  return { from: first.from, until };
}

export const nextSpan = (window: FreezeWindow, now: number): Span | null =>
  spansFrom(window, now).find(({ from }) => from > now) ?? null;
