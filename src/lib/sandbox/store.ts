/** Keeps the state on disk: written whole, atomically, before an answer leaves; a file that cannot be read is set aside. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { emptyState, STATE_VERSION, type State } from './state.js';

interface Place {
  readonly account: string;
  readonly region: string;
}

export interface Store {
  readonly state: State;
  /** Cells whose state changed: the others are written as they were. */
  mark(cells: readonly Place[]): void;
  /**
   * `now`: on disk when this resolves, in one write with what others asked for meanwhile. `soon`: what only reading and
   * time changed, which a kill may lose and replay brings back.
   */
  keep(sandboxNow: number, when: 'now' | 'soon'): Promise<void>;
  /** Writes at once. */
  save(sandboxNow: number): void;
  /** What a user should know of the loading, or null. */
  readonly warning: string | null;
}

export function openStore(dir: string, wallNow: () => number): Store {
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, '..', '.gitignore'), '*\n');
  const file = join(dir, 'state.json');
  const { state, warning } = load(file, wallNow);
  const written = new Map<string, string>();
  const changed = new Set<string>();
  let later: NodeJS.Timeout | null = null;
  let next: Promise<void> | null = null;
  let latest = state.sandboxNow;
  const save = (sandboxNow: number): void => {
    if (later) clearTimeout(later);
    later = null;
    latest = Math.max(latest, sandboxNow);
    state.sandboxNow = latest;
    state.wallNow = wallNow();
    for (const key of Object.keys(state.cells))
      if (changed.has(key) || !written.has(key)) written.set(key, JSON.stringify(state.cells[key]));
    changed.clear();
    const cells = Object.keys(state.cells).map((key) => `${JSON.stringify(key)}:${written.get(key)!}`);
    const rest = JSON.stringify({ ...state, cells: undefined });
    const temporary = `${file}.${process.pid}.tmp`;
    writeFileSync(temporary, `${rest.slice(0, -1)},"cells":{${cells.join(',')}}}`);
    renameSync(temporary, file);
  };
  return {
    state,
    warning,
    save,
    mark: (cells) => cells.forEach(({ account, region }) => changed.add(`${account}/${region}`)),
    async keep(sandboxNow, when) {
      latest = Math.max(latest, sandboxNow);
      if (when === 'soon') {
        later ??= setTimeout(() => save(latest), 1000).unref();
        return;
      }
      next ??= new Promise((resolve, reject) => {
        setImmediate(() => {
          next = null;
          try {
            save(latest);
            resolve();
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
        });
      });
      await next;
    },
  };
}

function load(file: string, wallNow: () => number): { state: State; warning: string | null } {
  const text = readIfThere(file);
  if (text === null) return { state: emptyState(wallNow()), warning: null };
  try {
    const loaded = JSON.parse(text) as State;
    if (loaded.version !== STATE_VERSION)
      throw new Error(`it is of version ${String(loaded.version)}, this baf keeps version ${STATE_VERSION}`);
    return { state: loaded, warning: null };
  } catch (error) {
    const aside = `${file}.unreadable-${wallNow()}`;
    renameSync(file, aside);
    const why = error instanceof Error ? error.message : 'damaged';
    return {
      state: emptyState(wallNow()),
      warning: `The sandbox's state could not be read (${why}): it was set aside as ${aside}, and a new one begun.`,
    };
  }
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** A store that keeps nothing: for tests. */
export function memoryStore(now: number): Store {
  const state = emptyState(now);
  const save = (sandboxNow: number): void => void (state.sandboxNow = sandboxNow);
  return { state, warning: null, save, mark: () => {}, keep: async (sandboxNow) => save(sandboxNow) };
}
