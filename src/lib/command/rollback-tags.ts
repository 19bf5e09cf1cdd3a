/** Which tag each service goes back to in each target; refused where one of them has nowhere to go. */
import type { Effects } from '../engine/effects.js';
import type { SeenAt } from '../engine/steady.js';
import { tagsAt } from '../engine/tags-at.js';
import { ExitCode, UserError } from '../errors/user-error.js';
import { waysBack, type Way } from '../records/back.js';
import { newestFirst } from '../records/history.js';
import { steadyAt, steadyVersions } from '../records/steady.js';
import { parsePoint } from '../records/time.js';
import type { PastTag } from '../tags/at.js';
import { parseTagValue } from '../tags/value.js';

/** Milliseconds since the epoch. */
export function pointOf(text: string, now: number): number {
  const at = parsePoint(text, now);
  if (at === null || at > now)
    throw new UserError('TimeInvalid', {
      message: at === null ? `${text} is no point in time.` : `${text} is not in the past.`,
      nextSteps: ['e.g. --to-time 2h (ago), --to-time 2026-11-19T14:00 (UTC), --to-time 2026-11-19T14:00+01:00'],
    });
  return at;
}

interface Wanted {
  readonly to: string | null;
  readonly time: number | null;
  /** By `service target`, what the deploy tags say of that time, where no record tells it. */
  readonly past: ReadonlyMap<string, PastTag> | null;
  readonly force: boolean;
  readonly all: boolean;
  readonly notify: ((text: string) => void) | undefined;
}

/** Records are kept for some time, versions of a tag a hundred: what the records do not know is read from these. */
export async function pastOf(
  seen: readonly SeenAt[],
  environment: string,
  time: number,
  effects: Effects,
): Promise<ReadonlyMap<string, PastTag>> {
  const unknown = seen.filter((at) => steadyAt(at.service, at.target.name, at, time) === null);
  const targets = [...new Map(unknown.map((at) => [at.target.name, at.target])).values()];
  const cells = await Promise.all(
    targets.map((target) => {
      const services = unknown.filter((at) => at.target.name === target.name).map((at) => at.service);
      return tagsAt({ services, cells: [{ environment, target }], at: time }, effects);
    }),
  );
  const closed = cells.flat().find((cell) => cell.problem !== null);
  if (closed) throw closed.problem!;
  return new Map(
    cells
      .flat()
      .flatMap(({ target, tags }) => [...(tags ?? [])].map(([service, { served }]) => [`${service} ${target.name}`, served])),
  );
}

/** Tag by `service target`; targets that stay have none. Throws (exit 4) where one of them has no steady version to go to. */
export function chooseTags(
  seen: readonly SeenAt[],
  environment: string,
  names: readonly string[],
  wanted: Wanted,
): Record<string, string> {
  const { past, all, notify } = wanted;
  const isNew = (at: SeenAt): boolean => all && past?.get(keyOf(at))?.kind === 'none';
  const ways = names.flatMap((name) => {
    const ofService = seen.filter((at) => at.service === name && !isNew(at));
    const byRecords = waysBack(name, new Map(ofService.map((at) => [at.target.name, at])));
    return ofService.map((at) => ({ at, way: wayOf(at, wanted) ?? byRecords.get(at.target.name)! }));
  });
  const missing = ways.filter(({ way }) => way.kind === 'nowhere').map(({ at }) => at);
  const never = all && seen.length > 0 ? [] : names.filter((name) => !seen.some((s) => s.service === name));
  if (missing.length > 0 || never.length > 0) throw noSteady(missing, never, environment, wanted);
  const added = [...new Set(seen.filter(isNew).map((at) => at.service))];
  if (added.length > 0)
    notify?.(`${added.join(', ')} had no deploy tag in ${environment} then: left as ${added.length > 1 ? 'they are' : 'it is'}.`);
  const staying = ways
    .filter(({ way }) => way.kind === 'stays')
    .map(({ at, way }) => `${at.service} ${way.tag} in ${at.target.name}`);
  if (staying.length > 0) notify?.(`Left as they are, because they are on another version: ${staying.join(', ')}.`);
  if (wanted.to === null && wanted.time === null) names.forEach((name) => tellBroughtBack(name, ways, notify));
  return Object.fromEntries(ways.flatMap(({ at, way }) => (way.kind === 'goes' ? [[keyOf(at), way.tag]] : [])));
}

const keyOf = (at: SeenAt): string => `${at.service} ${at.target.name}`;

/** Null where neither a tag nor a time was said. */
function wayOf(at: SeenAt, { to, time, past, force }: Wanted): Way | null {
  const [service, target] = [at.service, at.target.name];
  const way = (tag: string | null): Way => (tag === null ? { kind: 'nowhere', tag: at.desired } : { kind: 'goes', tag });
  if (to !== null) return way(force || steadyVersions(service, target, at).some((v) => v.tag === to) ? to : null);
  if (time === null) return null;
  const found = steadyAt(service, target, at, time);
  const served = past?.get(keyOf(at));
  return way(found?.tag ?? (served?.kind === 'version' ? parseTagValue(served.version.value).tag : null));
}

/** A failed deploy has gone back by itself: whoever did not see that would go back twice. */
function tellBroughtBack(
  service: string,
  ways: readonly { readonly at: SeenAt; readonly way: Way }[],
  notify: ((text: string) => void) | undefined,
): void {
  const going = ways.filter(({ at, way }) => at.service === service && way.kind === 'goes' && way.tag !== at.desired);
  const isOf = ({ service: name }: { readonly service: string }): boolean => name === service;
  const last = newestFirst(going[0]?.at.records ?? []).find(({ rollouts }) => rollouts.some(isOf));
  const rollouts = last?.kind === 'deploy' ? last.rollouts.filter((r) => isOf(r) && r.status !== 'skipped') : [];
  if (rollouts.length === 0 || !rollouts.every((r) => r.status === 'rolled-back')) return;
  const { at, way } = going[0]!;
  notify?.(
    `${service} ${rollouts[0]!.to.tag} was brought back already by ${last!.id}; this goes on from ${at.desired} to ${way.tag}.`,
  );
}

function noSteady(
  missing: readonly SeenAt[],
  never: readonly string[],
  environment: string,
  { to, time }: Pick<Wanted, 'to' | 'time'>,
): UserError {
  const where = missing.map((m) => `${m.service} in ${m.target.name} (now ${m.desired})`);
  const what =
    to !== null
      ? `${to} was never steady`
      : time !== null
        ? `nothing is known to have been steady at ${new Date(time).toISOString()}`
        : 'there is no earlier steady version';
  const known = missing[0]
    ? [...new Set(steadyVersions(missing[0].service, missing[0].target.name, missing[0]).map((v) => v.tag))]
    : [];
  return new UserError('NoSteadyVersion', {
    message:
      missing.length > 0
        ? `${what[0]!.toUpperCase()}${what.slice(1)}: ${where.join(', ')}. Nothing was touched.`
        : `${never.join(', ')} has no deploy tag in ${environment}: it was never deployed there.`,
    nextSteps: [
      ...(known.length > 0 ? [`Known to have been steady: ${known.join(', ')}`] : []),
      ...(to !== null && missing.length > 0 ? ['--force goes there all the same.'] : []),
      `Deploy a version that you know: baf deploy ${(missing[0]?.service ?? never[0])!} --env ${environment} --tag TAG`,
      `baf history ${(missing[0]?.service ?? never[0])!} --env ${environment}`,
    ],
    exitCode: ExitCode.refused,
  });
}
