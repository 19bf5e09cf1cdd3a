import { describe, expect, it } from 'vitest';
import { secretsOf } from '../../../src/lib/redaction/environment.js';

describe('the secrets of the environment', () => {
  it.each([
    ['AWS_SECRET_ACCESS_KEY', 'short-one'],
    ['AWS_SESSION_TOKEN', 'IQoJ'.repeat(9)],
    ['AWS_ACCESS_KEY_ID', 'AKIAQWERTYUIOPASDFGH'],
    ['ACTIONS_ID_TOKEN_REQUEST_TOKEN', 'opaque-token'],
    ['CI_JOB_TOKEN', 'glcbt-64'],
    ['AWS_OIDC_TOKEN', 'a-token-of-some-length'],
    ['SHOP_DB_PASSWORD', 'correct horse battery'],
    ['ANYTHING', 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln'],
  ])('%s is one', (name, value) => expect(secretsOf({ [name]: value })).toEqual([value]));

  it.each([
    ['AWS_ACCESS_KEY_ID', '333333333333'],
    ['AWS_WEB_IDENTITY_TOKEN_FILE', '/var/run/secrets/token-of-the-pod'],
    ['ACTIONS_ID_TOKEN_REQUEST_URL', 'https://pipelines.example/token'],
    ['GOOGLE_APPLICATION_CREDENTIALS', '/home/ana/long/way/key.json'],
    ['MY_TOKEN', 'production'],
    ['AWS_PROFILE', 'shop-production-deploys'],
    ['AWS_SESSION_TOKEN', ''],
  ])('%s=%s is none', (name, value) => expect(secretsOf({ [name]: value })).toEqual([]));
});
