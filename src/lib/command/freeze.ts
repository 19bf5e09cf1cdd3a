/** `baf freeze`, `baf freeze ls`, `baf unfreeze`: times in which nothing is deployed. */
import { checkReason } from '../access/rules.js';
import { openApp, readFiles, type App, type AppFlags } from '../app.js';
import { DURATION, durationMs } from '../config/checks.js';
import { describeFreeze, freeze, observeFreezes, unfreeze } from '../engine/freeze.js';
import { ExitCode, UserError } from '../errors/user-error.js';
import { parseMoment } from '../freezes/window.js';
import { isZone } from '../freezes/zone.js';
import type { FreezeView } from '../model/freeze.js';
import { renderFreezes } from '../output/freeze-view.js';
import { shouldColor } from '../output/style.js';
import { needAccess } from './access-guard.js';
import { findEnvironment, selectServices } from './select.js';

export interface FreezesDone {
  readonly json: { readonly freezes: readonly FreezeView[] };
  readonly text: string;
  readonly exitCode: number;
}

type Flags = AppFlags & { readonly env: string; readonly 'no-color': boolean };

const shown = (freezes: readonly FreezeView[], flags: { readonly 'no-color': boolean }, app: App): FreezesDone => ({
  json: { freezes },
  text: renderFreezes(freezes, {
    color: shouldColor(process.stdout, process.env, !flags['no-color']),
    columns: process.stdout.columns ?? 1000,
    now: app.effects.clock.now(),
  }),
  exitCode: ExitCode.done,
});

export async function freezeServices(
  names: readonly string[],
  flags: Flags & { readonly reason: string; readonly until?: string | undefined; readonly zone?: string | undefined },
): Promise<FreezesDone> {
  const reason = checkReason(flags.reason);
  const read = await readFiles(flags);
  const environment = findEnvironment(read.platform, flags.env);
  const services = names.length > 0 ? selectServices(read, names, environment.name).map((s) => s.name) : [];
  const app = await openApp(flags, read);
  try {
    const now = app.effects.clock.now();
    const until = flags.until === undefined ? null : endOf(flags.until, flags.zone, now);
    await needAccess(app, environment, flags);
    const wanted: readonly (string | null)[] = services.length > 0 ? services : [null];
    const before = (await observeFreezes(environment, services.length > 0 ? services : null, app.effects)).filter(
      (f) => f.source === 'hand' && f.state === 'active' && wanted.includes(f.services?.[0] ?? null),
    );
    await freeze(environment, services, { reason, until }, app.effects);
    for (const f of before) flags.notify?.(`This takes the place of: ${describeFreeze(f)}`);
    const made = wanted.map((service): FreezeView => ({
      environment: environment.name,
      services: service === null ? null : [service],
      source: 'hand',
      state: 'active',
      reason,
      by: app.actor,
      from: new Date(now).toISOString(),
      until: until === null ? null : new Date(until).toISOString(),
      rule: null,
    }));
    return shown(made, flags, app);
  } finally {
    await app.close();
  }
}

/** A duration from now, a time with an offset, or a wall clock's in `zone` (this machine's where none is given). */
function endOf(text: string, zone: string | undefined, now: number): number {
  if (zone !== undefined && !isZone(zone))
    throw new UserError('ZoneInvalid', { message: `${zone} is not a time zone.`, nextSteps: ['e.g. --zone Europe/Ljubljana'] });
  const here = zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const at = DURATION.test(text) ? now + durationMs(text) : (parseMoment(text, here)?.last ?? null);
  if (at === null)
    throw new UserError('TimeInvalid', {
      message: `${JSON.stringify(text)} is not a time.`,
      nextSteps: [`Write 3d, 2026-12-24T18:00Z, or "2026-12-24 18:00" by the clock of ${here} (--zone changes that).`],
    });
  if (at > now) return at;
  throw new UserError('TimeInvalid', {
    message: `--until ${text} (${new Date(at).toISOString()}) is over already: it is ${new Date(now).toISOString()}.`,
    nextSteps: ['Give a time that is still to come.'],
  });
}

export async function unfreezeServices(names: readonly string[], flags: Flags): Promise<FreezesDone> {
  const read = await readFiles(flags);
  const environment = findEnvironment(read.platform, flags.env);
  const services = names.length > 0 ? selectServices(read, names, environment.name).map((s) => s.name) : [];
  const app = await openApp(flags, read);
  try {
    await needAccess(app, environment, flags);
    const ended = await unfreeze(environment, services, app.effects);
    const left = (await observeFreezes(environment, services.length > 0 ? services : null, app.effects)).filter(
      (f) => f.state === 'active' && (f.source === 'window' || !ended.some((e) => String(e.services) === String(f.services))),
    );
    for (const f of left)
      flags.notify?.(
        f.source === 'window'
          ? `The window ${f.rule} of the platform file still freezes it: it ends ${f.until}.`
          : `${f.services?.join(', ') ?? environment.name} stays frozen: ${f.reason}`,
      );
    if (ended.length === 0)
      throw new UserError('FreezeMissing', {
        message: `${services.length > 0 ? `${services.join(', ')} in ${environment.name}` : environment.name} is not frozen by hand.`,
        nextSteps: [`baf freeze ls --env ${environment.name} shows what is`],
        exitCode: ExitCode.failed,
      });
    const text = ended.map((f) => `${f.services ? `${f.services.join(', ')} in ${f.environment}` : f.environment}: thawed.`);
    return { json: { freezes: ended }, text: text.join('\n'), exitCode: ExitCode.done };
  } finally {
    await app.close();
  }
}

export async function showFreezes(
  flags: AppFlags & { readonly env?: string | undefined; readonly 'no-color': boolean },
): Promise<FreezesDone> {
  const read = await readFiles(flags);
  const environments = flags.env ? [findEnvironment(read.platform, flags.env)] : Object.values(read.platform.environments);
  const app = await openApp(flags, read);
  try {
    const lists = await Promise.all(environments.map((e) => observeFreezes(e, null, app.effects)));
    return shown(lists.flat(), flags, app);
  } finally {
    await app.close();
  }
}
