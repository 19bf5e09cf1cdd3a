/** Runs another program in baf's place: its streams, its exit code, its signals. */
import { constants } from 'node:os';
import { ExitCode, UserError } from '../errors/user-error.js';

/** What is passed on to the program: it ends as it likes, and baf after it. */
const PASSED = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGINT', 'SIGQUIT'] as const;
/** Typed at a terminal they reach every process in the foreground, the program too. */
const TYPED: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];

/** `env` is its whole environment. Returns its exit code; 128 and the signal's number where one ended it, as shells say it. */
export async function runProgram(words: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const [command = '', ...args] = words;
  const { execa } = await import('execa');
  const program = execa(command, args, { stdio: 'inherit', env, extendEnv: false, reject: false });
  const listeners = PASSED.map((signal) => {
    const pass = (): void => {
      if (!TYPED.includes(signal) || process.stdin.isTTY !== true) program.kill(signal);
    };
    process.on(signal, pass);
    return () => process.off(signal, pass);
  });
  const run = await program.finally(() => listeners.forEach((forget) => forget()));
  if (run.code === 'ENOENT' || run.code === 'EACCES')
    throw new UserError('CommandMissing', {
      message: `${command} cannot be run: ${run.code === 'ENOENT' ? 'there is no such program' : 'it is not executable'}.`,
      nextSteps: ['Check its name and your PATH.'],
      exitCode: ExitCode.usage,
    });
  return run.exitCode ?? (run.signal ? 128 + constants.signals[run.signal] : ExitCode.failed);
}
