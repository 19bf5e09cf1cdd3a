/** Runs commands of the `aws` command line, a few at a time, each in a process of its own. */
import { execFile, execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { locate } from './client.js';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Runner {
  /** `more` is added to the settings of the environment. */
  run(args: readonly string[], more: Readonly<Record<string, string>>): Promise<Ran>;
  close(): void;
}

/** Commands at once: each keeps a processor busy for all of its life. */
const AT_ONCE = 2;

let version: string | undefined;
/** E.g. `aws-cli/1.45.11`. */
export const awsVersion = (): string =>
  (version ??= execFileSync(locate('aws')!, ['--version'], { encoding: 'utf8' }).split(' ')[0]!);

/** Where the command line is a Python package its modules are loaded once, and each command is a fork: half the time. */
export function createRunner(env: Readonly<Record<string, string>>): Runner {
  const package_ = spawnSync('python3', ['-c', 'import awscli; print(awscli.__version__)'], { env, encoding: 'utf8' });
  return package_.status === 0 && `aws-cli/${package_.stdout.trim()}` === awsVersion()
    ? pooled(Array.from({ length: AT_ONCE }, () => loaded(env)))
    : pooled(Array.from({ length: AT_ONCE }, () => plain(env)));
}

/** One command after the other. */
function plain(env: Readonly<Record<string, string>>): Runner {
  return {
    run: (args, more) =>
      new Promise((resolve, reject) => {
        execFile('aws', args, { env: { ...env, ...more }, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
          if (error && typeof error.code !== 'number') reject(error);
          else resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
        });
      }),
    close: () => undefined,
  };
}

/** The same in forks of a process that has loaded the command line, started when it is first needed. */
function loaded(env: Readonly<Record<string, string>>): Runner {
  let started: { child: ChildProcess; lines: Interface } | null = null;
  const start = () => {
    const child = spawn('python3', [fileURLToPath(new URL('aws-loaded.py', import.meta.url))], {
      env,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    return { child, lines: createInterface(child.stdout!) };
  };
  return {
    run: (args, more) =>
      new Promise((resolve, reject) => {
        const { child, lines } = (started ??= start());
        const ended = (): void => reject(new Error('the process that runs the aws command line ended'));
        child.once('close', ended);
        lines.once('line', (line) => {
          child.off('close', ended);
          resolve(JSON.parse(line) as Ran);
        });
        child.stdin!.write(`${JSON.stringify({ args, env: more })}\n`);
      }),
    close: () => void started?.child.stdin?.end(),
  };
}

/** Gives each command to a runner that is idle. */
function pooled(runners: readonly Runner[]): Runner {
  const idle = [...runners];
  const waiting: ((runner: Runner) => void)[] = [];
  return {
    async run(args, more) {
      const runner = idle.pop() ?? (await new Promise<Runner>((resolve) => waiting.push(resolve)));
      try {
        return await runner.run(args, more);
      } finally {
        const next = waiting.shift();
        if (next) next(runner);
        else idle.push(runner);
      }
    },
    close: () => runners.forEach((runner) => runner.close()),
  };
}
