/** Parts that the definitions of the files share. */
import * as z from 'zod/mini';
import { DURATION } from './checks.js';

export const about = <T extends z.ZodMiniType>(type: T, description: string): T => type.check(z.meta({ description })) as T;

const notDuration = 'not a duration: write 90s, 5m, 1h30m, 2d';
export const durationText = z.string(notDuration).check(z.regex(DURATION, notDuration));
