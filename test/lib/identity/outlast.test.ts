import { describe, expect, it } from 'vitest';
import { checkOutlast } from '../../../src/lib/identity/outlast.js';
import type { Base } from '../../../src/lib/identity/way.js';

const MINUTE = 60_000;
const gitlab: Base = { kind: 'web-identity', token: { kind: 'gitlab', variable: 'T' }, role: null };
const keys: Base = { kind: 'sdk', from: 'environment', profile: null };
const check = (base: Base, left: number | null, least: number, most: number) =>
  checkOutlast(
    { base, endsAt: left === null ? null : new Date(left * MINUTE) },
    { leastMs: least * MINUTE, mostMs: most * MINUTE },
    0,
  );

describe('before a deploy', () => {
  it('nothing is said of credentials that last or are renewed', () => {
    expect([check(gitlab, 60, 10, 60), check(keys, null, 10, 600)]).toEqual([null, null]);
  });

  it('credentials that may end before it are warned about, with what helps', () => {
    expect(check(gitlab, 60, 10, 90)).toMatch(/^The credentials end in 60 minutes .*up to 90 minutes.*MaxSessionDuration/);
    expect(check(keys, 60, 10, 90)).toContain('fresh session keys');
  });

  it('credentials that end before its bakes are over are refused', () => {
    expect(() => check(gitlab, 20, 30, 90)).toThrow(
      expect.objectContaining({
        code: 'CredentialsTooShort',
        exitCode: 3,
        message: expect.stringContaining('at least 30 minutes') as string,
      }) as Error,
    );
  });
});
