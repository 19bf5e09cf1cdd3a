/**
 * Keeps the state on disk: written whole, atomically, from time to time; what was asked for since then is in a log, before
 * its answer leaves, and is done again where a process was killed (replay.ts). A file that cannot be read is set aside.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLog, type Entry, type Noted } from './request-log.js';
import { emptyState, STATE_VERSION, type State } from './state.js';

interface Place {
  readonly account: string;
  readonly region: string;
}

export interface Store {
  readonly state: State;
  /** Cells whose state changed: the others are written as they were. */
  mark(cells: readonly Place[]): void;
  /** What is about to be done, with all it needs to be done again: on disk when this returns. */
  note(request: Noted): void;
  /** What a process that was killed had noted after it saved last, in its order. */
  readonly pending: readonly Entry[];
  /**
   * `now`: on disk when this resolves, in one write with what others asked for meanwhile. `soon`: what was noted, or only
   * reading and time changed, which a kill may lose and replay brings back.
   */
  keep(sandboxNow: number, when: 'now' | 'soon'): Promise<void>;
  /** Writes at once. */
  save(sandboxNow: number): void;
  /** What a user should know of the loading, or null. */
  readonly warning: string | null;
}

/** After a change that a kill would not lose; and what writing takes is at most a twentieth of the time. */
const SOON_MS = 1_000;
const SHARE = 20;

export function openStore(dir: string, wallNow: () => number): Store {
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, '..', '.gitignore'), '*\n');
  const file = join(dir, 'state.json');
  const { state, warning } = load(file, wallNow);
  const log = openLog(join(dir, 'state.log'));
  // It is of the state that was there.
  if (state.noted === undefined) log.clear();
  const pending = log.entries().filter((entry) => entry.count > (state.noted ?? 0));
  const last = pending.at(-1);
  if (last) Object.assign(state, { sandboxNow: Math.max(state.sandboxNow, last.at), wallNow: last.wallAt, noted: last.count });
  const written = new Map<string, string>();
  const changed = new Set<string>();
  let later: NodeJS.Timeout | null = null;
  let next: Promise<void> | null = null;
  let latest = state.sandboxNow;
  let savingMs = 0;
  const save = (sandboxNow: number): void => {
    const began = performance.now();
    if (later) clearTimeout(later);
    later = null;
    latest = Math.max(latest, sandboxNow);
    state.sandboxNow = latest;
    state.wallNow = wallNow();
    state.noted ??= 0;
    for (const key of Object.keys(state.cells))
      if (changed.has(key) || !written.has(key)) written.set(key, JSON.stringify(state.cells[key]));
    changed.clear();
    const cells = Object.keys(state.cells).map((key) => `${JSON.stringify(key)}:${written.get(key)!}`);
    const rest = JSON.stringify({ ...state, cells: undefined });
    const temporary = `${file}.${process.pid}.tmp`;
    writeFileSync(temporary, `${rest.slice(0, -1)},"cells":{${cells.join(',')}}}`);
    renameSync(temporary, file);
    log.clear();
    savingMs = performance.now() - began;
  };
  return {
    state,
    warning,
    pending,
    save,
    note(request) {
      state.noted = (state.noted ?? 0) + 1;
      log.append({ ...request, count: state.noted, wallAt: wallNow() });
    },
    mark: (cells) => cells.forEach(({ account, region }) => changed.add(`${account}/${region}`)),
    async keep(sandboxNow, when) {
      latest = Math.max(latest, sandboxNow);
      if (when === 'soon') {
        later ??= setTimeout(() => save(latest), Math.max(SOON_MS, SHARE * savingMs)).unref();
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
export function memoryStore(start: number): Store {
  const state = emptyState(start);
  const save = (now: number): void => void (state.sandboxNow = now);
  return { state, warning: null, pending: [], save, note: () => {}, mark: () => {}, keep: async (now) => save(now) };
}
