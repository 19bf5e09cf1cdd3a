import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sharedCacheDir, ssoCacheFiles, ssoLock } from '../../../src/lib/system/sso-cache.js';

let home: string;
let dir: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'baf-cache-'));
  dir = sharedCacheDir({ HOME: home });
});
afterEach(() => rmSync(home, { recursive: true, force: true }));
const lock = () => ssoLock(dir, { what: 'The login', waitMs: 5000 });

describe('the cache of logins', () => {
  it('lies where the AWS tools look, and is the owner only', async () => {
    const files = ssoCacheFiles(dir);
    expect(await files.read('x.json')).toBeNull();
    await files.write('x.json', '{}');
    expect(dir).toBe(join(home, '.aws', 'sso', 'cache'));
    expect([statSync(dir).mode & 0o777, statSync(join(dir, 'x.json')).mode & 0o777]).toEqual([0o700, 0o600]);
    expect(await files.read('x.json')).toBe('{}');
  });

  it('takes a file of another mode for the owner only when it is written, and sweeps what was begun', async () => {
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, 'x.json'), '{"old":1}', { mode: 0o644 });
    for (const name of ['x.json.1.tmp', 'y.json.1.tmp', 'tmpabc.tmp']) writeFileSync(join(dir, name), 'begun');
    await ssoCacheFiles(dir).write('x.json', '{"new":1}');
    expect(statSync(join(dir, 'x.json')).mode & 0o777).toBe(0o600);
    expect(readdirSync(dir).sort()).toEqual(['tmpabc.tmp', 'x.json', 'y.json.1.tmp']);
  });

  it('is never seen half-written by who reads meanwhile', async () => {
    const files = ssoCacheFiles(dir);
    const text = (n: number) => JSON.stringify({ n, filling: 'x'.repeat(20_000) });
    await files.write('x.json', text(0));
    let writing = true;
    const reading = (async () => {
      const seen = new Set<number>();
      while (writing) {
        seen.add((JSON.parse(readFileSync(join(dir, 'x.json'), 'utf8')) as { n: number }).n);
        await files.read('x.json');
      }
      return seen.size;
    })();
    for (let n = 1; n <= 30; n++) await files.write('x.json', text(n));
    writing = false;
    expect(await reading).toBeGreaterThan(1);
  });

  it('says whether there was something to remove', async () => {
    const files = ssoCacheFiles(dir);
    await files.write('x.json', '{}');
    expect([await files.remove('x.json'), await files.remove('x.json')]).toEqual([true, false]);
  });

  it('that cannot be is an error of the user, not a bug', async () => {
    mkdirSync(join(home, '.aws', 'sso'), { recursive: true });
    writeFileSync(dir, '');
    const files = ssoCacheFiles(dir);
    const unusable = { code: 'LoginCacheUnusable', exitCode: 1, message: expect.stringContaining(dir) as string };
    expect(await files.read('x.json')).toBeNull();
    await expect(files.write('x.json', '{}')).rejects.toMatchObject(unusable);
    await expect(lock()('x.json', async () => 'in')).rejects.toMatchObject(unusable);
  });
});

describe('the lock of a login', () => {
  it('tells who waited that a person was asked in vain, and nobody who comes later', async () => {
    let free!: () => void;
    let refused!: Promise<void>;
    await new Promise<void>((inside) => {
      const first = lock()('x.json', async ({ tellInVain }) => {
        await new Promise<void>((resolve) => (inside(), (free = resolve)));
        await tellInVain();
        throw new Error('declined');
      });
      refused = expect(first).rejects.toThrow('declined');
    });
    const second = ssoLock(dir, { what: 'The login', waitMs: 5000, waiting: () => free() })('x.json', async ({ askedInVain }) => {
      expect(askedInVain).toBe(true);
      throw new Error('not asked');
    });
    await expect(second).rejects.toThrow('not asked');
    await refused;
    expect(await lock()('x.json', async ({ askedInVain }) => askedInVain)).toBe(false);
    expect(readdirSync(dir)).toEqual([]);
  });
});
