/** Conditions of a statement against what is known of a request. */
import type { Conditions } from './document.js';
import { matchesArn, matchesPattern } from './match.js';

/** Condition keys of a request; names are compared without case. Several values: a key with several. */
export type Keys = Readonly<Record<string, string | readonly string[]>>;

/** Every key of every operator has to hold. */
export function conditionsHold(conditions: Conditions, keys: Keys): boolean {
  const lower = new Map(
    Object.entries(keys).map(([key, value]) => [key.toLowerCase(), typeof value === 'string' ? [value] : value]),
  );
  return Object.entries(conditions).every(([operator, wanted]) =>
    Object.entries(wanted).every(([key, values]) =>
      holds(
        operator,
        values.map((value) => fill(value, lower)),
        lower.get(key.toLowerCase()) ?? null,
      ),
    ),
  );
}

/** Puts policy variables in: `${aws:PrincipalTag/team}`, with a default after a comma. */
export function fill(text: string, keys: ReadonlyMap<string, readonly string[]>): string {
  return text.replace(/\$\{([^}]+)\}/g, (whole, inner: string) => {
    if (inner === '*' || inner === '?' || inner === '$') return inner;
    const [name = '', fallback] = inner.split(/,\s*/);
    return keys.get(name.trim().toLowerCase())?.[0] ?? fallback?.replace(/^'|'$/g, '') ?? whole;
  });
}

function holds(operator: string, wanted: readonly string[], given: readonly string[] | null): boolean {
  const [, set, bare, ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(operator)!;
  if (bare === 'Null') return wanted.includes(String(given === null));
  if (set === 'ForAllValues') return (given ?? []).every((value) => matchesAny(bare!, wanted, value));
  if (given === null) return ifExists !== undefined || isNegated(bare!);
  if (set === 'ForAnyValue' || !isNegated(bare!)) return given.some((value) => matchesAny(bare!, wanted, value));
  return given.every((value) => matchesAny(bare!, wanted, value));
}

const isNegated = (operator: string): boolean => /Not/.test(operator);

/** One of the wanted values; for an operator that denies, none of them. */
function matchesAny(operator: string, wanted: readonly string[], value: string): boolean {
  const plain = operator.replace('Not', '');
  const found = wanted.some((pattern) => compare(plain, pattern, value));
  return isNegated(operator) ? !found : found;
}

const time = (text: string): number => (/^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text));

function compare(operator: string, wanted: string, value: string): boolean {
  switch (operator) {
    case 'StringEquals':
    case 'BinaryEquals':
      return wanted === value;
    case 'StringEqualsIgnoreCase':
    case 'Bool':
      return wanted.toLowerCase() === value.toLowerCase();
    case 'StringLike':
      return matchesPattern(wanted, value);
    case 'ArnEquals':
    case 'ArnLike':
      return matchesArn(wanted, value);
    case 'IpAddress':
      return inNetwork(wanted, value);
  }
  const [, kind, order] = /^(Numeric|Date)(\w+)$/.exec(operator)!;
  const number = kind === 'Date' ? time : Number;
  const [a, b] = [number(value), number(wanted)];
  switch (order) {
    case 'Equals':
      return a === b;
    case 'LessThan':
      return a < b;
    case 'LessThanEquals':
      return a <= b;
    case 'GreaterThan':
      return a > b;
    default:
      return a >= b;
  }
}

function inNetwork(network: string, address: string): boolean {
  const [base = '', bits = '32'] = network.split('/');
  const number = (text: string): number => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(bits));
  return Math.floor(number(base) / size) === Math.floor(number(address) / size);
}
