/** Values that come from flags and files alike: tags and durations. */
import { UserError } from '../errors/user-error.js';

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

/** Milliseconds of `90s`, `5m`, `1h30m`, `2d`. */
export function parseDuration(text: string): number {
  if (!DURATION.test(text) || durationMs(text) <= 0)
    throw new UserError('DurationInvalid', {
      message: `${JSON.stringify(text)} is not a duration.`,
      nextSteps: ['Write numbers with s, m, h or d: 90s, 5m, 1h30m, 2d'],
    });
  return durationMs(text);
}

export const durationMs = (text: string): number =>
  [...text.matchAll(/(\d+)([smhd])/g)].reduce((sum, [, count, unit]) => sum + Number(count) * units[unit!]!, 0);

const fargate: Readonly<Record<number, readonly [number, number]>> = {
  256: [512, 2048],
  512: [1024, 4096],
  1024: [2048, 8192],
  2048: [4096, 16_384],
  4096: [8192, 30_720],
  8192: [16_384, 61_440],
  16384: [32_768, 122_880],
};

/** What is wrong with a size that Fargate does not offer, or null. */
export function fargateProblem(cpu: number, memory: number): string | null {
  const range = fargate[cpu];
  if (!range) return `cpu ${cpu} is no size of Fargate; allowed: ${Object.keys(fargate).join(', ')}`;
  const step = cpu === 256 ? 512 : cpu === 8192 ? 4096 : cpu === 16384 ? 8192 : 1024;
  if (memory < range[0] || memory > range[1])
    return `memory ${memory} does not go with cpu ${cpu}; allowed: ${range[0]} to ${range[1]}`;
  if (memory % step !== 0) return `memory ${memory} does not go with cpu ${cpu}; allowed: steps of ${step}`;
  return null;
}
