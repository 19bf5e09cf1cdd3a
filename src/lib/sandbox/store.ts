/** Keeps the state on disk: written whole, atomically, before an answer leaves; a file that cannot be read is set aside. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { emptyState, STATE_VERSION, type State } from './state.js';

export interface Store {
  readonly state: State;
  /** `now`: on disk when this returns. `soon`: what only reading and time changed, which a kill may lose and replay brings back. */
  keep(sandboxNow: number, when: 'now' | 'soon'): void;
  /** What a user should know of the loading, or null. */
  readonly warning: string | null;
}

export function openStore(dir: string, wallNow: () => number): Store {
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, '..', '.gitignore'), '*\n');
  const file = join(dir, 'state.json');
  let state = emptyState(wallNow());
  let warning: string | null = null;
  const text = readIfThere(file);
  if (text !== null) {
    try {
      const loaded = JSON.parse(text) as State;
      if (loaded.version !== STATE_VERSION)
        throw new Error(`it is of version ${String(loaded.version)}, this baf keeps version ${STATE_VERSION}`);
      state = loaded;
    } catch (error) {
      const aside = `${file}.unreadable-${wallNow()}`;
      renameSync(file, aside);
      warning = `The sandbox's state could not be read (${error instanceof Error ? error.message : 'damaged'}): it was set aside as ${aside}, and a new one begun.`;
    }
  }
  let pending: NodeJS.Timeout | null = null;
  const save = (sandboxNow: number): void => {
    if (pending) clearTimeout(pending);
    pending = null;
    state.sandboxNow = sandboxNow;
    state.wallNow = wallNow();
    const temporary = `${file}.${process.pid}.tmp`;
    writeFileSync(temporary, JSON.stringify(state));
    renameSync(temporary, file);
  };
  return {
    state,
    warning,
    keep(sandboxNow, when) {
      if (when === 'now') return save(sandboxNow);
      pending ??= setTimeout(() => save(sandboxNow), 250).unref();
    },
  };
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
  return { state, warning: null, keep: (sandboxNow) => void (state.sandboxNow = sandboxNow) };
}
