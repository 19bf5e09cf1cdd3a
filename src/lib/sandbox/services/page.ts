/** Pages as AWS gives them: a token is opaque and says where to go on. */
import { AwsError } from '../service.js';

const encode = (at: number): string => Buffer.from(`baf:${at}`).toString('base64url');
const unknownToken = (): AwsError => new AwsError('InvalidNextToken', 'The specified token is not valid.');

/** `size` items from where the token points; the next token, or undefined at the end. `refuse`: the service's own error. */
export function page<T>(
  items: readonly T[],
  token: string | undefined,
  size: number,
  refuse: () => AwsError = unknownToken,
): { items: T[]; token: string | undefined } {
  let at = 0;
  if (token) {
    const text = Buffer.from(token, 'base64url').toString();
    if (!/^baf:\d+$/.test(text)) throw refuse();
    at = Number(text.slice(4));
  }
  const end = at + size;
  return { items: items.slice(at, end), token: end < items.length ? encode(end) : undefined };
}
