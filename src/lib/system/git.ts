/** The current git branch, or null outside a checkout. */
import { execFile } from 'node:child_process';

export const currentBranch = (dir: string): Promise<string | null> =>
  new Promise((resolve) => {
    execFile('git', ['-C', dir, 'symbolic-ref', '--short', 'HEAD'], (error, stdout) =>
      resolve(error ? null : stdout.trim() || null),
    );
  });
