/** Runs another program in baf's place: its streams, its exit code, its signals. */
import { ExitCode, UserError } from '../errors/user-error.js';

/** `env` is its whole environment. Returns its exit code, 130 or 143 where a signal ended it. */
export async function runProgram(words: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const [command = '', ...args] = words;
  const { execa } = await import('execa');
  const run = await execa(command, args, { stdio: 'inherit', env, extendEnv: false, reject: false });
  if (run.code === 'ENOENT' || run.code === 'EACCES')
    throw new UserError('CommandMissing', {
      message: `${command} cannot be run: ${run.code === 'ENOENT' ? 'there is no such program' : 'it is not executable'}.`,
      nextSteps: ['Check its name and your PATH.'],
      exitCode: ExitCode.usage,
    });
  return run.exitCode ?? (run.signal === 'SIGINT' ? 130 : run.signal === 'SIGTERM' ? 143 : 1);
}
