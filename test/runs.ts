/**
 * Every command that the suite runs, with all that it printed and the secrets that were there: looked through at the end
 * (test/watch-secrets.ts). A secret in any output, in any of its encodings, fails the suite.
 */
import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodingsOf } from './secrets.js';

export interface Run {
  readonly args: readonly string[];
  readonly stdout: string;
  readonly stderr: string;
  readonly secrets: readonly string[];
}

/** Where the runs of this suite are written down; set by its global setup. */
export const RUNS = 'BAF_TEST_RUNS';

export function record(run: Run): void {
  const dir = process.env[RUNS];
  if (dir) appendFileSync(join(dir, `${process.pid}.jsonl`), `${JSON.stringify(run)}\n`);
}

export const recorded = (dir: string): Run[] =>
  readdirSync(dir).flatMap((name) =>
    readFileSync(join(dir, name), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Run),
  );

/** What the sandbox of a project handed out: keys of sessions and of logins from its state, whole sessions from the cache. */
export function handedOut(project: string): string[] {
  const dir = join(project, '.baf', 'sandbox');
  const read = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '');
  const state = read(join(dir, 'state.json'));
  const { sessions = {} } = (state ? JSON.parse(state) : {}) as { sessions?: object };
  const cache = join(dir, 'credentials');
  const held = (existsSync(cache) ? readdirSync(cache) : []).filter((name) => name.endsWith('.json'));
  return [
    ...Object.keys(sessions),
    ...[...state.matchAll(/"(ao[ar]\w{40,})"/g)].map(([, token]) => token!),
    ...held.flatMap((name) => {
      try {
        const { secretAccessKey, sessionToken } = JSON.parse(read(join(cache, name))) as Record<string, string>;
        return [secretAccessKey!, sessionToken!];
      } catch {
        return [];
      }
    }),
  ];
}

/** Lines of what was printed that had a secret: `baf ARGS: NAME OF THE ENCODING on stderr`. */
export function leaksOf(runs: readonly Run[]): string[] {
  const shown = runs.flatMap(({ args, stdout, stderr }) => [
    // The result of `baf credentials` is the secret.
    ...(args[0] === 'credentials' ? [] : [{ args, stream: 'stdout', text: stdout }]),
    // What tells GitHub's runner what to mask is not shown by it.
    { args, stream: 'stderr', text: stderr.replace(/^::add-mask::.*\n/gm, '') },
  ]);
  const all = shown.map(({ text }) => text).join('\u0000');
  const secrets = new Set(runs.flatMap((run) => run.secrets));
  return [...secrets].flatMap((secret) =>
    encodingsOf(secret)
      .filter(([, form]) => all.includes(form))
      .flatMap(([name, form]) =>
        shown
          .filter(({ text }) => text.includes(form))
          .map(({ args, stream }) => `baf ${args.join(' ')}: ${secret.slice(0, 4)}... ${name} on ${stream}`),
      ),
  );
}
