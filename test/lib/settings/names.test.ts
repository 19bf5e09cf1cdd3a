import { describe, expect, it } from 'vitest';
import { arnOfReference, askedBy, secretName, settingParameter } from '../../../src/lib/settings/names.js';

const here = { accountId: '111111111111', region: 'eu-west-1' };

describe('names', () => {
  it('of settings and secrets are in trees of their own', () => {
    expect(settingParameter('prod', 'ui', 'log-level')).toBe('/baf/settings/prod/ui/log-level');
    expect(secretName('prod', 'ui', 'key')).toBe('/baf/secrets/prod/ui/key');
    expect(secretName('prod', 'ui', 'key', 'secretsmanager')).toBe('baf/secrets/prod/ui/key');
  });
});

describe('a reference', () => {
  it.each([
    ['retail/session-key', 'arn:aws:ssm:eu-west-1:111111111111:parameter/retail/session-key', '/retail/session-key'],
    ['/retail/session-key', 'arn:aws:ssm:eu-west-1:111111111111:parameter/retail/session-key', '/retail/session-key'],
    ['session-key', 'arn:aws:ssm:eu-west-1:111111111111:parameter/session-key', 'session-key'],
  ])('%s is the parameter that it always was', (reference, arn, id) => {
    expect(arnOfReference(reference, here)).toBe(arn);
    expect(askedBy(arn, here)).toEqual({ store: 'ssm', id, jsonKey: null, versionStage: null, versionId: null });
  });
  it('to a parameter in another place stays an ARN', () => {
    const arn = 'arn:aws:ssm:eu-west-1:222222222222:parameter/shared/x';
    expect(askedBy(arn, here)).toMatchObject({ store: 'ssm', id: arn });
  });
  it('to Secrets Manager may name a part and a version', () => {
    const arn = 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:shop/db-AbCdEf';
    expect(arnOfReference('secretsmanager:shop/db', here)).toBe('arn:aws:secretsmanager:eu-west-1:111111111111:secret:shop/db');
    expect(askedBy(arn, here)).toMatchObject({ store: 'secretsmanager', id: arn, jsonKey: null });
    expect(askedBy(`${arn}:password::`, here)).toMatchObject({
      id: arn,
      jsonKey: 'password',
      versionStage: null,
      versionId: null,
    });
    expect(askedBy(`${arn}::AWSPREVIOUS:`, here)).toMatchObject({ id: arn, jsonKey: null, versionStage: 'AWSPREVIOUS' });
    expect(askedBy(`${arn}:password::v-1`, here)).toMatchObject({ jsonKey: 'password', versionId: 'v-1' });
  });
});
