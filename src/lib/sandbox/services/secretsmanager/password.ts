/** GetRandomPassword, from the sandbox's own source of chance. */
import type { CallContext } from '../../service.js';
import { badParameter } from './state.js';

const KINDS = {
  ExcludeLowercase: 'abcdefghijklmnopqrstuvwxyz',
  ExcludeUppercase: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  ExcludeNumbers: '0123456789',
  ExcludePunctuation: '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
} as const;

type Input = Partial<Record<keyof typeof KINDS | 'IncludeSpace' | 'RequireEachIncludedType', boolean>> & {
  PasswordLength?: number;
  ExcludeCharacters?: string;
};

export function randomPassword(input: Input, { id }: CallContext): object {
  const length = input.PasswordLength ?? 32;
  const kinds = (Object.keys(KINDS) as (keyof typeof KINDS)[]).filter((kind) => !input[kind]).map((kind) => KINDS[kind]);
  if (input.IncludeSpace) kinds.push(' ' as never);
  const sets = kinds.map((kind) => [...kind].filter((c) => !input.ExcludeCharacters?.includes(c))).filter((set) => set.length);
  if (sets.length === 0) throw badParameter('The password must contain at least one character type.');
  const each = input.RequireEachIncludedType ?? true;
  if (each && length < sets.length)
    throw badParameter(`The password length must be at least ${sets.length} to include each of the character types.`);
  const dice = (below: number): number => parseInt(id(8), 16) % below;
  const pick = (set: readonly string[]): string => set[dice(set.length)]!;
  const password = each ? sets.map(pick) : [];
  const all = sets.flat();
  // Each kind's own character goes to a random place among the others.
  while (password.length < length) password.splice(dice(password.length + 1), 0, pick(all));
  return { RandomPassword: password.join('') };
}
