/** What differs between two trees, one entry for each thing that was changed, added or taken away. */
import { looksSecret } from '../../redaction/environment.js';
import { isTree, type Tree } from './tree.js';

export interface Difference {
  /** E.g. `['containerDefinitions', 'ui', 'environment', 'LOG_LEVEL']`. */
  readonly path: readonly string[];
  /** Null where there was nothing. A part with parts of its own is told by them: `{stepPercent: 10}`, or only by their names. */
  readonly from: string | null;
  /** Null where nothing is left. */
  readonly to: string | null;
}

/** @param onlyWanted leaves out what `to` does not speak of: settings that AWS, or somebody else, adds */
export function differences(from: Tree, to: Tree, { onlyWanted = false } = {}): Difference[] {
  return compare(from, to, [], onlyWanted);
}

function compare(from: Tree | undefined, to: Tree | undefined, path: readonly string[], onlyWanted: boolean): Difference[] {
  if (to === undefined && onlyWanted) return [];
  if (isTree(from) && isTree(to)) {
    const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
    return keys.flatMap((key) => compare(own(from, key), own(to, key), [...path, key], onlyWanted));
  }
  if (from === to) return [];
  // Variables and secrets are told one by one, also where there were none at all.
  if (LISTS.has(path.at(-1) ?? '')) {
    if (isTree(to) && from === undefined) return compare({}, to, path, onlyWanted);
    if (isTree(from) && to === undefined) return compare(from, {}, path, onlyWanted);
  }
  return [{ path, from: shown(from, path), to: shown(to, path) }];
}

const LISTS = new Set(['environment', 'secrets']);

const own = (tree: { readonly [key: string]: Tree }, key: string): Tree | undefined =>
  Object.hasOwn(tree, key) ? tree[key] : undefined;

/** A variable that is called a secret is one, even where it was given as plain text. */
export const HIDDEN = '(not shown)';

/** Some plain values are said; of more, or of parts with parts of their own, the names. */
function whole(value: { readonly [key: string]: Tree }): string {
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  const plain = entries.length <= 4 && entries.every(([, part]) => !isTree(part));
  return entries.map(([key, part]) => (plain ? `${key}: ${looksSecret(key) ? HIDDEN : (part as string)}` : key)).join(', ');
}

function shown(value: Tree | undefined, path: readonly string[]): string | null {
  if (value === undefined) return null;
  if (isTree(value)) return `{${whole(value)}}`;
  return path.at(-2) === 'environment' && looksSecret(path.at(-1)!) ? HIDDEN : value;
}
