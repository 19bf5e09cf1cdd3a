/** What a user may have meant whose flag is not known, or whose value is none of those a flag takes. */
import { nearest } from './nearest.js';

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
