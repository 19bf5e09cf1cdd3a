/** `baf ssm tags export` and `import`: deploy tags as a file that is looked at in a pull request. */
import { readFile, writeFile } from 'node:fs/promises';
import { openApp, readFiles, type AppFlags } from '../app.js';
import type { WantedTag } from '../engine/plan-tags.js';
import { observeTags } from '../engine/tags.js';
import { tagsAt } from '../engine/tags-at.js';
import { ExitCode, UserError } from '../errors/user-error.js';
import type { Environment } from '../model/platform.js';
import { shouldColor } from '../output/style.js';
import { renderChanges } from '../output/tag-changes-view.js';
import { parseAt } from '../tags/at.js';
import { formatTagsFile, lineOfEntry, parseTagsFile, tagsByTarget, toTagsFile, type TagsFile } from '../tags/file.js';
import { filterWaves, findEnvironment, selectFleet, selectServices } from './select.js';
import { changeTags, exitCodeOfChange, ledgerJson, statusOfChange, type ChangeFlags, type Changed } from './tags-change.js';
import { endOf as endOfChange } from './tags-set.js';
import { asOf, cellsOf, endOf, type Done } from './tags.js';

export async function exportTags(
  names: readonly string[],
  flags: AppFlags & {
    readonly env?: string[] | undefined;
    readonly at?: string | undefined;
    readonly output?: string | undefined;
  },
): Promise<Done> {
  const read = await readFiles(flags);
  const { project } = read;
  const { environments, services } = selectFleet(read, names, flags.env);
  const cells = cellsOf(environments, []);
  const app = await openApp(flags, read);
  try {
    const at = flags.at === undefined ? null : parseAt(flags.at, app.effects.clock.now());
    const seen = await observeTags({ project: project.name, services, cells, desiredOnly: true }, app.effects);
    const rows = at === null ? seen.tags : asOf(seen.tags, await tagsAt({ services, cells, at }, app.effects));
    const end = endOf(seen, cells.length);
    const closed = rows.filter((r) => r.state === 'denied' || r.state === 'unreadable');
    // A file with a hole in it would be taken for what is there.
    if (closed.length > 0)
      throw new UserError('ExportIncomplete', {
        message: `${[...new Set(closed.map((r) => (r.version === null ? `${r.target} (${r.state})` : r.problem!)))].slice(0, 5).join(', ')}: the file would have a hole.`,
        nextSteps: [
          ...(closed.some((r) => r.state === 'denied') ? ['Get access there: baf accounts.'] : []),
          'Leave the environment out: name the others with --env.',
        ],
        exitCode: end.exitCode === ExitCode.done ? ExitCode.failed : ExitCode.denied,
      });
    const file = toTagsFile(rows);
    const text = formatTagsFile(file);
    if (flags.output === undefined) return { json: { tags: file }, text: text.trimEnd(), ...end };
    await writeFile(flags.output, text);
    return {
      json: { tags: file, file: flags.output },
      text: `${flags.output} has the tags of ${Object.keys(file).join(', ')}.`,
      ...end,
    };
  } finally {
    await app.close();
  }
}

export async function importTags(
  path: string,
  flags: ChangeFlags & { readonly env?: string[] | undefined; readonly plan: boolean },
): Promise<Done> {
  const read = await readFiles(flags);
  const { project, platform } = read;
  const text = await textOf(path);
  const file = parseTagsFile(text, path);
  const at: At = (keys, find) => {
    try {
      return find();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const { code, message, nextSteps, exitCode } = error;
      throw new UserError(code, { message: `${path}:${lineOfEntry(text, ...keys)}: ${message}`, nextSteps, exitCode });
    }
  };
  const environments = Object.keys(file)
    .map((name) => at([name], () => findEnvironment(platform, name)))
    .filter((e) => flags.env === undefined || flags.env.includes(e.name));
  for (const name of flags.env ?? [])
    if (!Object.hasOwn(file, findEnvironment(platform, name).name))
      throw new UserError('EnvironmentMissing', {
        message: `${path} has no tags of ${name}.`,
        nextSteps: [`It has: ${Object.keys(file).join(', ')}`],
      });
  const wanted = environments.map((e) => ({ environment: e, wanted: wantedOf(file, at, e, project) }));
  const app = await openApp(flags, read);
  try {
    const done: (Changed & { environment: string })[] = [];
    for (const { environment, wanted: all } of wanted) {
      const targets = environment.waves.flatMap((w) => w.targets);
      const what = `Bring ${environment.name} to what ${path} says`;
      const request = { environment, targets, wanted: all, record: { op: 'import' as const }, what, plan: flags.plan };
      done.push({ ...(await changeTags(app, request, flags)), environment: environment.name });
      if (done.at(-1)!.interrupted) break;
    }
    const total: Changed = {
      changes: done.flatMap((d) => d.changes),
      outcomes: done.flatMap((d) => d.outcomes),
      notes: done.flatMap((d) => d.notes),
      planned: flags.plan,
      interrupted: done.at(-1)?.interrupted ?? null,
    };
    const json = {
      import: {
        file: path,
        status: statusOfChange(total),
        tags: done.flatMap((d) => ledgerJson(d).map((l) => ({ environment: d.environment, ...l }))),
      },
    };
    const options = {
      color: shouldColor(process.stdout, process.env, !flags['no-color']),
      columns: process.stdout.columns ?? 1000,
    };
    if (!flags.plan) return { json, ...endOfChange(total, flags), exitCode: exitCodeOfChange(total) };
    const text = done
      .map(
        (d) =>
          `${d.environment}\n${renderChanges(
            d.changes.filter((c) => c.action !== 'unchanged'),
            options,
          )}`,
      )
      .join('\n');
    return { json, text, warnings: [], exitCode: ExitCode.done };
  } finally {
    await app.close();
  }
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UserError('FileUnreadable', {
      message: `${path} cannot be read: ${(error as Error).message}`,
      nextSteps: ['baf ssm tags export --output FILE writes one.'],
    });
  }
}

/** Does it; what is wrong is told with the file and the line of that entry. */
type At = <T>(keys: readonly string[], find: () => T) => T;

/** One for each tag of a service, with the targets that are to have it. */
function wantedOf(
  file: TagsFile,
  at: At,
  environment: Environment,
  project: Parameters<typeof selectServices>[0]['project'],
): WantedTag[] {
  const targets = filterWaves(environment, []).flatMap((w) => w.targets.map((t) => t.name));
  return Object.entries(file[environment.name]!).flatMap(([name, entry]) => {
    const [service] = at([environment.name, name], () => selectServices({ project }, [name], environment.name));
    const { tags, unknown } = tagsByTarget(entry, targets);
    for (const target of unknown)
      at([environment.name, name, target], () => {
        throw new UserError('TargetUnknown', {
          message: `${target} is no target of ${environment.name}.`,
          nextSteps: [`Targets: ${targets.join(', ')}`],
        });
      });
    const distinct = [...new Set(tags.values())];
    return distinct.map((tag) => ({ service: service!, tag, targets: targets.filter((t) => tags.get(t) === tag) }));
  });
}
