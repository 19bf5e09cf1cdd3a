/** What `createClients` is given in tests: the sandbox's own keys unless a way says otherwise. */
import type { SessionOptions } from '../../../src/lib/aws/sessions.js';
import { labelsOf } from '../../../src/lib/identity/labels.js';
import type { IdentityRules } from '../../../src/lib/model/platform.js';
import { shortHash } from '../../../src/lib/system/credential-cache.js';

export const RULES: IdentityRules = {
  role: 'arn:aws:iam::{account}:role/baf-deploy',
  sso: null,
  ci: {
    provider: 'auto',
    audience: 'sts.amazonaws.com',
    tokenVariable: 'AWS_OIDC_TOKEN',
    role: 'arn:aws:iam::{account}:role/baf-deploy',
  },
  via: null,
  externalId: null,
};

export function sessionOptions({
  region = 'eu-west-1',
  ...more
}: Partial<SessionOptions> & { readonly region?: string } = {}): SessionOptions {
  return {
    way: { base: { kind: 'sandbox' }, key: [], warnings: [] },
    rules: RULES,
    labels: (person) => labelsOf(person ?? 'ana', null, 'shop', shortHash),
    asksWho: true,
    stsRegion: region,
    now: Date.now,
    store: null,
    token: () => Promise.reject(new Error('no token was expected')),
    ssoTokens: null,
    baseEndsAt: null,
    warn: () => {},
    ...more,
  };
}
