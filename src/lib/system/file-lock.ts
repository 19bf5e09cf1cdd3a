/**
 * A lock between processes: a file that exactly one can make. Its holder keeps it fresh; of a holder that is gone (kill -9)
 * or no longer keeps it fresh (a machine that shares the folder) the lock is broken.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { ExitCode, UserError } from '../errors/user-error.js';

export interface LockOptions {
  /** What others wait for, e.g. `the login of acme`, for the error. */
  readonly what: string;
  /** How long to wait for another process, milliseconds. */
  readonly waitMs: number;
  /** Called once when another process holds it. */
  readonly waiting?: ((pid: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly id: string;
}

/** Written by the holder this often; twice missed, and it counts as gone. */
const FRESH_MS = 5_000;
const STALE_MS = 30_000;
const LOOK_MS = 100;

/** `work` is told whether somebody else had it first. */
export async function withFileLock<T>(file: string, options: LockOptions, work: (waited: boolean) => Promise<T>): Promise<T> {
  const mine: Holder = { pid: process.pid, host: hostname(), id: randomUUID() };
  const began = Date.now();
  let waited = false;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  while (!(await make(file, JSON.stringify(mine)))) {
    const holder = await holderOf(file);
    if (holder && isGone(holder)) {
      await breakLock(file, holder);
      continue;
    }
    if (holder && !waited) options.waiting?.(holder.pid);
    waited = true;
    if (Date.now() - began > options.waitMs)
      throw new UserError('LockHeld', {
        message: `${options.what}: process ${holder?.pid ?? '?'} is at it and does not end.`,
        nextSteps: ['Complete or stop what that process does, then run the command again.'],
        exitCode: ExitCode.denied,
        details: { pid: holder?.pid ?? null, file },
      });
    // Not all at once.
    await pause(LOOK_MS * (0.5 + Math.random()), options.signal);
  }
  const fresh = setInterval(() => void utimes(file, new Date(), new Date()).catch(() => undefined), FRESH_MS);
  fresh.unref();
  try {
    return await work(waited);
  } finally {
    clearInterval(fresh);
    await release(file, mine.id);
  }
}

/** Whether it was made: not where it stands already. */
async function make(file: string, text: string): Promise<boolean> {
  try {
    await writeFile(file, text, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Only what is still ours: somebody may have taken a process that slept for gone. */
async function release(file: string, id: string): Promise<void> {
  if ((await holderOf(file))?.id === id) await unlink(file).catch(() => undefined);
}

interface Seen extends Holder {
  readonly touchedAt: number;
}

/** Null where there is no lock any more. One that cannot be read (made just now, or half-written) has no process. */
async function holderOf(file: string): Promise<Seen | null> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(file, 'utf8'), stat(file)]);
    const unread: Seen = { pid: 0, host: '', id: '', touchedAt: mtimeMs };
    try {
      return { ...unread, ...(JSON.parse(text) as Partial<Holder>) };
    } catch {
      return unread;
    }
  } catch {
    return null;
  }
}

function isGone({ pid, host, touchedAt }: Seen): boolean {
  if (Date.now() - touchedAt > STALE_MS) return true;
  if (pid <= 0 || host !== hostname()) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/**
 * Removes the lock of a holder that is gone. Only who holds a second lock may: between looking and removing, nobody else can
 * have removed it and made one of his own. That second lock is held for a moment; one that stands for longer is of a process
 * that was killed in that moment.
 */
async function breakLock(file: string, gone: Seen): Promise<void> {
  const breaker = `${file}.break`;
  if (!(await make(breaker, '{}'))) {
    const stands = await holderOf(breaker);
    if (stands && Date.now() - stands.touchedAt > STALE_MS) await unlink(breaker).catch(() => undefined);
    await pause(LOOK_MS * Math.random(), undefined);
    return;
  }
  try {
    const now = await holderOf(file);
    if (now && now.id === gone.id && isGone(now)) await unlink(file).catch(() => undefined);
  } finally {
    await unlink(breaker).catch(() => undefined);
  }
}

const pause = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal!.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', abort, { once: true });
  });
