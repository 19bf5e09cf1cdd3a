/**
 * Processes that lock, each with a clock that is wrong by some seconds, before a Parameter Store whose reads trail its
 * writes. Time is virtual. What may go wrong: calls are slow, fail before they are applied, or lose their answer (and are
 * made again, as the SDK does); processes sleep for minutes with everything they had under way, or are killed.
 *
 * The store: a name is created once; a deleted name cannot be made anew for 30 s; a read shows, for each name, what was
 * there at some moment of the last `lagMs`.
 */
import type { Effects, SsmGateway } from '../../../src/lib/engine/effects.js';
import type { ProcessHere } from '../../../src/lib/engine/lock-observe.js';
import { UserError } from '../../../src/lib/errors/user-error.js';
import type { Parameter } from '../../../src/lib/model/parameter.js';
import type { Contender } from '../../../src/lib/locks/ticket.js';

export const START = Date.parse('2026-11-21T10:00:00Z');

export interface Troubles {
  /** How old a read may be. */
  readonly lagMs: number;
  /** Longest time that a call takes. */
  readonly slowMs: number;
  /** Of a hundred calls: fail, lose their answer, put the process to sleep. */
  readonly failing: number;
  readonly losing: number;
  readonly sleeping: number;
  readonly sleepMs: number;
}

export const calm: Troubles = { lagMs: 0, slowMs: 0, failing: 0, losing: 0, sleeping: 0, sleepMs: 0 };

interface Written {
  readonly at: number;
  readonly version: number;
  /** Null: deleted. */
  readonly value: string | null;
}

export interface Process {
  readonly name: string;
  readonly here: ProcessHere;
  readonly effects: Effects;
  contender(what?: string): Contender;
  kill(): void;
  /** It does nothing for so long; settled when that is over. */
  sleep(ms: number): Promise<void>;
}

