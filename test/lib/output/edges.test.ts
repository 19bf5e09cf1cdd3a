/** What must hold whatever the events say: the size of the picture, one line an event, stdout left alone. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { BafEvent } from '../../../src/lib/model/event.js';
import type { RolloutOutcome } from '../../../src/lib/model/outcome.js';
import type { TagRow } from '../../../src/lib/model/tag-row.js';
import { emptyProgress, fold } from '../../../src/lib/output/fold.js';
import { createRenderer } from '../../../src/lib/output/renderers.js';
import { renderStaging } from '../../../src/lib/output/staging-view.js';
import { clean, targetsText, truncate, widthOf } from '../../../src/lib/output/style.js';
import { UserError } from '../../../src/lib/errors/user-error.js';
import { formatError } from '../../../src/lib/output/errors.js';
import { summarizeDeploy } from '../../../src/lib/output/summary.js';
import { renderTags } from '../../../src/lib/output/tags-table.js';
import { window } from '../../../src/lib/output/window.js';

/** Columns counted apart from our own code: one for what is ASCII, two for anything else that shows (an upper bound). */
const signs = '…⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏·✓✗→↩■\ufffd';
const shown = (line: string): number => {
  let width = 0;
  for (const c of line.replace(/\u001b\[\d+m/g, ''))
    width += /^[ -~]$/.test(c) || signs.includes(c) ? 1 : /^\p{M}$/u.test(c) ? 0 : 2;
  return width;
};

const nasty = fc.oneof(
  fc.string({ maxLength: 120 }),
  fc
    .array(
      fc.constantFrom(
        '\u001b[2J',
        '\u001b[31m',
        '\u001b]0;x\u0007',
        '\n',
        '\r',
        '\t',
        '\u0008',
        '日本',
        '🚀',
        '한',
        'a',
        ' ',
        '\u001b',
        '\u009b5A',
        '\ud83d',
      ),
      {
        maxLength: 90,
      },
    )
    .map((parts) => parts.join('')),
);
const id = fc.record({
  service: fc.oneof(fc.constantFrom('ui', 'cart'), nasty),
  target: fc.constantFrom('a/eu-west-1', 'b/us-east-1'),
});
const version = fc.record({ tag: nasty });
const cause = fc.record({ code: fc.constant('X'), message: nasty, advice: nasty });
const status = fc.constantFrom<RolloutOutcome['status'][]>(
  'succeeded',
  'unchanged',
  'failed',
  'rolled-back',
  'started',
  'skipped',
  'cancelled',
);
const at = fc.integer({ min: 0, max: 9e9 });
const of = <T extends BafEvent['type']>(type: T, rest: object) =>
  fc.record({ type: fc.constant(type), at, ...rest }) as unknown as fc.Arbitrary<BafEvent>;
const ofRollout = <T extends BafEvent['type']>(type: T, rest: object) =>
  fc.tuple(of(type, rest), id).map(([event, own]) => ({ ...event, ...own }) as BafEvent);
const count = fc.nat(99);
const holder = {
  by: nasty,
  kind: fc.constantFrom('deploy', 'hand'),
  deploy: fc.option(nasty),
  what: fc.option(nasty),
  run: fc.option(nasty),
  reason: fc.option(nasty),
  since: nasty,
};
const planned = fc.record({
  action: fc.constantFrom('create', 'update', 'unchanged'),
  from: fc.option(version),
  to: version,
  changes: fc.array(nasty, { maxLength: 2 }),
});
const event: fc.Arbitrary<BafEvent> = fc.oneof(
  of('deploy.started', {
    id: nasty,
    kind: fc.constant('deploy'),
    name: nasty,
    environment: nasty,
    waves: fc.constant([
      { targets: [], services: [] },
      { targets: [], services: [] },
    ]),
  }),
  of('wave.started', { wave: count, targets: fc.array(nasty, { maxLength: 3 }) }),
  of('wave.ended', { wave: count, failed: count }),
  of('wave.baking', { wave: count, untilAt: at }),
  ...[1, 2, 3].map(() => ofRollout('rollout.queued', { wave: count, from: fc.option(version), to: version })),
  ofRollout('rollout.started', {}),
  ofRollout('rollout.step', { step: fc.constantFrom('tag', 'watching', 'rolling-back'), detail: nasty }),
  ofRollout('rollout.progress', { tasks: fc.record({ desired: count, pending: count, running: count, old: count }) }),
  ofRollout('rollout.message', { level: fc.constantFrom('info', 'warn'), text: nasty }),
  ofRollout('rollout.ended', { status, from: fc.option(version), to: version, cause }),
  of('step', { name: nasty, state: fc.constantFrom('started', 'succeeded', 'failed'), detail: nasty }),
  of('interrupted', { signal: fc.constant('SIGINT'), running: fc.array(nasty, { maxLength: 4 }) }),
  of('warning', { text: nasty }),
  of('lock.waiting', {
    services: fc.array(nasty, { maxLength: 3 }),
    holders: fc.array(fc.record({ ...holder, service: nasty, overAt: nasty }), { maxLength: 3 }),
    ahead: fc.array(fc.record({ ...holder, services: fc.array(nasty, { maxLength: 3 }) }), { maxLength: 3 }),
    untilAt: at,
  }),
  of('lock.taken', { services: fc.array(nasty, { maxLength: 3 }), waitedMs: at }),
  of('lock.lost', { environment: nasty, service: nasty, by: fc.option(nasty) }),
  of('plan.changed', {
    changes: fc.array(fc.record({ service: nasty, target: nasty, was: fc.option(planned), now: fc.option(planned) }), {
      maxLength: 4,
    }),
    asks: fc.boolean(),
  }),
  of('lock.kept', { services: fc.array(nasty, { maxLength: 3 }), untilAt: at }),
  of('freeze.overridden', { freezes: fc.array(nasty, { maxLength: 3 }), reason: nasty }),
  fc.array(fc.tuple(id, status, version, cause), { maxLength: 9 }).map((ended): BafEvent => ({
    type: 'deploy.ended',
    at: 5,
    outcome: {
      id: 'd',
      environment: 'prod',
      status: 'partial',
      startedAt: '2026-11-19T14:00:00.000Z',
      finishedAt: '2026-11-19T14:02:00.000Z',
      rollouts: ended.map(([own, s, to, c]) => ({ ...own, status: s, from: null, to, cause: c })),
    },
  })),
);
const events = fc.array(event, { maxLength: 80 });

describe('for any events', () => {
  it.each([
    [24, 80],
    [5, 20],
    [2, 7],
  ])('the window of %i rows and %i columns keeps to them', (rows, columns) => {
    fc.assert(
      fc.property(events, fc.boolean(), (log, color) => {
        const lines = window(log.reduce(fold, emptyProgress), { rows, columns, now: 1000, color });
        expect(lines.length).toBeLessThanOrEqual(rows - 1);
        for (const line of lines) {
          expect(shown(line)).toBeLessThanOrEqual(columns);
          expect(line.replace(/\u001b\[\d+m/g, '')).not.toMatch(/\p{Cc}/u);
        }
      }),
      { numRuns: 150 },
    );
  });

  it.each(['lines', 'github'] as const)('%s says nothing that starts a line, a command or an escape of its own', async (kind) => {
    await fc.assert(
      fc.asyncProperty(events, async (log) => {
        let text = '';
        const stderr = { write: (part: string) => void (text += part) };
        const renderer = await createRenderer(kind, { stderr, color: false, now: () => 0, verbose: true });
        log.forEach((e) => renderer.handle(e));
        renderer.close();
        const lines = text.split('\n').slice(0, -1);
        for (const line of lines) expect(line).toMatch(/^(\d\d:\d\d:\d\d |::(group|endgroup|error title=[^:,]*|warning)::)/);
        expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
        const groups = lines.filter((line) => line.startsWith('::group::')).length;
        expect(lines.filter((line) => line === '::endgroup::')).toHaveLength(groups);
      }),
      { numRuns: 100 },
    );
  });
});

it('a log line is no command to the GitHub runner', async () => {
  let text = '';
  const stderr = { write: (part: string) => void (text += part) };
  const renderer = await createRenderer('github', { stderr, color: false, now: () => 0, verbose: true });
  const own = { service: 'ui', target: 'a/eu-west-1', at: 0 };
  renderer.handle({ type: 'rollout.message', ...own, level: 'warn', text: 'x ##[error]no\n::set-output name=a::b' });
  const why = { code: 'X', message: '50% of a, b: gone', advice: 'Look.\r\nAgain.' };
  renderer.handle({ type: 'rollout.ended', ...own, target: 'a:b,c', status: 'failed', from: null, to: { tag: '1' }, cause: why });
  expect(text).toBe(
    '00:00:00 ui a/eu-west-1: warning: x ## [error]no ::set-output name=a::b\n' +
      '00:00:00 ui a:b,c: failed 1\n00:00:00 ui a:b,c: 50% of a, b: gone\n00:00:00 ui a:b,c: -> Look. Again.\n' +
      '::error title=ui in a%3Ab%2Cc failed::50%25 of a, b: gone Look. Again.\n',
  );
});

const queued = (count: number): BafEvent[] =>
  Array.from({ length: count }, (_, i) => ({
    type: 'rollout.queued',
    at: 0,
    service: `service-${i % 110}`,
    target: `account-${Math.floor(i / 110)}/eu-west-1`,
    wave: 0,
    from: { tag: '1.0.0' },
    to: { tag: '1.1.0' },
  }));
const started: BafEvent = {
  type: 'deploy.started',
  at: 0,
  id: 'd',
  kind: 'deploy',
  name: 'prod',
  environment: 'prod',
  waves: [],
};

describe('the tree', () => {
  const open = async (write: (text: string) => void, size: { rows?: number; columns?: number }, now = () => 0) => {
    const stderr = Object.assign(size, { write });
    return createRenderer('tree', { stderr, color: false, now, verbose: false });
  };
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('draws at most ten times a second, and only what has changed', async () => {
    const writes: string[] = [];
    const tree = await open((text) => writes.push(text), { rows: 24, columns: 80 });
    tree.handle(started);
    for (const event of queued(50)) tree.handle(event);
    vi.advanceTimersByTime(99);
    expect(writes).toHaveLength(1);
    vi.advanceTimersByTime(5000);
    expect(writes).toHaveLength(2);
    tree.close();
    expect(writes.slice(2)).toEqual(['\u001b[?25h']);
  });

  it('erases what the old picture takes in a terminal that got narrower, and no more than there is', async () => {
    let text = '';
    const size = { rows: 24, columns: 80 };
    const tree = await open((part) => (text = part), size);
    tree.handle(started);
    queued(3).forEach((e) => tree.handle(e));
    vi.advanceTimersByTime(100);
    expect(text.split('\n')).toHaveLength(5);
    size.columns = 30;
    vi.advanceTimersByTime(100);
    // One title of a row, three rollouts of two rows each.
    expect(text.startsWith('\u001b[7A\r\u001b[J')).toBe(true);
    size.rows = 3;
    vi.advanceTimersByTime(100);
    expect(text.startsWith('\u001b[2A\r\u001b[J')).toBe(true);
    tree.close();
  });

  it('that cannot be drawn stops by itself and throws at nobody', async () => {
    const writes: string[] = [];
    const tree = await open(
      (text) => {
        writes.push(text);
        if (text.includes('deploy to')) throw new Error('gone');
      },
      { rows: 24, columns: 80 },
    );
    tree.handle(started);
    vi.advanceTimersByTime(1000);
    expect(writes.filter((text) => text.includes('deploy to'))).toHaveLength(1);
    expect(writes.at(-1)).toBe('\u001b[?25h');
    tree.handle(started);
    tree.close();
  });

  it('leaves stdout alone, holds back what others write, and gives it out at the end', async () => {
    const stdout: unknown[] = [];
    const stderr: string[] = [];
    const out = vi.spyOn(process.stdout, 'write').mockImplementation((text) => stdout.push(text) > 0);
    const err = vi.spyOn(process.stderr, 'write').mockImplementation((text) => stderr.push(String(text)) > 0);
    try {
      const tree = await createRenderer('tree', { stderr: process.stderr, color: false, now: () => 0, verbose: false });
      tree.handle(started);
      process.stderr.write('from elsewhere\n');
      expect(stderr.join('')).not.toContain('elsewhere');
      vi.advanceTimersByTime(100);
      tree.close();
      process.stdout.write('result');
    } finally {
      out.mockRestore();
      err.mockRestore();
    }
    expect(stdout).toEqual(['result']);
    expect(stderr.join('')).toMatch(/deploy to prod[^]*from elsewhere/);
    expect(stderr.join('').lastIndexOf('\u001b[?25h')).toBeGreaterThan(stderr.join('').lastIndexOf('\u001b[?25l'));
  });
});

describe('a fleet of 110 services in 80 targets', () => {
  it('draws a fleet of 8,800 rollouts in one screen', () => {
    const log = [started, ...queued(8800)];
    let state = log.reduce(fold, emptyProgress);
    for (const e of queued(8800))
      state = fold(state, {
        type: 'rollout.started',
        at: 1,
        service: e.type === 'rollout.queued' ? e.service : '',
        target: e.type === 'rollout.queued' ? e.target : '',
      });
    const lines = window(state, { rows: 24, columns: 80, now: 1000, color: true });
    expect(lines).toHaveLength(23);
    expect(lines.at(-1)).toContain('and 8779 more: 8779 running');
  });

  const row = (service: number, target: number, own: Partial<TagRow> = {}): TagRow => ({
    service: `service-${service}`,
    environment: 'prod',
    target: `account-${target >> 1}/${target % 2 ? 'us-east-1' : 'eu-west-1'}`,
    runningDigest: null,
    op: 'deploy',
    pinned: null,
    problem: null,
    tag: '1.4.0',
    digest: null,
    version: 3,
    live: '1.4.0',
    running: '1.4.0',
    updatedAt: `2026-11-19T14:00:${String(target % 60).padStart(2, '0')}.000Z`,
    updatedBy: 'arn:aws:sts::1:assumed-role/deploy/ana',
    state: 'in-sync',
    ...own,
  });
  const fleet = Array.from({ length: 110 * 80 }, (_, i) =>
    row(i % 110, Math.floor(i / 110), i === 500 ? { state: 'drifted', running: '1.3.0' } : {}),
  );

  it.each([80, 120, 160])('has a row for each service, and one for each difference, in %i columns', (columns) => {
    const lines = renderTags(fleet, { color: false, columns, now: 0, lines: null }).split('\n');
    expect(lines).toHaveLength(1 + 110 + 1);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
    expect(lines[1]).toMatch(/ all 80 targets( |$)/);
    expect(lines[0]!.endsWith('BY')).toBe(columns > 100);
    expect(lines.filter((line) => line.includes('drifted'))).toHaveLength(1);
    expect(lines.filter((line) => line.includes('…'))).toEqual([]);
  });

  it('counts the targets of a row that most of an environment has, and names the few that differ', () => {
    const rows = fleet.map((r, i) =>
      i % 110 === 7 && i > 8000 ? { ...r, state: 'denied' as const, version: null, tag: null, problem: 'no' } : r,
    );
    const text = renderTags(rows, { color: false, columns: 80, now: 0, lines: null });
    expect(text).toMatch(/service-7 +prod .* 73 of 80 targets$/m);
    expect(text).toMatch(/drifted +1\.4\.0 +account-2\/eu-west-1$/m);
    const some = rows.filter((r) => r.state === 'drifted');
    expect(renderTags(some, { color: false, columns: 80, now: 0, lines: null, among: rows })).toMatch(/account-2\/eu-west-1$/);
  });

  it('fits a terminal that is watched: what is not as it should be first, the rest counted', () => {
    for (const lines of [10, 24, 50]) {
      const shown = renderTags(fleet, { color: false, columns: 80, now: 0, lines, fits: true }).split('\n');
      expect(shown).toHaveLength(lines - 2);
      expect(shown[1]).toMatch(/drifted/);
      expect(shown.at(-1)).toBe(`${111 - (lines - 4)} more rows; 8799 in-sync, 1 drifted; --state drifted shows that alone`);
    }
    const whole = renderTags(fleet, { color: false, columns: 80, now: 0, lines: 24 }).split('\n');
    expect([whole.length, whole.at(-1)]).toEqual([113, '8799 in-sync, 1 drifted; --state drifted shows that alone']);
    const two = fleet.map((r, i) => (i === 600 ? { ...r, state: 'foreign' as const } : r));
    const last = renderTags(two, { color: false, columns: 80, now: 0, lines: 10, fits: true }).split('\n').at(-1);
    expect(last).toBe('106 more rows; 8798 in-sync, 1 drifted, 1 foreign; --state filters');
  });

  it('counts services that an environment never had on a terminal, and names them off one', () => {
    const gone = {
      tag: null,
      running: null,
      live: null,
      version: null,
      updatedAt: null,
      updatedBy: null,
      state: 'missing',
    } as const;
    const rows = fleet.map((r) => (r.service === 'service-3' ? r : { ...r, ...gone }));
    const look = { color: false, columns: 80, now: 0 };
    const folded = renderTags(rows, { ...look, lines: 24 }).split('\n');
    expect(folded).toHaveLength(3);
    expect(folded[2]).toMatch(/^109 services +prod +- +- +missing +all 80 targets$/);
    expect(renderTags(rows, { ...look, lines: null }).split('\n')).toHaveLength(111);
  });

  it('says who and how long ago, and has a column for live only where it is not what runs', () => {
    const look = { color: false, columns: 120, now: Date.parse('2026-11-19T17:30:00Z'), lines: null };
    const agree = renderTags([row(1, 0), row(2, 0)], look);
    expect(agree.split('\n')[0]).toMatch(/^SERVICE +ENV +TAG +RUNNING +STATE +TARGETS +BY$/);
    expect(agree).toMatch(/ana 3h ago$/m);
    expect(renderTags([row(1, 0, { live: '1.3.0' })], look)).toMatch(/STATE +LIVE +TARGETS/);
  });

  it('is summed up in a line a service', () => {
    const rollouts = fleet
      .slice(0, 880)
      .map((r): RolloutOutcome => ({ service: r.service, target: r.target, status: 'succeeded', from: null, to: { tag: '2' } }));
    const outcome = {
      id: 'd',
      environment: 'prod',
      status: 'succeeded',
      startedAt: '2026-11-19T14:00:00Z',
      finishedAt: '2026-11-19T14:00:09Z',
      rollouts,
    } as const;
    const lines = summarizeDeploy(outcome, { color: false, columns: 80 }).split('\n');
    expect(lines).toHaveLength(111);
    expect(lines[1]).toBe('  ✓ service-0 2 succeeded account-0/eu-west-1,us-east-1 (+6)');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  });
});

it('addresses are never cut', () => {
  const url = `https://ui--${'long'.repeat(20)}.stg.acme.example`;
  const service = { service: 'ui', tag: '1', status: 'ready', url };
  const view = {
    name: 'x',
    owner: 'ana',
    environment: 'staging',
    status: 'ready',
    createdAt: '',
    expiresAt: '2026-11-19T14:00:00Z',
    cost: { perHour: 0.5, currency: 'USD' },
    services: [service],
  } as const;
  const text = renderStaging(view, Date.parse('2026-11-19T13:00:00Z'), { color: false, columns: 90 });
  expect(text).toBe(`x ready  ana's, in staging, expires in 1h, 0.50 USD an hour\n  ui  1  ready\n    ${url}`);
});

it('texts are measured and cut as terminals show them', () => {
  expect([widthOf('日本'), widthOf('e\u0301'), widthOf('🚀'), widthOf('\u001b[31ma\u001b[39m')]).toEqual([4, 1, 2, 1]);
  expect(truncate('日本語', 5)).toBe('日本…');
  expect(truncate('日本語', 4)).toBe('日…');
  expect(truncate('abc', 0)).toBe('');
  expect(clean('a\u001b[2Jb\tc\r\nd\u0008\u001b]0;title\u0007e')).toBe('ab c de');
  expect(targetsText(['p/eu-west-1', 'p/us-east-1', 'q/eu-west-1'], 80)).toBe('p/eu-west-1,us-east-1, q/eu-west-1');
  expect(targetsText(['p/eu-west-1', 'p/us-east-1', 'q/eu-west-1'], 28)).toBe('p/eu-west-1,us-east-1 (+1)');
});

describe('a mistake on a terminal', () => {
  const error = new UserError('LockBusy', {
    message:
      'cart in prod is locked by ana: deploy d-20261121190431-p3q0 of gateway 1.2.0, catalog 1.2.0 and 3 more.\nAnd so on.',
    nextSteps: [`aws ssm put-parameter --type SecureString --name /shop/${'long/'.repeat(12)}key --value ...`],
  });
  it('is broken between words; what is to be copied is not', () => {
    const lines = formatError(error, { color: false, columns: 60 }).split('\n');
    expect(lines.slice(0, 4)).toEqual([
      'error: cart in prod is locked by ana: deploy',
      '       d-20261121190431-p3q0 of gateway 1.2.0, catalog',
      '       1.2.0 and 3 more.',
      '       And so on.',
    ]);
    expect(lines).toHaveLength(5);
  });
  it('is one line in a pipe', () => {
    expect(formatError(error, { color: false }).split('\n')).toHaveLength(3);
  });
});

it('what a paused rollout waits for is said in full on a narrow terminal, whatever else goes on', () => {
  const at = Date.parse('2026-11-21T14:00:00Z');
  const to = { tag: '1.5.0' };
  const command = 'baf continue checkout --env prod';
  const rollouts = Array.from({ length: 40 }, (_, i) => ({
    service: i === 33 ? 'checkout' : `s${i}`,
    target: 'shop-prod/eu-west-1',
  }));
  const log: BafEvent[] = [
    {
      type: 'deploy.started',
      at,
      id: 'd-1',
      kind: 'deploy',
      name: 'prod',
      environment: 'prod',
      waves: [{ targets: [], services: [] }],
    },
    ...rollouts.flatMap((r): BafEvent[] => [
      { type: 'rollout.queued', at, ...r, wave: 0, from: to, to },
      { type: 'rollout.started', at, ...r },
    ]),
    {
      type: 'rollout.stage',
      at,
      ...rollouts[33]!,
      ...{ stage: 'POST_TEST_TRAFFIC_SHIFT', position: 5, production: 0, test: 100 },
      waiting: { until: at + 60_000, otherwise: 'rollback', command },
    },
    { type: 'rollout.message', at, ...rollouts[33]!, level: 'info', text: 'registered 2 targets' },
  ];
  const look = { rows: 24, columns: 80, now: at, color: false };
  const paused = log.reduce(fold, emptyProgress);
  expect(window(paused, look)).toContain(`      paused until 14:01, then it goes back: ${command}`);
  const stage = log.find((e) => e.type === 'rollout.stage') as Extract<BafEvent, { type: 'rollout.stage' }>;
  const { waiting, ...on } = stage;
  expect(waiting).toBeDefined();
  expect(window(fold(paused, on), look).join('\n')).not.toContain(command);
});
