import { describe, expect, it } from 'vitest';
import { meant } from '../../../src/lib/errors/usage.js';

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