export function lockWorld(troubles: Troubles, seed = 1) {
  let now = START;
  let state = seed >>> 0 || 1;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const upTo = (ms: number): number => Math.floor(random() * (ms + 1));
  const chance = (percent: number): boolean => random() * 100 < percent;
  const due: { at: number; wake: () => void }[] = [];
  const store = new Map<string, Written[]>();
  const writes: string[] = [];
  const alive = new Map<number, boolean>();

  const wait = (ms: number): Promise<void> => new Promise((wake) => due.push({ at: now + ms, wake }));

  function latestAt(name: string, at: number): Written | null {
    return store.get(name)?.findLast((w) => w.at <= at) ?? null;
  }
  function put(name: string, value: string, create: boolean): number {
    const last = latestAt(name, now);
    const there = last !== null && last.value !== null;
    const barred = last !== null && last.value === null && now - last.at < 30_000;
    if (create && (there || barred)) throw new UserError('ParameterAlreadyExists', { message: name, exitCode: 4 });
    if (barred) throw new UserError('TooManyUpdates', { message: name, exitCode: 1 });
    const version = there ? last.version + 1 : 1;
    store.set(name, [...(store.get(name) ?? []), { at: now, version, value }]);
    writes.push(name);
    return version;
  }
  const read = (name: string): Parameter[] => {
    const [bare, selector] = name.split(':') as [string, string | undefined];
    const seen = latestAt(bare, now - upTo(troubles.lagMs));
    if (!seen || seen.value === null || (selector !== undefined && Number(selector) !== seen.version)) return [];
    return [
      {
        name: bare,
        value: seen.value,
        version: seen.version,
        updatedAt: seen.at,
        selector: selector === undefined ? null : `:${selector}`,
      },
    ];
  };

  function join(name: string, options: { skewMs?: number; machine?: string } = {}): Process {
    const pid = alive.size + 1;
    alive.set(pid, true);
    let asleepUntil = 0;
    /** A moment of this process's life: never when it is dead, later when it sleeps. */
    const moment = async (ms: number): Promise<void> => {
      await wait(ms);
      while (now < asleepUntil) await wait(asleepUntil - now);
      if (!alive.get(pid)) await new Promise(() => undefined);
    };
    const call = async <T>(apply: () => T): Promise<T> => {
      for (let attempt = 1; ; attempt++) {
        if (chance(troubles.sleeping)) asleepUntil = now + upTo(troubles.sleepMs);
        // What was sent before it fell asleep arrives all the same, or only when it wakes.
        if (chance(50)) await moment(0);
        await wait(upTo(troubles.slowMs));
        if (!alive.get(pid)) await new Promise(() => undefined);
        const fails = chance(troubles.failing);
        const answer = fails ? null : attemptOf(apply);
        const lost = fails || chance(troubles.losing);
        await moment(upTo(troubles.slowMs));
        if (!lost) {
          if (answer!.error) throw answer!.error;
          return answer!.value as T;
        }
        if (attempt === 3) throw new UserError('Throttled', { message: 'no answer', exitCode: 1 });
      }
    };
    const ssm: Pick<SsmGateway, 'get' | 'byPath' | 'put' | 'delete'> = {
      get: (names) => call(() => names.flatMap(read)),
      byPath: (path) => call(() => [...store.keys()].filter((key) => key.startsWith(`${path}/`)).flatMap(read)),
      put: (key, value, { create }) => call(() => put(key, value, create === true)),
      delete: (key) =>
        call(() => {
          const last = latestAt(key, now);
          if (last && last.value !== null) store.set(key, [...store.get(key)!, { at: now, version: last.version, value: null }]);
        }),
    };
    const clock = {
      now: () => now + (options.skewMs ?? 0),
      sleep: (ms: number, signal?: AbortSignal) =>
        new Promise<void>((resolve, reject) => {
          if (signal?.aborted) return reject(signal.reason as Error);
          const abort = () => reject(signal!.reason as Error);
          signal?.addEventListener('abort', abort, { once: true });
          void moment(ms).then(() => {
            signal?.removeEventListener('abort', abort);
            resolve();
          });
        }),
    };
    const here: ProcessHere = { id: options.machine ?? `machine-of-${name}`, pid, isAlive: (other) => alive.get(other) === true };
    let nonces = 0;
    return {
      name,
      here,
      effects: { at: () => ({ ssm }) as never, clock, actor: name },
      contender: (what = 'ui 1.4.0') => ({
        by: name,
        kind: 'deploy',
        deploy: `d-${name}`,
        what,
        run: null,
        reason: null,
        since: new Date(clock.now()).toISOString(),
        nonce: `${name}-${nonces++}`,
        machine: here.id,
        pid,
      }),
      kill: () => void alive.set(pid, false),
      sleep: (ms) => {
        asleepUntil = now + ms;
        return wait(ms);
      },
    };
  }

  return {
    now: () => now,
    random,
    upTo,
    chance,
    join,
    writes,
    /** What is there now, without any lag. */
    value: (name: string): string | null => latestAt(name, now)?.value ?? null,
    names: () => [...store.keys()].filter((name) => latestAt(name, now)?.value !== null),
    writeRaw: (name: string, value: string) => put(name, value, false),
    /** Lets time go on until this is settled; `check` is called after each thing that happens. */
    async settle(work: Promise<unknown>, check: () => void = () => undefined, longestMs = 24 * 3_600_000): Promise<void> {
      let settled = false;
      work.then(
        () => (settled = true),
        () => (settled = true),
      );
      const end = now + longestMs;
      for (;;) {
        await new Promise(setImmediate);
        check();
        if (settled) return;
        due.sort((a, b) => b.at - a.at);
        const next = due.pop();
        if (!next || next.at > end) throw new Error(`nothing more happens by ${new Date(now).toISOString()}`);
        now = Math.max(now, next.at);
        next.wake();
      }
    },
  };
}

function attemptOf<T>(apply: () => T): { value?: T; error?: Error } {
  try {
    return { value: apply() };
  } catch (error) {
    return { error: error as Error };
  }
}
