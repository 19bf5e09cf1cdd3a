import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseFlow, type Surroundings } from '../../../../src/lib/identity/sso/flow.js';
import { judgeToken, REFRESH_MS } from '../../../../src/lib/identity/sso/judge.js';
import { parseToken, refreshedToken, newToken, tokenFileName } from '../../../../src/lib/identity/sso/token-file.js';

const NOW = Date.parse('2026-11-19T12:00:00Z');
const SESSION = { name: 'acme', startUrl: 'https://acme.awsapps.com/start', region: 'eu-west-1', scopes: null };
const MINUTE = 60_000;

const file = (change: Record<string, unknown> = {}, left = 30 * MINUTE): Record<string, unknown> => ({
  startUrl: SESSION.startUrl,
  region: SESSION.region,
  accessToken: 'token',
  expiresAt: new Date(NOW + left).toISOString().replace('.000', ''),
  clientId: 'id',
  clientSecret: 'secret',
  registrationExpiresAt: '2027-02-01T00:00:00Z',
  refreshToken: 'refresh',
  ...change,
});
const judged = (change?: Record<string, unknown>, left?: number, refused?: string) =>
  judgeToken(parseToken(JSON.stringify(file(change, left))), SESSION, NOW, refused);

describe('a token that is kept', () => {
  it.each([
    ['with half an hour left', {}, 30 * MINUTE, { is: 'good' }],
    ['with five minutes left', {}, REFRESH_MS, { is: 'good' }],
    ['with four', {}, 4 * MINUTE, { is: 'refresh', lasts: true }],
    ['at its end', {}, 0, { is: 'refresh', lasts: false }],
    ['with four minutes left and nothing to refresh it with', { refreshToken: undefined }, 4 * MINUTE, { is: 'good' }],
    ['at its end, with nothing to refresh it with', { refreshToken: undefined }, 0, { is: 'login', because: 'ended' }],
    ['at its end, of a client without a secret', { clientSecret: undefined }, 0, { is: 'login', because: 'ended' }],
    [
      'at its end, of a client that has ended',
      { registrationExpiresAt: '2026-11-19T12:00:00Z' },
      0,
      { is: 'login', because: 'ended' },
    ],
    ['of another start URL', { startUrl: 'https://other.awsapps.com/start' }, MINUTE, { is: 'login', because: 'other-place' }],
    ['of the same, written otherwise', { startUrl: 'https://ACME.awsapps.com/start/#/' }, 30 * MINUTE, { is: 'good' }],
    ['of another region', { region: 'us-east-1' }, 30 * MINUTE, { is: 'login', because: 'other-place' }],
    ['that does not say where it belongs', { region: undefined, startUrl: undefined }, 30 * MINUTE, { is: 'good' }],
    ['for something else', { scopes: ['codewhisperer:completions'] }, 30 * MINUTE, { is: 'login', because: 'wrong-scope' }],
    ['for accounts besides', { scopes: 'codewhisperer:completions sso:account:access' }, 30 * MINUTE, { is: 'good' }],
  ])('%s', (_what, change, left, expected) => expect(judged(change, left)).toEqual(expected));

  it('that AWS refused is refreshed, or asked for', () => {
    expect(judged({}, 30 * MINUTE, 'token')).toEqual({ is: 'refresh', lasts: false });
    expect(judged({}, 30 * MINUTE, 'another')).toEqual({ is: 'good' });
    expect(judged({ refreshToken: '' }, 30 * MINUTE, 'token')).toEqual({ is: 'login', because: 'refused' });
  });

  it('is never good once it has ended or was refused, whatever the file says', () => {
    const value = fc.oneof(fc.string(), fc.constant(undefined), fc.integer(), fc.constant(null));
    const any = fc.record({ refreshToken: value, clientId: value, registrationExpiresAt: value, scopes: value, startUrl: value });
    fc.assert(
      fc.property(any, fc.integer({ min: -9e9, max: 0 }), (change, left) => {
        expect(judged(change, left).is).not.toBe('good');
        expect(judged(change, 30 * MINUTE, 'token').is).not.toBe('good');
      }),
    );
  });
});

