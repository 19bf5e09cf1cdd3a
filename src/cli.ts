/** The entry of the bundle: runs a command, answers an unknown one with the nearest, and sets the exit code. */
import { run } from '@oclif/core';
import { nearest } from './lib/errors/nearest.js';
import { ExitCode, UserError } from './lib/errors/user-error.js';
import { toUserError } from './lib/command/base.js';
import { guardStreams } from './lib/output/guard.js';

export async function main(args: string[], bin: string): Promise<void> {
  guardStreams(process, process.env);
  process.on('uncaughtException', crash);
  process.env['OCLIF_DISABLE_LINEWRAP'] ??= '0';
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  // No themes: their file need not be looked for.
  process.env['BAF_DISABLE_THEME'] ??= 'true';
  const root = bin.replace(/[\\/]bin[\\/][^\\/]+$/, '');
  try {
    await run(args, {
      root,
      isRoot: true,
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- package.json lies beside the bundle
      pjson: require(`${root}/package.json`) as never,
      devPlugins: false,
      userPlugins: false,
      jitPlugins: {} as never,
    });
    await leave();
  } catch (error) {
    const failure = error as Error & { oclif?: { exit?: number }; code?: string };
    if (failure.code === 'EEXIT' || failure.oclif?.exit === 0) {
      process.exitCode = failure.oclif?.exit ?? 0;
      return;
    }
    const problem = /command .* not found/i.test(failure.message) ? unknownCommand(args, bin) : toUserError(failure);
    const { errorJson, formatError } = await import('./lib/output/errors.js');
    if (args.includes('--json')) process.stdout.write(JSON.stringify({ ...errorJson(problem), warnings: [] }, null, 2) + '\n');
    else process.stderr.write(formatError(problem, { color: false }) + '\n');
    if (problem.exitCode === ExitCode.bug) process.stderr.write(`${failure.stack ?? ''}\n`);
    process.exitCode = problem.exitCode;
  }
}

/** What nobody caught: Node itself would print it past the guard. */
function crash(error: unknown): void {
  if ((error as NodeJS.ErrnoException | null)?.code === 'EPIPE') process.exit(process.exitCode ?? 0);
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${text}\nThis is a bug in baf. Please report it with the command you ran.\n`, () =>
    process.exit(ExitCode.bug),
  );
}

/** Once the result is out nothing is left to wait for: idle connections would hold the process for a moment. */
async function leave(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) await new Promise<void>((done) => stream.write('', () => done()));
  process.exit(process.exitCode ?? 0);
}

function unknownCommand(args: string[], bin: string): UserError {
  const words: string[] = [];
  for (const arg of args) {
    if (arg.startsWith('-')) break;
    words.push(arg);
  }
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- the manifest lies beside the bundle
  const manifest = require(bin.replace(/bin[\\/][^\\/]+$/, '.oclif.manifest.json')) as { commands: Record<string, unknown> };
  const known = Object.keys(manifest.commands).map((id) => id.replaceAll(':', ' '));
  const typed = words.slice(0, 3).join(' ');
  const guess = nearest(typed, known) ?? nearest(words[0] ?? '', known);
  return new UserError('CommandUnknown', {
    message: `${typed} is not a baf command.`,
    nextSteps: [...(guess ? [`Did you mean: baf ${guess}`] : []), 'baf --help lists the commands.'],
  });
}
