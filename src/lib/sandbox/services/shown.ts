/** What a cell shows of its things, made once for each version of the cell. */
import type { Cell } from '../service.js';
import { stable } from '../wire/stable.js';

const shown = new WeakMap<Cell, { version: number; views: Map<string, object> }>();

/** The view of one thing: the same object as before while nothing in the cell changed. */
export function shownOnce(cell: Cell, key: string, show: () => object): object {
  const held = shown.get(cell);
  const current = held?.version === cell.version ? held : { version: cell.version, views: new Map<string, object>() };
  if (current !== held) shown.set(cell, current);
  const known = current.views.get(key);
  if (known) return known;
  const made = stable(show());
  current.views.set(key, made);
  return made;
}