describe('the file of a login', () => {
  it('is named as the aws command line names it', () => {
    expect(tokenFileName({ name: 'acme', startUrl: 'x' })).toBe('293abb6b76d7791c0732cc517d38c4b5c734b87f.json');
    expect(tokenFileName({ name: null, startUrl: 'acme' })).toBe('293abb6b76d7791c0732cc517d38c4b5c734b87f.json');
  });

  it.each([
    ['half', '{"accessToken":"a","expi'],
    ['a list', '[]'],
    ['a number', '7'],
    ['null', 'null'],
    ['no login', '{"clientId":"x"}'],
    ['no time', '{"accessToken":"a","expiresAt":"soon"}'],
    ['an empty file', ''],
  ])('that is %s is none', (_what, text) => expect(parseToken(text)).toBeNull());

  it('of the first versions of the aws command line has its time in UTC', () => {
    expect(parseToken('{"accessToken":"a","expiresAt":"2026-11-19T12:00:00UTC"}')?.expiresAt).toBe(NOW);
  });

  it('keeps what it had through a refresh, the refresh token too where none comes', () => {
    const held = parseToken(JSON.stringify(file({ note: 1 })))!;
    const answer = { accessToken: 'new', expiresIn: 3600, refreshToken: null };
    expect(JSON.parse(refreshedToken(held, answer, NOW))).toEqual(
      file({ note: 1, accessToken: 'new', expiresAt: '2026-11-19T13:00:00Z' }),
    );
    expect(JSON.parse(refreshedToken(held, { ...answer, refreshToken: 'newer' }, NOW))).toMatchObject({ refreshToken: 'newer' });
  });

  it('comes back as it was written, to the second', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }),
        fc.integer({ min: 0, max: 1e6 }),
        fc.option(fc.string({ minLength: 1 })),
        (token, expiresIn, refresh) => {
          const text = newToken(
            SESSION,
            { id: 'i', secret: 's', expiresAt: NOW },
            { accessToken: token, expiresIn, refreshToken: refresh },
            NOW,
          );
          expect(parseToken(text)).toMatchObject({
            accessToken: token,
            expiresAt: NOW + expiresIn * 1000,
            refreshToken: refresh,
            client: { id: 'i', secret: 's', expiresAt: NOW },
          });
        },
      ),
    );
  });
});

describe('the way of logging in', () => {
  const here = (env: Record<string, string> = {}, more: Partial<Surroundings> = {}): Surroundings => ({
    env,
    kernel: '6.8.0-generic',
    containerFile: false,
    ...more,
  });
  it.each([
    ['on a laptop', true, undefined, here(), 'browser', 'usual', true],
    ['with an old profile', false, undefined, here(), 'device', 'no-session', true],
    ['with --device', true, true, here(), 'device', 'asked', true],
    ['under SSH', true, undefined, here({ SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22' }), 'device', 'ssh', false],
    ['under SSH, with --no-device', true, false, here({ SSH_TTY: '/dev/pts/0' }), 'browser', 'asked', true],
    ['under SSH, with --device', true, true, here({ SSH_CLIENT: 'x' }), 'device', 'asked', false],
    ['in WSL', true, undefined, here({ WSL_DISTRO_NAME: 'Ubuntu' }), 'device', 'wsl', true],
    ['in WSL, by its kernel', true, undefined, here({}, { kernel: '6.6.87.2-microsoft-standard-WSL2' }), 'device', 'wsl', true],
    ['in a container', true, undefined, here({}, { containerFile: true }), 'device', 'container', false],
    [
      'in a container with a browser of its editor',
      true,
      undefined,
      here({ BROWSER: 'code-open', container: 'podman' }),
      'device',
      'container',
      true,
    ],
    ['in a codespace', true, undefined, here({ CODESPACES: 'true' }), 'device', 'container', false],
  ])('%s', (_where, named, asked, surroundings, flow, why, opens) =>
    expect(chooseFlow(named, asked, surroundings)).toEqual({ flow, why, opens }),
  );
});
