import { describe, expect, it } from 'vitest';
import { createGate } from '../../../src/lib/identity/gate.js';
import {
  createRoles,
  type Asked,
  type Credentials,
  type CredentialStore,
  type TakeStep,
} from '../../../src/lib/identity/roles.js';
import type { Step } from '../../../src/lib/identity/way.js';

const pattern = (accountId: string) => `arn:aws:iam::${accountId}:role/deploy`;
const step = (roleArn: string): Step => ({ kind: 'assume', roleArn, externalId: null });
const stepsTo = (accountId: string) => [step(pattern(accountId))];
const arnOf = (s: Step): string => (s.kind === 'permission-set' ? s.accountId : s.roleArn);
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
  const take: TakeStep = async (s) => {
    asked.push(arnOf(s));
    await Promise.resolve();
    return sessionUntil(minute + 60);
  };
  const { of: roles, forget, endsAt } = createRoles({ take, stepsTo, now: () => minute * 60_000, store });
  return { roles, forget, endsAt, asked, at: (to: number) => (minute = to) };
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
    const { of: roles } = createRoles({
      take: async () => {
        if (fails) throw new Error('no');
        return sessionUntil(60);
      },
      stepsTo,
      now: () => 0,
    });
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

describe('a session near its end that cannot be renewed', () => {
  it('is used on, asked for again now and then, and given up a minute before the end', async () => {
    let minute = 0;
    let works = true;
    let tried = 0;
    const take: TakeStep = async () => {
      tried++;
      if (!works) throw new Error('STS is away');
      return sessionUntil(minute + 60);
    };
    const provider = createRoles({ take, stepsTo, now: () => minute * 60_000 }).of('1');
    const first = await provider();
    works = false;
    minute = 51;
    expect([await provider(), await provider(), tried]).toEqual([first, first, 2]);
    minute = 52;
    expect([await provider(), tried]).toEqual([first, 3]);
    minute = 59.5;
    await expect(provider()).rejects.toThrow('STS is away');
    works = true;
    expect(await provider()).not.toBe(first);
  });

  it('of a few minutes is not asked for at every call', async () => {
    let minute = 0;
    let tried = 0;
    const take: TakeStep = async () => (tried++, sessionUntil(minute + 8));
    const provider = createRoles({ take, stepsTo, now: () => minute * 60_000 }).of('1');
    await provider();
    minute = 3;
    await provider();
    expect(tried).toBe(1);
    minute = 5;
    await provider();
    expect(tried).toBe(2);
  });
});

/** An error as the SDK makes it of what AWS answered. */
const refusal = (name: string, message: string) => Object.assign(new Error(message), { name });
const HUB = step('arn:aws:iam::999999999999:role/hub');

describe('a chain', () => {
  const chained = (take: TakeStep, warn: (text: string) => void = () => {}) =>
    createRoles({ take, stepsTo: (id) => [HUB, step(pattern(id))], now: () => 0, warn });

  it('takes the hub once for forty accounts', async () => {
    const asked: string[] = [];
    const roles = chained(async (s, from) => {
      asked.push(arnOf(s));
      expect(from === null).toBe(s === HUB);
      return sessionUntil(60);
    });
    await Promise.all(Array.from({ length: 40 }, (_, i) => roles.of(String(i))()));
    expect(asked.filter((arn) => arn === arnOf(HUB))).toHaveLength(1);
    expect(asked).toHaveLength(41);
  });

  it('whose hub session was ended early takes it anew', async () => {
    let hubs = 0;
    const roles = chained(async (s, from) => {
      if (s === HUB) return { ...sessionUntil(60), accessKeyId: `hub${++hubs}` };
      if (from?.accessKeyId === 'hub1') throw refusal('ExpiredToken', 'expired');
      return sessionUntil(60);
    });
    await roles.of('1')();
    expect(hubs).toBe(2);
  });

  it('goes on without the source identity that the role at its end refuses: from the hub on, for that role only', async () => {
    const seen: [string, Asked][] = [];
    const warnings: string[] = [];
    const roles = chained(
      async (s, from, asked) => {
        seen.push([arnOf(s), asked]);
        if (s === HUB) return { ...sessionUntil(60), sessionToken: asked.sourceIdentity ? 'ana' : 'nobody' };
        if (arnOf(s) === pattern('1') && from?.sessionToken === 'ana')
          throw refusal('AccessDenied', 'not authorized to perform: sts:SetSourceIdentity on resource');
        return sessionUntil(60);
      },
      (text) => warnings.push(text),
    );
    await roles.of('1')();
    await roles.of('2')();
    expect(seen.map(([arn, asked]) => [arn.split(':')[4], asked.sourceIdentity])).toEqual([
      ['999999999999', true],
      ['1', true],
      ['999999999999', false],
      ['1', false],
      ['2', true],
    ]);
    expect(warnings).toEqual([expect.stringContaining('sts:SetSourceIdentity')]);
  });
});

describe('session tags', () => {
  const under = async (refuse: (asked: Asked) => Error | null) => {
    const seen: Asked[] = [];
    const warnings: string[] = [];
    const take: TakeStep = async (_s, _from, asked) => {
      seen.push(asked);
      const error = refuse(asked);
      if (error) throw error;
      return sessionUntil(60);
    };
    const roles = createRoles({ take, stepsTo, now: () => 0, warn: (text) => warnings.push(text) });
    const outcome = await Promise.resolve(roles.of('1')()).then(
      () => 'had',
      (error: Error) => error.name,
    );
    return { outcome, tags: seen.map((s) => s.tags), warnings };
  };

  it('lose the optional ones where there is no room, never the identity', async () => {
    const tooLarge = refusal('PackedPolicyTooLarge', '104%');
    expect(await under((asked) => (asked.tags === 'all' ? tooLarge : null))).toEqual({
      outcome: 'had',
      tags: ['all', 'identity'],
      warnings: [],
    });
    expect(await under(() => tooLarge)).toMatchObject({ outcome: 'PackedPolicyTooLarge', tags: ['all', 'identity'] });
  });

  it('are left out, with a warning, where a trust policy does not let them through', async () => {
    const refused = refusal('AccessDenied', 'User: x is not authorized to perform: sts:TagSession on resource: r');
    const { outcome, tags, warnings } = await under((asked) => (asked.tags === 'none' ? null : refused));
    expect([outcome, tags, warnings.length]).toEqual(['had', ['all', 'none'], 1]);
    expect(await under(() => refusal('AccessDenied', 'not authorized to perform: sts:AssumeRole'))).toMatchObject({
      outcome: 'AccessDenied',
      tags: ['all'],
    });
  });
});

describe('at most ten at once', () => {
  it('are asked for, the rest as places get free, and a failure frees its place', async () => {
    let inside = 0;
    let most = 0;
    const waiting: (() => void)[] = [];
    const gate = createGate(10, () => Promise.resolve());
    const take: TakeStep = async (s) => {
      most = Math.max(most, ++inside);
      await new Promise<void>((resolve) => waiting.push(resolve));
      inside--;
      if (arnOf(s) === pattern('3')) throw new Error('no');
      return sessionUntil(60);
    };
    const roles = createRoles({ take, stepsTo, now: () => 0, gate });
    const all = Promise.allSettled(Array.from({ length: 40 }, (_, i) => roles.of(String(i))()));
    for (let done = 0; done < 40;) {
      await new Promise((resolve) => setImmediate(resolve));
      const batch = waiting.splice(0);
      batch.forEach((resolve) => resolve());
      done += batch.length;
    }
    expect((await all).filter((r) => r.status === 'fulfilled')).toHaveLength(39);
    expect(most).toBe(10);
  });
});
