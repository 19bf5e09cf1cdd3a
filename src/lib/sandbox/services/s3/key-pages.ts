/** Pages of keys, by prefix and delimiter, in the order of S3. */
import { AwsError } from '../../service.js';

/** S3 sorts by the bytes of the keys. */
export const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** Percent-encoded where asked for, so that any key survives XML. */
export const encoder = (type: string | undefined): ((text: string) => string) => {
  if (type === undefined) return (text) => text;
  if (type !== 'url')
    throw new AwsError('InvalidArgument', 'Invalid Encoding Method specified in Request', 400, {
      ArgumentName: 'encoding-type',
      ArgumentValue: type,
    });
  return (text) => encodeURIComponent(text).replaceAll('%2F', '/');
};

export interface Entry<T> {
  readonly key: string;
  readonly item: T;
}
interface Page<T> {
  readonly items: Entry<T>[];
  readonly prefixes: string[];
  /** The last key or common prefix of this page, or null where it is the last page. */
  readonly next: string | null;
}

export function maxOf(given: number | undefined, name: string): number {
  if (given !== undefined && (given < 0 || !Number.isInteger(given)))
    throw new AwsError('InvalidArgument', `Argument ${name} must be an integer between 0 and 2147483647`, 400, {
      ArgumentName: name,
      ArgumentValue: given,
    });
  return Math.min(given ?? 1000, 1000);
}

/** Keys under a prefix after a marker; those that go on beyond the delimiter are told as one common prefix. */
export function pageOf<T>(
  entries: readonly Entry<T>[],
  asked: { prefix: string; delimiter: string; after: string; max: number },
): Page<T> {
  const { prefix, delimiter, after, max } = asked;
  const items: Entry<T>[] = [];
  const prefixes: string[] = [];
  let last: string | null = null;
  for (const entry of entries) {
    if (!entry.key.startsWith(prefix)) continue;
    const end = delimiter === '' ? -1 : entry.key.indexOf(delimiter, prefix.length);
    const common = end < 0 ? null : entry.key.slice(0, end + delimiter.length);
    if (common !== null && (prefixes.includes(common) || (after !== '' && byBytes(common, after) <= 0))) continue;
    if (common === null && after !== '' && byBytes(entry.key, after) <= 0) continue;
    if (items.length + prefixes.length >= max) return { items, prefixes, next: max === 0 ? null : last };
    if (common === null) items.push(entry);
    else prefixes.push(common);
    last = common ?? entry.key;
  }
  return { items, prefixes, next: null };
}
