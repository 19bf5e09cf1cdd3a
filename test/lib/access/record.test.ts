import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  endOf,
  formatStep,
  grantOf,
  idOf,
  isId,
  LAPSE_MS,
  openRequest,
  readRequests,
  slugOf,
  stateOf,
  stepParameter,
  viewOf,
  type Step,
} from '../../../src/lib/access/record.js';
import type { Parameter } from '../../../src/lib/model/parameter.js';

const T = Date.parse('2026-11-19T12:00:00Z');
const H = 3_600_000;
const iso = (ms: number): string => new Date(ms).toISOString();
const asked = { requester: 'ana@acme.example', reason: 'INC-1', forSeconds: 7200 };
const parameter = (id: string, step: Step, value: object, at = T): Parameter => ({
  name: stepParameter('prod', id, step),
  value: formatStep(value as never),
  version: 1,
  updatedAt: at,
  selector: null,
});
const approved = (by = 'ben', until = T + 2 * H, lead = 'ana-1') => ({
  by,
  approved: true,
  reason: null,
  until: iso(until),
  lead,
});
const read = (...parameters: Parameter[]) => readRequests('prod', parameters);
const one = (...parameters: Parameter[]) => read(parameter('ana-1', 'request', asked), ...parameters)[0]!;

describe('ids', () => {
  it.each([
    ['ana@acme.example', 'ana'],
    ['Ana.Novak', 'ana.novak'],
    ['dependabot[bot]', 'dependabot-bot'],
    ['@', 'someone'],
    ['čšž', 'someone'],
    ['x'.repeat(90), 'x'.repeat(40)],
  ])('of %s begin with %s', (person, slug) => expect(slugOf(person)).toBe(slug));

  it('are always names that SSM takes, and tell where they are kept', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 99_999 }), (person, number) => {
        const id = idOf(person, number);
        expect(isId(id)).toBe(true);
        expect(stepParameter('prod', id, 'end')).toBe(`/baf/access/prod/${slugOf(person)}/${number}/end`);
        expect(stepParameter('prod', id, 'end')).toMatch(/^(\/[a-zA-Z0-9_.-]+)+$/);
      }),
    );
  });
});

describe('a record', () => {
  it('goes from requested to approved to expired by time alone', () => {
    const request = one(parameter('ana-1', 'decision', approved(), T + 60_000));
    expect(stateOf(one(), T + 1)).toBe('requested');
    expect(stateOf(request, T + 2 * H - 1)).toBe('approved');
    expect(grantOf(request, T + H)).toEqual({
      id: 'ana-1',
      requester: 'ana@acme.example',
      lead: 'ana-1',
      from: T + 60_000,
      until: T + 2 * H,
    });
    expect(stateOf(request, T + 2 * H)).toBe('expired');
    expect(grantOf(request, T + 2 * H)).toBeNull();
    expect(endOf(request, T + 3 * H)).toBe(T + 2 * H);
  });

  it('that nobody answers is over after a day', () => {
    expect(stateOf(one(), T + LAPSE_MS - 1)).toBe('requested');
    expect(stateOf(one(), T + LAPSE_MS)).toBe('expired');
  });

  it('that was taken back stays so, whatever else was written', () => {
    const end = parameter('ana-1', 'end', { by: 'eva', reason: 'over' }, T + H);
    const request = one(end, parameter('ana-1', 'decision', approved(), T + 2 * H));
    expect([stateOf(request, T + H), grantOf(request, T + H)]).toEqual(['revoked', null]);
    expect(viewOf(one(parameter('ana-1', 'decision', approved()), end), T + H)).toMatchObject({
      state: 'revoked',
      inForce: false,
      history: [
        { state: 'requested', by: 'ana@acme.example', reason: 'INC-1' },
        { state: 'approved', by: 'ben' },
        { state: 'revoked', by: 'eva', reason: 'over' },
      ],
    });
  });

  it.each([
    ['an approval by the requester', approved('Ana@ACME.example')],
    ['an approval without an end', { by: 'ben', approved: true, reason: null, until: null, lead: null }],
    ['an approval until no date', { ...approved(), until: 'soon' }],
    ['a decision that is no JSON object of ours', { approved: true } as object],
  ])('takes %s for none', (_what, value) => {
    expect(stateOf(one(parameter('ana-1', 'decision', value)), T + 1)).toBe('requested');
  });

  it('of which the request is missing, broken or under another name is no record', () => {
    expect(read(parameter('ana-1', 'decision', approved()))).toEqual([]);
    expect(read(parameter('ben-1', 'request', asked))).toEqual([]);
    expect(read({ ...parameter('ana-1', 'request', asked), value: '{' })).toEqual([]);
    expect(read(parameter('ana-1', 'request', { ...asked, forSeconds: -1 }))).toEqual([]);
    expect(read({ ...parameter('ana-1', 'request', asked), name: '/baf/access/prod/ana/1/request/more' })).toEqual([]);
    expect(readRequests('stag', [parameter('ana-1', 'request', asked)])).toEqual([]);
  });

  it('is shown with what ended it', () => {
    const request = one(parameter('ana-1', 'decision', approved()), parameter('ana-1', 'applied', { by: 'ben' }));
    expect(viewOf(request, T + H)).toMatchObject({ state: 'approved', inForce: true, lapsesAt: null, until: iso(T + 2 * H) });
    expect(viewOf(request, T + 3 * H)).toMatchObject({ state: 'expired', inForce: false });
    expect(viewOf(request, T + 3 * H).history.at(-1)).toEqual({ state: 'expired', at: iso(T + 2 * H), by: null, reason: null });
    expect(viewOf(one(), T)).toMatchObject({ state: 'requested', lapsesAt: iso(T + LAPSE_MS), until: null });
  });
});

describe('the open request', () => {
  const grant = parameter('ana-1', 'decision', approved());
  it('is the one that waits, or is in force with more than a quarter of its time left', () => {
    expect(openRequest([one()], 'ANA@acme.example', T + H)?.id).toBe('ana-1');
    expect(openRequest([one(grant)], 'ana@acme.example', T + 1.4 * H)?.id).toBe('ana-1');
    expect(openRequest([one(grant)], 'ana@acme.example', T + 1.6 * H)).toBeNull();
    const two = read(parameter('ana-1', 'request', asked), grant, parameter('ana-2', 'request', asked, T + 1.6 * H));
    expect(openRequest(two, 'ana@acme.example', T + 1.7 * H)?.id).toBe('ana-2');
  });
  it('is nobody else’s', () => {
    expect(openRequest([one()], 'ana@other.example', T)).toBeNull();
    expect(openRequest([one(parameter('ana-1', 'end', { by: 'ben', reason: null }))], 'ana@acme.example', T)).toBeNull();
  });
});
