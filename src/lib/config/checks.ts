/** Values that come from flags and files alike: tags and durations. */
import { UserError } from '../errors/user-error.js';
import { FARGATE_CPU, fargateSize } from '../model/fargate.js';

export const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

/** A tag as registries take it. */
export function checkTag(tag: string): string {
  if (TAG.test(tag)) return tag;
  throw new UserError('TagInvalid', {
    message: `${JSON.stringify(tag)} is not an image tag.`,
    nextSteps: ['A tag has letters, digits, _ . and -, begins with none of . and -, and has at most 128 characters: 1.4.0'],
  });
}

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
export const DURATION = /^(\d+[smhd])+$/;

/**
 * Milliseconds of `90s`, `5m`, `1h30m`, `2d`.
 * @param flag that it comes from, e.g. `--timeout`
 */
export function parseDuration(text: string, flag: string): number {
  const isNone = DURATION.test(text) && durationMs(text) <= 0;
  if (isNone || !DURATION.test(text))
    throw new UserError('DurationInvalid', {
      message: `${flag} ${JSON.stringify(text)} is ${isNone ? 'no time at all' : 'not a duration'}.`,
      nextSteps: [`Write numbers with s, m, h or d: ${flag} 90s, 5m, 1h30m, 2d`],
    });
  return durationMs(text);
}

export const durationMs = (text: string): number =>
  [...text.matchAll(/(\d+)([smhd])/g)].reduce((sum, [, count, unit]) => sum + Number(count) * units[unit!]!, 0);

/** What is wrong with a size that Fargate does not offer, or null. */
export function fargateProblem(cpu: number, memory: number): string | null {
  const size = fargateSize(String(cpu), memory);
  if (size === null) return `cpu ${cpu} is no size of Fargate; allowed: ${FARGATE_CPU.join(', ')}`;
  return size.legal ? null : `memory ${memory} does not go with cpu ${cpu}; allowed: ${size.allowed}`;
}
