/** `baf rollback`: to the version that was steady before, by the same engine as a deploy. */
import { openApp, readFiles } from '../app.js';
import { checkTag, parseDuration } from '../config/checks.js';
import type { Effects } from '../engine/effects.js';
import { makePlan } from '../engine/observe.js';
import { listRecords } from '../engine/records.js';
import { observeSteady } from '../engine/steady.js';
import { ExitCode } from '../errors/user-error.js';
import { checksToMake } from '../preflight/select.js';
import { makeId, recordPlace } from './carry-out.js';
import { openGuard, warnFrozen } from './guards.js';
import { withHooks } from './hooks.js';
import { openText, pinnedText, pinsOf, setPins } from './rollback-pins.js';
import { chooseTags, pastOf, pointOf } from './rollback-tags.js';
import { filterWaves, findEnvironment, loadTemplates, selectServices, watchedIn } from './select.js';
import { ship, type ShipFlags, type Shipped } from './ship.js';

export interface RollbackFlags extends ShipFlags {
  readonly services: readonly string[];
  readonly to?: string | undefined;
  readonly 'to-time'?: string | undefined;
  readonly force: boolean;
  /** Every service: those that were not there then stay as they are. */
  readonly all?: boolean;
  /** Holds the services at what they go back to. */
  readonly pin?: boolean;
}

export async function rollBack(flags: RollbackFlags): Promise<Shipped> {
  const read = await readFiles(flags);
  const environment = findEnvironment(read.platform, flags.env);
  const services = withHooks(watchedIn(environment, selectServices(read, flags.services, environment.name)), flags);
  const checks = checksToMake(flags['skip-checks'] ?? []);
  const to = flags.to === undefined ? null : checkTag(flags.to);
  const waves = filterWaves(environment, flags.targets ?? []).map((wave) => ({ ...wave, bakeMs: 0 }));
  const timeoutMs = parseDuration(flags.timeout, '--timeout');
  const app = await openApp(flags, read);
  try {
    const now = app.effects.clock.now();
    const time = flags['to-time'] === undefined ? null : pointOf(flags['to-time'], now);
    const id = makeId(app);
    const names = services.map((s) => s.name);
    const change = { environment, services: names, kind: 'rollback', deploy: id, lastsMs: timeoutMs } as const;
    const guard = flags.plan ? (await warnFrozen(app, change, flags), null) : await openGuard(app, change, flags);
    const records = await listRecords(recordPlace(environment), app.effects);
    const targets = waves.flatMap((w) => w.targets);
    const seen = await observeSteady(environment.name, names, targets, records, app.effects, to === null && time === null);
    const past = time === null ? null : await pastOf(seen, environment.name, time, app.effects);
    const wanted = { to, time, past, force: flags.force, all: flags.all === true, notify: flags.notify };
    const chosen = chooseTags(seen, environment.name, names, wanted);
    const isMeant = (service: string, target: string): boolean => Object.hasOwn(chosen, `${service} ${target}`);
    const pins = flags.pin ? pinsOf(chosen, names, environment.name) : null;
    const templates = await loadTemplates(services, app.templateDirs);
    const rest = { id, project: read.project.name, environment: environment.name, staging: null, services, waves, templates };
    const done = await ship({
      ...{ app, environment, kind: 'rollback', flags, guard, services, waves, checks },
      // The tags stay those of the first plan: what is gone back to was steady.
      observe: (effects: Effects, read?: () => void) => makePlan({ ...rest, tags: {}, tagsAt: chosen, isMeant }, effects, read),
      plannedAt: now,
      options: { onFailure: 'stop', timeoutMs },
      question: `Roll ${flags.all ? 'every service' : names.join(', ')} back in ${environment.name}?`,
      before: pins ? (effects: Effects) => setPins(pins, environment, flags.reason ?? 'rolled back', effects) : undefined,
    });
    if (flags.plan || done.exitCode !== ExitCode.done) return done;
    return { ...done, text: `${done.text}\n${pins ? pinnedText(pins, environment.name) : openText(names, environment.name)}` };
  } finally {
    await app.close();
  }
}
