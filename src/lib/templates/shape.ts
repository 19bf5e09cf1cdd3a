/**
 * The values of rendered YAML texts. Those of a fleet differ in their strings only, and parsing one takes a millisecond: a text
 * is parsed once with placeholders for its strings, and the strings are put into the value.
 */
import { parse, parseDocument } from 'yaml';

/** A rendered text: each string that came through JSON is a placeholder in it. */
export interface Draft {
  readonly text: string;
  readonly strings: readonly string[];
}

// Of Unicode's private use. A text that has such characters of its own is parsed as it is.
const OPEN = '\uE000';
const CLOSE = '\uE001';
const QUOTED = new RegExp(`"${OPEN}(\\d+)${CLOSE}"`, 'g');
const WHOLE = new RegExp(`^${OPEN}(\\d+)${CLOSE}$`);

/** JSON of a value whose strings go to the end of the list. */
export const jsonInto = (value: unknown, strings: string[]): string =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === 'string' ? `${OPEN}${strings.push(part) - 1}${CLOSE}` : part));

/** The text as it was meant. */
export const textOfDraft = ({ text, strings }: Draft): string =>
  text.replace(QUOTED, (_, index: string) => JSON.stringify(strings[Number(index)]));

/** What a text with these placeholders says; null where it has to be parsed with its strings. */
const shapes = new Map<string, { readonly value: unknown } | null>();
const KNOWN = 1_000;
/** YAML has a limit for keys, of 1024 characters. */
const LONGEST_KEY = 1_000;

/**
 * The same as of `parse`, and the caller's own.
 * @throws YAMLParseError of the text with its strings
 */
export function valueOfDraft(draft: Draft): unknown {
  const shape = shapes.get(draft.text) ?? shapeOf(draft);
  if (shapes.size >= KNOWN) shapes.clear();
  shapes.set(draft.text, shape);
  try {
    if (shape) return fill(shape.value, draft.strings);
  } catch (error) {
    if (!(error instanceof Unlike)) throw error;
  }
  return parse(textOfDraft(draft));
}

/** Each placeholder has to be found once, as the whole of a string: then its place takes any other string. */
function shapeOf({ text, strings }: Draft): { readonly value: unknown } | null {
  const document = parseDocument(text);
  // Errors and warnings are told of the text itself.
  if (document.errors.length > 0 || document.warnings.length > 0) return null;
  let value: unknown;
  try {
    value = document.toJS();
  } catch {
    return null;
  }
  const found = new Set<string>();
  const isPlain = (part: unknown): boolean => {
    if (typeof part === 'string') {
      if (!part.includes(OPEN)) return true;
      const whole = WHOLE.test(part) && !found.has(part);
      found.add(part);
      return whole;
    }
    if (Array.isArray(part)) return part.every(isPlain);
    if (typeof part !== 'object' || part === null) return true;
    // Bytes, say.
    if (Object.getPrototypeOf(part) !== Object.prototype) return false;
    return Object.entries(part).every(([key, inner]) => isPlain(key) && isPlain(inner));
  };
  return isPlain(value) && found.size === strings.length ? { value } : null;
}

/** With these strings it may not have the same shape. */
class Unlike extends Error {}

function fill(value: unknown, strings: readonly string[]): unknown {
  const put = (text: string): string => {
    const index = text.startsWith(OPEN) ? WHOLE.exec(text)?.[1] : undefined;
    return index === undefined ? text : strings[Number(index)]!;
  };
  const copy = (part: unknown): unknown => {
    if (typeof part === 'string') return put(part);
    if (Array.isArray(part)) return part.map(copy);
    if (typeof part !== 'object' || part === null) return part;
    const made: Record<string, unknown> = {};
    for (const name of Object.keys(part)) {
      const key = put(name);
      // Twice the same key is an error, which the parser tells.
      if (key.length > LONGEST_KEY || key === '__proto__' || Object.hasOwn(made, key)) throw new Unlike();
      made[key] = copy((part as Record<string, unknown>)[name]);
    }
    return made;
  };
  return copy(value);
}
