/**
 * Sessions: one for each account and role, shared by its regions and by all who ask at the same time, renewed ten minutes
 * before the end, also through chains. What a trust policy does not let through is left out, once and with a warning.
 */
import { keepCredentials } from '../redaction/secrets.js';
import { createGate, type Gate } from './gate.js';
import type { Step } from './way.js';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

export type CredentialsProvider = () => Promise<Credentials>;

/** Keeps role sessions between commands; by what was asked for. */
export interface CredentialStore {
  get(key: string): Promise<Credentials | null>;
  put(key: string, credentials: Credentials): Promise<void>;
}

/** What a session is asked to carry besides its name. */
export interface Asked {
  readonly sourceIdentity: boolean;
  readonly tags: 'all' | 'identity' | 'none';
}

/** Takes one step: `from` is null for the first. Throws what AWS answered, by its code in `name`. */
export type TakeStep = (step: Step, from: Credentials | null, asked: Asked) => Promise<Credentials>;

export interface RolesOptions {
  readonly take: TakeStep;
  readonly stepsTo: (accountId: string) => readonly Step[];
  /** AWS's time, milliseconds since the epoch. */
  readonly now: () => number;
  readonly store?: CredentialStore | null;
  readonly gate?: Gate;
  readonly warn?: (text: string) => void;
  /** Turns what a step threw into what users read. */
  readonly explain?: (error: unknown, step: Step) => unknown;
}

export interface Roles {
  /** The provider of an account's role. */
  of(accountId: string): CredentialsProvider;
  /** The provider of the first session on the way there. */
  first(accountId: string): CredentialsProvider;
  /** AWS refused this session before its end: the next who asks assumes the role anew, once however many were refused. */
  forget(accountId: string, accessKeyId: string): Promise<void>;
  /** Earliest end of the sessions that are held, or null. */
  endsAt(): Date | null;
}

const RENEW_MS = 10 * 60_000;
/** A session that cannot be renewed is used until shortly before its end, and asked for again now and then. */
const LAST_MS = 60_000;
const RETRY_MS = 30_000;

interface Held {
  readonly credentials: Credentials;
  readonly since: number;
  retryAt: number;
}

interface Entry {
  held: Held | null;
  pending: Promise<Credentials> | null;
  refused: boolean;
}

export const REFUSED: ReadonlySet<string> = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'UnrecognizedClientException',
]);

