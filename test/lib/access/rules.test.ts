import { describe, expect, it } from 'vitest';
import type { AccessRequest } from '../../../src/lib/access/record.js';
import {
  approversFor,
  checkDecides,
  checkDuration,
  checkId,
  checkReason,
  checkRevokes,
  hours,
} from '../../../src/lib/access/rules.js';

const T = Date.parse('2026-11-19T12:00:00Z');
const H = 3_600_000;
const rules = { approvers: ['ben', 'Eva'], maxForMs: 4 * H };
const request = (more: Partial<AccessRequest> = {}): AccessRequest => ({
  id: 'ana-1',
  environment: 'prod',
  requester: 'ana',
  reason: 'x',
  forSeconds: 7200,
  requestedAt: T,
  decision: null,
  appliedAt: null,
  end: null,
  ...more,
});
const decision = (approved: boolean) => ({
  by: 'ben',
  approved,
  reason: null,
  until: approved ? new Date(T + H).toISOString() : null,
  lead: 'ana-1',
  at: T,
});
const code = (act: () => unknown): string => {
  try {
    act();
    return 'ok';
  } catch (error) {
    const { code, exitCode } = error as { code: string; exitCode: number };
    return `${code} ${exitCode}`;
  }
};

describe('who may answer', () => {
  it.each([
    ['ben', request(), true, 'ok'],
    ['EVA', request(), false, 'ok'],
    ['kim', request(), true, 'NotAnApprover 4'],
    ['Ben', request({ requester: 'ben' }), true, 'OwnRequest 4'],
    ['ana', request(), true, 'OwnRequest 4'],
    ['eva', request({ decision: decision(true) }), true, 'ok'],
    ['eva', request({ decision: decision(true) }), false, 'AccessDecided 4'],
    ['eva', request({ decision: decision(false) }), true, 'AccessOver 4'],
    ['eva', request({ decision: decision(false) }), false, 'ok'],
    ['ben', request({ end: { by: 'ana', reason: null, at: T } }), true, 'AccessOver 4'],
    ['ben', request({ requestedAt: T - 25 * H }), true, 'AccessOver 4'],
  ])('%s', (person, given, approve, expected) => {
    expect(code(() => checkDecides(given, person, rules, approve, T + 1))).toBe(expected);
  });

  it('is never the requester', () => expect(approversFor(rules, 'BEN')).toEqual(['Eva']));
});

describe('who may take it back', () => {
  it.each([
    ['ana', request(), 'ok'],
    ['ben', request({ decision: decision(true) }), 'ok'],
    ['kim', request(), 'NotAnApprover 4'],
    ['ana', request({ decision: decision(false) }), 'AccessOver 4'],
    ['ana', request({ end: { by: 'ana', reason: null, at: T } }), 'ok'],
  ])('%s', (person, given, expected) => expect(code(() => checkRevokes(given, person, rules, T + 1))).toBe(expected));
});

describe('what is asked', () => {
  it('has a length between five minutes and what the platform allows', () => {
    expect(code(() => checkDuration(4 * H, '4h', rules))).toBe('ok');
    expect(code(() => checkDuration(4 * H + 1, '4h1s', rules))).toBe('AccessTooLong 4');
    expect(code(() => checkDuration(299_000, '299s', rules))).toBe('DurationInvalid 2');
    expect([hours(90 * 60_000), hours(H), hours(60_000), hours(0)]).toEqual(['1h30m', '1h', '1m', '0m']);
  });

  it('has a reason, in one line that SSM takes', () => {
    expect(checkReason('  a\n\u001b[31m b {{x}}\t')).toBe('a [31m b { {x}}');
    expect(code(() => checkReason(' \n '))).toBe('ReasonInvalid 2');
    expect(code(() => checkReason('x'.repeat(501)))).toBe('ReasonInvalid 2');
  });

  it('has an id', () => {
    expect(checkId('ana.novak-12')).toBe('ana.novak-12');
    for (const id of ['ana', 'ana-0', '../x-1', 'ana/1', '-1', 'Ana-1']) expect(code(() => checkId(id))).toBe('AccessUnknown 2');
  });
});
