/** The file of a login in the cache that `aws sso login`, the SDKs and baf share: its name, and what it says. */
import { createHash } from 'node:crypto';
import { keepSecret } from '../../redaction/secrets.js';
import type { SsoSession } from './types.js';

/** A login as the file has it; times in milliseconds since the epoch. */
export interface HeldToken {
  readonly startUrl: string | null;
  readonly region: string | null;
  readonly accessToken: string;
  readonly expiresAt: number;
  readonly refreshToken: string | null;
  readonly client: { readonly id: string; readonly secret: string; readonly expiresAt: number } | null;
  /** Some tools write what their token is good for; null where nothing is said. */
  readonly scopes: readonly string[] | null;
  /** All the file has, also what baf does not know. */
  readonly raw: Readonly<Record<string, unknown>>;
}

const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex');

export const tokenFileName = (session: Pick<SsoSession, 'name' | 'startUrl'>): string =>
  `${sha1(session.name ?? session.startUrl)}.json`;

/** Null for a file that is no login: a wrong shape, or half-written JSON. */
export function parseToken(text: string): HeldToken | null {
  const raw = parseObject(text);
  const accessToken = raw && textOf(raw['accessToken']);
  const expiresAt = raw && timeOf(raw['expiresAt']);
  if (!raw || !accessToken || expiresAt === null) return null;
  const [id, secret, refreshToken] = [textOf(raw['clientId']), textOf(raw['clientSecret']), textOf(raw['refreshToken'])];
  for (const one of [accessToken, refreshToken, secret]) keepSecret(one);
  const clientEnd = timeOf(raw['registrationExpiresAt']);
  return {
    startUrl: textOf(raw['startUrl']),
    region: textOf(raw['region']),
    accessToken,
    expiresAt,
    refreshToken,
    client: id && secret && clientEnd !== null ? { id, secret, expiresAt: clientEnd } : null,
    scopes: scopesOf(raw['scopes']),
    raw,
  };
}

/** What IAM Identity Center answers. */
export interface TokenAnswer {
  readonly accessToken: string;
  /** Seconds. */
  readonly expiresIn: number;
  readonly refreshToken: string | null;
}

/** The file after a refresh: what it had stays, also the refresh token where the answer brings none. */
export const refreshedToken = (held: HeldToken, answer: TokenAnswer, now: number): string =>
  write({
    ...held.raw,
    accessToken: answer.accessToken,
    expiresAt: stamp(now + answer.expiresIn * 1000),
    ...(answer.refreshToken === null ? {} : { refreshToken: answer.refreshToken }),
  });

/** The file after a login. */
export const newToken = (
  session: SsoSession,
  client: { readonly id: string; readonly secret: string; readonly expiresAt: number },
  answer: TokenAnswer,
  now: number,
): string =>
  write({
    startUrl: session.startUrl,
    region: session.region,
    accessToken: answer.accessToken,
    expiresAt: stamp(now + answer.expiresIn * 1000),
    clientId: client.id,
    clientSecret: client.secret,
    registrationExpiresAt: stamp(client.expiresAt),
    ...(answer.refreshToken === null ? {} : { refreshToken: answer.refreshToken }),
  });

const write = (value: object): string => `${JSON.stringify(value)}\n`;

/** `YYYY-MM-DDTHH:MM:SSZ`: without a fraction, as the aws command line writes it and some SDKs insist on. */
export const stamp = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

export function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

export const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** Early versions of the aws command line wrote `UTC` for `Z`. */
export function timeOf(value: unknown): number | null {
  const text = textOf(value);
  const ms = text === null ? NaN : Date.parse(text.replace(/UTC$/, 'Z'));
  return Number.isNaN(ms) ? null : ms;
}

/** A list, or one text with blanks or commas. */
export function scopesOf(value: unknown): string[] | null {
  if (Array.isArray(value)) return value.filter((scope) => typeof scope === 'string');
  const text = textOf(value);
  return text === null ? null : text.split(/[\s,]+/).filter(Boolean);
}
