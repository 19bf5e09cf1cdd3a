/** An OpenID Connect issuer on this machine, with real keys: its clock is the test's. */
import { generateKeyPairSync, sign, type JsonWebKey, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Issuer {
  readonly url: string;
  /** A signed token; claims that are undefined are left out. */
  token(claims: Record<string, unknown>, header?: { alg?: 'RS256' | 'ES256'; kid?: string }): string;
  /** Signed by a key that the issuer does not publish. */
  forged(claims: Record<string, unknown>): string;
  close(): Promise<void>;
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export async function startIssuer(now: () => number): Promise<Issuer> {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = (key: KeyObject, kid: string): JsonWebKey => ({ ...key.export({ format: 'jwk' }), kid, use: 'sig' });
  const server = createServer((request, response) => {
    response.setHeader('date', new Date(now()).toUTCString());
    response.setHeader('content-type', 'application/json');
    if (request.url === '/.well-known/openid-configuration')
      response.end(JSON.stringify({ issuer: url(), jwks_uri: `${url()}/keys` }));
    else if (request.url === '/keys')
      response.end(JSON.stringify({ keys: [jwk(rsa.publicKey, 'rsa-1'), jwk(ec.publicKey, 'ec-1')] }));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const seconds = (): number => Math.floor(now() / 1000);
  const body = (claims: Record<string, unknown>): string =>
    encode({ iss: url(), aud: 'sts.amazonaws.com', iat: seconds(), exp: seconds() + 300, ...claims });
  const signed = (text: string, key: KeyObject): string =>
    `${text}.${sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  return {
    url: url(),
    token: (claims, { alg = 'RS256', kid } = {}) =>
      signed(
        `${encode({ alg, typ: 'JWT', kid: kid ?? (alg === 'RS256' ? 'rsa-1' : 'ec-1') })}.${body(claims)}`,
        alg === 'RS256' ? rsa.privateKey : ec.privateKey,
      ),
    forged: (claims) => signed(`${encode({ alg: 'RS256', typ: 'JWT', kid: 'rsa-1' })}.${body(claims)}`, other.privateKey),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
