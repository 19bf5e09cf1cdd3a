/** Wildcards of policies: `*` for any text, `?` for one character. */

const compiled = new Map<string, RegExp>();

export function matchesPattern(pattern: string, text: string, { ignoreCase = false } = {}): boolean {
  const key = `${ignoreCase ? 'i' : 'c'}${pattern}`;
  let made = compiled.get(key);
  if (!made) {
    const source = pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '[\\s\\S]*')
      .replaceAll('?', '[\\s\\S]');
    made = new RegExp(`^${source}$`, ignoreCase ? 'i' : '');
    compiled.set(key, made);
  }
  return made.test(text);
}

/** An ARN matches part by part: a wildcard stays within its colons, except in the last part. */
export function matchesArn(pattern: string, arn: string): boolean {
  if (pattern === '*') return true;
  const parts = (text: string): string[] => {
    const all = text.split(':');
    return all.length > 6 ? [...all.slice(0, 5), all.slice(5).join(':')] : all;
  };
  const wanted = parts(pattern);
  const given = parts(arn);
  return wanted.length === given.length && wanted.every((part, i) => matchesPattern(part, given[i]!));
}
