/**
 * The secrets that this process holds. Whatever lets one in tells it here, before it does anything else with it;
 * stdout and stderr belong to the process, and so does this.
 */
import { createRedactor, type AddOptions } from './redactor.js';

const redactor = createRedactor();
let listener: ((secret: string) => void) | null = null;

/** From now on the value shows in no output, in none of its encodings. Undefined and what is too short are ignored. */
export function keepSecret(secret: string | null | undefined, options?: AddOptions): void {
  if (secret && redactor.add(secret, options)) listener?.(secret);
}

/** The three parts of AWS credentials. In the sandbox an account's id may stand for the key's: that is no secret. */
export function keepCredentials(keys: {
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  readonly sessionToken?: string | undefined;
}): void {
  if (/^A[KS]IA[A-Z0-9]{12,}$/.test(keys.accessKeyId ?? '')) keepSecret(keys.accessKeyId);
  keepSecret(keys.secretAccessKey);
  keepSecret(keys.sessionToken);
}

export const hideSecrets = redactor.clean;
/** The same of all texts in a value of plain objects and lists: before they are cut, wrapped or coloured. */
export const hideSecretsIn = redactor.cleanDeep;

/** Is told each secret as it comes, before its owner goes on. */
export function onSecret(listen: ((secret: string) => void) | null): void {
  listener = listen;
}
