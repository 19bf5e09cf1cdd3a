/** `baf ssm tags`: list and get, from flags to the engine and back. */
import { openApp, readFiles, type App, type AppFlags } from '../app.js';
import { parseDuration } from '../config/checks.js';
import { readPins } from '../engine/pins.js';
import { writerOf } from '../engine/put-tag.js';
import { observeTags } from '../engine/tags.js';
import { tagsAt } from '../engine/tags-at.js';
import { ExitCode, UserError } from '../errors/user-error.js';
import { homeOf } from '../model/home.js';
import type { Environment } from '../model/platform.js';
import type { TagRow } from '../model/tag-row.js';
import type { Target } from '../model/target.js';
import { shouldColor } from '../output/style.js';
import { renderTags, renderTagsWide, tagsCsv } from '../output/tags-table.js';
import { parseAt } from '../tags/at.js';
import { parseAudit } from '../tags/audit.js';
import { stateOfTag } from '../tags/state.js';
import { parseTagValue } from '../tags/value.js';
import { filterWaves, findEnvironment, selectFleet, selectServices } from './select.js';

export interface Done {
  readonly json: object;
  readonly text: string;
  readonly exitCode: number;
  readonly warnings: string[];
}

export interface ListFlags extends AppFlags {
  readonly env?: string[] | undefined;
  readonly targets?: string[] | undefined;
  readonly state?: string[] | undefined;
  readonly at?: string | undefined;
  readonly desired?: boolean | undefined;
  readonly wide?: boolean | undefined;
  readonly csv?: boolean | undefined;
  readonly watch?: boolean | undefined;
  readonly interval?: string | undefined;
  readonly json?: boolean | undefined;
  readonly 'no-color': boolean;
}

export interface Cell {
  readonly environment: string;
  readonly target: Target;
}

export async function listTags(names: readonly string[], flags: ListFlags): Promise<Done> {
  const read = await readFiles(flags);
  const { project } = read;
  const { environments, services } = selectFleet(read, names, flags.env);
  const cells = cellsOf(environments, flags.targets ?? []);
  const everyMs = parseDuration(flags.interval ?? '5s', '--interval');
  if (flags.watch && (flags.json || flags.csv))
    throw new UserError('FlagsExclude', {
      message: '--watch shows a table that changes: it goes with neither --json nor --csv.',
      nextSteps: ['Leave one of them out.'],
    });
  const app = await openApp(flags, read);
  try {
    const look = () => observe(app, { project: project.name, services, cells, environments }, flags);
    if (!flags.watch) return await look();
    const { watchTags } = await import('./tags-watch.js');
    return await watchTags(look, { everyMs, every: flags.interval ?? '5s' }, app.effects.clock);
  } finally {
    await app.close();
  }
}

/** Of the environments, those cells that `--targets` leaves; a target that is in none of them is refused. */
export function cellsOf(environments: readonly Environment[], only: readonly string[]): Cell[] {
  const fits = environments.filter((e) => {
    try {
      return filterWaves(e, only).length > 0;
    } catch (error) {
      if (environments.length === 1) throw error;
      return false;
    }
  });
  if (fits.length === 0) filterWaves(environments[0]!, only);
  return fits.flatMap((e) => filterWaves(e, only).flatMap((w) => w.targets.map((target) => ({ environment: e.name, target }))));
}

interface Looking {
  readonly project: string;
  readonly services: readonly string[];
  readonly cells: readonly Cell[];
  readonly environments: readonly Environment[];
}

async function observe(app: App, { project, services, cells, environments }: Looking, flags: ListFlags): Promise<Done> {
  const now = app.effects.clock.now();
  const desiredOnly = flags.desired === true;
  const at = flags.at === undefined ? null : parseAt(flags.at, now);
  const [seen, pins, past] = await Promise.all([
    observeTags({ project, services, cells, desiredOnly }, app.effects),
    // A pin of now says nothing of then.
    desiredOnly || at !== null ? new Map<string, string>() : pinsOf(environments, services, app),
    at === null ? null : tagsAt({ services, cells, at }, app.effects),
  ]);
  const pinned = seen.tags.map((row): TagRow => ({ ...row, pinned: pins.get(`${row.environment} ${row.service}`) ?? null }));
  const rows = past === null ? pinned : asOf(pinned, past);
  const tags = flags.state ? rows.filter((r) => flags.state!.includes(r.state)) : rows;
  const options = {
    color: shouldColor(process.stdout, process.env, !flags['no-color']),
    columns: process.stdout.columns ?? 1000,
    lines: process.stdout.isTTY ? process.stdout.rows : null,
    fits: flags.watch === true,
    among: rows,
    now,
  };
  const head =
    at === null
      ? ''
      : `As of ${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC${desiredOnly ? '' : '; what runs and what is live is that of now'}.\n`;
  const table = () => {
    if (flags.state && tags.length === 0 && rows.length > 0) return `No tag is ${flags.state.join(' or ')}.`;
    return flags.wide ? renderTagsWide(tags, options) : renderTags(tags, options);
  };
  return {
    json: { tags, ...(at === null ? {} : { at: new Date(at).toISOString() }) },
    text: flags.csv ? tagsCsv(tags) : head + table(),
    ...endOf(seen, cells.length),
  };
}

