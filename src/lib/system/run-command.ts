/** Runs a command, and tells its lines as they come. */
import type { CommandEnd } from '../engine/effects.js';

export interface CommandOptions {
  readonly dir: string;
  /** Over the environment of this process. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onLine: (line: string) => void;
}

/** Between the request to end and its being ended. */
const GRACE_MS = 5_000;

export async function runCommand(command: readonly string[], options: CommandOptions): Promise<CommandEnd> {
  const { execa } = await import('execa');
  const [program = '', ...words] = command;
  const child = execa(program, words, {
    cwd: options.dir,
    env: options.env,
    stdin: 'ignore',
    all: true,
    // The lines are told as they come; holding all of them would only take memory.
    buffer: false,
    reject: false,
    timeout: options.timeoutMs,
    cancelSignal: options.signal,
    forceKillAfterDelay: GRACE_MS,
    preferLocal: false,
  });
  const reading = (async () => {
    for await (const line of child.iterable({ from: 'all' })) options.onLine(String(line));
  })().catch(() => undefined);
  const ended = await child;
  await reading;
  if (ended.isCanceled) return { kind: 'aborted' };
  if (ended.timedOut) return { kind: 'timeout' };
  if (ended.code === 'ENOENT' || ended.code === 'EACCES') return { kind: 'missing' };
  if (ended.exitCode !== undefined) return { kind: 'exited', code: ended.exitCode };
  return { kind: 'killed', signal: ended.signal ?? 'a signal' };
}
