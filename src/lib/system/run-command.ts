/** Runs a command, and tells its lines as they come. */
import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { CommandEnd } from '../engine/effects.js';

export interface CommandOptions {
  readonly dir: string;
  /** Over the environment of this process. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onLine: (line: string) => void;
}

/** Between the request to end and its being ended, milliseconds. */
const GRACE_MS = 5_000;
/** How long its last lines are waited for once it has ended: what it left in the background may hold its output open. */
const LAST_LINES_MS = 1_000;

/**
 * The command has a process group of its own: a script's own children end with it, and a Ctrl-C on the terminal is
 * answered by baf alone, which ends the command when it stops itself.
 */
export async function runCommand(command: readonly string[], options: CommandOptions): Promise<CommandEnd> {
  if (options.signal.aborted) return { kind: 'aborted' };
  const { spawn } = await import('node:child_process');
  const [program = '', ...words] = command;
  const child = spawn(program, words, {
    cwd: options.dir,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  });
  let why: 'timeout' | 'aborted' | null = null;
  let force: NodeJS.Timeout | null = null;
  const stop = (reason: 'timeout' | 'aborted'): void => {
    why ??= reason;
    endGroup(child, 'SIGTERM');
    force ??= setTimeout(() => endGroup(child, 'SIGKILL'), GRACE_MS);
  };
  const abort = (): void => stop('aborted');
  const timer = setTimeout(() => stop('timeout'), options.timeoutMs);
  options.signal.addEventListener('abort', abort, { once: true });
  watchExit(child);
  try {
    const lines = Promise.all([tell(child.stdout, options.onLine), tell(child.stderr, options.onLine)]);
    const ended = await endOf(child);
    await Promise.race([lines, new Promise((resolve) => setTimeout(resolve, LAST_LINES_MS).unref())]);
    return why === null ? ended : { kind: why };
  } finally {
    clearTimeout(timer);
    if (force) clearTimeout(force);
    options.signal.removeEventListener('abort', abort);
    running.delete(child);
    // Nobody listens any more, and nobody waits: neither for the streams nor for what holds them open.
    child.stdout.destroy();
    child.stderr.destroy();
    if (why !== null) endGroup(child, 'SIGKILL');
  }
}

const running = new Set<ChildProcess>();
let watching = false;

/** A second Ctrl-C leaves at once: what runs then is asked to end, in whatever group it is. */
function watchExit(child: ChildProcess): void {
  running.add(child);
  if (!watching) process.on('exit', () => running.forEach((one) => endGroup(one, 'SIGTERM')));
  watching = true;
}

function endOf(child: ChildProcess): Promise<CommandEnd> {
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ENOENT' || error.code === 'EACCES' ? resolve({ kind: 'missing' }) : reject(error),
    );
    child.once('exit', (code, signal) =>
      resolve(code === null ? { kind: 'killed', signal: signal ?? 'a signal' } : { kind: 'exited', code }),
    );
  });
}

async function tell(stream: Readable, onLine: (line: string) => void): Promise<void> {
  const { createInterface } = await import('node:readline');
  const lines = createInterface({ input: stream, crlfDelay: Infinity });
  lines.on('line', onLine);
  await new Promise((resolve) => lines.once('close', resolve));
}

/** The whole group, as far as it is there still. */
function endGroup(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // It has ended.
  }
}