/** By `environment service`; an environment whose pins cannot be read has none to show: its rows say that it is denied. */
async function pinsOf(environments: readonly Environment[], services: readonly string[], app: App): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  await Promise.all(
    environments.map(async (e) => {
      const pins = await readPins({ environment: e.name, home: homeOf(e) }, services, app.effects).catch((error: unknown) => {
        if (error instanceof UserError) return new Map();
        throw error;
      });
      for (const [service, pin] of pins) found.set(`${e.name} ${service}`, (pin as { tag: string }).tag);
    }),
  );
  return found;
}

const unknown = { tag: null, digest: null, version: null, updatedAt: null, updatedBy: null, op: null } as const;

/** The rows with the tags of an earlier time; the state compares these with what runs now. */
export function asOf(rows: readonly TagRow[], past: Awaited<ReturnType<typeof tagsAt>>): TagRow[] {
  const cells = new Map(past.map((cell) => [`${cell.environment} ${cell.target.name}`, cell]));
  return rows.map((row): TagRow => {
    const cell = cells.get(`${row.environment} ${row.target}`);
    const then = cell?.tags?.get(row.service)?.desired;
    // What is now is never shown for what was then.
    if (cell?.problem) {
      const state = cell.problem.exitCode === ExitCode.denied ? 'denied' : 'unreadable';
      return { ...row, ...unknown, state, problem: cell.problem.message };
    }
    if (!then) return row;
    const gone = { ...row, ...unknown };
    if (then.kind === 'forgotten')
      return { ...gone, state: 'unreadable', problem: 'older than the hundred versions that SSM keeps' };
    if (then.kind === 'none') return { ...gone, state: 'missing' };
    const { version } = then;
    const value = parseTagValue(version.value);
    const same = version.version === row.version;
    return {
      ...row,
      tag: value.tag,
      digest: value.digest,
      version: version.version,
      updatedAt: new Date(version.updatedAt).toISOString(),
      updatedBy: same ? row.updatedBy : writerOf(version),
      op: same ? row.op : (parseAudit(version.description)?.op ?? null),
      state:
        row.state === 'unchecked'
          ? row.state
          : stateOfTag({ tag: value.tag, running: row.running, rolling: false, foreign: false }),
    };
  });
}

/** Warnings for what could not be read, and the exit code: 3 nothing could be, 5 some of it. */
export function endOf(seen: { denied: readonly string[]; failed: readonly string[]; tags: readonly TagRow[] }, cells: number) {
  const problemOf = (target: string) =>
    seen.tags.find((r) => r.target === target && r.problem !== null)?.problem ?? 'could not be read';
  const closed = new Set(
    seen.tags.filter((r) => r.problem !== null && r.version === null).map((r) => `${r.environment} ${r.target}`),
  ).size;
  return {
    warnings: [
      ...seen.denied.map((target) => `${target}: access denied`),
      ...seen.failed.map((target) => `${target}: ${problemOf(target)}`),
      ...seen.tags.flatMap((r) => (r.problem !== null && r.version !== null ? [r.problem] : [])),
    ],
    exitCode:
      closed === 0
        ? ExitCode.done
        : closed < cells
          ? ExitCode.partial
          : seen.denied.length > 0
            ? ExitCode.denied
            : ExitCode.failed,
  };
}

export async function getTag(service: string, flags: AppFlags & { readonly env: string }): Promise<Done> {
  const read = await readFiles(flags);
  const { project, platform } = read;
  const environment = findEnvironment(platform, flags.env);
  selectServices({ project }, [service], environment.name);
  const app = await openApp(flags, read);
  try {
    const cells = cellsOf([environment], []);
    const seen = await observeTags({ project: project.name, services: [service], cells }, app.effects);
    const { tags } = seen;
    const values = [...new Set(tags.filter((t) => t.problem === null).map((t) => t.tag))];
    if (values.length === 1 && values[0] === null)
      throw new UserError('TagMissing', {
        message: `${service} has no deploy tag in ${environment.name}.`,
        nextSteps: [
          `baf ssm tags set ${service} TAG --env ${environment.name}`,
          `baf deploy ${service} --env ${environment.name} --tag TAG`,
        ],
        exitCode: ExitCode.failed,
      });
    const text =
      values.length === 1
        ? values[0]!
        : tags.map((t) => `${t.target}\t${t.tag ?? (t.problem === null ? '-' : t.state)}`).join('\n');
    return { json: { tags }, text, ...endOf(seen, cells.length) };
  } finally {
    await app.close();
  }
}
