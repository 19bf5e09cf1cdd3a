/** `baf rollback`: to the version that was steady before, by the same engine as a deploy. */
import { openApp, readFiles } from '../app.js';
import { checkTag, parseDuration } from '../config/checks.js';
import type { Effects } from '../engine/effects.js';
import { makePlan } from '../engine/observe.js';
import { listRecords } from '../engine/records.js';
import { observeSteady, type SeenAt } from '../engine/steady.js';
import { tagsAt } from '../engine/tags-at.js';
import { ExitCode, UserError } from '../errors/user-error.js';
import { planJson, renderPlan } from '../output/plan-view.js';
import { shouldColor } from '../output/style.js';
import { previousSteady, steadyAt, steadyVersions, type Steady } from '../records/steady.js';
import { parsePoint } from '../records/time.js';
import type { DeployPlan } from '../rollout/plan.js';
import { makeId, recordPlace } from './carry-out.js';
import type { PastTag } from '../tags/at.js';
import { parseTagValue } from '../tags/value.js';
import { confirm } from './confirm.js';
import { finish } from './finish.js';
import { openGuard, warnFrozen, type GuardFlags } from './guards.js';
import type { ProgressFlags } from './progress.js';
import { filterWaves, findEnvironment, loadTemplates, selectServices, watchedIn } from './select.js';

export interface RollbackFlags extends GuardFlags, ProgressFlags {
  readonly services: readonly string[];
  readonly env: string;
  readonly to?: string | undefined;
  readonly 'to-time'?: string | undefined;
  readonly force: boolean;
  /** Every service: those that were not there then stay as they are. */
  readonly all?: boolean;
  readonly targets?: readonly string[] | undefined;
  readonly plan: boolean;
  readonly timeout: string;
  readonly yes: boolean;
  readonly 'no-input': boolean;
}

export async function rollBack(flags: RollbackFlags): Promise<{ json: object; text: string; exitCode: number }> {
  const read = await readFiles(flags);
  const environment = findEnvironment(read.platform, flags.env);
  const services = watchedIn(environment, selectServices(read, flags.services, environment.name));
  const to = flags.to === undefined ? null : checkTag(flags.to);
  const waves = filterWaves(environment, flags.targets ?? []).map((wave) => ({ ...wave, bakeMs: 0 }));
  const timeoutMs = parseDuration(flags.timeout);
  const app = await openApp(flags, read);
  try {
    const now = app.effects.clock.now();
    const time = flags['to-time'] === undefined ? null : pointOf(flags['to-time'], now);
    const id = makeId(app);
    const names = services.map((s) => s.name);
    const change = { environment, services: names, kind: 'rollback', deploy: id, lastsMs: timeoutMs } as const;
    const guard = flags.plan ? await warnFrozen(app, change, flags) : await openGuard(app, change, flags);
    const records = await listRecords(recordPlace(environment), app.effects);
    const targets = waves.flatMap((w) => w.targets);
    const seen = await observeSteady(environment.name, names, targets, records, app.effects);
    const past = time === null ? null : await pastOf(seen, environment.name, time, app.effects);
    const wanted = { to, time, past, force: flags.force, all: flags.all === true, notify: flags.notify };
    const chosen = chooseTags(seen, environment.name, names, wanted);
    const templates = await loadTemplates(services, app.templateDirs);
    const rest = { id, project: read.project.name, environment: environment.name, staging: null, services, waves, templates };
    const observe = async (effects: Effects) =>
      only(await makePlan({ ...rest, tags: {}, tagsAt: chosen }, effects), (service, target) =>
        Object.hasOwn(chosen, `${service} ${target}`),
      );
    const plan = await observe(app.effects);
    const color = shouldColor(process.stdout, process.env, !flags['no-color']);
    if (!guard)
      return {
        json: { plan: planJson(plan) },
        text: renderPlan(plan, { color, columns: process.stdout.columns ?? 1000 }),
        exitCode: ExitCode.done,
      };
    const changes = plan.waves.some((w) => w.rollouts.some((r) => r.action !== 'unchanged'));
    const confirmed = environment.protected && changes && process.stdin.isTTY === true && !flags.yes;
    if (confirmed)
      await confirm(
        `Roll ${flags.all ? 'every service' : names.join(', ')} back in ${environment.name}?`,
        flags,
        `${environment.name} is protected`,
      );
    // A pin on what was rolled back to, which automation does not override, is to be set here (`baf ssm tags pin`).
    return await finish({
      app,
      environment,
      kind: 'rollback',
      flags,
      options: { onFailure: 'stop', timeoutMs },
      guard,
      plan,
      plannedAt: now,
      // As for the first plan: what is gone back to was steady.
      again: { observe, checks: new Set(), confirmed },
    });
  } finally {
    await app.close();
  }
}

/** The plan without the rollouts that are not meant. */
export const only = (plan: DeployPlan, meant: (service: string, target: string) => boolean): DeployPlan => ({
  ...plan,
  waves: plan.waves
    .map((wave) => ({ ...wave, rollouts: wave.rollouts.filter((r) => meant(r.service.name, r.target.name)) }))
    .filter((wave) => wave.rollouts.length > 0)
    .map((wave, index) => ({ ...wave, rollouts: wave.rollouts.map((r) => ({ ...r, wave: index })) })),
});

function pointOf(text: string, now: number): number {
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
async function pastOf(
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
  return new Map(
    cells
      .flat()
      .flatMap(({ target, tags }) => [...(tags ?? [])].map(([service, { served }]) => [`${service} ${target.name}`, served])),
  );
}

/** Tag by `service target`; refused where one of them has no steady version to go to. */
function chooseTags(
  seen: readonly SeenAt[],
  environment: string,
  names: readonly string[],
  wanted: Wanted,
): Record<string, string> {
  const { time, past, all, notify } = wanted;
  const keyOf = (at: SeenAt): string => `${at.service} ${at.target.name}`;
  const choice = (at: SeenAt): string | null => {
    const [service, target] = [at.service, at.target.name];
    if (wanted.to !== null)
      return wanted.force || steadyVersions(service, target, at).some((v) => v.tag === wanted.to) ? wanted.to : null;
    const found: Steady | null = time === null ? previousSteady(service, target, at) : steadyAt(service, target, at, time);
    if (found) return found.tag;
    const served = past?.get(keyOf(at));
    return served?.kind === 'version' ? parseTagValue(served.version.value).tag : null;
  };
  const isNew = (at: SeenAt): boolean => all && past?.get(keyOf(at))?.kind === 'none';
  const chosen = seen.filter((at) => !isNew(at)).map((at) => ({ at, tag: choice(at) }));
  const missing = chosen.filter((c) => c.tag === null).map((c) => c.at);
  const never = all && seen.length > 0 ? [] : names.filter((name) => !seen.some((s) => s.service === name));
  if (missing.length > 0 || never.length > 0) throw noSteady(missing, never, environment, wanted);
  const added = [...new Set(seen.filter(isNew).map((at) => at.service))];
  if (added.length > 0)
    notify?.(`${added.join(', ')} had no deploy tag in ${environment} then: left as ${added.length > 1 ? 'they are' : 'it is'}.`);
  return Object.fromEntries(chosen.map(({ at, tag }) => [keyOf(at), tag!]));
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
