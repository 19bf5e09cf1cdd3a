/** `baf lock`, `baf lock ls`, `baf unlock`: locks by hand, and seeing all of them. */
import { checkReason } from '../access/rules.js';
import { openApp, readFiles, type App, type AppFlags } from '../app.js';
import { parseDuration } from '../config/checks.js';
import { takeLock } from '../engine/lock.js';
import { listLocks, noLock, takeAway } from '../engine/lock-hand.js';
import type { LockPlace } from '../engine/lock-observe.js';
import { ExitCode, UserError } from '../errors/user-error.js';
import { describe } from '../locks/refusal.js';
import { homeOf } from '../model/home.js';
import type { LockView } from '../model/lock.js';
import type { Environment } from '../model/platform.js';
import { renderLocks } from '../output/lock-view.js';
import { shouldColor } from '../output/style.js';
import { thisMachine } from '../system/machine.js';
import { needAccess } from './access-guard.js';
import { confirm } from './confirm.js';
import { contenderOf, lockWait, type GuardFlags } from './guards.js';
import { showProgress, type ProgressFlags } from './progress.js';
import { EventQueue } from '../engine/queue.js';
import type { BafEvent } from '../model/event.js';
import { findEnvironment, selectServices } from './select.js';

export interface LocksDone {
  readonly json: { readonly locks: readonly LockView[] };
  readonly text: string;
  readonly exitCode: number;
}

type Asking = AppFlags & { readonly yes: boolean; readonly 'no-input': boolean; readonly 'no-color': boolean };

const placeOf = (environment: Environment): LockPlace => ({ environment: environment.name, home: homeOf(environment) });

const shown = (locks: readonly LockView[], flags: { readonly 'no-color': boolean }, app: App, before = ''): LocksDone => ({
  json: { locks },
  text:
    before +
    renderLocks(locks, {
      color: shouldColor(process.stdout, process.env, !flags['no-color']),
      columns: process.stdout.columns ?? 1000,
      now: app.effects.clock.now(),
    }),
  exitCode: ExitCode.done,
});

export function needServices(names: readonly string[], command: string): void {
  if (names.length > 0) return;
  throw new UserError('ServiceMissing', {
    message: 'Name the services.',
    nextSteps: [`baf ${command} SERVICE... --env ENV`, 'baf lock ls shows what is locked'],
  });
}

export async function lockServices(
  names: readonly string[],
  flags: GuardFlags & ProgressFlags & Asking & { readonly env: string; readonly reason: string; readonly for: string },
): Promise<LocksDone> {
  needServices(names, 'lock');
  const read = await readFiles(flags);
  const environment = findEnvironment(read.platform, flags.env);
  const services = selectServices(read, names, environment.name).map((s) => s.name);
  const reason = checkReason(flags.reason);
  const forMs = parseDuration(flags.for, '--for');
  const waitMs = lockWait(flags);
  const app = await openApp(flags, read);
  try {
    await needAccess(app, environment, flags);
    const { effects } = app;
    await showProgress(flags, effects.clock.now, async function* (signal) {
      const said = new EventQueue<BafEvent>();
      const request = {
        place: placeOf(environment),
        services,
        contender: contenderOf(app, { kind: 'hand', deploy: null, what: null, reason }),
        waitMs,
        forMs,
      };
      const taking = takeLock(request, thisMachine(), effects, (e) => said.push(e), signal).finally(() => said.close());
      taking.catch(() => undefined);
      yield* said;
      await taking;
    });
    const until = new Date(effects.clock.now() + forMs).toISOString();
    const { run, since, by } = contenderOf(app, { kind: 'hand', deploy: null, what: null, reason });
    const held = await listLocks(placeOf(environment), services, thisMachine(), effects);
    // What was just written may not be readable yet: then it is shown as it was asked for.
    const locks = services.map(
      (service): LockView =>
        held.find((lock) => lock.service === service) ?? {
          environment: environment.name,
          service,
          ticket: 0,
          ...{ by, kind: 'hand', deploy: null, what: null, run, reason, since, until, waiting: [] },
        },
    );
    return shown(locks, flags, app);
  } finally {
    await app.close();
  }
}

export async function unlockServices(names: readonly string[], flags: Asking & { readonly env: string }): Promise<LocksDone> {
  needServices(names, 'unlock');
  const read = await readFiles(flags);
  const environment = findEnvironment(read.platform, flags.env);
  const services = selectServices(read, names, environment.name).map((s) => s.name);
  const app = await openApp(flags, read);
  try {
    await needAccess(app, environment, flags);
    const place = placeOf(environment);
    const locks = await listLocks(place, services, thisMachine(), app.effects);
    if (locks.length === 0) throw noLock(services, environment.name);
    const others = locks.filter((lock) => lock.by !== app.actor || lock.kind !== 'hand');
    if (others.length > 0) {
      const whose = others.map((lock) => `${lock.service} is locked by ${describe(lock)}`).join('\n');
      const deploys = others.some((lock) => lock.kind !== 'hand');
      await confirm(`${whose}\nTake it away?${deploys ? ' What holds it stops before its next write.' : ''}`, flags, whose);
    }
    const contender = contenderOf(app, { kind: 'unlock', deploy: null, what: null, reason: null });
    const gone = await takeAway(place, locks, contender, thisMachine(), app.effects);
    const kept = locks.filter((lock) => !gone.includes(lock));
    if (kept.length > 0)
      throw new UserError('LockChanged', {
        message: `${kept.map((l) => l.service).join(', ')}: somebody else took the lock meanwhile.`,
        nextSteps: [`baf lock ls --env ${environment.name} shows whose it is now`],
        exitCode: ExitCode.refused,
      });
    return { json: { locks: gone }, text: gone.map((l) => `${l.service} in ${l.environment} is free.`).join('\n'), exitCode: 0 };
  } finally {
    await app.close();
  }
}

export async function showLocks(
  names: readonly string[],
  flags: AppFlags & { readonly env?: string | undefined; readonly 'no-color': boolean },
): Promise<LocksDone> {
  const read = await readFiles(flags);
  const environments = flags.env ? [findEnvironment(read.platform, flags.env)] : Object.values(read.platform.environments);
  if (names.length > 0) selectServices(read, names, environments[0]!.name);
  const app = await openApp(flags, read);
  try {
    const lists = await Promise.all(environments.map((e) => listLocks(placeOf(e), names, thisMachine(), app.effects)));
    return shown(lists.flat(), flags, app);
  } finally {
    await app.close();
  }
}
