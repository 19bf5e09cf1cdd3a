/** `baf watch`: attaches to a deploy from any machine. */
import { openApp, readFilesOrPlatform, targetsOf, type App, type AppFlags } from '../app.js';
import { watchDeploy, type Watched } from '../engine/attach.js';
import { listRecords } from '../engine/records.js';
import { ExitCode, UserError } from '../errors/user-error.js';
import type { Environment } from '../model/platform.js';
import { shouldColor } from '../output/style.js';
import { exitCodeOf, summarizeDeploy } from '../output/summary.js';
import { currentRecord } from '../records/history.js';
import { isId, type DeployRecord } from '../records/record.js';
import { supersededBy } from '../records/superseded.js';
import { recordPlace } from './carry-out.js';
import { goneHere } from './gone.js';
import { showProgress, type ProgressFlags } from './progress.js';
import { findEnvironment } from './select.js';

export type WatchFlags = AppFlags & ProgressFlags & { readonly env: string };

export interface WatchDone {
  readonly json: object;
  readonly text: string;
  readonly exitCode: number;
  readonly warnings: string[];
}

export async function watchOne(id: string | null, flags: WatchFlags): Promise<WatchDone> {
  checkDeployId(id);
  const read = await readFilesOrPlatform(flags);
  const environment = findEnvironment(read.platform, flags.env);
  const app = await openApp(flags, read);
  try {
    const found = id ?? (await current(app, environment))?.id ?? null;
    if (found === null)
      throw new UserError('NothingRunning', {
        message: `No deploy to ${environment.name} is running.`,
        nextSteps: [`baf history --env ${environment.name}`],
        exitCode: ExitCode.refused,
      });
    const { watched, interrupted } = await attach(found, app, environment, flags);
    if (!watched)
      throw new UserError('Detached', {
        message: `Detached from ${found}: it goes on.`,
        nextSteps: [`baf watch ${found} --env ${environment.name} attaches again.`],
        exitCode: interrupted === 'SIGTERM' ? 143 : 130,
      });
    const color = shouldColor(process.stdout, process.env, !flags['no-color']);
    return {
      json: { deploy: watched.outcome },
      text: summarizeDeploy(watched.outcome, { color, columns: process.stdout.columns ?? 1000 }),
      exitCode: exitCodeOf(watched.outcome),
      warnings: watched.lost ? [await openEnd(watched.record, app, environment)] : [],
    };
  } finally {
    await app.close();
  }
}

/** Watches until its end; `watched` is null where a signal ended it. */
export async function attach(
  id: string,
  app: App,
  environment: Environment,
  flags: ProgressFlags,
  isGoneHere: (record: DeployRecord) => boolean = (record) => goneHere(record, app.effects.clock.now()),
): Promise<{ watched: Watched | null; interrupted: 'SIGINT' | 'SIGTERM' | null }> {
  const targets = targetsOf(app.platform, environment.name);
  const { result, interrupted } = await showProgress(
    flags,
    app.effects.clock.now,
    (signal) => watchDeploy({ place: recordPlace(environment), id, targets, isGone: isGoneHere }, app.effects, signal),
    { watches: true, attach: () => `baf watch ${id} --env ${environment.name}` },
  );
  return { watched: result, interrupted };
}

async function openEnd(record: DeployRecord, app: App, environment: Environment): Promise<string> {
  const instead = supersededBy(record, await listRecords(recordPlace(environment), app.effects));
  return instead === null
    ? `${record.id} has no end on record: run the same command again to finish it.`
    : `${record.id} has no end on record: ${instead} was at all that it had begun since.`;
}

const current = async (app: App, environment: Environment): Promise<DeployRecord | null> => {
  const records = await listRecords(recordPlace(environment), app.effects);
  return currentRecord(records, (record) => goneHere(record, app.effects.clock.now()));
};

export function checkDeployId(id: string | null): void {
  if (id === null || isId(id)) return;
  throw new UserError('IdInvalid', {
    message: `${id} is no id of a deploy, e.g. d-20261119140000-k3x9.`,
    nextSteps: ['baf history lists them.'],
  });
}
