/**
 * Whether what runs already satisfies what is wanted: every value that is wanted is there. Keys that AWS adds by
 * itself do not count; lists of named things match by name, other lists of texts in any order.
 */
export function satisfies(live: unknown, wanted: unknown): boolean {
  if (wanted === undefined || wanted === null) return true;
  if (Array.isArray(wanted)) {
    const have = Array.isArray(live) ? live : [];
    if (have.length !== wanted.length) return false;
    const rest = [...have];
    return wanted.every((item) => {
      const at = rest.findIndex((candidate) => satisfies(candidate, item));
      if (at >= 0) rest.splice(at, 1);
      return at >= 0;
    });
  }
  if (typeof wanted === 'object') {
    if (typeof live !== 'object' || live === null) return Object.keys(wanted).length === 0;
    return Object.entries(wanted).every(([key, value]) => satisfies((live as Record<string, unknown>)[key], value));
  }
  return String(live) === String(wanted);
}
