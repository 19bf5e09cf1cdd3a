/** Where the value of a setting or a secret comes from: an argument (settings only), a file, stdin, or a prompt. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ExitCode, UserError } from '../errors/user-error.js';
import { ask } from './ask.js';

export interface ValueSource {
  /** Null, or `-` for stdin. */
  readonly argument: string | null;
  readonly file: string | undefined;
  readonly secret: boolean;
  /** `log-level of ui`: for the question and for errors. */
  readonly what: string;
  readonly noInput: boolean;
}

interface Edge {
  readonly stdin: AsyncIterable<string | Uint8Array> & { readonly isTTY?: boolean | undefined };
  readonly asks: boolean;
}

/** One line break at the end is not a part of the value: `echo` and editors add it. */
export async function readValue(
  source: ValueSource,
  edge: Edge = { stdin: process.stdin, asks: process.stdin.isTTY === true && process.stderr.isTTY === true },
): Promise<string> {
  const { argument, file, secret, what } = source;
  if (file !== undefined && argument !== null && argument !== '-')
    throw new UserError('Usage', { message: 'Both a value and --file are given.', nextSteps: ['Give one of them.'] });
  if (argument !== null && argument !== '-') return argument;
  if (file !== undefined && file !== '-') return withoutBreak(await readText(file));
  if (edge.stdin.isTTY !== true) {
    const value = withoutBreak(await readStdin(edge.stdin));
    if (value !== '') return value;
    throw missing(what, secret, 'stdin is empty, and there is no terminal to ask on');
  }
  if (!secret || source.noInput || !edge.asks)
    throw missing(what, secret, secret ? 'there is no terminal to ask on' : 'none was given');
  return ask<string>({ type: 'password', message: `Value of ${what}:`, mask: false });
}

/** The text of a file; `-` is stdin. */
export const readAll = (file: string): Promise<string> => (file === '-' ? readStdin(process.stdin) : readText(file));

async function readStdin(stdin: AsyncIterable<string | Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stdin) chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  return decoded(Buffer.concat(chunks), 'stdin');
}

const missing = (what: string, secret: boolean, why: string): UserError =>
  new UserError('ValueMissing', {
    message: `There is no value for ${what}: ${why}.`,
    nextSteps: [
      'Pipe it in: ... | baf ssm ' + (secret ? 'secrets' : 'settings') + ' set ...',
      'Or name a file: --file FILE',
      ...(secret ? [] : ['Or write it after the key.']),
    ],
    exitCode: ExitCode.usage,
  });

const withoutBreak = (text: string): string => text.replace(/\r?\n$/, '');

async function readText(file: string): Promise<string> {
  try {
    return decoded(await readFile(resolve(file)), file);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError('FileUnreadable', {
      message: `${file} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'it is no file'}.`,
      nextSteps: ['Check its path.'],
    });
  }
}

function decoded(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new UserError('ValueInvalid', {
      message: `What ${where} has is not text (UTF-8).`,
      nextSteps: ['Encode it first: base64.'],
    });
  }
}

interface FlagShape {
  readonly type: string;
  readonly char?: string | undefined;
}

/**
 * Refuses a secret on the command line, before anything parses it: other processes see arguments, and shells remember them.
 * The message has no part of it. `places`: how many arguments the command takes.
 */
export function refuseSecretArguments(argv: readonly string[], flags: Readonly<Record<string, FlagShape>>, places: number): void {
  let seen = 0;
  const refuse = (): never => {
    throw new UserError('SecretInArgument', {
      message: 'A secret is not taken from the command line: other processes can see it there, and your shell keeps it.',
      nextSteps: [
        'Pipe it in, name a file with --file, or leave it out and be asked.',
        'If that was the real value: take it out of the history of your shell, and use another value.',
      ],
      exitCode: ExitCode.usage,
    });
  };
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!;
    if (word.startsWith('-') && word.length > 1) {
      const [name, ...value] = word.replace(/^--?/, '').split('=');
      const flag = word.startsWith('--')
        ? (flags[name!] ?? (name!.startsWith('no-') ? flags[name!.slice(3)] : undefined))
        : Object.values(flags).find((f) => f.char === word[1]);
      if (word === '--') continue;
      if (!flag) {
        // A flag that is not there, with something after it, may be meant to carry the value.
        if (value.length > 0 || (argv[i + 1] !== undefined && !argv[i + 1]!.startsWith('-') && seen >= places)) refuse();
      } else if (flag.type === 'option' && value.length === 0 && (word.startsWith('--') || word.length === 2)) i++;
    } else if (++seen > places || word.includes('=')) refuse();
  }
}
