import { describe, expect, it } from 'vitest';
import { perform } from '../../../src/lib/sandbox/dispatch.js';
import { sts } from '../../../src/lib/sandbox/services/sts.js';
import { drive } from './drive.js';

describe('STS', () => {
  it('gives a session in an account of the platform, and no other', () => {
    const d = drive();
    const assume =
      (RoleArn: string, more: object = {}) =>
      () =>
        d.call('sts', 'AssumeRole', { RoleArn, RoleSessionName: 'ana', ...more });
    const made = assume('arn:aws:iam::111111111111:role/baf-deploy')();
    expect(made.AssumedRoleUser.Arn).toBe('arn:aws:sts::111111111111:assumed-role/baf-deploy/ana');
    expect(made.Credentials.AccessKeyId).toMatch(/^ASIA[0-9A-Z]{16}$/);
    expect(made.Credentials.Expiration.getTime()).toBe(d.clock.now() + 3_600_000);
    expect(assume('arn:aws:iam::999999999999:role/x')).toThrow(expect.objectContaining({ code: 'AccessDenied', status: 403 }));
    expect(assume('nothing')).toThrow(/is invalid/);
    expect(assume('arn:aws:iam::111111111111:role/x', { DurationSeconds: 5 })).toThrow(/durationSeconds/);
    expect(assume('arn:aws:iam::111111111111:role/x', { RoleSessionName: 'a b' })).toThrow(/roleSessionName/);
    expect(assume('arn:aws:iam::111111111111:role/x', { DurationSeconds: 43_201 })).toThrow(/durationSeconds/);
    expect(assume('arn:aws:iam::111111111111:role/x', { RoleSessionName: 'a' })).toThrow(/greater than or equal to 2/);
    expect(assume('arn:aws:iam::111111111111:role/x', { RoleSessionName: 'a'.repeat(65) })).toThrow(/less than or equal to 64/);
    expect(assume('arn:aws:iam::111111111111:role/team/x')().AssumedRoleUser.Arn).toBe(
      'arn:aws:sts::111111111111:assumed-role/x/ana',
    );
    expect(d.call('sts', 'GetCallerIdentity', {})).toMatchObject({ Account: '111111111111' });
  });
});

describe('a session', () => {
  it('is kept by its access key, and says who it is', () => {
    const d = drive();
    const RoleArn = 'arn:aws:iam::111111111111:role/baf-deploy';
    const { Credentials, AssumedRoleUser } = d.call('sts', 'AssumeRole', { RoleArn, RoleSessionName: 'ana' });
    expect(d.sandbox.store.state.sessions[Credentials.AccessKeyId]).toEqual({
      account: '111111111111',
      arn: AssumedRoleUser.Arn,
      expiresAt: Credentials.Expiration.getTime(),
    });
    const caller = { account: '111111111111', region: 'eu-west-1', arn: AssumedRoleUser.Arn as string };
    expect(perform(d.sandbox, sts, 'GetCallerIdentity', {}, caller)).toEqual({
      Account: '111111111111',
      Arn: AssumedRoleUser.Arn,
      UserId: AssumedRoleUser.AssumedRoleId,
    });
  });
});
