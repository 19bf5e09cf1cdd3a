/** Locks, as a person reads them. */
import { describe, minuteOf } from '../locks/refusal.js';
import type { LockView } from '../model/lock.js';
import { clean, duration, paint, table } from './style.js';

interface Look {
  readonly color: boolean;
  readonly columns: number;
  readonly now: number;
}

export function renderLocks(locks: readonly LockView[], { color, columns, now }: Look): string {
  if (locks.length === 0) return 'Nothing is locked.';
  const { bold, dim } = paint(color);
  const head = ['ENV', 'SERVICE', 'UNTIL', 'WHO'].map((text) => bold(text));
  const rows = locks.flatMap((lock) => [
    [lock.environment, lock.service, untilText(lock, now), clean(`${describe(lock)}${lock.run ? ` ${lock.run}` : ''}`)],
    ...lock.waiting.map((waits, index) => ['', '', dim(`next ${index + 1}`), dim(clean(describe(waits)))]),
  ]);
  return table([head, ...rows], columns);
}

/** A deploy's lock lasts as long as the deploy: its lease is no end. */
const untilText = (lock: LockView, now: number): string =>
  lock.kind === 'hand' ? `${minuteOf(lock.until)} (${duration(Date.parse(lock.until) - now)} left)` : 'while it runs';
