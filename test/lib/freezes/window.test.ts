/** Freeze windows: what they mean by the wall clock, at their edges and where clocks are changed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blocking, freezesOf } from '../../../src/lib/freezes/state.js';
import { nextSpan, parseEvery, parseMoment, spanAt } from '../../../src/lib/freezes/window.js';
import { momentsOf, offsetAt, wallAt } from '../../../src/lib/freezes/zone.js';
import type { FreezeWindow, Recurrence } from '../../../src/lib/model/freeze.js';

const ZONE = 'Europe/Ljubljana';
const at = (text: string): number => Date.parse(text);
const iso = (ms: number): string => new Date(ms).toISOString().replace(':00.000Z', 'Z');
const every = (rule: string, zone = ZONE): FreezeWindow => ({
  reason: 'weekend',
  rule,
  zone,
  services: null,
  span: null,
  every: parseEvery(rule) as Recurrence,
});
const shown = (window: FreezeWindow, now: string): string | null => {
  const span = spanAt(window, at(now));
  return span && `${iso(span.from)} ${iso(span.until)}`;
};

describe('times that come again', () => {
  it.each([
    ['Fri 16:00 - Mon 07:00', { days: [5], from: { hour: 16, minute: 0 }, until: { hour: 7, minute: 0 }, lasts: 3 }],
    [
      'Mon-Fri 11:30 - 13:00',
      { days: [1, 2, 3, 4, 5], from: { hour: 11, minute: 30 }, until: { hour: 13, minute: 0 }, lasts: 0 },
    ],
    ['22:00 - 06:00', { days: [0, 1, 2, 3, 4, 5, 6], from: { hour: 22, minute: 0 }, until: { hour: 6, minute: 0 }, lasts: 1 }],
    ['Mon 09:00 - Mon 08:00', { days: [1], from: { hour: 9, minute: 0 }, until: { hour: 8, minute: 0 }, lasts: 7 }],
    ['Sat-Mon 00:00 - 23:59', { days: [6, 0, 1], from: { hour: 0, minute: 0 }, until: { hour: 23, minute: 59 }, lasts: 0 }],
  ])('%s', (text, meaning) => expect(parseEvery(text)).toEqual(meaning));

  it.each([
    ['weekends', /not a time that comes again/],
    ['Fri 25:00 - Mon 07:00', /25:00 is none of/],
    ['Foo 16:00 - Mon 07:00', /Foo is none of Mon/],
    ['Mon-Fri 16:00 - Mon 07:00', /one day at the start/],
  ])('refuses %s', (text, why) => expect(parseEvery(text)).toMatch(why));

  it('begin at their first minute and are over at their last', () => {
    const window = every('Fri 16:00 - Mon 07:00');
    // In winter the clock is an hour ahead of UTC: 2026-11-20 is a Friday.
    const span = '2026-11-20T15:00Z 2026-11-23T06:00Z';
    expect(shown(window, '2026-11-20T14:59:59.999Z')).toBeNull();
    expect(shown(window, '2026-11-20T15:00:00Z')).toBe(span);
    expect(shown(window, '2026-11-22T12:00:00Z')).toBe(span);
    expect(shown(window, '2026-11-23T05:59:59.999Z')).toBe(span);
    expect(shown(window, '2026-11-23T06:00:00Z')).toBeNull();
    expect(iso(nextSpan(window, at('2026-11-23T06:00:00Z'))!.from)).toBe('2026-11-27T15:00Z');
  });

  it('follow the clock over both of its changes', () => {
    const window = every('Fri 16:00 - Mon 07:00');
    // Turned forward on Sunday 2026-03-29, back on Sunday 2026-10-25.
    expect(shown(window, '2026-03-28T12:00:00Z')).toBe('2026-03-27T15:00Z 2026-03-30T05:00Z');
    expect(shown(window, '2026-10-24T12:00:00Z')).toBe('2026-10-23T14:00Z 2026-10-26T06:00Z');
  });

  it('hold from the first to the last time that a clock turned back shows them, and from the change where they are skipped', () => {
    expect(shown(every('02:30 - 02:45'), '2026-10-25T00:35:00Z')).toBe('2026-10-25T00:30Z 2026-10-25T01:45Z');
    expect(shown(every('02:30 - 03:30'), '2026-03-29T01:10:00Z')).toBe('2026-03-29T01:00Z 2026-03-29T01:30Z');
    expect(shown(every('02:30 - 02:45'), '2026-03-29T01:00:00Z')).toBeNull();
  });

  it('are one where they touch', () => {
    expect(shown(every('00:00 - 00:00', 'UTC'), '2026-11-20T12:00:00Z')?.slice(0, 17)).toMatch(/^2026-11-\d\dT00:00Z/);
    expect(shown(every('Mon-Tue 12:00 - 12:00', 'UTC'), '2026-11-23T13:00:00Z')).toBe('2026-11-23T12:00Z 2026-11-25T12:00Z');
  });

  it('are frozen at every moment between their ends, and at none after, in any zone', () => {
    const zones = ['UTC', ZONE, 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Apia'];
    const time = fc.record({ hour: fc.integer({ min: 0, max: 23 }), minute: fc.integer({ min: 0, max: 59 }) });
    const text = ({ hour, minute }: { hour: number; minute: number }) =>
      `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        time,
        time,
        fc.integer({ min: at('2026-01-01T00:00:00Z') / 60_000, max: at('2027-12-31T00:00:00Z') / 60_000 }),
        (zone, from, until, minute) => {
          const now = minute * 60_000;
          const window = every(`Wed ${text(from)} - Fri ${text(until)}`, zone);
          const span = spanAt(window, now) ?? nextSpan(window, now);
          expect(span).not.toBeNull();
          expect(spanAt(window, span!.from)).not.toBeNull();
          expect(spanAt(window, span!.until - 1)).not.toBeNull();
          expect(spanAt(window, span!.until)).toBeNull();
          // Two days and what lies between the times; a change of the clock moves that by an hour at most.
          const wanted = (2 * 24 + until.hour - from.hour) * 60 + until.minute - from.minute;
          expect(Math.abs((span!.until - span!.from) / 60_000 - wanted)).toBeLessThanOrEqual(60);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('moments', () => {
  it.each([
    ['2026-12-20T18:00Z', null, '2026-12-20T18:00Z'],
    ['2026-12-20 18:00+01:00', null, '2026-12-20T17:00Z'],
    ['2026-12-20 18:00', ZONE, '2026-12-20T17:00Z'],
    ['2026-07-20T18:00', ZONE, '2026-07-20T16:00Z'],
  ])('%s in %s', (text, zone, moment) => expect(iso(parseMoment(text, zone)!.first)).toBe(moment));

  it.each([
    ['2026-12-20 18:00', null],
    ['2026-02-30 18:00', ZONE],
    ['2026-12-20 24:01', ZONE],
    ['tomorrow', ZONE],
  ])('%s in %s is none', (text, zone) => expect(parseMoment(text, zone)).toBeNull());

  it('of a clock turned back are two, an hour apart', () => {
    const { first, last } = parseMoment('2026-10-25 02:30', ZONE)!;
    expect([iso(first), iso(last)]).toEqual(['2026-10-25T00:30Z', '2026-10-25T01:30Z']);
  });

  it('and what the clock shows then belong together', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('UTC', ZONE, 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe'),
        fc.integer({ min: at('2020-01-01T00:00:00Z') / 60_000, max: at('2032-01-01T00:00:00Z') / 60_000 }),
        (zone, minute) => {
          const now = minute * 60_000;
          const { first, last } = momentsOf(wallAt(now, zone), zone);
          expect([first, last]).toContain(now);
          expect(Math.abs(offsetAt(now, zone))).toBeLessThanOrEqual(14 * 3_600_000);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('what is frozen', () => {
  const record = (service: string | null, until: number | null, over = false) => ({
    service,
    by: 'ana',
    reason: 'audit',
    from: at('2026-11-20T08:00:00Z'),
    until,
    over,
  });
  const now = at('2026-11-20T15:30:00Z');

  it('by hand and by window, until both are over', () => {
    const records = [
      record(null, at('2026-11-20T16:00:00Z')),
      record('ui', null),
      record('cart', now),
      record('catalog', null, true),
    ];
    const all = freezesOf('prod', records, [every('Fri 16:00 - Mon 07:00'), every('Sun 01:00 - 02:00')], now);
    expect(all.map(({ services, source, state, until }) => [services, source, state, until])).toEqual([
      [['ui'], 'hand', 'active', null],
      [null, 'window', 'active', '2026-11-23T06:00:00.000Z'],
      [null, 'hand', 'active', '2026-11-20T16:00:00.000Z'],
      [null, 'window', 'coming', '2026-11-22T01:00:00.000Z'],
    ]);
    expect(blocking(all, ['cart'])).toHaveLength(2);
    expect(blocking(all, ['ui'])).toHaveLength(3);
    expect(blocking(freezesOf('prod', records, [], at('2026-11-20T16:00:00Z')), ['cart'])).toEqual([]);
  });
});
