/** Settings side by side: over the targets of an environment, and of two environments. */
import type { SettingRow } from '../model/setting-row.js';

export type Seen = Pick<SettingRow, 'service' | 'environment' | 'target' | 'key' | 'value' | 'version' | 'updatedAt'>;

/** A row for each key in each target; `targets` are those of its environment that answered. */
export function rowsOf(
  seen: readonly Seen[],
  keys: readonly Pick<Seen, 'service' | 'environment' | 'key'>[],
  targets: readonly { readonly environment: string; readonly target: string; readonly denied: boolean }[],
): SettingRow[] {
  const id = (k: Pick<Seen, 'service' | 'environment' | 'key'>): string => [k.environment, k.service, k.key].join('\n');
  const all = new Map(
    [...keys, ...seen].map(({ service, environment, key }) => [id({ service, environment, key }), { service, environment, key }]),
  );
  return [...all.values()].toSorted(byName).flatMap((k) => {
    const places = targets.filter((t) => t.environment === k.environment);
    const found = new Map(seen.filter((s) => id(s) === id(k)).map((s) => [s.target, s]));
    const open = places.filter((t) => !t.denied);
    const values = new Set(open.map((t) => found.get(t.target)?.value ?? null));
    return places.map(({ target, denied }): SettingRow => {
      const here = found.get(target);
      const { value = null, version = null, updatedAt = null } = here ?? {};
      return {
        ...k,
        target,
        value,
        version,
        updatedAt,
        state: denied ? 'denied' : !here ? 'missing' : values.size > 1 ? 'differs' : 'same',
      };
    });
  });
}

const byName = (a: { service: string; key: string }, b: { service: string; key: string }): number =>
  a.service === b.service ? compare(a.key, b.key) : compare(a.service, b.service);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** One key whose values differ: each side's distinct values over its targets, `null` among them where some have none. */
export interface SettingDifference {
  readonly service: string;
  readonly key: string;
  readonly from: readonly (string | null)[];
  readonly to: readonly (string | null)[];
}

/** Targets that were denied count on neither side. */
export function differences(rows: readonly SettingRow[], from: string, to: string): SettingDifference[] {
  const names = new Map(rows.map(({ service, key }) => [`${service}\n${key}`, { service, key }]));
  const side = (environment: string, { service, key }: { service: string; key: string }): (string | null)[] => {
    const values = rows
      .filter((r) => r.environment === environment && r.service === service && r.key === key && r.state !== 'denied')
      .map((r) => r.value);
    return values.length > 0 ? [...new Set(values)] : [null];
  };
  return [...names.values()]
    .toSorted(byName)
    .map((name) => ({ ...name, from: side(from, name), to: side(to, name) }))
    .filter((d) => d.from.length > 1 || d.to.length > 1 || d.from[0] !== d.to[0]);
}
