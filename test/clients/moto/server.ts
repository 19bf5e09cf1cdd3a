/** A `moto_server` of its own on a free port. */
import { spawn, type ChildProcess } from 'node:child_process';

export interface MotoServer {
  readonly endpoint: string;
  close(): Promise<void>;
}

/** Resolves once it says where it listens; rejects with what it printed where it ends before that. */
export async function startMoto(): Promise<MotoServer> {
  const child = spawn('moto_server', ['-H', '127.0.0.1', '-p', '0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' },
  });
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const endpoint = await listening(child);
  return {
    endpoint,
    async close() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

const listening = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    let printed = '';
    const read = (part: Buffer): void => {
      printed += part.toString();
      const found = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(printed)?.[1];
      if (found) resolve(found);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', reject);
    child.once('close', (code) => reject(new Error(`moto_server ended with ${String(code)}: ${printed}`)));
  });
