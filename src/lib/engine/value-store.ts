/** What the engine needs of the places that keep settings and secrets, in one target. */
import type { StoredValue } from '../model/stored-value.js';
import type { StoreName } from '../settings/names.js';

export interface WriteOptions {
  readonly description: string;
  readonly after?: number;
  readonly key?: string | undefined;
}

export interface ValueStore {
  /** All below a path; of secrets without their values. */
  list(path: string): Promise<StoredValue[]>;
  /** With their values, decrypted. What is not there is left out. */
  read(ids: readonly string[], version?: { stage: string | null; id: string | null }): Promise<StoredValue[]>;
  /** Without values: when each was changed last. What is not there is left out. */
  changes(ids: readonly string[]): Promise<StoredValue[]>;
  /**
   * Makes it, or gives it a new value; returns the version's number where versions have numbers. `after`: the version it is to
   * follow, by which one whose answer was lost is found; `key`: of KMS, instead of AWS's own.
   */
  write(name: string, value: string, options: WriteOptions): Promise<number | null>;
  /** One that is not there is gone already. */
  remove(name: string): Promise<void>;
}

/** Settings are parameters whose values may be seen; secrets are in one of the two others. */
export type ValueStores = Readonly<Record<'settings' | StoreName, ValueStore>>;
