/** Parts of answers that stay as they are while nothing changes: their text is made once. */
const texts = new WeakMap<object, string | null>();

/** Says that this value will never be changed: it is replaced by another when what it shows changes. */
export function stable<T extends object>(value: T): T {
  if (!texts.has(value)) texts.set(value, null);
  return value;
}

export const isStable = (value: unknown): value is object => typeof value === 'object' && value !== null && texts.has(value);

export function textOf(value: object, write: () => string): string {
  const known = texts.get(value);
  if (typeof known === 'string') return known;
  const made = write();
  texts.set(value, made);
  return made;
}
