/** Comparing, promoting, pinning and files: values in, values out. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ParameterVersion } from '../../../src/lib/model/parameter.js';
import type { TagRow } from '../../../src/lib/model/tag-row.js';
import { desiredAt, parseAt, servedAt } from '../../../src/lib/tags/at.js';
import { formatAudit } from '../../../src/lib/tags/audit.js';
import { diffEnvironments } from '../../../src/lib/tags/diff.js';
import { driftOf } from '../../../src/lib/tags/drift.js';
import { formatTagsFile, parseTagsFile, tagsByTarget, toTagsFile } from '../../../src/lib/tags/file.js';
import { formatPin, formatUnpinned, parsePin, type Pin } from '../../../src/lib/tags/pin.js';
import { formatPromotion, parsePromotion, sourceOf, type PromotionRecord } from '../../../src/lib/tags/promotion.js';
import { roomIn } from '../../../src/lib/tags/room.js';

const row = (own: Partial<TagRow> = {}): TagRow => ({
  service: 'ui',
  environment: 'prod',
  target: 'a/eu-west-1',
  tag: '1.4.0',
  digest: null,
  version: 3,
  live: '1.4.0',
  running: '1.4.0',
  runningDigest: null,
  updatedAt: '2026-11-19T14:00:00.000Z',
  updatedBy: 'ana',
  op: 'deploy',
  pinned: null,
  state: 'in-sync',
  problem: null,
  ...own,
});
const none = { tag: null, version: null, live: null, running: null, updatedAt: null, updatedBy: null, op: null } as const;

describe('a diff', () => {
  const status = (from: Partial<TagRow>[], to: Partial<TagRow>[]) => {
    const rows = (list: Partial<TagRow>[], environment: string) =>
      list.map((own, i) => row({ environment, target: `t${i}/eu-west-1`, ...own }));
    return diffEnvironments(['ui'], rows(from, 'staging'), rows(to, 'prod'))[0]!.status;
  };
  it.each([
    ['same', [{}], [{}, {}]],
    ['same', [{ ...none, state: 'missing' }], [{ ...none, state: 'missing' }]],
    ['different', [{}], [{ tag: '1.3.0' }]],
    ['different', [{}], [{}, { tag: '1.3.0' }]],
    ['different', [{}], [{ tag: '1.3.0' }, { ...none, state: 'denied' }]],
    ['missing', [{}], [{ ...none, state: 'missing' }]],
    ['missing', [{}], [{}, { ...none, state: 'missing' }]],
    ['denied', [{}], [{}, { ...none, state: 'denied' }]],
    ['unreadable', [{}], [{}, { ...none, state: 'unreadable' }]],
  ] as [string, Partial<TagRow>[], Partial<TagRow>[]][])('says %s', (expected, from, to) => {
    expect(status(from, to)).toBe(expected);
    expect(status(to, from)).toBe(expected);
  });
});

describe('drift', () => {
  const kinds = (own: Partial<TagRow>) => driftOf(row(own)).map((d) => d.kind);
  it.each([
    [[], {}],
    [[], { state: 'denied', ...none }],
    [[], { state: 'rolling', running: '1.3.0', live: '1.3.0' }],
    [['foreign'], { op: null, state: 'foreign' }],
    [['not-deployed'], { running: '1.3.0', live: '1.3.0' }],
    [['running-differs'], { running: '1.3.0' }],
    [['image-differs'], { digest: 'sha256:aaa', runningDigest: 'sha256:bbb' }],
    [['not-marked-live'], { live: '1.3.0' }],
    [['not-running'], { running: null }],
    [['no-tag'], { tag: null, state: 'missing', version: null }],
    [['foreign', 'not-deployed'], { op: null, state: 'foreign', running: '1.3.0', live: '1.3.0' }],
  ] as [string[], Partial<TagRow>][])('is %j', (expected, own) => expect(kinds(own)).toEqual(expected));
  it('names the writer who reverted a value, and what it was', () => {
    const by = 'arn:aws:sts::333333333333:assumed-role/Terraform/run-77';
    const [drift] = driftOf(row({ tag: '1.3.0', running: '1.4.0', op: null, state: 'foreign', updatedBy: by }), '1.4.0');
    expect(drift!.message).toBe('run-77 changed 1.4.0 to 1.3.0 past baf (version 3, 2026-11-19 14:00 UTC)');
    expect(drift).toMatchObject({ kind: 'foreign', by, before: '1.4.0' });
  });
});

describe('a moment', () => {
  const now = Date.parse('2026-11-20T12:00:00Z');
  it.each([
    ['2h', '2026-11-20T10:00:00.000Z'],
    ['1d12h', '2026-11-19T00:00:00.000Z'],
    ['2026-11-19T14:00', '2026-11-19T14:00:00.000Z'],
    ['2026-11-19 14:00', '2026-11-19T14:00:00.000Z'],
    ['2026-11-19T14:00+02:00', '2026-11-19T12:00:00.000Z'],
    ['2026-11-19', '2026-11-19T00:00:00.000Z'],
  ])('%s is %s', (text, expected) => expect(new Date(parseAt(text, now)).toISOString()).toBe(expected));
  it.each(['', 'yesterday', '2026-11-31T99:00', '2026-02-30', '2026-11-21T00:00', '14:00', '-2h'])('%j is refused', (text) =>
    expect(() => parseAt(text, now)).toThrow(expect.objectContaining({ code: 'TimeInvalid', exitCode: 2 }) as Error),
  );
});

describe('the past', () => {
  const version = (number: number, own: Partial<ParameterVersion> = {}): ParameterVersion => ({
    version: number,
    value: `1.${number}`,
    type: 'String',
    description: null,
    updatedBy: null,
    updatedAt: number * 1000,
    labels: [],
    ...own,
  });
  it('is the newest version that was there', () => {
    const history = [1, 2, 3].map((n) => version(n));
    expect(desiredAt(history, 999)).toEqual({ kind: 'none' });
    expect(desiredAt(history, 2500)).toMatchObject({ version: { version: 2 } });
    expect(desiredAt(history.slice(1), 1500)).toEqual({ kind: 'forgotten' });
    expect(desiredAt([], 1)).toEqual({ kind: 'none' });
  });
  it('served what a failed deploy came back to', () => {
    const of = (op: 'deploy' | 'rollback', n: number) => formatAudit({ by: 'ana', op, version: n, deploy: 'd-2' });
    const history = [
      version(1),
      version(2, { description: of('deploy', 2) }),
      version(3, { value: '1.1', description: of('rollback', 3) }),
    ];
    expect(desiredAt(history, 2500)).toMatchObject({ version: { value: '1.2' } });
    expect(servedAt(history, 2500)).toMatchObject({ version: { version: 1, value: '1.1' } });
    expect(servedAt(history, 3500)).toMatchObject({ version: { version: 3 } });
  });
  it('is never newer than the moment (property)', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(1000), { maxLength: 20 }), fc.nat(1000), (times, at) => {
        const history = times.sort((a, b) => a - b).map((updatedAt, i) => version(i + 1, { updatedAt }));
        const found = desiredAt(history, at);
        const there = history.filter((v) => v.updatedAt <= at);
        expect(found).toEqual(there.length > 0 ? { kind: 'version', version: there.at(-1) } : { kind: 'none' });
      }),
    );
  });
});

describe('a pin', () => {
  const pin: Pin = {
    service: 'ui',
    environment: 'prod',
    tag: '1.3.0',
    by: 'ana',
    reason: 'leaks',
    at: '2026-11-19T14:00:00.000Z',
    until: null,
    rollback: false,
  };
  it('lasts until it ends or is taken away', () => {
    expect(parsePin(formatPin(pin), 0)).toEqual(pin);
    const until = '2026-11-20T00:00:00.000Z';
    expect(parsePin(formatPin({ ...pin, until }), Date.parse(until) - 1)).toMatchObject({ tag: '1.3.0' });
    expect(parsePin(formatPin({ ...pin, until }), Date.parse(until))).toBeNull();
    expect(parsePin(formatUnpinned('ana', pin.at), 0)).toBeNull();
    expect(parsePin('1.3.0', 0)).toBeNull();
  });
});

describe('a promotion', () => {
  it('takes the one tag of the source, at its version', () => {
    expect(sourceOf('ui', 'staging', [row(), row({ target: 'b/eu-west-1' })])).toEqual({
      service: 'ui',
      tag: '1.4.0',
      digest: null,
      source: 'staging@3',
    });
    expect(sourceOf('ui', 'staging', [row(), row({ tag: '1.3.0' })])).toMatchObject({
      why: expect.stringContaining('several tags') as string,
    });
    expect(sourceOf('ui', 'staging', [row(), row({ ...none, state: 'denied' })])).toMatchObject({
      why: expect.stringContaining('(denied)') as string,
    });
    expect(sourceOf('ui', 'staging', [row({ ...none, state: 'missing' })])).toMatchObject({
      why: 'ui has no deploy tag in staging',
    });
  });
  it('is kept in parameters of 4 KB, and never read in part', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 }), (count) => {
        const items = Array.from({ length: count }, (_, i) => `service-${i} 1.${i}.0 staging@${i} ${'a'.repeat(64)}`);
        const record: PromotionRecord = {
          id: 'p-1',
          from: 'staging',
          by: 'ana',
          at: '2026-11-19T14:00:00.000Z',
          targets: null,
          items,
          done: false,
        };
        const parts = formatPromotion(record);
        expect(parts.every((part) => part.length <= 4096)).toBe(true);
        expect(parsePromotion(parts)).toEqual(record);
        if (parts.length > 1) expect(parsePromotion(parts.slice(0, -1))).toBeNull();
      }),
      { numRuns: 30 },
    );
    expect(parsePromotion([])).toBeNull();
    expect(parsePromotion(['x'])).toBeNull();
  });
});

describe('a file of tags', () => {
  const tag = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,8}$/);
  it('says what the rows say, in the order of the alphabet (property)', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom('ui', 'cart', 'api'),
          fc.array(fc.option(tag, { nil: null }), { minLength: 3, maxLength: 3 }),
        ),
        (services) => {
          const rows = Object.entries(services).flatMap(([service, tags]) =>
            tags.map((own, i) => row({ service, target: `t${i}/eu-west-1`, tag: own })),
          );
          const back = parseTagsFile(formatTagsFile(toTagsFile(rows)), 'tags.yaml')['prod'] ?? {};
          const targets = ['t0/eu-west-1', 't1/eu-west-1', 't2/eu-west-1'];
          for (const [service, tags] of Object.entries(services)) {
            const read = back[service] === undefined ? new Map() : tagsByTarget(back[service], targets).tags;
            expect(targets.map((t) => read.get(t) ?? null)).toEqual(tags);
          }
          expect(Object.keys(back)).toEqual(Object.keys(back).sort());
        },
      ),
    );
  });
  it.each([
    ['prod:\n  ui: 1.10\n', 'tags.yaml:2: ui has to be a tag in quotes, e.g. "1.10"'],
    ['prod:\n  ui: "a b"\n', 'tags.yaml:2: "a b" is not an image tag.'],
    ['prod: [1]\n', 'tags.yaml:1: environment prod has to be a map'],
  ])('%j is refused with its line', (text, message) => {
    expect(() => parseTagsFile(text, 'tags.yaml')).toThrow(
      expect.objectContaining({ code: 'TagsFileInvalid', message }) as Error,
    );
  });
  it('names targets that are none', () => {
    expect(tagsByTarget({ others: '1', 'x/y': '2' }, ['a/b'])).toEqual({ tags: new Map([['a/b', '1']]), unknown: ['x/y'] });
  });
});

it('makes room only by labels of its own', () => {
  const v = (version: number, value: string, labels: string[] = []): ParameterVersion => ({
    version,
    value,
    labels,
    type: 'String',
    description: null,
    updatedBy: null,
    updatedAt: 0,
  });
  expect(roomIn([v(1, 'a'), v(2, 'b', ['live'])])).toEqual({ kind: 'free' });
  expect(roomIn([v(1, 'a', ['live']), v(2, 'a'), v(3, 'b')])).toEqual({ kind: 'ours', version: 1, labels: ['live'], to: 2 });
  expect(roomIn([v(1, 'a', ['live', 'mine']), v(2, 'a')])).toEqual({ kind: 'foreign', version: 1, labels: ['mine'] });
});
