/** Secrets at rest: the state holds, and undecrypted answers show, only ciphertext. */
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import type { Cell } from '../service.js';

/** One key for each account and region, as a region's AWS managed key. */
const keyOf = ({ account, region }: Cell): Buffer => createHash('sha256').update(`${account}/${region}/kms`).digest();

/** `nonce`: 24 hex characters from the sandbox's id source, so that equal secrets look different. */
export function seal(cell: Cell, text: string, nonce: string): string {
  const iv = Buffer.from(nonce, 'hex');
  const cipher = createCipheriv('aes-256-gcm', keyOf(cell), iv);
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return `AQICAHh${Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64')}`;
}

export function unseal(cell: Cell, sealed: string): string {
  const bytes = Buffer.from(sealed.slice(7), 'base64');
  const decipher = createDecipheriv('aes-256-gcm', keyOf(cell), bytes.subarray(0, 12));
  decipher.setAuthTag(bytes.subarray(12, 28));
  return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
}
