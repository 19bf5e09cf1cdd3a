/** Settings and secrets over targets: seeing them, and writing one value to every target. */
import { ExitCode, UserError } from '../errors/user-error.js';
import type { BafEvent } from '../model/event.js';
import type { SecretRow, SettingRow, WriteResult } from '../model/setting-row.js';
import type { Target } from '../model/target.js';
import { formatRecord, type WriteNote } from '../settings/audit.js';
import { rowsOf, type Seen } from '../settings/compare.js';
import { secretsPath, settingsPath, type StoreName } from '../settings/names.js';
import type { Effects } from './effects.js';

export interface Cell {
  readonly environment: string;
  readonly target: Target;
}

/** A service, and the keys that it reads: they are rows also where nothing is there. */
export interface Wanted {
  readonly service: string;
  readonly environment: string;
  readonly key: string;
}

/** Answers null where this person may not look. */
async function unlessDenied<T>(act: () => Promise<T>): Promise<T | null> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof UserError && error.exitCode === ExitCode.denied) return null;
    throw error;
  }
}

const iso = (ms: number): string => new Date(ms).toISOString();

export async function observeSettings(
  request: { readonly services: readonly string[]; readonly wanted: readonly Wanted[]; readonly cells: readonly Cell[] },
  effects: Effects,
): Promise<{ settings: SettingRow[]; denied: string[] }> {
  const seen = await Promise.all(
    request.cells.map(({ environment, target }) =>
      unlessDenied(async () => {
        const store = effects.at(target).values.settings;
        const found = await Promise.all(
          request.services.map(async (service): Promise<Seen[]> => {
            const path = settingsPath(environment, service);
            return (await store.list(path)).map((p) => ({
              service,
              environment,
              target: target.name,
              key: p.name.slice(path.length + 1),
              value: p.value,
              version: p.version,
              updatedAt: iso(p.updatedAt),
            }));
          }),
        );
        return found.flat();
      }),
    ),
  );
  const targets = request.cells.map(({ environment, target }, i) => ({
    environment,
    target: target.name,
    denied: seen[i] === null,
  }));
  return {
    settings: rowsOf(
      seen.flatMap((s) => s ?? []),
      request.wanted,
      targets,
    ),
    denied: targets.filter((t) => t.denied).map((t) => t.target),
  };
}

export async function observeSecrets(
  request: {
    readonly services: readonly string[];
    readonly wanted: readonly (Wanted & { readonly store: StoreName })[];
    readonly cells: readonly Cell[];
    readonly stores: readonly StoreName[];
  },
  effects: Effects,
): Promise<{ secrets: SecretRow[]; denied: string[] }> {
  const asked = request.cells.flatMap((cell) => request.stores.map((store) => ({ ...cell, store })));
  const parts = await Promise.all(
    asked.map(async ({ environment, target, store }) => {
      const found = await unlessDenied(() =>
        Promise.all(
          request.services.map(async (service) => {
            const path = secretsPath(environment, service, store);
            return (await effects.at(target).values[store].list(path)).map((p): SecretRow => ({
              service,
              environment,
              target: target.name,
              key: p.name.slice(path.length + 1),
              store,
              version: p.version,
              updatedAt: iso(p.updatedAt),
              state: 'set',
            }));
          }),
        ),
      );
      const rows = found?.flat() ?? [];
      const missing = request.wanted
        .filter((w) => w.environment === environment && w.store === store)
        .filter((w) => !rows.some((r) => r.service === w.service && r.key === w.key))
        .map(({ service, key }): SecretRow => ({
          service,
          environment,
          target: target.name,
          key,
          store,
          version: null,
          updatedAt: null,
          state: found ? 'missing' : 'denied',
        }));
      return { rows: [...rows, ...missing], denied: found === null ? [target.name] : [] };
    }),
  );
  return { secrets: parts.flatMap((p) => p.rows), denied: [...new Set(parts.flatMap((p) => p.denied))] };
}

export interface Entry {
  readonly service: string;
  readonly key: string;
  /** In its store. */
  readonly name: string;
  /** Null removes it. */
  readonly value: string | null;
}

export interface WriteRequest {
  readonly environment: string;
  readonly targets: readonly Target[];
  readonly entries: readonly Entry[];
  readonly store: 'settings' | StoreName;
  readonly op: 'set' | 'copy';
  readonly from?: string;
  /** KMS key, instead of AWS's own. */
  readonly kmsKey?: string | undefined;
  /** Why, and what was overridden, for the audit records. */
  readonly note?: WriteNote;
}