export function createRoles({
  take,
  stepsTo,
  now,
  store = null,
  gate = createGate(),
  warn = () => {},
  explain = (error) => error,
}: RolesOptions): Roles {
  const entries = new Map<string, Entry>();
  const learned = new Map<string, Asked>();
  const warned = new Set<string>();
  const left = ({ credentials }: Held): number =>
    credentials.expiration ? credentials.expiration.getTime() - now() : Number.POSITIVE_INFINITY;
  const lasts = (held: Held): boolean => {
    const whole = held.credentials.expiration ? held.credentials.expiration.getTime() - held.since : Number.POSITIVE_INFINITY;
    return left(held) > Math.min(RENEW_MS, whole / 2);
  };
  const entryOf = (key: string): Entry => {
    const entry = entries.get(key) ?? { held: null, pending: null, refused: false };
    entries.set(key, entry);
    return entry;
  };

  const provide = async (steps: readonly Step[], sourceIdentity: boolean): Promise<Credentials> => {
    const key = keyOf(steps, sourceIdentity);
    const entry = entryOf(key);
    const { held } = entry;
    if (held && (lasts(held) || (now() < held.retryAt && left(held) > LAST_MS))) return held.credentials;
    entry.pending ??= renew(entry, key, steps, sourceIdentity).finally(() => (entry.pending = null));
    return entry.pending;
  };

  const renew = async (entry: Entry, key: string, steps: readonly Step[], sourceIdentity: boolean): Promise<Credentials> => {
    const kept = entry.refused || entry.held ? null : await store?.get(key);
    if (kept) keepCredentials(kept);
    if (kept && (!kept.expiration || kept.expiration.getTime() - now() > RENEW_MS)) {
      entry.held = { credentials: kept, since: now(), retryAt: 0 };
      return kept;
    }
    try {
      const credentials = await obtain(steps, sourceIdentity);
      keepCredentials(credentials);
      entry.held = { credentials, since: now(), retryAt: 0 };
      entry.refused = false;
      await store?.put(key, credentials);
      return credentials;
    } catch (error) {
      // Before its end a session is still good: the deploy goes on, and the next minute tries again.
      if (!entry.held || left(entry.held) <= LAST_MS) throw error;
      entry.held.retryAt = now() + RETRY_MS;
      return entry.held.credentials;
    }
  };

  const obtain = async (steps: readonly Step[], sourceIdentity: boolean): Promise<Credentials> => {
    const step = steps.at(-1)!;
    const before = steps.slice(0, -1);
    let asked = learned.get(nameOf(step)) ?? { sourceIdentity: true, tags: 'all' };
    if (!sourceIdentity) asked = { ...asked, sourceIdentity: false };
    for (let renewed = false; ;) {
      const from = before.length > 0 ? await provide(before, asked.sourceIdentity) : null;
      try {
        return await gate(() => take(step, from, asked));
      } catch (error) {
        const less = without(error, asked);
        if (less) {
          learned.set(nameOf(step), less.asked);
          asked = less.asked;
          if (less.why && !warned.has(less.why)) {
            warned.add(less.why);
            warn(`${nameOf(step)}: ${less.why}; baf goes on without it.`);
          }
        } else if (from && !renewed && REFUSED.has(codeOf(error))) {
          renewed = true;
          await drop(keyOf(before, asked.sourceIdentity), from.accessKeyId);
        } else throw explain(error, step);
      }
    }
  };

  const drop = async (key: string, accessKeyId: string): Promise<void> => {
    const entry = entries.get(key);
    await entry?.pending?.catch(() => null);
    if (entry?.held?.credentials.accessKeyId !== accessKeyId) return;
    entry.held = null;
    entry.refused = true;
  };

  return {
    of: (accountId) => () => provide(stepsTo(accountId), true),
    first: (accountId) => () => provide(stepsTo(accountId).slice(0, 1), true),
    forget: (accountId, accessKeyId) => drop(keyOf(stepsTo(accountId), true), accessKeyId),
    endsAt() {
      const ends = [...entries.values()].flatMap(({ held }) => held?.credentials.expiration?.getTime() ?? []);
      return ends.length === 0 ? null : new Date(Math.min(...ends));
    },
  };
}

/** Only AssumeRole carries a source identity. */
const keyOf = (steps: readonly Step[], sourceIdentity: boolean): string =>
  JSON.stringify([steps, sourceIdentity && steps.some((step) => step.kind === 'assume')]);

const codeOf = (error: unknown): string => (error instanceof Error ? error.name : '');

const nameOf = (step: Step): string =>
  step.kind === 'permission-set' ? `${step.role ?? '*'} of ${step.accountId}` : step.roleArn;

/**
 * What is asked for after a refusal, or null where asking for less does not help. STS names the action that a trust
 * policy lacks in its message only.
 */
export function without(error: unknown, asked: Asked): { asked: Asked; why: string | null } | null {
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : '';
  if (code === 'PackedPolicyTooLarge' || code === 'PackedPolicyTooLargeException')
    return asked.tags === 'all' ? { asked: { ...asked, tags: 'identity' }, why: null } : null;
  if (code !== 'AccessDenied' && code !== 'AccessDeniedException') return null;
  if (asked.tags !== 'none' && message.includes('sts:TagSession'))
    return { asked: { ...asked, tags: 'none' }, why: 'its trust policy does not allow sts:TagSession (session tags)' };
  if (asked.sourceIdentity && message.includes('sts:SetSourceIdentity'))
    return {
      asked: { ...asked, sourceIdentity: false },
      why: 'its trust policy does not allow sts:SetSourceIdentity (source identity)',
    };
  return null;
}
