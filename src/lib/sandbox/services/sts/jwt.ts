/** JSON Web Tokens of OpenID Connect: read, and their signature checked with the issuer's keys (RS256, ES256). */
import { createPublicKey, verify, type JsonWebKey } from 'node:crypto';
import { AwsError } from '../../service.js';

export interface Token {
  readonly header: { readonly alg?: string; readonly kid?: string };
  readonly claims: Readonly<Record<string, unknown>>;
  readonly signed: string;
  readonly signature: Buffer;
}

export interface Key extends JsonWebKey {
  readonly kid?: string;
}

export const invalidToken = (message: string): AwsError => new AwsError('InvalidIdentityToken', message);

export function readToken(text: string): Token {
  const [header, claims, signature, ...rest] = text.split('.');
  const invalid = invalidToken('The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)');
  if (!header || !claims || !signature || rest.length > 0) throw invalid;
  const json = (part: string): Record<string, unknown> => {
    try {
      const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    } catch {
      // Not JSON: refused below.
    }
    throw invalid;
  };
  return {
    header: json(header),
    claims: json(claims),
    signed: `${header}.${claims}`,
    signature: Buffer.from(signature, 'base64url'),
  };
}

/** The kind of key that each algorithm wants: a token does not choose how its signature is checked. */
const kinds: Readonly<Record<string, string>> = { RS256: 'RSA', ES256: 'EC' };

export function isSigned({ header, signed, signature }: Token, keys: readonly Key[]): boolean {
  const kind = kinds[header.alg ?? ''];
  return keys
    .filter((key) => key.kty === kind && (header.kid === undefined || key.kid === undefined || key.kid === header.kid))
    .some((jwk) => {
      try {
        const key = createPublicKey({ key: jwk, format: 'jwk' });
        return verify('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }, signature);
      } catch {
        return false;
      }
    });
}
