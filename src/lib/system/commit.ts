/** The commit that is deployed: what the CI says, or what git has checked out. */
import { execFile } from 'node:child_process';

export async function commitOf(dir: string, env: Readonly<Record<string, string | undefined>>): Promise<string | null> {
  const told = env['GITHUB_SHA'] ?? env['CI_COMMIT_SHA'] ?? env['BUILDKITE_COMMIT'] ?? env['CIRCLE_SHA1'] ?? env['GIT_COMMIT'];
  if (told && COMMIT.test(told)) return told;
  return new Promise((resolve) =>
    execFile('git', ['rev-parse', 'HEAD'], { cwd: dir, timeout: 2_000 }, (error, stdout) =>
      resolve(!error && COMMIT.test(stdout.trim()) ? stdout.trim() : null),
    ),
  );
}

const COMMIT = /^[0-9a-f]{7,64}$/;
