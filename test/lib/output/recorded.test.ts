/**
 * Logs as the engine wrote them in the sandbox (`--progress jsonl`): a deploy of two services to three targets whose ui
 * fails in the first wave, so that catalog goes back with it and the second wave is skipped; and a staging going up.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BafEvent } from '../../../src/lib/model/event.js';
import type { DeployOutcome } from '../../../src/lib/model/outcome.js';
import { emptyProgress, fold } from '../../../src/lib/output/fold.js';
import { createRenderer, type ProgressKind } from '../../../src/lib/output/renderers.js';
import { exitCodeOf, summarizeDeploy } from '../../../src/lib/output/summary.js';
import { window } from '../../../src/lib/output/window.js';
import { expectGolden } from '../golden.js';

const logs = JSON.parse(readFileSync(resolve('test/lib/output/events.json'), 'utf8')) as Record<'deploy' | 'staging', BafEvent[]>;
const golden = (name: string) => resolve('test/lib/output/golden', name);

async function replay(kind: ProgressKind, events: readonly BafEvent[], color = false): Promise<string> {
  let text = '';
  let now = 0;
  const stderr = { write: (part: string) => void (text += part), rows: 24, columns: 80 };
  const renderer = await createRenderer(kind, { stderr, color, now: () => now, verbose: false });
  for (const event of events) {
    now = event.at;
    renderer.handle(event);
  }
  renderer.close();
  return text;
}

describe.each(['deploy', 'staging'] as const)('the recorded %s', (name) => {
  const log = logs[name];
  it.each(['lines', 'github', 'tree'] as const)('through %s', async (kind) => {
    expectGolden(golden(`recorded-${name}-${kind}.txt`), await replay(kind, log));
  });
  it('through jsonl is itself', async () => {
    const lines = (await replay('jsonl', log)).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(log);
  });
  it('as the window at some moments', () => {
    const moments: string[] = [];
    log.reduce((state, event, index) => {
      const next = fold(state, event);
      if (index % 12 === 0 || index === log.length - 1)
        moments.push(`--- ${index} ${event.type}`, ...window(next, { rows: 12, columns: 80, now: event.at, color: false }));
      return next;
    }, emptyProgress);
    expectGolden(golden(`recorded-${name}-window.txt`), moments.join('\n') + '\n');
  });
  it('has no escapes in lines without colour, and some with', async () => {
    expect(await replay('lines', log)).not.toContain('\u001b');
    expect(await replay('lines', log, true)).toContain('\u001b[');
  });
});

describe('the end of a deploy that went back', () => {
  const outcome = (logs.deploy.at(-1) as { outcome: DeployOutcome }).outcome;
  it('is told of every rollout, also of those whose last word only the outcome has', async () => {
    const end = logs.deploy.reduce(fold, emptyProgress);
    expect(end.rollouts.map((r) => r.state)).toEqual(outcome.rollouts.map((r) => r.status));
    for (const kind of ['lines', 'github'] as const)
      expect(await replay(kind, logs.deploy)).toMatch(/catalog shop-canary\/eu-west-1: rolled-back/);
    expect((await replay('github', logs.deploy)).match(/^::error /gm)).toHaveLength(2);
  });
  it('is summed up', () => {
    expectGolden(golden('recorded-summary.txt'), summarizeDeploy(outcome, { color: false, columns: 80 }) + '\n');
    expect(exitCodeOf(outcome)).toBe(1);
  });
});
