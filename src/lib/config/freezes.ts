/** The freeze windows of an environment, read and checked. */
import { parseEvery, parseMoment } from '../freezes/window.js';
import { isZone } from '../freezes/zone.js';
import type { FreezeWindow } from '../model/freeze.js';
import type { PlatformFile } from './definition-platform.js';
import type { Problem } from './problem.js';

type Input = NonNullable<PlatformFile['environments'][string]['freezes']>[number];

export const freezesOf = (inputs: readonly Input[], base: Problem['path'], found: Problem[]): FreezeWindow[] =>
  inputs.flatMap((input, index) => {
    const problems: Problem[] = [];
    const window = windowOf(input, [...base, index], problems);
    found.push(...problems);
    return window && problems.length === 0 ? [window] : [];
  });

function windowOf(input: Input, path: Problem['path'], found: Problem[]): FreezeWindow | null {
  const { reason, every, from, until } = input;
  const zone = input.zone ?? null;
  const common = { reason, zone, services: input.services ?? null };
  if (zone !== null && !isZone(zone)) {
    found.push({ path: [...path, 'zone'], message: `${zone} is not a time zone, e.g. Europe/Ljubljana or UTC` });
    return null;
  }
  if (every !== undefined) {
    if (from !== undefined || until !== undefined) {
      found.push({ path, message: 'a freeze has either every, or from and until' });
      return null;
    }
    if (zone === null) found.push({ path, message: 'every needs the time zone whose clock is meant: zone: Europe/Ljubljana' });
    const recurrence = parseEvery(every);
    if (typeof recurrence === 'string') {
      found.push({ path: [...path, 'every'], message: `${every} is ${recurrence}` });
      return null;
    }
    return { ...common, rule: every, span: null, every: recurrence };
  }
  if (from === undefined || until === undefined) {
    found.push({ path, message: 'a freeze has either every, or from and until' });
    return null;
  }
  const [start, end] = [from, until].map((text) => parseMoment(text, zone));
  for (const [key, text, moment] of [['from', from, start] as const, ['until', until, end] as const])
    if (!moment)
      found.push({
        path: [...path, key],
        message: `${text} is not a time${zone === null ? ' with an offset; add one, or a zone' : ''}: 2026-12-20 18:00 with a zone, or 2026-12-20T18:00Z`,
      });
  if (!start || !end) return null;
  if (end.last <= start.first) found.push({ path: [...path, 'until'], message: `${until} is not after ${from}` });
  return { ...common, rule: `${from} - ${until}`, span: { from: start.first, until: end.last }, every: null };
}
