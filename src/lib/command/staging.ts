/** `baf staging up | ls | show | down`: from flags to the engine, and its answer as text and JSON. */
import { openApp, readFiles, type AppFlags } from '../app.js';
import { parseDuration } from '../config/checks.js';
import { stagingDown, stagingUp } from '../engine/staging.js';
import { findStaging, listStagings, showStaging } from '../engine/staging-view.js';
import { ExitCode, UserError } from '../errors/user-error.js';
import { renderStaging, renderStagingList } from '../output/staging-view.js';
import { shouldColor } from '../output/style.js';
import { checkStagingName, slug } from '../stagings/record.js';
import { currentBranch } from '../system/git.js';
import { needAccess } from './access-guard.js';
import { confirm } from './confirm.js';
import { showProgress, type ProgressFlags } from './progress.js';
import { loadTemplates, parseTags, selectForStaging } from './select.js';
import { stagingMissing, stagingTarget } from './staging-target.js';

type Flags = AppFlags & ProgressFlags & { readonly yes: boolean; readonly 'no-input': boolean };
interface Done {
  readonly json: object;
  readonly text: string;
  readonly exitCode: number;
}

const look = (flags: Flags) => ({
  color: shouldColor(process.stdout, process.env, !flags['no-color']),
  columns: process.stdout.columns ?? 1000,
});

async function nameOf(given: string | null, flags: Flags, environments: readonly string[]): Promise<string> {
  if (given !== null) return checkStagingName(given, environments);
  const branch = await currentBranch(flags.dir);
  const name = branch ? slug(branch) : '';
  if (!name)
    throw new UserError('StagingNameMissing', {
      message: 'There is no git branch to name the staging after.',
      nextSteps: ['Give a name: baf staging up NAME'],
    });
  return checkStagingName(name, environments);
}

export async function upStaging(
  given: string | null,
  flags: Flags & { service?: string[] | undefined; tag?: string[] | undefined; ttl?: string | undefined; timeout: string },
): Promise<Done> {
  const read = await readFiles(flags);
  const { project, platform } = read;
  const { environment, target, rules } = stagingTarget(platform);
  const name = await nameOf(given, flags, Object.keys(platform.environments));
  const chosen = selectForStaging({ project }, flags.service ?? [], environment);
  const services = selectForStaging({ project }, [], environment);
  const tags = parseTags(flags.tag ?? [], chosen);
  const ttlMs = flags.ttl === undefined ? null : parseDuration(flags.ttl, '--ttl');
  if (ttlMs !== null && ttlMs > rules.maxTtlMs)
    throw new UserError('TtlTooLong', {
      message: `--ttl ${flags.ttl} is longer than the platform allows (${rules.maxTtlMs / 3_600_000} h).`,
      nextSteps: ['Choose a shorter time to live.'],
      exitCode: ExitCode.refused,
    });
  const timeoutMs = parseDuration(flags.timeout, '--timeout');
  const app = await openApp(flags, read);
  try {
    await needAccess(app, platform.environments[environment]!, flags, timeoutMs);
    const templates = await loadTemplates(services, app.templateDirs);
    const request = {
      name,
      owner: app.actor,
      project: project.name,
      environment,
      target,
      rules,
      ttlMs,
      services,
      only: flags.service ? chosen.map((s) => s.name) : null,
      tags,
      templates,
      timeoutMs,
    };
    const { result, interrupted } = await showProgress(flags, app.effects.clock.now, (signal) =>
      stagingUp(request, app.effects, signal),
    );
    const exitCode = interrupted
      ? interrupted === 'SIGINT'
        ? 130
        : 143
      : result.status === 'ready'
        ? ExitCode.done
        : ExitCode.failed;
    return { json: { staging: result }, text: renderStaging(result, app.effects.clock.now(), look(flags)), exitCode };
  } finally {
    await app.close();
  }
}

export async function lsStagings(flags: Flags): Promise<Done> {
  const app = await openApp(flags);
  try {
    const { target } = stagingTarget(app.platform);
    const records = await listStagings(target, app.effects);
    const services = selectForStaging(app, [], stagingTarget(app.platform).environment);
    const stagings = await Promise.all(records.map((record) => showStaging(record, target, app.effects, services)));
    return {
      json: { stagings },
      text: renderStagingList(stagings, app.effects.clock.now(), look(flags)),
      exitCode: ExitCode.done,
    };
  } finally {
    await app.close();
  }
}

export async function showOneStaging(given: string | null, flags: Flags): Promise<Done> {
  const app = await openApp(flags);
  try {
    const { target, environment } = stagingTarget(app.platform);
    const name = await nameOf(given, flags, Object.keys(app.platform.environments));
    const record = await findStaging(name, target, app.effects);
    if (!record)
      throw stagingMissing(
        name,
        (await listStagings(target, app.effects)).map((r) => r.name),
      );
    const staging = await showStaging(record, target, app.effects, selectForStaging(app, [], environment));
    return { json: { staging }, text: renderStaging(staging, app.effects.clock.now(), look(flags)), exitCode: ExitCode.done };
  } finally {
    await app.close();
  }
}

export async function downStaging(given: string | null, flags: Flags): Promise<Done> {
  const read = await readFiles(flags);
  const { platform, project } = read;
  const name = await nameOf(given, flags, Object.keys(platform.environments));
  const app = await openApp(flags, read);
  try {
    const { target, environment } = stagingTarget(platform);
    await needAccess(app, platform.environments[environment]!, flags);
    const record = await findStaging(name, target, app.effects);
    if (!record) return { json: { staging: null }, text: `There is no staging ${name}: nothing to do.`, exitCode: ExitCode.done };
    if (record.owner !== app.actor && !flags.yes)
      throw new UserError('StagingTaken', {
        message: `The staging ${name} is ${record.owner}'s.`,
        nextSteps: ['Add --yes to take it down all the same.'],
        exitCode: ExitCode.refused,
      });
    await confirm(`Take the staging ${name} down?`, flags, `Taking ${name} down`);
    const services = Object.keys(project.services);
    const { interrupted } = await showProgress(flags, app.effects.clock.now, (signal) =>
      stagingDown(record, target, app.effects, services, signal),
    );
    const exitCode = interrupted ? (interrupted === 'SIGINT' ? 130 : 143) : ExitCode.done;
    return { json: { staging: null }, text: `The staging ${name} is gone.`, exitCode };
  } finally {
    await app.close();
  }
}
