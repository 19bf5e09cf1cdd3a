/** Plain records in the state, keyed by names that callers choose. */

/** The entry of that very name: never one that every object inherits, such as `constructor`. */
export const entry = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;

/** In the order of names, by code unit as AWS lists them. */
export const sorted = <T>(record: Readonly<Record<string, T>>): [string, T][] =>
  Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));

export interface Tag {
  Key: string;
  Value?: string;
}
export const tagsOf = (list: readonly Tag[] | undefined): Record<string, string> =>
  Object.fromEntries((list ?? []).map(({ Key, Value }) => [Key, Value ?? '']));
export const tagList = (tags: Readonly<Record<string, string>>): Tag[] =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
export function untag(tags: Record<string, string>, keys: readonly string[]): void {
  for (const key of keys) delete tags[key];
}
