/** Takes secrets out of texts: those it was told, in every form in which they may appear, and what is one by its look. */
import { formsOf, SHORTEST } from './encodings.js';
import { hideLooks, MASK } from './patterns.js';

export interface AddOptions {
  /** Whether each line of a value is a secret by itself (default). */
  readonly lines?: boolean;
}

export interface Redactor {
  /** Returns whether it was new, and long enough to be a secret. */
  add(secret: string, options?: AddOptions): boolean;
  clean(text: string): string;
  /** The same of all texts in a value of plain objects and lists. */
  cleanDeep<T>(value: T): T;
}

/** Forms are looked for by the hash of their first characters: the cost of a text does not grow with the secrets. */
export function createRedactor(): Redactor {
  const known = new Set<string>();
  const forms = new Map<number, string[]>();
  let pending: (() => string[])[] = [];
  const index = (): void => {
    for (const form of pending.flatMap((make) => make())) {
      const hash = hashOf(form, 0);
      const same = forms.get(hash);
      if (!same) forms.set(hash, [form]);
      else if (!same.includes(form)) same.push(form);
    }
    pending = [];
  };
  const clean = (text: string): string => {
    if (pending.length > 0) index();
    return hideLooks(forms.size > 0 ? hideForms(text, forms) : text);
  };
  const cleanDeep = (value: unknown): unknown => {
    if (typeof value === 'string') return clean(value);
    if (Array.isArray(value)) return value.map(cleanDeep);
    if (typeof value !== 'object' || value === null || !isPlain(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, cleanDeep(part)]));
  };
  return {
    add(secret, options) {
      if (secret.trim().length < SHORTEST || known.has(secret)) return false;
      known.add(secret);
      // Encoded when the first text comes: many commands print nothing after they got their credentials.
      pending.push(() => formsOf(secret, options));
      return true;
    },
    clean,
    cleanDeep: cleanDeep as Redactor['cleanDeep'],
  };
}

const isPlain = (value: object): boolean => [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null);

const BASE = 0x01000193;
/** What the first character of a window counts for: `BASE` to the power of its length less one. */
const FIRST = Array.from({ length: SHORTEST - 1 }).reduce<number>((power) => Math.imul(power, BASE), 1);

function hashOf(text: string, from: number): number {
  let hash = 0;
  for (let at = from; at < from + SHORTEST; at++) hash = (Math.imul(hash, BASE) + text.charCodeAt(at)) | 0;
  return hash;
}

/** Forms that overlap become one mask. */
function hideForms(text: string, forms: ReadonlyMap<number, readonly string[]>): string {
  if (text.length < SHORTEST) return text;
  let made = '';
  let copied = 0;
  let hiddenFrom = -1;
  let hiddenTo = 0;
  let hash = hashOf(text, 0);
  const flush = (): void => {
    if (hiddenFrom < 0) return;
    made += text.slice(copied, hiddenFrom) + MASK;
    copied = hiddenTo;
    hiddenFrom = -1;
  };
  for (let at = 0; at + SHORTEST <= text.length; at++) {
    for (const form of forms.get(hash) ?? []) {
      if (!text.startsWith(form, at)) continue;
      if (at > hiddenTo) flush();
      if (hiddenFrom < 0) hiddenFrom = at;
      hiddenTo = Math.max(hiddenTo, at + form.length);
    }
    const leaving = Math.imul(text.charCodeAt(at), FIRST);
    hash = (Math.imul((hash - leaving) | 0, BASE) + text.charCodeAt(at + SHORTEST)) | 0;
  }
  flush();
  return made === '' && copied === 0 ? text : made + text.slice(copied);
}
