/** `baf ssm tags set` and `rollback`: one tag for a service in an environment's targets. */
import { openApp, readFiles, type App } from '../app.js';
import { checkReason } from '../access/rules.js';
import { checkTag } from '../config/checks.js';
import { readPins, writePin } from '../engine/pins.js';
import { rollbackTag } from '../engine/rollback-tag.js';
import { observeTags } from '../engine/tags.js';
import { homeOf } from '../model/home.js';
import type { Environment } from '../model/platform.js';
import type { Target } from '../model/target.js';
import { shouldColor } from '../output/style.js';
import { renderLedger } from '../output/tag-changes-view.js';
import { filterWaves, findEnvironment, selectServices } from './select.js';
import { changeTags, exitCodeOfChange, ledgerJson, type Changed, type ChangeFlags } from './tags-change.js';
import type { Done } from './tags.js';

export interface SetFlags extends ChangeFlags {
  readonly env: string;
  readonly targets?: string[] | undefined;
}

export async function setTag(service: string, tag: string, flags: SetFlags): Promise<Done> {
  const read = await readFiles(flags);
  const { project, platform } = read;
  const environment = findEnvironment(platform, flags.env);
  const [spec] = selectServices({ project }, [service], environment.name);
  checkTag(tag);
  const targets = filterWaves(environment, flags.targets ?? []).flatMap((w) => w.targets);
  const app = await openApp(flags, read);
  try {
    const changed = await changeTags(
      app,
      {
        environment,
        targets,
        wanted: [{ service: spec!, tag }],
        record: { op: 'set' },
        what: `Set ${service} to ${tag} in ${environment.name} (${targets.map((t) => t.name).join(', ')})`,
      },
      flags,
    );
    const tags = await rowsOf(app, project.name, service, environment, targets);
    return { json: { tags, writes: ledgerJson(changed) }, ...endOf(changed, flags) };
  } finally {
    await app.close();
  }
}

export async function rollbackTags(
  service: string,
  flags: SetFlags & { readonly to?: string | undefined; readonly 'no-pin'?: boolean },
): Promise<Done> {
  const read = await readFiles(flags);
  const { project, platform } = read;
  const environment = findEnvironment(platform, flags.env);
  const [spec] = selectServices({ project }, [service], environment.name);
  const reason = flags.reason === undefined ? 'rolled back' : checkReason(flags.reason);
  const targets = filterWaves(environment, flags.targets ?? []).flatMap((w) => w.targets);
  const place = { environment: environment.name, home: homeOf(environment) };
  const app = await openApp(flags, read);
  try {
    const pin = (await readPins(place, [service], app.effects)).get(service);
    // The same rollback again, after it was cut off: it goes on to where it was going.
    const to =
      flags.to ?? (pin?.rollback ? pin.tag : await rollbackTag({ environment: environment.name, service, targets }, app.effects));
    checkTag(to);
    const changed = await changeTags(
      app,
      {
        environment,
        targets,
        wanted: [{ service: spec!, tag: to }],
        record: { op: 'rollback', reason },
        what: `Roll ${service} in ${environment.name} back to ${to}${flags['no-pin'] ? '' : ', and pin it there'}`,
        // Pinned first: what was decided outlasts a kill, and automation cannot get in between.
        before: async (effects) => {
          if (!flags['no-pin']) await writePin(place, { service, tag: to, reason, until: null, rollback: true }, effects);
        },
      },
      flags,
    );
    const tags = await rowsOf(app, project.name, service, environment, targets);
    const end = endOf(changed, flags);
    const pinned = flags['no-pin']
      ? ''
      : `\n${service} is pinned to ${to} in ${environment.name}: baf ssm tags unpin ${service} --env ${environment.name}`;
    return { json: { tags, writes: ledgerJson(changed), rolledBackTo: to }, ...end, text: end.text + pinned };
  } finally {
    await app.close();
  }
}

const rowsOf = async (app: App, project: string, service: string, environment: Environment, targets: readonly Target[]) =>
  (
    await observeTags(
      { project, services: [service], cells: targets.map((target) => ({ environment: environment.name, target })) },
      app.effects,
    )
  ).tags;

export function endOf(changed: Changed, flags: { readonly 'no-color': boolean }): Omit<Done, 'json'> {
  const color = shouldColor(process.stdout, process.env, !flags['no-color']);
  return {
    text: renderLedger(changed.outcomes, { color, columns: process.stdout.columns ?? 1000 }),
    warnings: [...changed.notes],
    exitCode: exitCodeOfChange(changed),
  };
}
