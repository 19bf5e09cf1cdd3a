/** `baf cancel`: stops a deploy and goes back; by its own process where that lives, else by this one. */
import { openApp, readFilesOrPlatform, type App } from '../app.js';
import { parseDuration } from '../config/checks.js';
import { resolveService } from '../config/resolve.js';
import { deploy } from '../engine/deploy.js';
import { makePlan } from '../engine/observe.js';
import { restoreLeft } from '../engine/scale-in-left.js';
import { listRecords, readRecord, writeRecord, writeWish } from '../engine/records.js';
import { ExitCode, UserError } from '../errors/user-error.js';
import type { DeployOutcome } from '../model/outcome.js';
import type { Environment } from '../model/platform.js';
import { shouldColor } from '../output/style.js';
import { summarizeDeploy } from '../output/summary.js';
import { cancelledRecord, isStranded, wayBack } from '../records/cancel.js';
import { currentRecord } from '../records/history.js';
import { noticeOf } from '../notices/follow.js';
import { outcomeOf } from '../records/outcome.js';
import { isOpen, type DeployRecord } from '../records/record.js';
import { supersededBy, touchedLater } from '../records/superseded.js';
import { exitCodeOfSignal } from '../system/signals.js';
import { needAccess } from './access-guard.js';
import { recordPlace } from './carry-out.js';
import { confirm } from './confirm.js';
import { openNotices } from './notices.js';
import { goneHere } from './gone.js';
import { openGuard } from './guards.js';
import { showProgress } from './progress.js';
import { findEnvironment, loadTemplates } from './select.js';
import { attach, checkDeployId, type WatchDone, type WatchFlags } from './watch.js';

export type CancelFlags = WatchFlags & { readonly timeout: string; readonly yes: boolean; readonly 'no-input': boolean };

export async function cancelOne(id: string | null, flags: CancelFlags): Promise<WatchDone> {
  checkDeployId(id);
  const read = await readFilesOrPlatform(flags);
  const environment = findEnvironment(read.platform, flags.env);
  const timeoutMs = parseDuration(flags.timeout, '--timeout');
  const app = await openApp(flags, read);
  try {
    const { record, records } = await meant(id, app, environment);
    await needAccess(app, environment, flags, timeoutMs);
    if (environment.protected && process.stdin.isTTY && !flags.yes)
      await confirm(`Cancel ${record.id} and go back?`, flags, `${environment.name} is protected`);
    const place = recordPlace(environment);
    if (!isOpen(record)) return await goBackHere(record, records, app, environment, flags, timeoutMs);
    // Written in every case: nobody goes on with it, and a process that only slept goes back as well.
    await writeWish(place, record.id, { by: app.actor }, app.effects);
    if (!goneHere(record, app.effects.clock.now())) {
      const { watched, interrupted } = await attach(record.id, app, environment, flags);
      if (!watched)
        throw new UserError('Detached', {
          message: `${record.id} is being cancelled; this command only stopped looking.`,
          nextSteps: [`baf watch ${record.id} --env ${environment.name}`],
          exitCode: exitCodeOfSignal(interrupted ?? 'SIGINT'),
        });
      if (!watched.lost) return done(watched.outcome, flags);
    }
    const now = (await readRecord(place, record.id, app.effects))?.record ?? record;
    return isOpen(now)
      ? await goBackHere(now, records, app, environment, flags, timeoutMs)
      : done(outcomeOf(now, 'cancelled', now.beatAt), flags);
  } finally {
    await app.close();
  }
}

async function meant(
  id: string | null,
  app: App,
  environment: Environment,
): Promise<{ record: DeployRecord; records: readonly DeployRecord[] }> {
  const records = await listRecords(recordPlace(environment), app.effects);
  const isGone = (r: DeployRecord): boolean => goneHere(r, app.effects.clock.now());
  const found = id === null ? currentRecord(records, isGone) : (records.find((r) => r.id === id) ?? null);
  const instead = found && isGone(found) ? supersededBy(found, records) : null;
  if (found && isOpen(found) && instead === null) return { record: found, records };
  if (found && !isOpen(found) && Object.keys(leftToGoBack(found, records)).length > 0) return { record: found, records };
  const history = `baf history --env ${environment.name}`;
  if (!found)
    throw new UserError(id === null ? 'NothingRunning' : 'DeployUnknown', {
      message: id === null ? `No deploy to ${environment.name} is running.` : `There is no deploy ${id} in ${environment.name}.`,
      nextSteps: [history],
      exitCode: id === null ? ExitCode.refused : ExitCode.usage,
    });
  const services = [...new Set(found.rollouts.map((r) => r.service))];
  if (instead !== null)
    throw new UserError('DeployEnded', {
      message: `${found.id} cannot be cancelled any more: ${instead} was at all that it had begun since.`,
      nextSteps: [`baf rollback ${services.join(' ')} --env ${environment.name}`, history],
      exitCode: ExitCode.refused,
    });
  throw new UserError('DeployEnded', {
    message: `${found.id} has ended already: ${found.state}.`,
    nextSteps: found.state === 'succeeded' ? [`baf rollback ${services.join(' ')} --env ${environment.name}`] : [history],
    exitCode: ExitCode.refused,
  });
}

