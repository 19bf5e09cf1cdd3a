/** Pins as a table; times in UTC. */
import type { Pin } from '../tags/pin.js';
import { clean, paint, table } from './style.js';

export function renderPins(pins: readonly Pin[], { color, columns }: { color: boolean; columns: number }): string {
  if (pins.length === 0) return 'Nothing is pinned.';
  const { bold } = paint(color);
  const minute = (iso: string): string => iso.slice(0, 'YYYY-MM-DDTHH:MM'.length).replace('T', ' ');
  const body = pins.map((pin) => [
    ...[pin.service, pin.environment, pin.tag, clean(pin.by), minute(pin.at)],
    pin.until === null ? 'unpinned' : minute(pin.until),
    clean(pin.reason),
  ]);
  return table([['SERVICE', 'ENV', 'TAG', 'BY', 'SINCE (UTC)', 'UNTIL', 'WHY'].map((text) => bold(text)), ...body], columns);
}
