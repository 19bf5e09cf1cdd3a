/** Asks an OpenID Connect issuer for its keys. */
import { AwsError } from '../../service.js';
import { invalidToken, type Key } from './jwt.js';

const TIMEOUT_MS = 3_000;

export interface IssuerKeys {
  readonly keys: readonly Key[];
  /** The issuer's clock, milliseconds, where it told: the sandbox's may run faster. */
  readonly now: number | null;
}

export async function fetchKeys(issuer: string): Promise<IssuerKeys> {
  const configuration = await get(`${issuer}/.well-known/openid-configuration`);
  const uri = configuration.body['jwks_uri'];
  const missing = (): AwsError =>
    invalidToken(
      "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements",
    );
  if (typeof uri !== 'string') throw missing();
  const { body, now } = await get(uri);
  if (!Array.isArray(body['keys'])) throw missing();
  return { keys: body['keys'] as Key[], now };
}

async function get(url: string): Promise<{ body: Record<string, unknown>; now: number | null }> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' });
    if (!response.ok) throw new Error(String(response.status));
    const date = Date.parse(response.headers.get('date') ?? '');
    return { body: (await response.json()) as Record<string, unknown>, now: Number.isNaN(date) ? null : date };
  } catch {
    throw new AwsError('IDPCommunicationError', `Could not retrieve the signing keys from ${url}`);
  }
}
