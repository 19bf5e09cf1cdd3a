/** The `aws` command line against a sandbox: each command is a process of its own, and its output is checked. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { awsVersion, createRunner, type Ran, type Runner } from './aws-run.js';
import { withClient, type Client, type Tally } from './client.js';
import { ACCOUNT, REGION, serveSandbox, type Served } from './served.js';

export const awsCommandLine: Client = { name: 'aws command line', program: 'aws', unit: 'commands' };

/** Parts of a command: texts as they stand, anything else as JSON. */
type Argument = string | number | object;

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- whatever the command prints
export type Output = any;

/** A command that runs once its output is checked. */
export interface Command {
  /** It succeeds and prints JSON that holds `expected`. Resolves to all of it. */
  gives(expected: object): Promise<Output>;
  /** It succeeds and prints exactly this text (without the last line's end). */
  prints(expected: string): Promise<void>;
  /** It succeeds and prints nothing. */
  isSilent(): Promise<void>;
  /** The service refuses it with this error code, and a message that matches. */
  isRefused(code: string, message?: RegExp): Promise<void>;
  /** The command line itself gives up, as a waiter does that sees a failure. */
  givesUp(message: RegExp): Promise<void>;
}

export interface Aws {
  /** `command` is split at spaces; what follows is passed as it is. */
  (command: string, ...more: Argument[]): Command;
  /** With other settings in the environment, e.g. the keys of a session. */
  as(env: Readonly<Record<string, string>>): Aws;
}

/** Writes a file that a command reads, and gives its path. */
export type WriteFile = (name: string, content: string | object) => string;

/** Tests with the `aws` command line against a sandbox of their own. */
export function withAws(part: string, atLeast: number, tests: (aws: Aws, served: () => Served, file: WriteFile) => void): void {
  withClient(awsCommandLine, part, atLeast, (tally) => {
    let served: Served;
    let scratch: string;
    let runner: Runner;
    beforeAll(async () => {
      scratch = mkdtempSync(join(tmpdir(), 'baf-aws-'));
      // The versions of the command line write times, and read URLs, differently unless told.
      writeFileSync(join(scratch, 'config'), '[default]\ncli_timestamp_format = iso8601\ncli_follow_urlparam = false\n');
      served = await serveSandbox();
      const env = settings(served.endpoint, scratch);
      shortenWaiters(scratch, env);
      runner = createRunner(env);
    });
    afterAll(async () => {
      runner.close();
      await served.close();
      rmSync(scratch, { recursive: true, force: true });
    });
    const aws = commands(tally, (args, env) => runner.run(args, env), {});
    tests(
      aws,
      () => served,
      (name, content) => {
        const path = join(scratch, name);
        writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
        return path;
      },
    );
  });
}

const settings = (endpoint: string, scratch: string): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  HOME: scratch,
  LANG: 'C.UTF-8',
  AWS_ENDPOINT_URL: endpoint,
  AWS_ACCESS_KEY_ID: ACCOUNT,
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_DEFAULT_REGION: REGION,
  AWS_CONFIG_FILE: join(scratch, 'config'),
  AWS_SHARED_CREDENTIALS_FILE: join(scratch, 'credentials'),
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_DATA_PATH: join(scratch, 'models'),
  AWS_PAGER: '',
  // Cloud Map's data plane has another host name, which a sandbox on an address has not.
  AWS_DISABLE_HOST_PREFIX_INJECTION: 'true',
});

function commands(tally: Tally, run: Runner['run'], env: Readonly<Record<string, string>>): Aws {
  const made = (command: string, ...more: Argument[]): Command => {
    const args = [
      ...command.split(' ').filter(Boolean),
      ...more.map((a) => (typeof a === 'object' ? JSON.stringify(a) : String(a))),
    ];
    const shown = `aws ${args.join(' ')}`;
    const checked = async <T>(check: (ran: Ran) => T): Promise<T> => {
      const value = check(await run(args, env));
      tally.checked++;
      return value;
    };
    const succeeded = ({ code, stderr }: Ran): void => expect({ code, stderr }, shown).toEqual({ code: 0, stderr: '' });
    return {
      gives: (expected) =>
        checked((ran) => {
          succeeded(ran);
          const output: Output = JSON.parse(ran.stdout);
          expect(output, shown).toMatchObject(expected);
          return output;
        }),
      prints: (expected) =>
        checked((ran) => {
          succeeded(ran);
          expect(ran.stdout.trimEnd(), shown).toBe(expected);
        }),
      isSilent: () => checked((ran) => expect(ran, shown).toEqual({ code: 0, stdout: '', stderr: '' })),
      isRefused: (code, message = /./) =>
        checked((ran) => {
          expect(ran.stderr, shown).toMatch(
            new RegExp(
              `^\\s*(aws: \\[ERROR\\]: )?An error occurred \\(${code.replaceAll('.', '\\.')}\\) when calling the \\w+ operation`,
            ),
          );
          expect(ran.stderr, shown).toMatch(message);
          expect({ code: ran.code, stdout: ran.stdout }, shown).toEqual({ code: refusalCode(), stdout: '' });
        }),
      givesUp: (message) =>
        checked((ran) => {
          expect(ran.stderr, shown).toMatch(message);
          expect({ code: ran.code, stdout: ran.stdout }, shown).toEqual({ code: 255, stdout: '' });
        }),
    };
  };
  return Object.assign(made, { as: (more: Readonly<Record<string, string>>) => commands(tally, run, { ...env, ...more }) });
}

/** Version 1 of the command line ends with 255 where version 2 ends with 254. */
const refusalCode = (): number => (awsVersion().startsWith('aws-cli/1.') ? 255 : 254);

/**
 * Waiters of the command line sleep 15 seconds or so between two looks. They are given their own definitions with
 * no sleep; the sandbox's time goes on by that much instead (`pace`).
 */
function shortenWaiters(scratch: string, env: Record<string, string>): void {
  const models = join(scratch, 'models');
  mkdirSync(models, { recursive: true });
  const known = /Loading JSON file: (\S+botocore\S*?[/\\]data)[/\\]/.exec(debugLog(env))?.[1];
  if (!known) throw new Error('aws --debug does not say where its models are');
  for (const service of ['ecs', 'cloudformation', 'elbv2', 'ecr', 'iam', 'ec2', 's3', 'cloudwatch'])
    for (const day of readdirSync(join(known, service))) {
      const text = readIfThere(join(known, service, day, 'waiters-2.json'));
      if (text === null) continue;
      const definitions = JSON.parse(text) as { waiters: Record<string, { delay: number }> };
      for (const waiter of Object.values(definitions.waiters)) waiter.delay = 0;
      const target = join(models, service, day, 'waiters-2.json');
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, JSON.stringify(definitions));
    }
}

/** What a command that sends nothing says of its doings. */
const debugLog = (env: Record<string, string>): string =>
  spawnSync('aws', ['ecs', 'list-clusters', '--generate-cli-skeleton', 'output', '--debug'], {
    env,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  }).stderr;

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
