import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { UserError } from '../../../src/lib/errors/user-error.js';
import type { BafEvent } from '../../../src/lib/model/event.js';
import type { DeployOutcome } from '../../../src/lib/model/outcome.js';
import type { TagRow } from '../../../src/lib/model/tag-row.js';
import { jobSummary } from '../../../src/lib/output/job-summary.js';
import { errorJson, formatError } from '../../../src/lib/output/errors.js';
import { emptyProgress, fold } from '../../../src/lib/output/fold.js';
import { chooseProgress, createRenderer, renderSafely, type ProgressKind } from '../../../src/lib/output/renderers.js';
import { renderStaging, renderStagingList } from '../../../src/lib/output/staging-view.js';
import { renderStatus } from '../../../src/lib/output/status-view.js';
import { duration, shouldColor, truncate, widthOf } from '../../../src/lib/output/style.js';
import { exitCodeOf, summarizeDeploy } from '../../../src/lib/output/summary.js';
import { renderTags } from '../../../src/lib/output/tags-table.js';
import { window } from '../../../src/lib/output/window.js';
import { expectGolden } from '../golden.js';
import { deployLog } from './log.js';

const golden = (name: string) => resolve('test/lib/output/golden', name);

async function replay(kind: ProgressKind, verbose = false): Promise<string> {
  let text = '';
  let now = 0;
  const stderr = { write: (part: string) => void (text += part), rows: 24, columns: 80 };
  const renderer = await createRenderer(kind, { stderr, color: false, now: () => now, verbose });
  for (const event of deployLog) {
    now = event.at;
    renderer.handle(event);
  }
  renderer.close();
  return text;
}

describe('the same log', () => {
  it.each(['lines', 'github', 'jsonl', 'none', 'tree'] as const)('through %s', async (kind) => {
    expectGolden(golden(`${kind}.txt`), await replay(kind));
  });
  it('through lines, saying more', async () => expectGolden(golden('lines-verbose.txt'), await replay('lines', true)));
  it('as frames of the window', () => {
    const frames: string[] = [];
    deployLog.reduce((state, event) => {
      const next = fold(state, event);
      if (/progress|ended|interrupted|baking|step/.test(event.type))
        frames.push(`--- ${event.type}`, ...window(next, { rows: 8, columns: 72, now: event.at, color: false }));
      return next;
    }, emptyProgress);
    expectGolden(golden('frames.txt'), frames.join('\n') + '\n');
  });
});

it('a tree draws in place while time goes on, and gives the cursor back', async () => {
  vi.useFakeTimers();
  try {
    let text = '';
    const stderr = { write: (part: string) => void (text += part), rows: 10, columns: 60 };
    const tree = await createRenderer('tree', { stderr, color: true, now: () => deployLog[0]!.at, verbose: false });
    for (const event of deployLog.slice(0, 15)) {
      tree.handle(event);
      vi.advanceTimersByTime(100);
    }
    tree.close();
    expect(text.startsWith('\u001b[?25l')).toBe(true);
    expect(text.endsWith('\u001b[?25h')).toBe(true);
    expect(text).toMatch(/\u001b\[\d+A\r\u001b\[J/);
  } finally {
    vi.useRealTimers();
  }
});

it('the window never has more rows or columns than the terminal', () => {
  const id = fc.record({
    service: fc.string({ minLength: 1, maxLength: 90 }),
    target: fc.constantFrom('a/eu-west-1', 'b/us-east-1'),
  });
  const version = fc.record({ tag: fc.string({ maxLength: 128 }) });
  const event: fc.Arbitrary<BafEvent> = fc.oneof(
    fc
      .record({
        type: fc.constant('rollout.queued' as const),
        at: fc.nat(),
        wave: fc.nat(9),
        from: fc.option(version),
        to: version,
      })
      .chain((e) => id.map((i) => ({ ...e, ...i }))),
    id.map((i) => ({ type: 'rollout.started' as const, at: 1, ...i })),
    fc
      .tuple(id, fc.string())
      .map(([i, text]) => ({ type: 'rollout.message' as const, at: 1, level: 'warn' as const, text, ...i })),
    fc.tuple(id, version, fc.string()).map(([i, to, message]) => ({
      type: 'rollout.ended' as const,
      at: 2,
      status: 'failed' as const,
      from: null,
      to,
      cause: { code: 'X', message, advice: '' },
      ...i,
    })),
    fc.string().map((text) => ({ type: 'warning' as const, at: 1, text })),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 80 }), fc.integer({ min: 2, max: 24 }), fc.boolean(), (events, rows, color) => {
      const state = events.reduce(fold, emptyProgress);
      const lines = window(state, { rows, columns: 80, now: 1000, color });
      expect(lines.length).toBeLessThan(rows);
      for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(80);
    }),
  );
});