/** Tag by `service target`, without what others have deployed since: theirs stays. */
function leftToGoBack(record: DeployRecord, records: readonly DeployRecord[]): Record<string, string> {
  const others = touchedLater(record, records);
  return Object.fromEntries(Object.entries(wayBack(record)).filter(([key]) => !others.has(key)));
}

/** Its process is gone, or its own way back failed: what it had changed is brought back from here, and its record gets its end. */
async function goBackHere(
  record: DeployRecord,
  records: readonly DeployRecord[],
  app: App,
  environment: Environment,
  flags: CancelFlags,
  timeoutMs: number,
): Promise<WatchDone> {
  // Its services, and how they are rendered, are that project's.
  if (record.project !== app.project.name)
    throw new UserError('OtherProject', {
      message: `${record.id} is a deploy of the project ${record.project}${isOpen(record) ? ', whose process is gone: nobody goes on with it' : ' that was not brought back whole'}, and going back needs that project's baf.yaml.`,
      nextSteps: [`In the folder of ${record.project}, or with -C DIR: baf cancel ${record.id} --env ${environment.name}`],
      exitCode: ExitCode.refused,
    });
  const tagsAt = leftToGoBack(record, records);
  const names = [...new Set(record.rollouts.map((r) => r.service))].filter((name) => Object.hasOwn(app.project.services, name));
  const services = names.map((name) => resolveService(app.project, name, environment.name));
  const templates = await loadTemplates(services, app.templateDirs);
  const waves = [{ targets: environment.waves.flatMap((w) => w.targets), bakeMs: 0 }];
  const rest = { project: app.project.name, environment: environment.name, staging: null, templates, tags: {}, tagsAt };
  const isMeant = (service: string, target: string): boolean => Object.hasOwn(tagsAt, `${service} ${target}`);
  const chosen = services.filter((s) => Object.keys(tagsAt).some((key) => key.startsWith(`${s.name} `)));
  const plan = await makePlan({ id: record.id, services: chosen, waves, isMeant, ...rest }, app.effects);
  const options = {
    kind: 'deploy',
    name: environment.name,
    onFailure: 'stop',
    timeoutMs,
    writesTag: true,
    op: 'rollback',
  } as const;
  // A freeze keeps nobody from going back; the lock of the process that is gone is waited for until its lease has ended.
  const passes = { 'lock-wait': '5m', 'override-freeze': true, reason: `cancel ${record.id}` };
  const change = {
    environment,
    services: chosen.map((s) => s.name),
    kind: 'rollback',
    deploy: record.id,
    lastsMs: timeoutMs,
  } as const;
  const guard = await openGuard(app, change, { ...flags, ...passes });
  const { events, interrupted } = await showProgress(flags, app.effects.clock.now, (signal) =>
    guard.run(`cancel ${record.id}`, signal, async function* (effects, ends) {
      yield* deploy(plan, { ...options, note: guard.note }, effects, ends);
      // What it had not changed may be suspended all the same.
      const records = await listRecords(recordPlace(environment), effects);
      const isGone = (r: DeployRecord): boolean => r.id === record.id || goneHere(r, app.effects.clock.now());
      yield* restoreLeft({ records, isGone, targets: waves[0]!.targets, isOwn: () => false }, effects);
    }),
  );
  const outcome = events.findLast((event) => event.type === 'deploy.ended')?.outcome;
  if (interrupted || !outcome)
    throw new UserError('Interrupted', {
      message: `${record.id} is not cancelled yet: ECS goes on with what was begun.`,
      nextSteps: [`baf cancel ${record.id} --env ${environment.name} goes on.`],
      exitCode: exitCodeOfSignal(interrupted ?? 'SIGINT'),
    });
  const ended = cancelledRecord(record, outcome, app.actor, app.effects.clock.now());
  await writeRecord(recordPlace(environment), ended, app.effects);
  const notices = openNotices(app, environment);
  notices.send(noticeOf(ended, 'end', app.effects.clock.now(), notices.platform));
  await notices.settle(new AbortController().signal);
  for (const warning of notices.warnings) flags.notify?.(warning);
  return done(outcomeOf(ended, 'cancelled', app.effects.clock.now()), flags);
}

/** 0 where it was cancelled, as asked; 1 where it ended otherwise before. */
function done(outcome: DeployOutcome, flags: CancelFlags): WatchDone {
  const color = shouldColor(process.stdout, process.env, !flags['no-color']);
  const cancelled = outcome.status === 'cancelled';
  return {
    json: { deploy: outcome },
    text: summarizeDeploy(outcome, { color, columns: process.stdout.columns ?? 1000, cancelled: true }),
    exitCode: cancelled ? ExitCode.done : ExitCode.failed,
    warnings: cancelled
      ? []
      : [
          outcome.rollouts.some(isStranded)
            ? 'Not all of it could be brought back: the same command tries again.'
            : `It ended before it could be cancelled: ${outcome.status}.`,
        ],
  };
}
