/** What of a live resource is not as its template set it. What the template does not set is not compared. */
import type { Difference } from './state.js';
import { schemaOf, type Shape } from './types/schema.js';

type Properties = Record<string, unknown>;

/** Differences of a resource, and the properties that were compared. */
export function differencesOf(
  type: string,
  expected: Properties,
  actual: Properties,
): { differences: Difference[]; expected: Properties; actual: Properties } {
  const { shape, writeOnly = [] } = schemaOf(type);
  const told = Object.fromEntries(Object.entries(expected).filter(([key]) => !writeOnly.includes(key)));
  const children = typeof shape === 'object' && 'properties' in shape ? shape.properties : {};
  const found: Difference[] = [];
  const held: Properties = {};
  for (const [key, value] of Object.entries(told)) {
    const live = key === 'Tags' ? withoutReserved(actual[key]) : actual[key];
    if (live !== undefined) held[key] = live;
    compare(children[key] ?? 'any', value, live, `/${key}`, found);
  }
  return { differences: found, expected: told, actual: held };
}

/** Tags that AWS itself sets do not count. */
const withoutReserved = (tags: unknown): unknown =>
  Array.isArray(tags) ? tags.filter((tag: { Key?: string }) => !tag.Key?.startsWith('aws:')) : tags;

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    inner && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  ) ?? 'null';
const shown = (value: unknown): string => (typeof value === 'string' ? value : canonical(value));

/** Nothing set and nothing there is the same. */
const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || (Array.isArray(value) && value.length === 0);

function compare(shape: Shape, expected: unknown, actual: unknown, path: string, found: Difference[]): void {
  if (isEmpty(expected) && isEmpty(actual)) return;
  if (actual === undefined || actual === null) {
    found.push({ path, expected: shown(expected), actual: 'null', type: 'REMOVE' });
    return;
  }
  if (Array.isArray(expected) && Array.isArray(actual)) {
    const item = typeof shape === 'object' && 'item' in shape ? shape.item : 'any';
    compareLists(item, expected, actual, path, found);
    return;
  }
  const structured = typeof shape === 'object' && 'properties' in shape;
  if (structured && typeof expected === 'object' && typeof actual === 'object') {
    for (const [key, value] of Object.entries(expected as Properties))
      compare(shape.properties[key] ?? 'any', value, (actual as Properties)[key], `${path}/${key}`, found);
    return;
  }
  const alike =
    typeof expected === 'object' || typeof actual === 'object'
      ? canonical(parsed(expected)) === canonical(parsed(actual))
      : String(expected) === String(actual);
  if (!alike) found.push({ path, expected: shown(expected), actual: shown(actual), type: 'NOT_EQUAL' });
}

/** Documents are texts in one place and values in another. */
function parsed(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** Their order does not count: what has no equal on the other side differs. */
function compareLists(item: Shape, expected: unknown[], actual: unknown[], path: string, found: Difference[]): void {
  const free = actual.map((value, index) => ({ value, index }));
  const unmatched = expected.flatMap((value, index) => {
    const at = free.findIndex((other) => {
      const differences: Difference[] = [];
      compare(item, value, other.value, '', differences);
      return differences.length === 0;
    });
    if (at >= 0) free.splice(at, 1);
    return at >= 0 ? [] : [{ value, index }];
  });
  for (const { value, index } of unmatched) {
    const twin = typeof value === 'object' ? free.findIndex((other) => keyOf(other.value) === keyOf(value)) : -1;
    const pair = twin >= 0 ? free.splice(twin, 1)[0] : unmatched.length === 1 && free.length === 1 ? free.pop() : undefined;
    if (pair) compare(item, value, pair.value, `${path}/${index}`, found);
    else found.push({ path: `${path}/${index}`, expected: shown(value), actual: 'null', type: 'REMOVE' });
  }
  for (const { value, index } of free)
    found.push({ path: `${path}/${index}`, expected: 'null', actual: shown(value), type: 'ADD' });
}

/** What names an item of a list: a tag's key, an attribute's key, a container's name. */
function keyOf(value: unknown): unknown {
  const { Key, Name, PolicyName } = (value ?? {}) as Properties;
  return Key ?? Name ?? PolicyName ?? {};
}
