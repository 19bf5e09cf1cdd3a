/** `baf ssm tags`: list, get and set, from flags to the engine and back. */
import { openApp, readFiles, type AppFlags } from '../app.js';
import { checkTag } from '../config/checks.js';
import { observeTags, writeTag } from '../engine/tags.js';
import { ExitCode, UserError } from '../errors/user-error.js';
import { shouldColor } from '../output/style.js';
import { renderTags } from '../output/tags-table.js';
import { confirm } from './confirm.js';
import { openGuard, type GuardFlags } from './guards.js';
import { showProgress, type ProgressFlags } from './progress.js';
import { filterWaves, findEnvironment, selectServices } from './select.js';

interface Done {
  readonly json: object;
  readonly text: string;
  readonly exitCode: number;
  readonly warnings: string[];
}

export async function listTags(
  names: readonly string[],
  flags: AppFlags & { readonly env?: string[] | undefined; readonly 'no-color': boolean },
): Promise<Done> {
  const read = await readFiles(flags);
  const { project, platform } = read;
  const environments = flags.env
    ? flags.env.map((name) => findEnvironment(platform, name))
    : Object.values(platform.environments);
  const services = selectServices({ project }, names, environments[0]!.name).map((s) => s.name);
  const app = await openApp(flags, read);
  try {
    const cells = environments.flatMap((e) =>
      e.waves.flatMap((w) => w.targets.map((target) => ({ environment: e.name, target }))),
    );
    const { tags, denied } = await observeTags({ project: project.name, services, cells }, app.effects);
    const options = {
      color: shouldColor(process.stdout, process.env, !flags['no-color']),
      columns: process.stdout.columns ?? 1000,
    };
    return {
      json: { tags },
      text: renderTags(tags, options),
      warnings: denied.map((target) => `${target}: access denied`),
      exitCode: denied.length === 0 ? ExitCode.done : denied.length === cells.length ? ExitCode.denied : ExitCode.partial,
    };
  } finally {
    await app.close();
  }
}

export async function getTag(service: string, flags: AppFlags & { readonly env: string }): Promise<Done> {
  const read = await readFiles(flags);
  const { project, platform } = read;
  const environment = findEnvironment(platform, flags.env);
  selectServices({ project }, [service], environment.name);
  const app = await openApp(flags, read);
  try {
    const cells = environment.waves.flatMap((w) => w.targets.map((target) => ({ environment: environment.name, target })));
    const { tags } = await observeTags({ project: project.name, services: [service], cells }, app.effects);
    const values = [...new Set(tags.map((t) => t.tag))];
    if (values.length === 1 && values[0] === null)
      throw new UserError('TagMissing', {
        message: `${service} has no deploy tag in ${environment.name}.`,
        nextSteps: [
          `baf ssm tags set ${service} TAG --env ${environment.name}`,
          `baf deploy ${service} --env ${environment.name} --tag TAG`,
        ],
        exitCode: ExitCode.failed,
      });
    const text = values.length === 1 ? values[0]! : tags.map((t) => `${t.target}\t${t.tag ?? '-'}`).join('\n');
    return { json: { tags }, text, warnings: [], exitCode: ExitCode.done };
  } finally {
    await app.close();
  }
}

export async function setTag(
  service: string,
  tag: string,
  flags: GuardFlags &
    ProgressFlags & {
      readonly env: string;
      readonly targets?: string[] | undefined;
      readonly yes: boolean;
      readonly 'no-input': boolean;
    },
): Promise<Done> {
  const read = await readFiles(flags);
  const { project, platform } = read;
  const environment = findEnvironment(platform, flags.env);
  const [spec] = selectServices({ project }, [service], environment.name);
  checkTag(tag);
  const targets = filterWaves(environment, flags.targets ?? []).flatMap((w) => w.targets);
  const app = await openApp(flags, read);
  try {
    const change = { environment, services: [service], kind: 'set', deploy: null, lastsMs: 0 } as const;
    const guard = await openGuard(app, change, flags);
    if (environment.protected)
      await confirm(
        `Set ${service} to ${tag} in ${environment.name} (${targets.map((t) => t.name).join(', ')})?`,
        flags,
        `${environment.name} is protected`,
      );
    const write = { environment: environment.name, service: spec!, tag, note: guard.note };
    const { result: written } = await showProgress(flags, app.effects.clock.now, (signal) =>
      // eslint-disable-next-line require-yield -- there is nothing to tell but the lock's own events
      guard.run(`${service} ${tag}`, signal, async function* (effects) {
        return Promise.all(targets.map((target) => writeTag({ ...write, target }, effects)));
      }),
    );
    const text = written
      .map(
        (w) =>
          `${service} in ${w.target}: ${w.changed ? `${w.from ?? 'none'} -> ${tag} (version ${w.version})` : `${tag} already (version ${w.version})`}`,
      )
      .join('\n');
    const { tags } = await observeTags(
      { project: project.name, services: [service], cells: targets.map((target) => ({ environment: environment.name, target })) },
      app.effects,
    );
    return { json: { tags }, text, warnings: [], exitCode: ExitCode.done };
  } finally {
    await app.close();
  }
}