it('a renderer that throws is closed and dropped, the others go on', () => {
  const seen: string[] = [];
  const bad = {
    handle: () => {
      throw new Error('broken');
    },
    close: () => seen.push('bad closed'),
  };
  const safe = renderSafely([bad, { handle: (e) => void seen.push(e.type), close: () => void seen.push('closed') }]);
  deployLog.slice(0, 2).forEach((e) => safe.handle(e));
  safe.close();
  expect(seen).toEqual(['bad closed', 'preflight.started', 'preflight.ended', 'closed']);
});

it.each([
  ['auto', { stderrIsTTY: true, env: {} }, 'tree'],
  ['auto', { stderrIsTTY: false, env: {} }, 'lines'],
  ['auto', { stderrIsTTY: true, env: { TERM: 'dumb' } }, 'lines'],
  ['auto', { stderrIsTTY: true, env: { CI: 'true' } }, 'lines'],
  ['auto', { stderrIsTTY: true, env: { CI: 'false' } }, 'tree'],
  ['auto', { stderrIsTTY: false, env: { GITHUB_ACTIONS: 'true' } }, 'github'],
  ['jsonl', { stderrIsTTY: true, env: {} }, 'jsonl'],
] as const)('progress %s with %j is %s', (flag, around, kind) => expect(chooseProgress(flag, around)).toBe(kind));

it.each([
  [{ isTTY: true }, {}, true, true],
  [{ isTTY: false }, {}, true, false],
  [{ isTTY: true }, { NO_COLOR: '1' }, true, false],
  [{ isTTY: true }, { NO_COLOR: '' }, true, true],
  [{ isTTY: false }, { FORCE_COLOR: '1' }, true, true],
  [{ isTTY: true }, { FORCE_COLOR: '0' }, true, false],
  [{ isTTY: false }, { FORCE_COLOR: '1', NO_COLOR: '1', TERM: 'dumb' }, true, true],
  [{ isTTY: true }, { FORCE_COLOR: '1' }, false, false],
  [{ isTTY: true }, { TERM: 'dumb' }, true, false],
  [{ isTTY: true }, {}, false, false],
])('colours on %j with %j, wanted %s: %s', (stream, env, wanted, expected) =>
  expect(shouldColor(stream, env, wanted)).toBe(expected),
);

