/** What every command shares: the flags of the contract, one JSON document on stdout, errors with exit codes. */
import { Command, Flags, type Interfaces } from '@oclif/core';
import { meant, plainly } from '../errors/usage.js';
import { ExitCode, UserError } from '../errors/user-error.js';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- oclif's own FlagOutput and ArgOutput, which it does not export
type Output = { [name: string]: any };

export abstract class BafCommand extends Command {
  static override enableJsonFlag = true;
  static override baseFlags = {
    progress: Flags.option({ options: ['auto', 'tree', 'lines', 'github', 'jsonl', 'none'] as const, default: 'auto' as const })({
      description: 'how progress is shown (stderr)',
      helpGroup: 'GLOBAL',
    }),
    yes: Flags.boolean({ char: 'y', description: 'answer yes to questions', helpGroup: 'GLOBAL' }),
    'no-input': Flags.boolean({ description: 'never ask: a question is an error', helpGroup: 'GLOBAL' }),
    'no-color': Flags.boolean({ description: 'no colours', helpGroup: 'GLOBAL' }),
    verbose: Flags.boolean({ description: 'say more', helpGroup: 'GLOBAL' }),
    dir: Flags.string({ char: 'C', description: 'folder of the project', default: '.', helpValue: 'DIR', helpGroup: 'GLOBAL' }),
    platform: Flags.string({ description: 'platform file, or ssm:/path', helpValue: 'FILE', helpGroup: 'GLOBAL' }),
    sandbox: Flags.boolean({ description: 'run against the embedded AWS', helpGroup: 'GLOBAL' }),
    speed: Flags.integer({
      description: "how many times faster the sandbox's clock runs",
      min: 1,
      max: 1000,
      helpGroup: 'GLOBAL',
      hidden: true,
    }),
  };

  protected readonly notes: string[] = [];

  /** Adds a warning: to `warnings` of the JSON, and to stderr otherwise. */
  note(text: string): void {
    this.notes.push(text);
    if (!this.jsonEnabled()) process.stderr.write(`warning: ${text}\n`);
  }

  /** The same of many: on stderr what is alike of several targets is one line. */
  protected async noteAll(texts: readonly string[]): Promise<void> {
    this.notes.push(...texts);
    if (texts.length === 0 || this.jsonEnabled()) return;
    const { warningLines } = await import('../output/warnings.js');
    const columns = (process.stderr.columns ?? 1000) - 'warning: '.length;
    for (const line of warningLines(texts, columns)) process.stderr.write(`warning: ${line}\n`);
  }

  /** The flags carry a way to warn, for what a command opens. */
  protected override async parse<F extends Output, B extends Output, A extends Output>(
    options?: Interfaces.Input<F, B, A>,
    argv?: string[],
  ): Promise<Interfaces.ParserOutput<F, B, A>> {
    const parsed = await super.parse(options, argv);
    return { ...parsed, flags: { ...parsed.flags, notify: (text: string) => this.note(text) } };
  }

  /** oclif would look for colours in each token of a document, also where none are shown: a second for a fleet's tags. */
  override logJson(json: unknown): void {
    if (process.stdout.isTTY) super.logJson(json);
    else process.stdout.write(JSON.stringify(json, null, 2) + '\n');
  }

  protected override toSuccessJson(result: unknown): unknown {
    return { ...(result as object), warnings: this.notes };
  }

  protected override async catch(error: Error & { oclif?: { exit?: number }; exitCode?: number }): Promise<void> {
    const { asUserError, formatError } = await import('../output/errors.js').then((m) => ({
      formatError: m.formatError,
      asUserError: toUserError,
    }));
    const problem = asUserError(error);
    if (this.jsonEnabled()) {
      const { errorJson } = await import('../output/errors.js');
      this.logJson({ ...errorJson(problem), warnings: this.notes });
    } else {
      const { shouldColor } = await import('../output/style.js');
      process.stderr.write(
        formatError(problem, {
          color: shouldColor(process.stderr, process.env, !process.argv.includes('--no-color')),
          columns: process.stderr.isTTY ? process.stderr.columns : undefined,
        }) + '\n',
      );
      if (problem.exitCode === ExitCode.bug)
        process.stderr.write(`${error.stack ?? ''}\nThis is a bug in baf. Please report it with the command you ran.\n`);
    }
    process.exitCode = problem.exitCode;
  }
}

interface ParseError extends Error {
  readonly oclif?: { readonly exit?: number };
  /** Of oclif's own: what the command takes. */
  readonly parse?: { readonly input?: { readonly flags?: object } };
}

/** oclif's parse errors are usage errors; anything that is not a UserError is a bug. */
export function toUserError(error: ParseError): UserError {
  if (error instanceof UserError) return error;
  if (error.oclif?.exit === 2 || error.constructor.name === 'CLIParseError' || 'parse' in error) {
    const message = plainly(error.message);
    const guess = meant(message, Object.keys(error.parse?.input?.flags ?? {}));
    return new UserError('Usage', {
      message,
      nextSteps: [...(guess === null ? [] : [`Did you mean: ${guess}`]), 'Add --help to see how the command is used.'],
    });
  }
  return new UserError('Bug', { message: error.message, exitCode: ExitCode.bug });
}
