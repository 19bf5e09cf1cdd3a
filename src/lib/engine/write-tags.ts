/** Writes deploy tags: targets side by side, each at the pace that AWS allows it, with a line in the ledger for every one. */
import type { BafEvent } from '../model/event.js';
import type { TagChange, TagOutcome } from '../model/tag-change.js';
import type { AuditRecord } from '../tags/audit.js';
import type { Effects } from './effects.js';
import { causeOf } from './plan-tags.js';
import { putTag } from './put-tag.js';
import { EventQueue } from './queue.js';

export interface TagWrites {
  readonly environment: string;
  readonly changes: readonly TagChange[];
  /** For the audit record of each change. */
  readonly record: Omit<AuditRecord, 'by' | 'version' | 'id' | 'from'>;
}

export interface Ledger {
  /** In the order of the changes, one each. */
  readonly outcomes: readonly TagOutcome[];
  /** What else had to be done. */
  readonly notes: readonly string[];
}

/** Calls at once in one target: as many as make up for the way to AWS and back. */
const AT_ONCE = 4;
/** So often refused for a missing right in one target, the rest there is not tried any more. */
const DENIED_ENOUGH = 3;
const SAY_EVERY_MS = 2_000;

export async function* writeTags(writes: TagWrites, effects: Effects, signal: AbortSignal): AsyncGenerator<BafEvent, Ledger> {
  const { changes } = writes;
  const said = new EventQueue<BafEvent>();
  const outcomes = new Map<TagChange, TagOutcome>();
  const notes: string[] = [];
  const cells = byTarget(changes);
  const todo = changes.filter((c) => c.action === 'write').length;
  const written = () => [...outcomes.values()].filter((o) => o.status === 'written').length;
  let saidAt = -Infinity;
  const say = (state: 'started' | 'succeeded' | 'failed') => {
    const at = effects.clock.now();
    if (state === 'started' && at - saidAt < SAY_EVERY_MS) return;
    const left = Math.max(0, ...cells.map((cell) => leftIn(cell, outcomes, effects)));
    // What is over at once needs no progress.
    if (state === 'started' && saidAt === -Infinity && left < SAY_EVERY_MS) return;
    saidAt = at;
    const detail = `${written()} of ${todo} written${state === 'started' && left > 0 ? `, about ${secondsText(left)} left` : ''}`;
    said.push({ type: 'step', at, name: 'tags', state, detail });
  };
  const all = Promise.all(
    cells.map((cell) =>
      writeCell(writes, cell, effects, signal, (change, outcome, more) => {
        outcomes.set(change, outcome);
        notes.push(...more);
        if (outcome.status === 'written') say('started');
      }),
    ),
  ).finally(() => said.close());
  all.catch(() => undefined);
  if (todo > 0) say('started');
  yield* said;
  await all;
  const end = changes.map((change) => outcomes.get(change)!);
  if (saidAt > -Infinity) {
    const state = written() === todo ? 'succeeded' : 'failed';
    yield { type: 'step', at: effects.clock.now(), name: 'tags', state, detail: `${written()} of ${todo} written` };
  }
  return { outcomes: end, notes };
}

function byTarget(changes: readonly TagChange[]): TagChange[][] {
  const cells = new Map<string, TagChange[]>();
  for (const change of changes) cells.set(change.target.name, [...(cells.get(change.target.name) ?? []), change]);
  return [...cells.values()];
}

/** Milliseconds that what is left in a target takes at least. */
function leftIn(cell: readonly TagChange[], outcomes: ReadonlyMap<TagChange, TagOutcome>, effects: Effects): number {
  const open = cell.filter((c) => c.action === 'write' && !outcomes.has(c)).length;
  return open === 0 ? 0 : effects.at(cell[0]!.target).ssm.estimateWrites(Math.max(0, open - AT_ONCE));
}

const secondsText = (ms: number): string => (ms < 90_000 ? `${Math.ceil(ms / 1000)}s` : `${Math.ceil(ms / 60_000)}m`);

async function writeCell(
  writes: TagWrites,
  cell: readonly TagChange[],
  effects: Effects,
  signal: AbortSignal,
  done: (change: TagChange, outcome: TagOutcome, notes: readonly string[]) => void,
): Promise<void> {
  const waiting = [...cell];
  let denied = 0;
  const next = async (): Promise<void> => {
    for (let change = waiting.shift(); change; change = waiting.shift()) {
      const { outcome, notes } = await writeOne(writes, change, effects, signal, denied >= DENIED_ENOUGH);
      if (outcome.cause?.code === 'AccessDenied') denied++;
      done(change, outcome, notes);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
}

async function writeOne(
  { environment, record }: TagWrites,
  change: TagChange,
  effects: Effects,
  signal: AbortSignal,
  hopeless: boolean,
): Promise<{ outcome: TagOutcome; notes: readonly string[] }> {
  const { service, target, from, to, expected, value } = change;
  const line = { service, target: target.name, from, to, version: expected === 0 ? null : expected };
  const end = (status: TagOutcome['status'], cause = change.cause) => ({
    outcome: { ...line, status, ...(cause ? { cause } : {}) },
    notes: [],
  });
  if (change.action === 'unchanged') return end('unchanged');
  if (change.action === 'blocked') return end(change.cause?.code === 'AccessDenied' ? 'failed' : 'refused');
  if (signal.aborted)
    return end('skipped', { code: 'Interrupted', message: 'Interrupted before it was written.', advice: 'Run it again.' });
  if (hopeless)
    return end('skipped', {
      code: 'AccessDenied',
      message: `Not tried: ${target.name} refused ${DENIED_ENOUGH} others.`,
      advice: `Check what the role of the platform file may do in ${target.name}.`,
    });
  try {
    const { version, notes } = await putTag(
      { environment, service, target, value, expected, record: { ...record, ...(change.source ? { from: change.source } : {}) } },
      effects,
    );
    return { outcome: { ...line, version, status: 'written' }, notes };
  } catch (error) {
    const cause = causeOf(error);
    return end(cause.code === 'TagConflict' ? 'refused' : 'failed', cause);
  }
}
