import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withFileLock } from '../../../src/lib/system/file-lock.js';

/** No process has it: above the largest that Linux gives. */
const GONE = 2 ** 22 + 1;
let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'baf-lock-'));
  file = join(dir, 'x.lock');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));
const options = (waitMs = 20_000) => ({ what: 'The login', waitMs });
const lockOf = (holder: object, ageMs = 0) => {
  writeFileSync(file, JSON.stringify(holder));
  utimesSync(file, new Date(Date.now() - ageMs), new Date(Date.now() - ageMs));
};

describe('a lock between processes', () => {
  it('lets one in at a time, also where that of a process that is gone has to be broken first', async () => {
    lockOf({ pid: GONE, host: hostname(), id: 'gone' });
    let inside = 0;
    let most = 0;
    const done = await Promise.all(
      Array.from({ length: 25 }, (_, i) =>
        withFileLock(file, options(), async () => {
          most = Math.max(most, ++inside);
          await new Promise((resolve) => setImmediate(resolve));
          inside--;
          return i;
        }),
      ),
    );
    expect([done.length, most, readdirSync(dir)]).toEqual([25, 1, []]);
  });

  it('is given back when the work fails', async () => {
    await expect(withFileLock(file, options(), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(readdirSync(dir)).toEqual([]);
  });

  it('of another computer is broken when it gives no sign of life', async () => {
    lockOf({ pid: 1, host: 'another', id: 'away' }, 40_000);
    expect(await withFileLock(file, options(), async () => 'in')).toBe('in');
  });

  it('of a process that lives, or of another computer with a sign of life, is waited for, and the end of waiting says who', async () => {
    for (const holder of [
      { pid: process.pid, host: hostname(), id: 'other' },
      { pid: GONE, host: 'another', id: 'other' },
    ]) {
      lockOf(holder);
      const seen: number[] = [];
      await expect(
        withFileLock(file, { ...options(300), waiting: (pid) => void seen.push(pid) }, async () => 'in'),
      ).rejects.toMatchObject({ code: 'LockHeld', exitCode: 3, message: expect.stringContaining(String(holder.pid)) as string });
      expect(seen).toEqual([holder.pid]);
    }
  });

  it('that was made a moment ago and has no name yet is waited for', async () => {
    writeFileSync(file, '');
    await expect(withFileLock(file, options(200), async () => 'in')).rejects.toMatchObject({ code: 'LockHeld' });
  });

  it('that somebody else took meanwhile is not theirs to give back', async () => {
    await withFileLock(file, options(), async () => lockOf({ pid: process.pid, host: hostname(), id: 'other' }));
    expect(readFileSync(file, 'utf8')).toContain('other');
  });

  it('tells whether it was waited for', async () => {
    let free!: () => void;
    let first!: Promise<void>;
    await new Promise<void>((inside) => {
      first = withFileLock(file, options(), () => new Promise<void>((resolve) => (inside(), (free = resolve))));
    });
    const second = withFileLock(file, { ...options(), waiting: () => free() }, async (waited) => waited);
    expect(await second).toBe(true);
    await first;
    expect(await withFileLock(file, options(), async (waited) => waited)).toBe(false);
  });

  it('is no longer waited for after Ctrl-C', async () => {
    lockOf({ pid: process.pid, host: hostname(), id: 'other' });
    const controller = new AbortController();
    const waiting = withFileLock(
      file,
      { ...options(), signal: controller.signal, waiting: () => controller.abort(new Error('SIGINT')) },
      async () => 'in',
    );
    await expect(waiting).rejects.toThrow('SIGINT');
  });
});
