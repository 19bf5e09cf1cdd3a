/** A file of what was asked of the sandbox since its state was written: one line each, appended before it is done. */
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { deserialize, serialize } from 'node:v8';
import type { Caller } from './dispatch.js';

/** A request, and what the state does not say of its moment. */
export interface Noted {
  /** Sandbox time, milliseconds. */
  readonly at: number;
  /** Of the source of ids, when its turn came. */
  readonly seed: number;
  readonly service: string;
  readonly operation: string;
  /** Decoded: Dates and bytes are kept as such. */
  readonly input: object;
  readonly caller: Caller;
  readonly prepared: unknown;
}

export interface Entry extends Noted {
  /** Counts on from one; the state names the last that is in it. */
  readonly count: number;
  /** Wall time, milliseconds. */
  readonly wallAt: number;
}

export interface RequestLog {
  append(entry: Entry): void;
  clear(): void;
  /** Up to a line that a kill cut short: it was never answered. */
  entries(): Entry[];
}

export function openLog(file: string): RequestLog {
  let descriptor: number | null = null;
  return {
    append(entry) {
      descriptor ??= openSync(file, 'a', 0o600);
      writeSync(descriptor, `${serialize(entry).toString('base64')}\n`);
    },
    clear() {
      if (descriptor !== null) closeSync(descriptor);
      descriptor = null;
      rmSync(file, { force: true });
    },
    entries() {
      let text: string;
      try {
        text = readFileSync(file, 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
        throw error;
      }
      return text
        .split('\n')
        .slice(0, -1)
        .map((line) => deserialize(Buffer.from(line, 'base64')) as Entry);
    },
  };
}
