import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../../../src/lib/system/run-command.js';

const dir = mkdtempSync(join(tmpdir(), 'baf-run-'));
interface Over {
  timeoutMs?: number;
  signal?: AbortSignal;
  onLine?: () => void;
}
const run = async (command: readonly string[], over: Over = {}) => {
  const lines: string[] = [];
  const signal = over.signal ?? new AbortController().signal;
  const options = { dir, env: { BAF_SERVICE: 'ui' }, timeoutMs: over.timeoutMs ?? 60_000, signal };
  const end = await runCommand(command, { ...options, onLine: (line) => (lines.push(line), over.onLine?.()) });
  return { end, lines };
};
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    // A zombie that nobody has waited for yet has ended all the same.
    return !existsSync(`/proc/${pid}/stat`) || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

/** What was sent a signal ends when its turn comes. */
const hasEnded = (pid: number) => expect.poll(() => isAlive(pid), { timeout: 20_000 }).toBe(false);

describe.skipIf(process.platform === 'win32')('a command', () => {
  it('tells its lines, of both streams, with the environment that it was given', async () => {
    const { end, lines } = await run(['sh', '-c', 'echo "of $BAF_SERVICE"; echo wrong >&2; printf last; exit 7']);
    expect(end).toEqual({ kind: 'exited', code: 7 });
    expect(lines.toSorted()).toEqual(['last', 'of ui', 'wrong']);
  });

  it('is missing where there is no such program', async () => {
    expect((await run(['./not-there.sh'])).end).toEqual({ kind: 'missing' });
  });

  it('ends with all that it has started when its time is over', async () => {
    const { end, lines } = await run(['sh', '-c', 'sleep 600 & echo $!; wait'], { timeoutMs: 300 });
    expect(end).toEqual({ kind: 'timeout' });
    await hasEnded(Number(lines[0]));
  });

  it('ends with all that it has started when the deploy stops', async () => {
    const stop = new AbortController();
    const { end, lines } = await run(['sh', '-c', 'sleep 600 & echo $!; wait'], {
      signal: stop.signal,
      onLine: () => stop.abort(),
    });
    expect(end).toEqual({ kind: 'aborted' });
    await hasEnded(Number(lines[0]));
  });

  it('is not waited for by what it left in the background, which may go on', async () => {
    const { end, lines } = await run(['sh', '-c', 'sleep 600 & echo $!']);
    expect(end).toEqual({ kind: 'exited', code: 0 });
    const left = Number(lines[0]);
    expect(isAlive(left)).toBe(true);
    process.kill(left, 'SIGKILL');
  });

  it('does not begin where the deploy has stopped already', async () => {
    expect((await run(['sh', '-c', 'echo begun'], { signal: AbortSignal.abort() })).lines).toEqual([]);
  });
});
