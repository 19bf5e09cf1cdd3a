/** What a login brings is kept from all output: from IAM Identity Center, and from the shared cache. */
import { expect, it } from 'vitest';
import { createOidc } from '../../../src/lib/aws/sso-oidc.js';
import { parseToken } from '../../../src/lib/identity/sso/token-file.js';
import { hideSecrets } from '../../../src/lib/redaction/secrets.js';
import { REGION, serveSandbox } from '../../clients/served.js';

it('of a device: its code, the client and the tokens; what the person compares stays', async () => {
  const served = await serveSandbox();
  try {
    const oidc = createOidc({ endpoint: served.endpoint, region: REGION });
    const client = await oidc.register({ clientName: 'baf-test', scopes: ['sso:account:access'], browser: null });
    const begun = await oidc.startDevice(client, 'https://acme.awsapps.com/start');
    if ('refused' in begun) throw new Error(begun.refused);
    expect(hideSecrets(begun.addressWithCode)).toBe(begun.addressWithCode);
    expect(hideSecrets(`code ${begun.userCode}`)).toBe(`code ${begun.userCode}`);
    await fetch(begun.addressWithCode);
    const tokens = await oidc.createToken(client, { kind: 'device', deviceCode: begun.deviceCode });
    if ('refused' in tokens) throw new Error(tokens.refused);
    for (const secret of [client.secret, begun.deviceCode, tokens.accessToken, tokens.refreshToken ?? client.secret])
      expect(hideSecrets(`<${secret}>`)).toBe('<***>');
  } finally {
    await served.close();
  }
});

it('of the file of another tool', () => {
  const held = {
    accessToken: 'access-of-another-tool',
    refreshToken: 'refresh-of-another-tool',
    clientSecret: 'client-of-another-tool',
    expiresAt: '2026-11-21T12:00:00Z',
  };
  parseToken(JSON.stringify(held));
  expect(hideSecrets(`${held.accessToken} ${held.refreshToken} ${held.clientSecret}`)).toBe('*** *** ***');
});
