import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { credentialCache, userCredentialCache } from '../../../src/lib/system/credential-cache.js';

const made: string[] = [];
const folder = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'baf-cache-'));
  made.push(dir);
  return dir;
};
afterEach(() => made.splice(0).forEach((dir) => rmSync(dir, { recursive: true, force: true })));

const role = 'arn:aws:iam::111111111111:role/deploy';
const session = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 's', sessionToken: 't', expiration: new Date(3_600_000) };

describe('role sessions', () => {
  it('come back as they were kept', async () => {
    const cache = credentialCache(join(folder(), 'deep'), ['anna']);
    expect(await cache.get(role)).toBeNull();
    await cache.put(role, session);
    expect(await cache.get(role)).toEqual(session);
  });

  it('are readable by their owner only, and leave nothing else behind', async () => {
    const dir = join(folder(), 'credentials');
    await credentialCache(dir, ['anna']).put(role, session);
    const files = readdirSync(dir);
    expect(files).toHaveLength(1);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    expect(statSync(join(dir, files[0]!)).mode & 0o777).toBe(0o600);
  });

  it('of one person are not those of another', async () => {
    const dir = folder();
    await credentialCache(dir, ['anna']).put(role, session);
    expect(await credentialCache(dir, ['ben']).get(role)).toBeNull();
  });

  it('that are broken or in a place that cannot be written count as none', async () => {
    const dir = folder();
    const cache = credentialCache(dir, ['anna']);
    await cache.put(role, session);
    writeFileSync(join(dir, readdirSync(dir)[0]!), '{"accessKeyId":');
    expect(await cache.get(role)).toBeNull();
    const file = join(folder(), 'file');
    writeFileSync(file, '');
    await expect(credentialCache(join(file, 'below'), []).put(role, session)).resolves.toBeUndefined();
  });
});

describe('the cache of a user', () => {
  it('is told apart by the way and the person, and there is none in CI or where it is switched off', async () => {
    const XDG_CACHE_HOME = folder();
    mkdirSync(XDG_CACHE_HOME, { recursive: true });
    const cache = (way: string[], actor = 'anna') => userCredentialCache({ XDG_CACHE_HOME }, actor, way)!;
    await cache(['profile', 'dev']).put(role, session);
    expect(await cache(['profile', 'dev']).get(role)).toEqual(session);
    expect(await cache(['profile', 'prod']).get(role)).toBeNull();
    expect(await cache(['sso', 'dev']).get(role)).toBeNull();
    expect(await cache(['profile', 'dev'], 'ben').get(role)).toBeNull();
    expect(userCredentialCache({ CI: 'true' }, 'anna', [])).toBeNull();
    expect(userCredentialCache({ BAF_NO_CREDENTIAL_CACHE: '1' }, 'anna', [])).toBeNull();
  });
});
