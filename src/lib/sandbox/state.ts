/** The sandbox's whole state as one JSON value: what is saved, loaded, and shared by the services. */
import { noFaults, type Faults } from './faults.js';
import { mulberry } from './random.js';
import type { Cells } from './advance.js';
import type { Cell, ImageFate, Session } from './service.js';
import { registryDigest } from './services/ecr/state.js';

export interface CallCount {
  service: string;
  operation: string;
  account: string;
  region: string;
  count: number;
  throttled: number;
  failed: number;
}

/** Of the state's shape: a file of another version is set aside, never read half. */
export const STATE_VERSION = 2;

export interface State {
  readonly version: typeof STATE_VERSION;
  /** Sandbox time and wall time at the last save: time goes on between commands. */
  sandboxNow: number;
  wallNow: number;
  /** How many requests were noted in the log that are in this state. */
  noted?: number;
  seed: number;
  seeded: string[];
  /** Account ids that exist. */
  accounts: string[];
  cells: Record<string, Record<string, object>>;
  sessions: Record<string, Session>;
  calls: Record<string, CallCount>;
  /** `repository:tag` -> outcome. */
  images: Record<string, ImageFate['outcome']>;
  /** Whether only images that were pushed exist in the registries of this sandbox. */
  strictImages?: boolean;
  faults: Faults;
  /** Whether a role may do only what its policies say. */
  iam: 'off' | 'enforced';
  /** What roles asked for while that was so: `role action` -> how often it was allowed and denied. */
  access?: Record<string, { allowed: number; denied: number }>;
}

export const emptyState = (now: number): State => ({
  version: STATE_VERSION,
  sandboxNow: now,
  wallNow: now,
  seed: 0x9e3779b9,
  seeded: [],
  accounts: [],
  cells: {},
  sessions: {},
  calls: {},
  images: {},
  faults: noFaults(),
  iam: 'off',
});

/** `readsTrailMs`: see trailing.ts. */
export function createWorld(state: State, { readsTrailMs = 0 }: { readonly readsTrailMs?: number } = {}): Cells {
  const cells = new Map<string, Cell>();
  const touched = new Set<Cell>();
  const versions = new Map<Cell, { version: number }>();
  const cell = (account: string, region: string): Cell => {
    const key = `${account}/${region}`;
    const known = cells.get(key);
    if (known) {
      touched.add(known);
      return known;
    }
    const slices = (state.cells[key] ??= {});
    const made = {
      account,
      region,
      version: 0,
      slice: <T extends object>(service: string, init: () => T) => (slices[service] ??= init()) as T,
    };
    cells.set(key, made);
    versions.set(made, made);
    touched.add(made);
    return made;
  };
  for (const key of Object.keys(state.cells)) cell(...(key.split('/') as [string, string]));
  return {
    cell,
    cells: () => [...cells.values()],
    touched: () => [...touched],
    settle: () => touched.clear(),
    changed(these) {
      for (const one of these) versions.get(one)!.version++;
    },
    id(length) {
      let text = '';
      while (text.length < length) text += next(state).toString(16).padStart(8, '0');
      return text.slice(0, length);
    },
    hasAccount: (id) => state.accounts.includes(id),
    capacity: (where) => state.faults.capacity[where] ?? null,
    accounts: () => state.accounts,
    session: (accessKeyId) => state.sessions[accessKeyId] ?? null,
    createSession(session) {
      const text = (length: number) => {
        let made = '';
        while (made.length < length) made += next(state).toString(36).toUpperCase();
        return made.slice(0, length);
      };
      const accessKeyId = `ASIA${text(16)}`;
      state.sessions[accessKeyId] = session;
      return { accessKeyId, secretAccessKey: text(40), sessionToken: text(120) };
    },
    readsTrailMs: () => readsTrailMs,
    enforces: () => state.iam === 'enforced',
    noteAccess(role, action, allowed) {
      const entry = ((state.access ??= {})[`${role} ${action}`] ??= { allowed: 0, denied: 0 });
      entry[allowed ? 'allowed' : 'denied']++;
    },
    image(_account, _region, image) {
      const [reference, pinned] = image.split('@') as [string, string | undefined];
      const name = reference.replace(/^[^/]+\.[^/]+\//, '');
      const pushed = registryDigest(state.cells, image);
      const absent = pushed === null && state.strictImages === true;
      return { outcome: state.images[name] ?? (absent ? 'missing' : 'ok'), digest: pinned ?? pushed ?? digestOf(name) };
    },
  };
}

function next(state: State): number {
  const { seed, bits } = mulberry(state.seed);
  state.seed = seed;
  return bits;
}

/** Every tag of a repository exists, with a digest derived from its name. */
export function digestOf(name: string): string {
  let digest = '';
  for (let round = 0; round < 8; round++) {
    let h = 0x811c9dc5 ^ round;
    for (let i = 0; i < name.length; i++) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193) >>> 0;
    digest += (h >>> 0).toString(16).padStart(8, '0');
  }
  return `sha256:${digest}`;
}
