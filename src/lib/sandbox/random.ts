/** mulberry32: a state that is kept with the rest goes on identically when it is loaded again. */
export function mulberry(seed: number): { seed: number; bits: number; value: number } {
  const next = (seed + 0x6d2b79f5) >>> 0;
  let t = next;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  const bits = (t ^ (t >>> 14)) >>> 0;
  return { seed: next, bits, value: bits / 2 ** 32 };
}
