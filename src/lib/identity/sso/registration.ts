/** baf as a client of IAM Identity Center: registered once for a session, in the file that the aws command line keeps too. */
import { createHash } from 'node:crypto';
import type { Flow } from './flow.js';
import { ACCOUNT_ACCESS } from './judge.js';
import { REDIRECT } from './pkce.js';
import { parseObject, scopesOf, stamp, textOf, timeOf } from './token-file.js';
import type { SsoSession } from './types.js';

export interface Client {
  readonly id: string;
  readonly secret: string;
  /** Milliseconds. */
  readonly expiresAt: number;
}

export interface RegisterRequest {
  readonly clientName: string;
  readonly scopes: readonly string[];
  /** For the browser only; a device's client has none. */
  readonly browser: {
    readonly grantTypes: readonly string[];
    readonly redirectUris: readonly string[];
    readonly issuerUrl: string;
  } | null;
}

/** A registration that ends sooner is made anew: a login takes its time. */
const MARGIN_MS = 15 * 60_000;

/** Scopes that are asked for: what the sso-session says, and at least what is needed for accounts. */
export const scopesFor = (session: SsoSession): string[] =>
  session.scopes === null || session.scopes.includes(ACCOUNT_ACCESS)
    ? [...(session.scopes ?? [ACCOUNT_ACCESS])]
    : [...session.scopes, ACCOUNT_ACCESS];

/** The aws command line's name for it: a hash of JSON as Python writes it, keys in order. */
export function registrationFileName(session: SsoSession): string {
  const { scopes, name } = session;
  const list = scopes === null ? 'null' : `[${scopes.map(python).join(', ')}]`;
  const key = `{"region": ${python(session.region)}, "scopes": ${list}, "session_name": ${name === null ? 'null' : python(name)}, "startUrl": ${python(session.startUrl)}, "tool": "botocore"}`;
  return `${createHash('sha1').update(key).digest('hex')}.json`;
}

/** A JSON text with everything beyond ASCII escaped, as Python's json.dumps does. */
const python = (text: string): string =>
  JSON.stringify(text).replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** The client in a file, where it fits this way of logging in, has the scopes, and lasts. */
export function usableClient(text: string, flow: Flow, scopes: readonly string[], now: number): Client | null {
  const held = parseObject(text);
  if (!held) return null;
  const [id, secret] = [textOf(held['clientId']), textOf(held['clientSecret'])];
  const expiresAt = timeOf(held['expiresAt']);
  if (!id || !secret || expiresAt === null || expiresAt - now < MARGIN_MS) return null;
  const grants: unknown[] = Array.isArray(held['grantTypes']) ? held['grantTypes'] : [];
  if (grants.includes('authorization_code') !== (flow === 'browser')) return null;
  const has = scopesOf(held['scopes']) ?? [];
  return scopes.every((scope) => has.includes(scope)) ? { id, secret, expiresAt } : null;
}

export const registerRequest = (session: SsoSession, flow: Flow): RegisterRequest => ({
  clientName: `baf-${session.name ?? 'profile'}`.replace(/[^\w.-]+/g, '-').slice(0, 64),
  scopes: scopesFor(session),
  browser:
    flow === 'browser'
      ? { grantTypes: ['authorization_code', 'refresh_token'], redirectUris: [REDIRECT], issuerUrl: session.startUrl }
      : null,
});

export const registrationFile = (client: Client, request: RegisterRequest): string =>
  `${JSON.stringify({
    clientId: client.id,
    clientSecret: client.secret,
    expiresAt: stamp(client.expiresAt),
    scopes: request.scopes,
    ...(request.browser ? { grantTypes: request.browser.grantTypes } : {}),
  })}\n`;
