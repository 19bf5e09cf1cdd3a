/** What oclif says of a command line, as it is told: in plain words, and with what may have been meant. */
import { nearest } from './nearest.js';

/** Without the heading over the errors of several flags, without colours, and with flags as they are typed. */
export const plainly = (message: string): string =>
  message
    .replace(/\u001B\[[\d;]*m/g, '')
    .replace(/\nSee more help with --help$/, '')
    .replace(/^The following errors? occurred:\n/, '')
    .split('\n')
    .map((line) => line.trimStart().replace(/^Missing required flag (\w)/, 'Missing required flag --$1'))
    .join('\n')
    // The flag and what is wrong with it, told on two lines.
    .replace(/^Parsing (--\S+) *\nExpected/gm, '$1: expected')
    .trim();

/** `flags` without their dashes; the message is oclif's. */
export function meant(message: string, flags: readonly string[]): string | null {
  const unknown = /^Nonexistent flag: --(\S+)/.exec(message)?.[1];
  if (unknown !== undefined) {
    const [name, ...value] = unknown.split('=');
    const guess = nearest(name!, flags);
    return guess === null ? null : [`--${guess}`, ...value].join('=');
  }
  const [, flag, typed, allowed] = /^Expected (--\S+?)=(.*) to be one of: (.+)$/m.exec(message) ?? [];
  const guess = allowed === undefined ? null : nearest(typed!, allowed.split(', '));
  return guess === null ? null : `${flag} ${guess}`;
}
