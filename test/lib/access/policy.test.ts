/** The policy of a grant allows what the shipped policy allows, to these people, in that time, and nothing besides. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  grantDocument,
  INLINE_ROOM,
  placeGrant,
  policiesOf,
  policyName,
  readPolicyName,
  sourceIdentity,
  staleNames,
  type GrantPolicy,
  type PolicyDocument,
} from '../../../src/lib/access/policy.js';
import { idOf } from '../../../src/lib/access/record.js';
import type { Keys } from '../../../src/lib/sandbox/iam/conditions.js';
import { readPolicy } from '../../../src/lib/sandbox/iam/document.js';
import { evaluate } from '../../../src/lib/sandbox/iam/evaluate.js';

const DEPLOY = JSON.parse(readFileSync(resolve('docs/policies/baf-deploy.json'), 'utf8')) as PolicyDocument;
const ROLE = 'arn:aws:iam::*:role/baf-deploy';
const T = Date.parse('2026-11-19T12:00:00Z');
const H = 3_600_000;
const policy = (more: Partial<GrantPolicy> = {}): GrantPolicy => ({
  lead: 'ana-1',
  from: T,
  until: T + 2 * H,
  people: ['ana'],
  ...more,
});
const size = (p: GrantPolicy): number => grantDocument(DEPLOY, p, ROLE).length;
const texts = (value: string | readonly string[]): readonly string[] => (typeof value === 'string' ? [value] : value);

const CONDITIONS: readonly Keys[] = [
  {},
  { 'ecs:CreateAction': 'CreateService' },
  { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' },
];

/** Every action of the policy against every resource that it names of the same service, with what conditions ask. */
const asks = DEPLOY.Statement.flatMap(({ Action }) => texts(Action)).flatMap((action) =>
  [...DEPLOY.Statement.flatMap(({ Resource }) => texts(Resource)), 'arn:aws:ssm:*:*:parameter/other/x', 'arn:aws:s3:::other']
    .filter((arn) => arn === '*' || arn.split(':')[2] === action.split(':')[0])
    .flatMap((arn) =>
      CONDITIONS.map((keys) => ({
        action,
        resource: arn === '*' ? '*' : arn.replaceAll('*', 'x'),
        keys,
      })),
    ),
);

const at = (ms: number, who: string | null): Keys => ({
  'aws:CurrentTime': new Date(ms).toISOString(),
  ...(who === null ? {} : { 'aws:SourceIdentity': who }),
});

describe('the document of a grant', () => {
  const whole = readPolicy(JSON.stringify(DEPLOY), 'identity');
  const grant = readPolicy(grantDocument(DEPLOY, policy({ people: ['ana', 'ben'] }), ROLE), 'identity');

  it('allows those people in that time exactly what the shipped policy allows', () => {
    expect(asks.length).toBeGreaterThan(200);
    for (const who of ['ana', 'ben'])
      for (const { action, resource, keys } of asks)
        expect([action, resource, keys, evaluate(grant, { action, resource, keys: { ...keys, ...at(T + H, who) } })]).toEqual([
          action,
          resource,
          keys,
          evaluate(whole, { action, resource, keys }),
        ]);
  });

  it.each([
    ['nobody else', T + H, 'eva'],
    ['nobody in other letters', T + H, 'Ana'],
    ['nobody without a source identity', T + H, null],
    ['nobody after the end', T + 2 * H, 'ana'],
    ['nobody long before the beginning', T - 6 * 60_000, 'ana'],
  ])('allows %s anything', (_what, ms, who) => {
    for (const { action, resource, keys } of asks)
      expect(evaluate(grant, { action, resource, keys: { ...keys, ...at(ms, who) } })).toBe('none');
    expect(evaluate(grant, { action: 'iam:DeleteRolePolicy', resource: ROLE, keys: at(ms, who) })).toBe('none');
  });

  it('lets who has it drop it, and give nobody anything', () => {
    const may = (action: string, resource = 'arn:aws:iam::111111111111:role/baf-deploy') =>
      evaluate(grant, { action, resource, keys: at(T + H, 'ana') });
    expect([may('iam:DeleteRolePolicy'), may('iam:PutRolePolicy'), may('iam:DeleteRolePolicy', 'arn:aws:iam::1:role/x')]).toEqual(
      ['allow', 'none', 'none'],
    );
  });

  it('is short enough for two ends at a time, and for dozens of people in each', () => {
    const people = Array.from({ length: 24 }, (_, i) => `person${i}@acme.example`);
    expect(2 * size(policy({ people: ['somebody@acme.example'] }))).toBeLessThanOrEqual(INLINE_ROOM);
    expect(size(policy({ people }))).toBeLessThan(INLINE_ROOM);
    const [, told = ''] = /statements take about ([\d,]+) of them/.exec(readFileSync(resolve('docs/access.md'), 'utf8')) ?? [];
    const one = size(policy({ people: ['somebody@acme.example'] }));
    expect(Math.abs(one - Number(told.replace(',', '')))).toBeLessThan(100);
  });
});

