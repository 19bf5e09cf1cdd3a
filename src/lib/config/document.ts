/** Reads YAML with its positions, and checks it against a definition: errors name file, line, column, value and what is allowed. */
import {
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
  type YAMLParseError,
} from 'yaml';
import type * as z from 'zod/mini';
import { nearest } from '../errors/nearest.js';
import { configInvalid, type Problem } from './problem.js';

export interface Source {
  readonly file: string;
  readonly value: unknown;
  /** `FILE:LINE:COLUMN` of a path; of its nearest parent where the path itself is not in the file. */
  where(path: readonly (string | number)[], atKey?: boolean): string;
  /** A number as it is written there (`1.10`), or null where the path has none. */
  written(path: readonly (string | number)[]): string | null;
}

/** @param asWritten paths whose numbers stay texts as written: `1.10` is not 1.1, and long numbers keep their digits. */
export function readYaml(text: string, file: string, asWritten?: RegExp): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  if (document.errors.length > 0)
    throw configInvalid(
      file,
      document.errors.map((e) => `${at(e.pos[0])}: ${twice(document, e, at) ?? syntaxError(e.code, e.message)}`),
    );
  const dangling: string[] = [];
  visit(document, {
    Alias: (_key, node) => {
      if (!node.resolve(document))
        dangling.push(`${at(node.range?.[0] ?? 0)}: *${node.source} names no anchor; write &${node.source} before it`);
    },
    Scalar: (key, node, ancestors) => {
      if (key === 'key' || typeof node.value !== 'number' || node.source === undefined || !asWritten) return;
      if (asWritten.test(ancestors.flatMap((a) => (isPair(a) && isScalar(a.key) ? [String(a.key.value)] : [])).join('.')))
        node.value = node.source;
    },
  });
  if (dangling.length > 0) throw configInvalid(file, dangling);
  let value: unknown;
  try {
    value = document.toJS();
  } catch (error) {
    throw configInvalid(file, [`${file}:1:1: ${error instanceof Error ? error.message : 'cannot be read'}`]);
  }
  return {
    file,
    value,
    where: (path, atKey) => at(offsetOf(document, path, atKey ?? false)),
    written: (path) => {
      const node = document.getIn(path, true);
      return isScalar(node) && typeof node.value === 'number' ? (node.source ?? null) : null;
    },
  };
}

const syntaxError = (code: string, message: string): string =>
  code === 'MULTIPLE_DOCS' ? 'a second document begins here; a file has one' : message.replace(/\s+/g, ' ').trim();

/** Which key of a map is there again, and where it was first; null of another error. */
function twice(document: Document, { code, pos }: YAMLParseError, at: (offset: number) => string): string | null {
  let told: string | null = null;
  visit(document, {
    Map: (_key, { items }) => {
      const again = items.find(({ key }) => start(key) === pos[0])?.key;
      if (code !== 'DUPLICATE_KEY' || !isScalar(again)) return;
      const first = items.find(({ key }) => isScalar(key) && key.value === again.value)!;
      told = `${String(again.value)} is there already, at ${at(start(first.key) ?? 0)}; keep one of the two`;
      return visit.BREAK;
    },
  });
  return told;
}

function offsetOf(document: Document, path: readonly (string | number)[], atKey: boolean): number {
  let node: unknown = document.contents;
  let offset = start(node) ?? 0;
  for (const [index, step] of path.entries()) {
    const last = index === path.length - 1;
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
      if (!pair) break;
      offset = start(pair.key) ?? offset;
      if (last && atKey) break;
      node = pair.value;
    } else if (isSeq(node)) node = node.items[Number(step)];
    else break;
    offset = start(node) ?? offset;
  }
  return offset;
}

const start = (node: unknown): number | null => (isNode(node) ? ((node as Node).range?.[0] ?? null) : null);

/**
 * The checked value, or one error with every finding.
 * @param further findings that no definition tells; it is asked also where the definition found something (`valid` is false then).
 */
