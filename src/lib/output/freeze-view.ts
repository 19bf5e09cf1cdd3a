/** Freezes, as a person reads them. */
import { minuteOf } from '../locks/refusal.js';
import type { FreezeView } from '../model/freeze.js';
import { clean, duration, paint, table } from './style.js';

interface Look {
  readonly color: boolean;
  readonly columns: number;
  readonly now: number;
}

export function renderFreezes(freezes: readonly FreezeView[], { color, columns, now }: Look): string {
  if (freezes.length === 0) return 'Nothing is frozen, and no window is coming.';
  const { bold, yellow, dim } = paint(color);
  const head = ['ENV', 'SERVICES', 'STATE', 'WHEN', 'WHY'].map((text) => bold(text));
  const rows = freezes.map((f) => [
    f.environment,
    clean(f.services?.join(', ') ?? 'all'),
    f.state === 'active' ? yellow('frozen') : dim('coming'),
    whenText(f, now),
    clean(`${f.reason} (${f.by ?? f.rule ?? 'by hand'})`),
  ]);
  return table([head, ...rows], columns);
}

function whenText(f: FreezeView, now: number): string {
  if (f.state === 'coming') return `${minuteOf(f.from!)} - ${minuteOf(f.until!)} (in ${duration(Date.parse(f.from!) - now)})`;
  return f.until === null ? 'until it is ended' : `until ${minuteOf(f.until)} (${duration(Date.parse(f.until) - now)} left)`;
}