describe('names of policies', () => {
  it('tell environment, request and end again', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z][a-z0-9-]{0,19}$/),
        fc.string(),
        fc.integer({ min: 1, max: 9999 }),
        fc.integer({ min: T / 1000, max: T / 1000 + 1e8 }),
        (environment, person, number, seconds) => {
          const lead = idOf(person, number);
          const name = policyName(environment, { lead, until: seconds * 1000 });
          expect(name).toMatch(/^[\w+=,.@-]{1,128}$/);
          expect(readPolicyName(name)).toEqual({ environment, lead, until: seconds * 1000 });
        },
      ),
    );
    expect(policyName('prod', policy())).toBe('baf-access.prod.ana-1.20261119T140000Z');
    expect([readPolicyName('guardrails'), readPolicyName('baf-access.prod.ana-1.never')]).toEqual([null, null]);
  });

  it('are stale when their time is over, or nobody has that grant any more; others’ are left alone', () => {
    const names = [
      'guardrails',
      'baf-access.prod.ana-1.20261119T140000Z',
      'baf-access.prod.ben-1.20261119T140000Z',
      'baf-access.prod.eva-1.20261119T115959Z',
      'baf-access.other.eva-1.20261119T115959Z',
      'baf-access.other.kim-1.20261119T140000Z',
    ];
    expect(staleNames(names, 'prod', [policy()], T)).toEqual([names[2], names[3], names[4]]);
  });
});

describe('source identities', () => {
  it('are what AssumeRole takes', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (name) => /^[\w+=,.@-]{2,64}$/.test(sourceIdentity(name))));
    expect(sourceIdentity('ana@acme.example')).toBe('ana@acme.example');
    // A policy variable would be filled in by whoever calls.
    expect(
      grantDocument(
        DEPLOY,
        policiesOf([{ id: 'x-1', lead: 'x-1', requester: '${aws:SourceIdentity}', from: T, until: T + H }])[0]!,
        ROLE,
      ),
    ).not.toContain('${');
  });
});

describe('a new grant', () => {
  const asked = { id: 'kim-1', requester: 'kim', from: T, forMs: 2 * H };
  const there = (...ends: number[]) => ends.map((h, i) => policy({ lead: `p-${i + 1}`, until: T + h * H, people: [`p${i}`] }));

  it('has the end that was asked for while there is room', () => {
    expect(placeGrant(asked, [], size)).toEqual({ lead: 'kim-1', until: T + 2 * H });
    expect(placeGrant(asked, there(1), size)).toEqual({ lead: 'kim-1', until: T + 2 * H });
  });
  it('shares the policy of those who end together with it', () => {
    expect(placeGrant(asked, there(2, 3), size)).toEqual({ lead: 'p-1', until: T + 2 * H });
  });
  it('ends with the last that ends before it, where there is no room for one more', () => {
    expect(placeGrant(asked, there(1, 1.5), size)).toEqual({ lead: 'p-2', until: T + 1.5 * H });
    expect(placeGrant(asked, there(3, 4), size)).toBeNull();
  });
  it('never fills a role beyond its room, nor lasts longer than asked', () => {
    const hours = fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 12 });
    fc.assert(
      fc.property(hours, (list) => {
        let policies: GrantPolicy[] = [];
        const grants = [];
        for (const [i, h] of list.entries()) {
          const one = { id: `u${i}-1`, requester: `user${i}@acme.example`, from: T + i * 1000, forMs: h * H };
          const placed = placeGrant(one, policies, size);
          if (!placed) continue;
          expect(placed.until).toBeLessThanOrEqual(one.from + one.forMs);
          expect(placed.until).toBeGreaterThan(one.from);
          grants.push({ id: one.id, requester: one.requester, from: one.from, ...placed });
          policies = policiesOf(grants);
          expect(policies.reduce((sum, p) => sum + size(p), 0)).toBeLessThanOrEqual(INLINE_ROOM);
          expect(policies.flatMap((p) => p.people).length).toBe(grants.length);
        }
      }),
      { numRuns: 30 },
    );
  });
});