export function check<T>(
  source: Source,
  definition: z.ZodMiniType<T>,
  keys: Keys,
  further: (value: unknown, valid: boolean) => readonly Problem[] = () => [],
): T {
  const result = definition.safeParse(source.value);
  const found = [
    ...(result.success ? [] : result.error.issues.flatMap((issue) => explain(issue as Issue, source, keys))),
    ...further(source.value, result.success),
  ];
  if (!result.success || found.length > 0) throw problems(source, found);
  return result.data;
}

export const problems = (source: Source, found: readonly Problem[]): Error =>
  configInvalid(
    source.file,
    found.map((p) => `${source.where(p.path, p.atKey)}: ${p.path.length > 0 ? `${p.path.join('.')}: ` : ''}${p.message}`),
  );

interface Issue {
  readonly code: string;
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly keys?: readonly string[];
  readonly values?: readonly unknown[];
  readonly expected?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly format?: string;
  readonly errors?: readonly (readonly Issue[])[];
  readonly issues?: readonly Issue[];
  readonly note?: string;
  readonly input?: unknown;
}

/** Keys that each object of a file takes, by a pattern of its path. */
export type Keys = Readonly<Record<string, readonly string[]>>;

function explain(issue: Issue, source: Source, keys: Keys): Problem[] {
  const value = valueAt(source.value, issue.path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return (issue.keys ?? []).map((key) => {
        const allowed = keysFor(issue.path, keys);
        const guess = nearest(key, allowed);
        return {
          path: [...issue.path, key],
          atKey: true,
          message: `unknown key ${key}; ${guess ? `did you mean ${guess}? ` : ''}allowed: ${allowed.join(', ')}`,
        };
      });
    case 'invalid_value': {
      const allowed = (issue.values ?? []).map(String);
      const guess = typeof value === 'string' ? nearest(value, allowed) : null;
      return [
        {
          path: issue.path,
          message: `${show(value)} is not allowed; allowed: ${allowed.join(', ')}${guess ? `; did you mean ${guess}?` : ''}`,
        },
      ];
    }
    case 'invalid_type': {
      const expected = kinds[issue.expected ?? ''] ?? `a ${issue.expected}`;
      const quotes = issue.expected === 'string' && (typeof value === 'number' || typeof value === 'boolean');
      const message =
        value === undefined
          ? `missing; it has to be ${expected}`
          : issue.message !== UNSAID
            ? `${show(value)}: ${issue.message}`
            : value === null && issue.path.length === 0
              ? `the file is empty; it has to be ${expected} with ${(keys[''] ?? []).join(', ')}`
              : `${source.written(issue.path) ?? show(value)} is not ${expected}${quotes ? '; put it in quotes' : ''}`;
      return [{ path: issue.path, message }];
    }
    case 'too_small':
      return [{ path: issue.path, message: `${show(value)} is too small; at least ${issue.minimum}` }];
    case 'too_big':
      return [{ path: issue.path, message: `${show(value)} is too big; at most ${issue.maximum}` }];
    case 'invalid_key':
      return [
        {
          path: issue.path,
          atKey: true,
          message: `${issue.path.at(-1)} is not a legal name; ${issue.issues?.[0]?.message ?? issue.message}`,
        },
      ];
    default:
      return [{ path: issue.path, message: `${show(value)}: ${issue.message}` }];
  }
}

/** What zod/mini says where a definition has no words of its own. */
const UNSAID = 'Invalid input';

/** Kinds of values in words of YAML. */
const kinds: Readonly<Record<string, string>> = {
  object: 'a map',
  record: 'a map',
  array: 'a list',
  int: 'a whole number',
};

const keysFor = (path: readonly (string | number)[], keys: Keys): readonly string[] =>
  Object.entries(keys).find(([pattern]) => new RegExp(`^${pattern}$`).test(path.join('.')))?.[1] ?? [];

function valueAt(root: unknown, path: readonly (string | number)[]): unknown {
  let value = root;
  for (const step of path) value = (value as Record<string | number, unknown> | undefined | null)?.[step];
  return value;
}

const show = (value: unknown): string => {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
  return text.length > 60 ? `${text.slice(0, 57)}...` : text === '' ? 'an empty text' : text;
};
