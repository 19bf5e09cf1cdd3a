/**
 * AWS's reads trail its writes: for a moment after a write a read may still show what was there before.
 * Here every read in that moment does, so that a client that cannot cope with it is found.
 */
import type { CallContext, Cell } from './service.js';

interface Before {
  readonly view: object;
  /** Sandbox time, milliseconds. */
  readonly until: number;
}

/** Not a part of the state: a moment is over before it is loaded again. */
const befores = new WeakMap<Cell, Map<string, Before>>();

type Where = Pick<CallContext, 'cell' | 'now' | 'world'>;

/** Keeps what a thing looks like before it is written. */
export function writes({ cell, now, world }: Where, key: string, view: () => object): void {
  const moment = world.readsTrailMs();
  if (moment === 0) return;
  const kept = befores.get(cell) ?? new Map<string, Before>();
  befores.set(cell, kept);
  for (const [other, before] of kept) if (before.until <= now) kept.delete(other);
  kept.set(key, { view: view(), until: now + moment });
}

/** How the thing looked before it was written a moment ago, or null where its present look is to be shown. */
export function trailing({ cell, now }: Where, key: string): object | null {
  const before = befores.get(cell)?.get(key);
  return before && now < before.until ? before.view : null;
}

/** Whether reads do not show yet what was made at that time. */
export const unseen = ({ now, world }: Where, madeAt: number): boolean => madeAt <= now && now - madeAt < world.readsTrailMs();
