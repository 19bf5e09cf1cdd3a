import { describe, expect, it } from 'vitest';
import { createRoles, type Credentials, type CredentialStore } from '../../../src/lib/identity/roles.js';

const PATTERN = 'arn:aws:iam::{account}:role/deploy';
let made = 0;
const sessionUntil = (minutes: number): Credentials => ({
  accessKeyId: `ASIAEXAMPLE${++made}`,
  secretAccessKey: 'secret',
  sessionToken: 'token',
  expiration: new Date(minutes * 60_000),
});

const setUp = (store: CredentialStore | null = null) => {
  const asked: string[] = [];
  let minute = 0;
  const { of: roles, forget } = createRoles(
    async (arn) => {
      asked.push(arn);
      await Promise.resolve();
      return sessionUntil(minute + 60);
    },
    PATTERN,
    () => minute * 60_000,
    store,
  );
  return { roles, forget, asked, at: (to: number) => (minute = to) };
};

describe('roles', () => {
  it('are assumed once for all who ask at the same time', async () => {
    const { roles, asked } = setUp();
    await Promise.all([roles('111111111111')(), roles('111111111111')(), roles('222222222222')()]);
    expect(asked).toEqual(['arn:aws:iam::111111111111:role/deploy', 'arn:aws:iam::222222222222:role/deploy']);
  });

  it('are assumed again ten minutes before the end, and not before', async () => {
    const { roles, asked, at } = setUp();
    const provider = roles('111111111111');
    await provider();
    at(49);
    await provider();
    expect(asked).toHaveLength(1);
    at(51);
    await Promise.all([provider(), provider()]);
    expect(asked).toHaveLength(2);
  });

  it('are assumed again after an assume that failed', async () => {
    let fails = true;
    const { of: roles } = createRoles(
      async () => {
        if (fails) throw new Error('no');
        return sessionUntil(60);
      },
      PATTERN,
      () => 0,
    );
    await expect(roles('111111111111')()).rejects.toThrow('no');
    fails = false;
    await expect(roles('111111111111')()).resolves.toMatchObject({ secretAccessKey: 'secret' });
  });

  it('are taken from the store while they last', async () => {
    const kept = new Map<string, Credentials>();
    const store: CredentialStore = {
      get: async (arn) => kept.get(arn) ?? null,
      put: async (arn, credentials) => void kept.set(arn, credentials),
    };
    const first = setUp(store);
    await first.roles('111111111111')();
    const second = setUp(store);
    await second.roles('111111111111')();
    expect(second.asked).toEqual([]);
    const later = setUp(store);
    later.at(51);
    await later.roles('111111111111')();
    expect(later.asked).toHaveLength(1);
  });

  it('that AWS refuses before their end are assumed anew, whatever the store holds', async () => {
    const kept = new Map<string, Credentials>();
    const store: CredentialStore = {
      get: async (arn) => kept.get(arn) ?? null,
      put: async (arn, credentials) => void kept.set(arn, credentials),
    };
    const { roles, forget, asked } = setUp(store);
    const { accessKeyId } = await roles('111111111111')();
    await Promise.all([forget('111111111111', accessKeyId), forget('111111111111', accessKeyId)]);
    const second = await roles('111111111111')();
    await forget('111111111111', accessKeyId);
    expect(await roles('111111111111')()).toBe(second);
    expect(asked).toHaveLength(2);
  });
});
