/** Blocks of addresses, as Fn::Cidr cuts them. */

/** `count` blocks of 2^`bits` addresses, from the start of an IPv4 block on; null where they do not fit. */
export function cidrBlocks(block: string, count: number, bits: number): string[] | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(block);
  if (!match || !(count >= 1 && count <= 256) || !(bits >= 1 && bits <= 32)) return null;
  const [a, b, c, d, length] = match.slice(1).map(Number) as [number, number, number, number, number];
  if (length > 32 || [a, b, c, d].some((part) => part > 255)) return null;
  const size = 2 ** bits;
  const start = Math.floor((((a * 256 + b) * 256 + c) * 256 + d) / 2 ** (32 - length)) * 2 ** (32 - length);
  if (count * size > 2 ** (32 - length)) return null;
  return Array.from({ length: count }, (_, index) => {
    const at = start + index * size;
    return `${[24, 16, 8, 0].map((shift) => Math.floor(at / 2 ** shift) % 256).join('.')}/${32 - bits}`;
  });
}
