/** A question on the terminal, on stderr; Ctrl-C at it ends the command as Ctrl-C anywhere else does. */
import { UserError } from '../errors/user-error.js';

/** As inquirer takes it; `message` is the question. */
interface Question {
  readonly type: 'confirm' | 'password';
  readonly message: string;
  readonly default?: boolean;
  readonly mask?: boolean;
}

type Prompt = (question: Question) => Promise<unknown>;

/** Throws `Interrupted` (exit 130) where the question was left by Ctrl-C. */
export async function ask<T>(question: Question, prompt: Prompt = onTerminal): Promise<T> {
  try {
    return (await prompt(question)) as T;
  } catch (error) {
    if ((error as Error).name !== 'ExitPromptError') throw error;
    throw new UserError('Interrupted', { message: 'Interrupted at the question: it was not answered.', exitCode: 130 });
  }
}

/** Loaded when something is asked: it is heavy. */
async function onTerminal(question: Question): Promise<unknown> {
  const inquirer = (await import('inquirer')).default;
  const prompt = inquirer.createPromptModule({ output: process.stderr });
  const { answer } = await prompt<{ answer: unknown }>([{ ...question, name: 'answer' } as never]);
  return answer;
}
