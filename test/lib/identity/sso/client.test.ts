/** What is sent and registered: PKCE, the file of the registration, the endpoint of the page. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { createOidc, toGrantInput } from '../../../../src/lib/aws/sso-oidc.js';
import { authorizeUrl, judgeCallback, newSecrets, redirectTo } from '../../../../src/lib/identity/sso/pkce.js';
import {
  registerRequest,
  registrationFile,
  registrationFileName,
  scopesFor,
  usableClient,
} from '../../../../src/lib/identity/sso/registration.js';
import { openCommands } from '../../../../src/lib/system/browser.js';

const NOW = Date.parse('2026-11-19T12:00:00Z');
const SESSION = { name: 'acme', startUrl: 'https://acme.awsapps.com/start', region: 'eu-west-1', scopes: null };

describe('PKCE', () => {
  it('has a verifier of 64 characters, and sends its hash only', () => {
    const secrets = newSecrets();
    expect(secrets.verifier).toMatch(/^[A-Za-z0-9_-]{64}$/);
    expect(newSecrets().state).not.toBe(secrets.state);
    const url = authorizeUrl({
      ...secrets,
      endpoint: 'https://oidc.eu-west-1.amazonaws.com',
      clientId: 'client',
      redirectUri: redirectTo(43117),
      scopes: ['sso:account:access', 'x:y'],
    });
    expect(url).not.toContain(secrets.verifier);
    expect(url).toMatch(/^https:\/\/oidc\.eu-west-1\.amazonaws\.com\/authorize\?/);
    const { searchParams } = new URL(url);
    expect(searchParams.get('code_challenge')).toBe(createHash('sha256').update(secrets.verifier).digest('base64url'));
    expect(searchParams.get('redirect_uri')).toBe('http://127.0.0.1:43117/oauth/callback');
    expect(searchParams.get('scopes')).toBe('sso:account:access x:y');
  });

  it.each([
    ['/oauth/callback?code=c&state=s', { is: 'code', code: 'c' }],
    ['/oauth/callback?code=c&state=t', { is: 'forged' }],
    ['/oauth/callback?code=c', { is: 'forged' }],
    ['/oauth/callback?error=access_denied&state=t', { is: 'forged' }],
    ['/oauth/callback?error=access_denied&state=s', { is: 'refused', error: 'access_denied' }],
    ['/oauth/callback?error=access_denied&code=c&state=s', { is: 'refused', error: 'access_denied' }],
    ['/oauth/callback?state=s', { is: 'refused', error: 'no code' }],
    ['/favicon.ico', { is: 'other' }],
    ['/oauth/callback/x?code=c&state=s', { is: 'other' }],
  ])('judges %s', (target, expected) => expect(judgeCallback(target, 's')).toEqual(expected));

  it('takes a code with the right state only', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (given, state) => {
        const callback = judgeCallback(`/oauth/callback?code=c&state=${encodeURIComponent(given)}`, state);
        expect(callback.is).toBe(given === state ? 'code' : 'forged');
      }),
    );
  });
});

describe('the registration', () => {
  // Digests of json.dumps({'tool': 'botocore', ...}, sort_keys=True) in Python.
  it.each([
    [SESSION, 'b02584108186386606e1b78860819cafc4e8866f'],
    [{ ...SESSION, name: 'ač"\u007fme' }, 'c12c190df15ce7237e0b6b7d257734a11fc20951'],
    [{ ...SESSION, name: 'ač"\u007fme', scopes: ['a:b', 'c'] }, 'bcfe34681da1fd31ef16d2e08d40bfdd88d6d82f'],
  ])('has the name that the aws command line gives it (%#)', (session, digest) =>
    expect(registrationFileName(session)).toBe(`${digest}.json`),
  );

  it('asks for accounts at least', () => {
    expect(scopesFor(SESSION)).toEqual(['sso:account:access']);
    expect(scopesFor({ ...SESSION, scopes: ['a:b'] })).toEqual(['a:b', 'sso:account:access']);
    expect(scopesFor({ ...SESSION, scopes: ['sso:account:access'] })).toEqual(['sso:account:access']);
  });

  it('is used again for the same way, with the same scopes, while it lasts', () => {
    const client = { id: 'i', secret: 's', expiresAt: NOW + 3_600_000 };
    const browser = registrationFile(client, registerRequest(SESSION, 'browser'));
    const device = registrationFile(client, registerRequest(SESSION, 'device'));
    const scopes = ['sso:account:access'];
    expect(usableClient(browser, 'browser', scopes, NOW)).toEqual(client);
    expect(usableClient(device, 'device', scopes, NOW)).toEqual(client);
    expect(usableClient(browser, 'device', scopes, NOW)).toBeNull();
    expect(usableClient(device, 'browser', scopes, NOW)).toBeNull();
    expect(usableClient(browser, 'browser', [...scopes, 'a:b'], NOW)).toBeNull();
    expect(usableClient(browser, 'browser', scopes, NOW + 50 * 60_000)).toBeNull();
    expect(usableClient(browser.slice(0, 50), 'browser', scopes, NOW)).toBeNull();
  });

  it('names a redirect without a port, for the browser only', () => {
    expect(registerRequest(SESSION, 'browser')).toEqual({
      clientName: 'baf-acme',
      scopes: ['sso:account:access'],
      browser: {
        grantTypes: ['authorization_code', 'refresh_token'],
        redirectUris: ['http://127.0.0.1/oauth/callback'],
        issuerUrl: SESSION.startUrl,
      },
    });
    expect(registerRequest({ ...SESSION, name: null }, 'device')).toMatchObject({ clientName: 'baf-profile', browser: null });
  });
});

describe('the gateway', () => {
  afterEach(() => void delete process.env['AWS_ENDPOINT_URL_SSO_OIDC']);

  it('tells where the page of the service is, without a call', async () => {
    expect(await createOidc({ endpoint: null, region: 'eu-west-1' }).endpoint()).toBe('https://oidc.eu-west-1.amazonaws.com');
    expect(await createOidc({ endpoint: 'http://127.0.0.1:4599', region: 'eu-west-1' }).endpoint()).toBe('http://127.0.0.1:4599');
    process.env['AWS_ENDPOINT_URL_SSO_OIDC'] = 'http://127.0.0.1:4600';
    expect(await createOidc({ endpoint: null, region: 'eu-west-1' }).endpoint()).toBe('http://127.0.0.1:4600');
  });

  it('sends what a grant is', () => {
    expect(toGrantInput({ kind: 'refresh', refreshToken: 'r' })).toEqual({ grantType: 'refresh_token', refreshToken: 'r' });
    expect(toGrantInput({ kind: 'device', deviceCode: 'd' })).toEqual({
      grantType: 'urn:ietf:params:oauth:grant-type:device_code',
      deviceCode: 'd',
    });
    expect(toGrantInput({ kind: 'code', code: 'c', verifier: 'v', redirectUri: 'http://127.0.0.1:1/oauth/callback' })).toEqual({
      grantType: 'authorization_code',
      code: 'c',
      codeVerifier: 'v',
      redirectUri: 'http://127.0.0.1:1/oauth/callback',
    });
  });
});

describe('the browser', () => {
  const url = 'http://127.0.0.1/?a=1&b=2';
  it.each([
    ['darwin', {}, [['open', url]]],
    ['win32', {}, [['rundll32', 'url.dll,FileProtocolHandler', url]]],
    [
      'linux',
      {},
      [
        ['xdg-open', url],
        ['wslview', url],
        ['sensible-browser', url],
      ],
    ],
    [
      'darwin',
      { BROWSER: 'firefox' },
      [
        ['firefox', url],
        ['open', url],
      ],
    ],
    [
      'darwin',
      { BROWSER: `'/opt/my browser' --new "%s" -x` },
      [
        ['/opt/my browser', '--new', url, '-x'],
        ['open', url],
      ],
    ],
    [
      'darwin',
      { BROWSER: 'a b:c' },
      [
        ['a', 'b', url],
        ['c', url],
        ['open', url],
      ],
    ],
  ])('on %s with %o', (platform, env, commands) => expect(openCommands(url, env, platform)).toEqual(commands));
});
