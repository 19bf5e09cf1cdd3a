/** Keeps the record of a deploy while it runs, from its stream of events; and looks whether somebody wants it cancelled. */
import type { BafEvent } from '../model/event.js';
import { BEAT_MS, recordEvent, type DeployRecord } from '../records/record.js';
import type { Effects } from './effects.js';
import { POLL_MS } from './poller.js';
import { isUnfinished } from '../rollout/outcomes.js';
import { readWish, writeRecord, type RecordPlace, type Wish } from './records.js';

/** How a deploy ended is written again for so long where that fails: the next one waits for it. */
const LAST_WORDS_MS = 60_000;
/** A wave's end is written when so long nothing else is: the end of the last one is the deploy's, most often. */
const WAVE_MS = 1_000;

export interface Recording {
  readonly place: RecordPlace;
  readonly record: DeployRecord;
  /** Called once, when somebody wants the deploy to stop and go back. */
  onWish(wish: Wish): void;
  /** Whether the process leaves, and lets ECS go on. */
  leaves(): boolean;
}

/**
 * The events of `run`, and a record of them: written before the first, at each wave's end, every half minute, and at the
 * end. A record that cannot be written is a warning: it stops no deploy.
 */
export async function* recorded(
  { place, record: first, onWish, leaves }: Recording,
  effects: Effects,
  run: () => AsyncIterable<BafEvent>,
): AsyncGenerator<BafEvent, DeployRecord> {
  const { clock } = effects;
  const stop = new AbortController();
  let record = first;
  let failed: string | null = null;
  let writing: Promise<void> | null = null;
  let dirty = false;
  let writtenAt = -Infinity;
  /** One at a time, and then the newest: of several that wait only the last is written. */
  const write = (): Promise<void> => {
    dirty = true;
    writing ??= (async () => {
      while (dirty) {
        dirty = false;
        writtenAt = clock.now();
        record = { ...record, beatAt: clock.now() };
        await writeRecord(place, record, effects).then(
          () => (failed = null),
          (error: unknown) => (failed = error instanceof Error ? error.message : String(error)),
        );
      }
    })().finally(() => (writing = null));
    return writing;
  };
  const live = async (): Promise<void> => {
    let wished = false;
    for (;;) {
      await clock.sleep(POLL_MS, stop.signal);
      if (clock.now() - writtenAt >= BEAT_MS) void write();
      const wish = wished ? null : await readWish(place, record.id, effects).catch(() => null);
      if (!wish || stop.signal.aborted) continue;
      wished = true;
      onWish(wish);
    }
  };
  await write();
  if (failed !== null) yield { type: 'warning', at: clock.now(), text: `This deploy is not recorded: ${failed}` };
  void live().catch(() => undefined);
  try {
    for await (const event of run()) {
      record = recordEvent(record, event);
      if (event.type === 'wave.ended') void clock.sleep(WAVE_MS, stop.signal).then(write, () => undefined);
      if (event.type === 'deploy.ended') {
        stop.abort();
        if (leaves() && isUnfinished(record.state, record.rollouts)) record = { ...record, state: 'left', finishedAt: null };
        const until = clock.now() + LAST_WORDS_MS;
        await write();
        for (let attempt = 0; attempt < 2 && failed !== null && clock.now() < until; attempt++) {
          await clock.sleep(1_000);
          await write();
        }
        if (failed !== null) yield { type: 'warning', at: clock.now(), text: `How this deploy ended is not recorded: ${failed}` };
      }
      yield event;
    }
  } finally {
    stop.abort();
  }
  return record;
}
