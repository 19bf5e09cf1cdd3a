/** Address ranges: as AWS writes them, and whether one lies in another. */

interface Range {
  readonly first: number;
  readonly bits: number;
}

/** An IPv4 range, or null where the text is none. */
export function rangeOf(cidr: string): Range | null {
  const found = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr);
  if (!found) return null;
  const [, ...parts] = found.map(Number);
  const [a, b, c, d, bits] = parts as [number, number, number, number, number];
  if (bits > 32 || [a, b, c, d].some((byte) => byte > 255)) return null;
  const size = 2 ** (32 - bits);
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  return { first: Math.floor(address / size) * size, bits };
}

export const sizeOf = ({ bits }: Range): number => 2 ** (32 - bits);

export const addressAt = (at: number): string => [24, 16, 8, 0].map((shift) => Math.floor(at / 2 ** shift) % 256).join('.');

/** The range with its first address, as AWS keeps `10.0.0.9/24` as `10.0.0.0/24`. */
export function canonical(cidr: string): string | null {
  const range = rangeOf(cidr);
  return range && `${addressAt(range.first)}/${range.bits}`;
}

export const contains = (outer: Range, inner: Range): boolean =>
  inner.first >= outer.first && inner.first + sizeOf(inner) <= outer.first + sizeOf(outer);

export const overlaps = (a: Range, b: Range): boolean => contains(a, b) || contains(b, a);
