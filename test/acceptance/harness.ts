/** Runs the built CLI as a user does, in a copy of the example: stdout, stderr and exit code apart. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { handedOut, record } from '../runs.js';
import { planted } from '../secrets.js';

const root = resolve(import.meta.dirname, '../..');
const bin = join(root, 'bin', 'run.cjs');

export interface Ran {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly done: Promise<Ran>;
  /** Resolves when the text was seen on stderr or stdout; rejects when the command ends without it. */
  sees(pattern: RegExp): Promise<void>;
}

export interface Place {
  readonly dir: string;
  run(...args: string[]): Promise<Ran>;
  json(...args: string[]): Promise<{ code: number | null; value: Record<string, unknown> }>;
  start(...args: string[]): Running;
  /** The same folder, with this in the environment of its commands. */
  with(more: Readonly<Record<string, string>>): Place;
  remove(): void;
}

/** Environment of a stranger's machine: no AWS set-up, no CI, no colours asked for. */
const environment = (more: Readonly<Record<string, string>>): NodeJS.ProcessEnv => {
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(
      ([key]) => !/^(AWS_|BAF_|GITHUB_|GITLAB_|CI$|VITEST|FORCE_COLOR|NO_COLOR|NODE_OPTIONS|NODE_V8_COVERAGE)/.test(key),
    ),
  );
  return { ...clean, ...planted, BAF_ACTOR: 'ana', ...more };
};

/** `env`: what the commands find in their environment besides. */
export function place(env: Readonly<Record<string, string>> = {}): Place {
  const dir = mkdtempSync(join(tmpdir(), 'baf-acceptance-'));
  cpSync(join(root, 'examples', 'retail-store'), dir, { recursive: true, filter: (path) => !path.includes('.baf/') });
  return placeAt(dir, env);
}

function placeAt(dir: string, env: Readonly<Record<string, string>>): Place {
  const start = (...args: string[]): Running => {
    const child = spawn(process.execPath, [bin, ...args], { cwd: dir, env: environment(env), stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    const waiting: { pattern: RegExp; resolve: () => void; reject: (error: Error) => void }[] = [];
    const check = () => {
      for (const w of [...waiting])
        if (w.pattern.test(stdout + stderr)) {
          waiting.splice(waiting.indexOf(w), 1);
          w.resolve();
        }
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => ((stdout += text), check()));
    child.stderr.setEncoding('utf8').on('data', (text: string) => ((stderr += text), check()));
    const done = new Promise<Ran>((resolveDone) =>
      child.on('close', (code, signal) => {
        waiting.forEach((w) => w.reject(new Error(`ended without ${w.pattern}: ${stdout}${stderr}`)));
        record({ args, stdout, stderr, secrets: [...Object.values(planted), ...handedOut(dir)] });
        resolveDone({ code, signal, stdout, stderr });
      }),
    );
    return {
      child,
      done,
      sees: (pattern) =>
        new Promise((resolveSeen, reject) => {
          waiting.push({ pattern, resolve: resolveSeen, reject });
          check();
        }),
    };
  };
  return {
    dir,
    start,
    with: (more) => placeAt(dir, { ...env, ...more }),
    run: (...args) => start(...args).done,
    async json(...args) {
      const { code, stdout, stderr } = await start(...args, '--json').done;
      try {
        return { code, value: JSON.parse(stdout) as Record<string, unknown> };
      } catch {
        throw new Error(`not one JSON document on stdout (exit ${code}): ${stdout}\n${stderr}`);
      }
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

/** Whether a program is on this machine; tests that need it say loudly when it is not. */
export function installed(program: string, ...args: string[]): boolean {
  const there = spawnSync(program, args.length ? args : ['--version'], { stdio: 'ignore' }).status === 0;
  if (!there) console.warn(`\n!!! SKIPPED: ${program} is not installed here; the tests that need it do not run.\n`);
  return there;
}
