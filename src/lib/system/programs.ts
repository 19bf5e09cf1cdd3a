/** Programs on this machine. */
import { execFile } from 'node:child_process';

const TIMEOUT_MS = 5_000;

/** The first line of what a program says of itself, or null where it cannot be run. */
export const versionOf = (program: string, ...args: string[]): Promise<string | null> =>
  new Promise((resolve) => {
    execFile(program, args, { timeout: TIMEOUT_MS, windowsHide: true }, (error, stdout) =>
      resolve(error ? null : (stdout.split('\n')[0]?.trim() ?? '')),
    );
  });
