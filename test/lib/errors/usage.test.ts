import { describe, expect, it } from 'vitest';
import { meant, plainly } from '../../../src/lib/errors/usage.js';

describe('what was meant', () => {
  it.each([
    ['Nonexistent flag: --outcom', '--outcome'],
    ['Nonexistent flag: --outcom=exits', '--outcome=exits'],
    ['Nonexistent flag: --something-else', null],
    ['Expected --kind=throtle to be one of: throttle, error, reset', '--kind throttle'],
    ['Expected --kind=explodes to be one of: throttle, error, reset', null],
    ['Missing required flag env', null],
  ])('by %s', (message, guess) => expect(meant(message, ['outcome', 'env', 'times'])).toBe(guess));
});

describe('what is said', () => {
  it.each([
    [
      'The following error occurred:\n  Missing required flag reason\nSee more help with --help',
      'Missing required flag --reason',
    ],
    [
      'The following errors occurred:\n  \u001B[2mMissing required flag for\n  Missing required flag reason\u001B[22m',
      'Missing required flag --for\nMissing required flag --reason',
    ],
    [
      'The following error occurred:\n  Parsing --parallel \n\tExpected an integer but received: x\nSee more help with --help',
      '--parallel: expected an integer but received: x',
    ],
    ['Nonexistent flag: --x\nSee more help with --help', 'Nonexistent flag: --x'],
    ['Missing 1 required arg:\nname  the name', 'Missing 1 required arg:\nname  the name'],
  ])('of %j', (message, said) => expect(plainly(message)).toBe(said));
});
