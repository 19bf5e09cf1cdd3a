/** Two environments side by side: missing, denied, unreadable and different are four things. */
import type { TagRow } from '../model/tag-row.js';

/** A service in an environment, its targets folded. */
export interface DiffSide {
  readonly state: 'one' | 'several' | 'missing' | 'denied' | 'unreadable';
  /** Each tag with the targets that have it, most first. */
  readonly tags: readonly { readonly tag: string; readonly targets: readonly string[] }[];
  readonly missing: readonly string[];
  readonly denied: readonly string[];
  readonly unreadable: readonly string[];
}

export interface DiffRow {
  readonly service: string;
  readonly status: 'same' | 'different' | 'missing' | 'denied' | 'unreadable';
  readonly from: DiffSide;
  readonly to: DiffSide;
}

export function sideOf(rows: readonly TagRow[]): DiffSide {
  const tags = new Map<string, string[]>();
  for (const row of rows) if (row.tag !== null) tags.set(row.tag, [...(tags.get(row.tag) ?? []), row.target]);
  const named = (state: TagRow['state']) => rows.filter((r) => r.state === state).map((r) => r.target);
  const found = [...tags].map(([tag, targets]) => ({ tag, targets })).sort((a, b) => b.targets.length - a.targets.length);
  const denied = named('denied');
  const unreadable = named('unreadable');
  const missing = named('missing');
  const state =
    found.length > 1
      ? 'several'
      : found.length === 1
        ? 'one'
        : denied.length > 0
          ? 'denied'
          : unreadable.length > 0
            ? 'unreadable'
            : 'missing';
  return { state, tags: found, missing, denied, unreadable };
}

/**
 * What is seen to differ is different, whatever else cannot be seen; what cannot be seen is never the same.
 * Missing on both sides is the same.
 */
export function diffEnvironments(services: readonly string[], from: readonly TagRow[], to: readonly TagRow[]): DiffRow[] {
  return services.map((service): DiffRow => {
    const [left, right] = [from, to].map((rows) => sideOf(rows.filter((r) => r.service === service))) as [DiffSide, DiffSide];
    const sides = [left, right];
    const tags = new Set(sides.flatMap((s) => s.tags.map((t) => t.tag)));
    const some = (of: 'missing' | 'denied' | 'unreadable') => sides.some((s) => s[of].length > 0);
    const status =
      tags.size > 1
        ? 'different'
        : some('missing') && tags.size > 0
          ? 'missing'
          : some('denied')
            ? 'denied'
            : some('unreadable')
              ? 'unreadable'
              : 'same';
    return { service, status, from: left, to: right };
  });
}