/** What is over at once needs no progress. */
const MANY = 5;

/**
 * Writes what differs, in all targets at once and one after the other in each; a target that fails does not stop the rest.
 * The same request again writes only what is missing.
 */
export async function* writeValues(
  request: WriteRequest,
  effects: Effects,
  signal: AbortSignal,
): AsyncGenerator<BafEvent, WriteResult[]> {
  const { targets, entries } = request;
  const say = (state: 'started' | 'succeeded' | 'failed', detail: string): BafEvent => ({
    ...{ type: 'step', at: effects.clock.now(), name: 'settings', state, detail },
  });
  const many = entries.length > MANY;
  if (many) yield say('started', `${entries.length} keys in ${targets.length} targets, about three a second in each`);
  const results = (await Promise.all(targets.map((target) => writeTarget(request, target, effects, signal)))).flat();
  const good = results.filter((r) => r.status !== 'failed').length;
  if (many) yield say(good === results.length ? 'succeeded' : 'failed', `${good} of ${results.length} as they should be`);
  return results;
}

async function writeTarget(request: WriteRequest, target: Target, effects: Effects, signal: AbortSignal): Promise<WriteResult[]> {
  const { environment, entries, op, from } = request;
  const store = effects.at(target).values[request.store];
  const about = ({ service, key }: Entry) => ({ service, environment, target: target.name, key });
  const failed = (entry: Entry, error: unknown): WriteResult => {
    if (!(error instanceof UserError)) throw error;
    return {
      ...about(entry),
      status: 'failed',
      version: null,
      error: { code: error.code, message: error.message, nextSteps: error.nextSteps },
    };
  };
  const ids = entries.map((e) => e.name);
  let there;
  try {
    // Who may write a secret need not be allowed to read it: then it is written anew. To take one away nobody reads it.
    const removes = entries.every((e) => e.value === null);
    there = await unlessDenied(() => (removes ? store.changes(ids) : store.read(ids)));
    if (there === null && request.store === 'settings') await store.read(ids);
  } catch (error) {
    return entries.map((entry) => failed(entry, error));
  }
  const done: WriteResult[] = [];
  for (const entry of entries) {
    const now = there?.find((v) => v.name === entry.name) ?? null;
    const unchanged = there !== null && (entry.value === null ? now === null : now?.value === entry.value);
    try {
      if (signal.aborted) throw interrupted();
      if (unchanged) done.push({ ...about(entry), status: 'unchanged', version: now?.version ?? null, error: null });
      else if (entry.value === null) {
        await store.remove(entry.name);
        done.push({ ...about(entry), status: 'removed', version: null, error: null });
      } else {
        const version = there && request.store !== 'secretsmanager' ? (now?.version ?? 0) + 1 : null;
        const description = formatRecord({ by: effects.actor, op, version, ...(from ? { from } : {}), ...request.note });
        const after = version === null ? {} : { after: version - 1 };
        const made = await store.write(entry.name, entry.value, { description, key: request.kmsKey, ...after });
        done.push({ ...about(entry), status: 'written', version: made, error: null });
      }
    } catch (error) {
      done.push(failed(entry, error));
    }
  }
  return done;
}

const interrupted = (): UserError =>
  new UserError('Interrupted', { message: 'Interrupted before it was written.', nextSteps: ['Run the same command again.'] });

/** Exit code of what was written; throws where nothing was: then the first failure is the answer. */
export function exitOfWrites(results: readonly WriteResult[]): number {
  const failures = results.filter((r) => r.status === 'failed');
  if (failures.length === 0) return ExitCode.done;
  if (failures.length < results.length) return ExitCode.partial;
  const { code, message, nextSteps = [] } = failures[0]!.error!;
  const access = code === 'AccessDenied';
  throw new UserError(code, {
    message: `Nothing was written (${failures.length} ${failures.length === 1 ? 'failure' : 'failures'}). ${message}`,
    nextSteps: access ? ['Check the access there: baf accounts.', 'Then run the same command again.'] : [...nextSteps],
    exitCode: access ? ExitCode.denied : ExitCode.failed,
    details: { writes: results },
  });
}
