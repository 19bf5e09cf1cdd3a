/** One set of credentials for each account, shared by its regions: assumed once, renewed ten minutes before the end. */
import { keepCredentials } from '../redaction/secrets.js';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

export type CredentialsProvider = () => Promise<Credentials>;

/** Keeps role sessions between commands; by role ARN. */
export interface CredentialStore {
  get(roleArn: string): Promise<Credentials | null>;
  put(roleArn: string, credentials: Credentials): Promise<void>;
}

export interface Roles {
  /** The provider of an account's role. */
  of(accountId: string): CredentialsProvider;
  /** AWS refused this session before its end: the next who asks assumes the role anew, once however many were refused. */
  forget(accountId: string, accessKeyId: string): Promise<void>;
}

const RENEW_MS = 10 * 60_000;

/** `assume` is called once for each role however many ask at the same time, and again when the end is near. */
export function createRoles(
  assume: (roleArn: string) => Promise<Credentials>,
  rolePattern: string,
  now: () => number,
  store: CredentialStore | null = null,
): Roles {
  const current = new Map<string, Promise<Credentials>>();
  const refused = new Set<string>();
  const arnOf = (accountId: string): string => rolePattern.replaceAll('{account}', accountId);
  const lasts = (credentials: Credentials): boolean =>
    !credentials.expiration || credentials.expiration.getTime() - now() > RENEW_MS;
  const obtain = async (roleArn: string): Promise<Credentials> => {
    const kept = refused.has(roleArn) ? null : await store?.get(roleArn);
    if (kept) keepCredentials(kept);
    if (kept && lasts(kept)) return kept;
    const fresh = await assume(roleArn);
    keepCredentials(fresh);
    refused.delete(roleArn);
    await store?.put(roleArn, fresh);
    return fresh;
  };
  const provide = async (roleArn: string): Promise<Credentials> => {
    const held = current.get(roleArn);
    if (held) {
      const credentials = await held;
      if (lasts(credentials)) return credentials;
      if (current.get(roleArn) !== held) return current.get(roleArn)!;
    }
    const fresh = obtain(roleArn);
    current.set(roleArn, fresh);
    fresh.catch(() => current.delete(roleArn));
    return fresh;
  };
  return {
    of: (accountId) => () => provide(arnOf(accountId)),
    async forget(accountId, accessKeyId) {
      const roleArn = arnOf(accountId);
      const held = current.get(roleArn);
      if ((await held?.catch(() => null))?.accessKeyId !== accessKeyId || current.get(roleArn) !== held) return;
      refused.add(roleArn);
      current.delete(roleArn);
    },
  };
}

/** A legal RoleSessionName (2-64 characters of `[\w+=,.@-]`) that still tells who it is. */
export function sessionName(actor: string): string {
  const legal = actor.replace(/[^\w+=,.@-]+/g, '-').replace(/^-+|-+$/g, '');
  return `baf-${legal || 'user'}`.slice(0, 64);
}
