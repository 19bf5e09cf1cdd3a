/** Joins the process that serves a sandbox already. */
import { join } from 'node:path';
import { ask } from './ask.js';
import { alive } from './alive.js';
import type { Health } from './server.js';
import { readIfThere } from './server-lock.js';
import type { SandboxOptions, OpenSandbox } from './start.js';

export const CREDENTIALS = 'credentials';

export interface ServerFile {
  readonly endpoint: string;
  readonly nonce: string;
  readonly pid: number;
  /**
   * Of `baf sandbox start`, which serves until it is told to end: who joins need not ask, and keeps the same time.
   * Null of a command that serves while it runs: it has to know of its guests, to serve them to their end.
   */
  readonly standing: { readonly sandboxNow: number; readonly wallNow: number; readonly speed: number } | null;
}

export async function joinServer(options: SandboxOptions): Promise<OpenSandbox | null> {
  const text = readIfThere(join(options.dir, 'server.json'));
  if (text === null) return null;
  let file: ServerFile;
  let health: Health;
  try {
    file = JSON.parse(text) as ServerFile;
    if (!alive(file.pid)) return null;
    if (file.standing) return joinStanding(options.dir, file, file.standing);
    health = JSON.parse(await ask(file.endpoint, 'attach', String(process.pid))) as Health;
  } catch {
    return null;
  }
  if (health.nonce !== file.nonce) return null;
  const joinedAt = Date.now();
  return {
    endpoint: file.endpoint,
    speed: health.speed,
    credentialsDir: join(options.dir, CREDENTIALS),
    attached: true,
    warning: null,
    now: () => Math.round(health.now + (Date.now() - joinedAt) * health.speed),
    ask: (path, body) => ask(file.endpoint, path, body),
    close: async () => void (await ask(file.endpoint, 'detach', String(process.pid)).catch(() => '')),
  };
}

const joinStanding = (
  dir: string,
  file: ServerFile,
  { sandboxNow, wallNow, speed }: NonNullable<ServerFile['standing']>,
): OpenSandbox => ({
  endpoint: file.endpoint,
  speed,
  credentialsDir: join(dir, CREDENTIALS),
  attached: true,
  warning: null,
  now: () => Math.round(sandboxNow + (Date.now() - wallNow) * speed),
  ask: (path, body) => ask(file.endpoint, path, body),
  close: () => Promise.resolve(),
});
