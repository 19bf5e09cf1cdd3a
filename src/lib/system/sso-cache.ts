/** The folder of logins that `aws sso login`, the SDKs and baf share: its files, and the lock that baf's own processes keep. */
import { randomUUID } from 'node:crypto';
import { access, chmod, constants, mkdir, open, readFile, readdir, rename, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ExitCode, UserError } from '../errors/user-error.js';
import type { CacheFiles, Lock } from '../identity/sso/effects.js';
import { withFileLock } from './file-lock.js';

/** Where the aws command line and the SDKs look; they know no other place. */
export const sharedCacheDir = (env: NodeJS.ProcessEnv): string => join(env['HOME'] || homedir(), '.aws', 'sso', 'cache');

/** Times that a file is read that is not yet whole, and milliseconds between them. */
const READS = 5;
const BETWEEN_MS = 40;

export function ssoCacheFiles(dir: string): CacheFiles {
  return {
    async read(name) {
      for (let left = READS; ; left--) {
        const text = await readIfThere(dir, name);
        if (text === null || left === 1 || isWhole(text)) return text;
        await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS));
      }
    },
    async write(name, text) {
      const temporary = join(dir, `${name}.${randomUUID()}.tmp`);
      try {
        await mkdir(dir, { recursive: true, mode: 0o700 });
        const file = await open(temporary, 'wx', 0o600);
        try {
          await file.writeFile(text);
          await file.sync();
        } finally {
          await file.close();
        }
        // A umask takes away, never adds; some file systems know no modes.
        await chmod(temporary, 0o600).catch(() => undefined);
        await rename(temporary, join(dir, name));
      } catch (error) {
        await rm(temporary, { force: true }).catch(() => undefined);
        throw unusable(error, dir);
      }
      await sweep(dir, name);
    },
    async remove(name) {
      await sweep(dir, name);
      try {
        await unlink(join(dir, name));
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
        throw unusable(error, dir);
      }
    },
  };
}

/** What the file system does not allow is for the user to mend. */
function unusable(error: unknown, dir: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (!['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR', 'EISDIR', 'EEXIST'].includes(code ?? '')) return error;
  return new UserError('LoginCacheUnusable', {
    message: `The login cannot be kept in ${dir}: ${message}.`,
    nextSteps: ['Make that folder your own, readable and writable, or set HOME to one that is.'],
    exitCode: ExitCode.failed,
  });
}

/** Files begun by a process that was killed: who writes or removes holds the lock, so nobody else is at it. */
async function sweep(dir: string, name: string): Promise<void> {
  const names = await readdir(dir).catch(() => []);
  await Promise.all(
    names.filter((n) => n.startsWith(`${name}.`) && n.endsWith('.tmp')).map((n) => rm(join(dir, n), { force: true })),
  );
}

function isWhole(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

async function readIfThere(dir: string, name: string): Promise<string | null> {
  try {
    return await readFile(join(dir, name), 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw unusable(error, dir);
  }
}

export interface SsoLockOptions {
  readonly what: string;
  readonly waitMs: number;
  readonly waiting?: ((pid: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Beside the file it protects: whoever shares the one shares the other. */
export function ssoLock(dir: string, options: SsoLockOptions): Lock {
  return async (name, work) => {
    await mkdir(dir, { recursive: true, mode: 0o700 })
      .then(() => access(dir, constants.W_OK))
      .catch((error: unknown) => Promise.reject(unusable(error, dir) as Error));
    const lock = join(dir, `${name}.lock`);
    const inVain = join(dir, `${name}.declined`);
    // Compared with itself, not with a clock: file systems round their times down, some to a second.
    const declinedAt = (): Promise<number | null> =>
      stat(inVain).then(
        ({ mtimeMs }) => mtimeMs,
        () => null,
      );
    const before = await declinedAt();
    return withFileLock(lock, options, async (waited) => {
      const last = waited ? await declinedAt() : null;
      const done = await work({
        askedInVain: last !== null && last !== before,
        tellInVain: () => writeFile(inVain, '{}', { mode: 0o600 }).catch(() => undefined),
      });
      // Whoever still waits finds a login.
      await rm(inVain, { force: true });
      return done;
    });
  };
}
