import { describe, expect, it } from 'vitest';
import { ask } from '../../../src/lib/command/ask.js';

const question = { type: 'confirm', message: 'Promote?' } as const;

describe('a question', () => {
  it('gives what was answered', async () => {
    expect(await ask(question, () => Promise.resolve(true))).toBe(true);
  });
  it('that is left by Ctrl-C is no bug: exit 130', async () => {
    const left = Object.assign(new Error('User force closed the prompt with SIGINT'), { name: 'ExitPromptError' });
    await expect(ask(question, () => Promise.reject(left))).rejects.toMatchObject({ code: 'Interrupted', exitCode: 130 });
  });
  it('that fails is one', async () => {
    await expect(ask(question, () => Promise.reject(new TypeError('broken')))).rejects.toThrow(TypeError);
  });
});
