/** Reads YAML with its positions, and checks it against a definition: errors name file, line, column, value and what is allowed. */
import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import type * as z from 'zod/mini';
import { nearest } from '../errors/nearest.js';
import { configInvalid, type Problem } from './problem.js';

export interface Source {
  readonly file: string;
  readonly value: unknown;
  /** `FILE:LINE:COLUMN` of a path; of its nearest parent where the path itself is not in the file. */
  where(path: readonly (string | number)[], atKey?: boolean): string;
}

export function readYaml(text: string, file: string): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  if (document.errors.length > 0)
    throw configInvalid(
      file,
      document.errors.map((e) => `${at(e.pos[0])}: ${e.message.replace(/\s+/g, ' ').trim()}`),
    );
  let value: unknown;
  try {
    value = document.toJS();
  } catch (error) {
    throw configInvalid(file, [`${file}:1:1: ${error instanceof Error ? error.message : 'cannot be read'}`]);
  }
  return { file, value, where: (path, atKey) => at(offsetOf(document, path, atKey ?? false)) };
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

/** The checked value, or one error with every finding. */
export function check<T>(source: Source, definition: z.ZodMiniType<T>, keys: Keys): T {
  const result = definition.safeParse(source.value);
  if (result.success) return result.data;
  throw problems(
    source,
    result.error.issues.flatMap((issue) => explain(issue as Issue, source.value, keys)),
  );
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

function explain(issue: Issue, root: unknown, keys: Keys): Problem[] {
  const value = valueAt(root, issue.path);
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
    case 'invalid_type':
      return [
        {
          path: issue.path,
          message:
            value === undefined ? `missing; it has to be a ${issue.expected}` : `${show(value)} is not a ${issue.expected}`,
        },
      ];
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
