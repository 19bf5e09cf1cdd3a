/** When scheduled actions run: at(), rate() and cron(), in a time zone. */
import { invalid } from './state.js';

const UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const DAY_MS = 86_400_000;
/** A cron expression may name a single leap day. */
const FARTHEST_DAYS = 8 * 366;

const broken = (schedule: string): Error => invalid(`Schedule expression ${schedule} is not valid.`);

/** The first run after `now`, not before `from`; null where there is none. */
export function nextRun(schedule: string, zone: string, from: number, now: number): number | null {
  const [, kind, text] = /^(at|rate|cron)\((.+)\)$/.exec(schedule) ?? [];
  if (!kind || !text) throw broken(schedule);
  if (kind === 'at') {
    const local = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(text) ? Date.parse(`${text}Z`) : NaN;
    if (Number.isNaN(local)) throw broken(schedule);
    const at = toUtc(local, zone);
    return at > now && at >= from ? at : null;
  }
  if (kind === 'rate') {
    const [, count, unit] = /^([1-9]\d*) (minute|hour|day)s?$/.exec(text) ?? [];
    if (!count || !unit) throw broken(schedule);
    const length = Number(count) * UNITS[unit]!;
    return now < from ? from : from + (Math.floor((now - from) / length) + 1) * length;
  }
  return nextCron(text, schedule, zone, Math.max(now, from - 1));
}

const RANGES = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [1, 7],
  [1970, 2199],
] as const;
const NAMES: Readonly<Record<string, number>> = Object.fromEntries([
  ...['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'].map((name, i) => [name, i + 1]),
  ...['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'].map((name, i) => [name, i + 1]),
]);

/** Whether a number fits a field such as `1-5`, `*`, `0/15` or `MON,WED`. */
function fits(field: string, [least, most]: readonly [number, number], schedule: string): (value: number) => boolean {
  const tests = field.split(',').map((part) => {
    const [range = '', step] = part.split('/');
    const [first, last] = range.split('-');
    const number = (text: string): number => NAMES[text.toUpperCase()] ?? Number(text || NaN);
    const any = range === '*' || range === '?';
    const low = any ? least : number(first!);
    const high = any || (step && last === undefined) ? most : number(last ?? first!);
    const by = step === undefined ? 1 : Number(step);
    if (![low, high, by].every(Number.isInteger) || low < least || high > most || by < 1) throw broken(schedule);
    return (value: number) => value >= low && value <= high && (value - low) % by === 0;
  });
  return (value) => tests.some((test) => test(value));
}

function nextCron(text: string, schedule: string, zone: string, after: number): number | null {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== 6) throw broken(schedule);
  const [minute, hour, dayOfMonth, month, dayOfWeek, year] = fields.map((field, i) => fits(field, RANGES[i]!, schedule)) as Tests;
  const numbers = (most: number, test: (value: number) => boolean): number[] =>
    Array.from({ length: most }, (_, i) => i).filter(test);
  const [hours, minutes] = [numbers(24, hour), numbers(60, minute)];
  const start = Math.floor(toLocal(after, zone) / DAY_MS);
  for (let day = start; day < start + FARTHEST_DAYS; day++) {
    const date = new Date(day * DAY_MS);
    if (!year(date.getUTCFullYear()) || !month(date.getUTCMonth() + 1)) continue;
    if (!dayOfMonth(date.getUTCDate()) || !dayOfWeek(date.getUTCDay() + 1)) continue;
    for (const h of hours)
      for (const m of minutes) {
        const at = toUtc(day * DAY_MS + h * 3_600_000 + m * 60_000, zone);
        if (at > after) return at;
      }
  }
  return null;
}
type Test = (value: number) => boolean;
type Tests = [Test, Test, Test, Test, Test, Test];

/** What a clock on a wall of that zone shows, as if it were UTC. */
function toLocal(utc: number, zone: string): number {
  if (zone === 'UTC') return utc;
  const shown = formatOf(zone).formatToParts(utc);
  const part = (type: string): number => Number(shown.find((p) => p.type === type)!.value);
  const seconds = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return seconds + (((utc % 1000) + 1000) % 1000);
}

/** The other way round; an hour that summer time skips comes an hour later. */
function toUtc(local: number, zone: string): number {
  const first = local - (toLocal(local, zone) - local);
  return local - (toLocal(first, zone) - first);
}

function formatOf(zone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
  } catch {
    throw invalid(`Invalid timezone: ${zone}.`);
  }
}