describe('texts', () => {
  it('are cut with their colours, and durations have two units', () => {
    expect(truncate('\u001b[31mabcdef\u001b[39m', 4)).toBe('\u001b[31mabc…\u001b[39m');
    expect(duration(2 * 86_400_000 + 3 * 3_600_000 + 5000)).toBe('2d 3h');
    expect(duration(0)).toBe('0s');
  });
  it('of errors name the next step', () => {
    const error = new UserError('X', { message: 'one\ntwo', nextSteps: ['do this'], details: { a: 1 } });
    expect(formatError(error, { color: false })).toBe('error: one\n       two\n  -> do this');
    expect(errorJson(error)).toEqual({ error: { code: 'X', message: 'one\ntwo', nextSteps: ['do this'], details: { a: 1 } } });
  });
  it("of a deploy's end, with exit codes", () => {
    const last = deployLog.find((event) => event.type === 'deploy.ended') as { outcome: DeployOutcome };
    expectGolden(golden('summary.txt'), summarizeDeploy(last.outcome, { color: false, columns: 100 }) + '\n');
    const code = (status: DeployOutcome['status']) => exitCodeOf({ ...last.outcome, status });
    const all = ['succeeded', 'unchanged', 'started', 'failed', 'rolled-back', 'partial', 'cancelled'] as const;
    expect(all.map(code)).toEqual([0, 0, 0, 1, 1, 5, 1]);
  });
  it('of a deploy that nobody waits for', () => {
    const last = deployLog.find((event) => event.type === 'deploy.ended') as { outcome: DeployOutcome };
    const versions = { from: { tag: '1.4.0' }, to: { tag: '1.5.0' } };
    const rollouts = ['a/r', 'b/r'].map((target) => ({ service: 'ui', target, status: 'started' as const, ...versions }));
    const outcome: DeployOutcome = { ...last.outcome, status: 'started', rollouts };
    expect(summarizeDeploy(outcome, { color: false, columns: 100 }).split('\n').slice(1)).toEqual([
      '  → ui 1.4.0 -> 1.5.0 started a/r, b/r',
      `  ECS goes on by itself. To look: baf watch ${outcome.id} --env prod`,
      '  The same command without --no-wait waits for its end, and puts it on record.',
    ]);
    const at = Date.parse(outcome.finishedAt);
    const events: BafEvent[] = [
      ...rollouts.map((r): BafEvent => ({ type: 'rollout.queued', at, ...r, wave: 0 })),
      ...rollouts.map((r): BafEvent => ({ type: 'rollout.ended', at, ...r })),
      { type: 'deploy.ended', at, outcome },
    ];
    const end = events.reduce(fold, { ...emptyProgress, title: 'deploy to prod' });
    const lines = window(end, { rows: 24, columns: 80, now: at, color: false });
    expect(lines.slice(1)).toEqual(['  → ui a/r 1.4.0 -> 1.5.0: started', '  → ui b/r 1.4.0 -> 1.5.0: started']);
    expect(lines[0]).toContain('2/2 done');
    expect(jobSummary(outcome, { kind: 'deploy', by: 'ana' })).toContain(
      '| ui | ⏳ 1.4.0 -> 1.5.0 started | ⏳ 1.4.0 -> 1.5.0 started |',
    );
  });
  it('of stagings, status and tags', () => {
    const view = {
      name: 'demo',
      owner: 'ana',
      environment: 'staging',
      status: 'ready' as const,
      cost: null,
      createdAt: '2026-11-19T14:00:00.000Z',
      expiresAt: '2026-11-22T14:00:00.000Z',
      services: [
        { service: 'ui', tag: '1.4.0', status: 'ready', url: 'https://ui--demo.stg.acme.example' },
        { service: 'catalog', tag: '1.3.0', status: 'starting', url: null },
      ],
    };
    const now = Date.parse('2026-11-19T15:00:00Z');
    const look = { color: false, columns: 80 };
    const row = { environment: 'prod', updatedAt: '2026-11-19T14:00:00.000Z', target: 'a/eu-west-1', service: 'ui' };
    const tag: TagRow = {
      ...row,
      tag: '1.4.0',
      digest: null,
      version: 3,
      live: '1.4.0',
      running: '1.4.0',
      runningDigest: null,
      updatedBy: 'ana',
      op: 'deploy',
      pinned: null,
      problem: null,
      state: 'in-sync',
    };
    const fleet = Array.from({ length: 80 }, (_, i): TagRow => ({
      ...tag,
      target: `account-${i}/eu-west-1`,
      ...(i === 7 ? { state: 'denied', tag: null, running: null } : {}),
    }));
    expectGolden(
      golden('views.txt'),
      [
        renderStaging(view, now, look),
        renderStaging({ ...view, expiresAt: '2026-11-19T14:30:00.000Z' }, now, look),
        renderStagingList([view], now, look),
        renderStagingList([], now, look),
        renderStatus(
          [
            {
              ...row,
              tag: '1.4.0',
              revision: 'x:1',
              running: 1,
              desired: 2,
              pending: 1,
              state: 'rolling',
              paused: null,
              lastEvent: '(service x) has started 1 tasks.',
            },
          ],
          { ...look, now },
        ),
        renderStatus([], { ...look, now }),
        renderTags(fleet, { ...look, now, lines: null }),
        renderTags([], { ...look, now, lines: null }),
        '',
      ].join('\n\n'),
    );
    expect(renderTags(fleet, { ...look, now, lines: null }).split('\n')).toHaveLength(3);
  });
});
