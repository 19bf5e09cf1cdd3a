/** `baf ssm tags diff`, `drift` and `history`. */
import { openApp, readFiles, type AppFlags } from '../app.js';
import { isDenied, tagHistory } from '../engine/tag-history.js';
import { observeTags } from '../engine/tags.js';
import { tagsAt } from '../engine/tags-at.js';
import { ExitCode, UserError } from '../errors/user-error.js';
import { shouldColor } from '../output/style.js';
import { renderDiff, renderDrift, renderHistory } from '../output/tags-compare-view.js';
import { parseAt } from '../tags/at.js';
import { diffEnvironments } from '../tags/diff.js';
import { driftOf } from '../tags/drift.js';
import { parseTagValue } from '../tags/value.js';
import { findEnvironment, selectFleet, selectServices } from './select.js';
import { asOf, cellsOf, endOf, type Done } from './tags.js';

interface CompareFlags extends AppFlags {
  readonly services?: readonly string[] | undefined;
  readonly targets?: string[] | undefined;
  readonly 'exit-code': boolean;
  readonly 'no-color': boolean;
}

const options = (flags: { readonly 'no-color': boolean }) => ({
  color: shouldColor(process.stdout, process.env, !flags['no-color']),
  columns: process.stdout.columns ?? 1000,
});

export async function diffTags(
  left: string,
  right: string,
  flags: CompareFlags & { readonly at?: string | undefined; readonly all?: boolean },
): Promise<Done> {
  const read = await readFiles(flags);
  const { project, platform } = read;
  const [from, to] = [findEnvironment(platform, left), findEnvironment(platform, right)];
  const services = selectServices({ project }, flags.services ?? [], from.name).map((s) => s.name);
  const app = await openApp(flags, read);
  try {
    const at = flags.at === undefined ? null : parseAt(flags.at, app.effects.clock.now());
    const cells = [...cellsOf([from], []), ...(from === to ? [] : cellsOf([to], []))];
    const [seen, past] = await Promise.all([
      observeTags({ project: project.name, services, cells, desiredOnly: true }, app.effects),
      at === null ? null : tagsAt({ services, cells, at }, app.effects),
    ]);
    const now = seen.tags;
    const then = past === null ? now : asOf(now, past);
    // The same environment twice: how it was, and how it is.
    const rightRows = (from === to ? now : then).filter((r) => r.environment === to.name);
    const rows = diffEnvironments(
      services,
      then.filter((r) => r.environment === from.name),
      rightRows,
    );
    const differ = rows.some((r) => r.status === 'different' || r.status === 'missing');
    const end = endOf(seen, cells.length);
    return {
      json: { diff: { from: from.name, to: to.name, at: at === null ? null : new Date(at).toISOString(), services: rows } },
      text: renderDiff(rows, from.name, from === to ? `${to.name} now` : to.name, { ...options(flags), all: flags.all === true }),
      warnings: end.warnings,
      exitCode: differ && flags['exit-code'] ? ExitCode.differences : end.exitCode,
    };
  } finally {
    await app.close();
  }
}

export async function driftTags(
  names: readonly string[],
  flags: CompareFlags & { readonly env?: string[] | undefined },
): Promise<Done> {
  const read = await readFiles(flags);
  const { project } = read;
  const { environments, services } = selectFleet(read, names, flags.env);
  const cells = cellsOf(environments, flags.targets ?? []);
  const app = await openApp(flags, read);
  try {
    const seen = await observeTags({ project: project.name, services, cells }, app.effects);
    const targets = new Map(cells.map((c) => [`${c.environment} ${c.target.name}`, c.target]));
    const drift = await Promise.all(
      seen.tags.map(async (row) => {
        if (row.state !== 'foreign') return driftOf(row);
        const target = targets.get(`${row.environment} ${row.target}`)!;
        const versions = await tagHistory({ environment: row.environment, service: row.service, target }, app.effects);
        const before = versions.findLast((v) => v.version < row.version!);
        return driftOf(row, before ? parseTagValue(before.value).tag : null);
      }),
    );
    const found = drift.flat();
    const end = endOf(seen, cells.length);
    return {
      json: { drift: found },
      text: renderDrift(found, options(flags)),
      warnings: end.warnings,
      exitCode: found.length > 0 && flags['exit-code'] ? ExitCode.differences : end.exitCode,
    };
  } finally {
    await app.close();
  }
}

export async function historyOfTag(
  service: string,
  flags: Omit<CompareFlags, 'exit-code'> & { readonly env?: string[] | undefined; readonly limit?: number | undefined },
): Promise<Done> {
  const read = await readFiles(flags);
  const { environments } = selectFleet(read, [service], flags.env);
  const cells = cellsOf(environments, flags.targets ?? []);
  const app = await openApp(flags, read);
  try {
    const { versions, closed } = await historyOfCells(service, cells, app.effects);
    const shown = versions.slice(0, flags.limit ?? versions.length);
    return {
      json: { history: shown },
      // Nothing that can be seen is not nothing that is there.
      text: shown.length === 0 && closed.length === cells.length ? '' : renderHistory(shown, options(flags)),
      warnings: closed.map(({ target, error }) => `${target}: ${isDenied(error) ? 'access denied' : error.message}`),
      exitCode:
        closed.length === 0
          ? ExitCode.done
          : closed.length < cells.length
            ? ExitCode.partial
            : closed.some(({ error }) => isDenied(error))
              ? ExitCode.denied
              : ExitCode.failed,
    };
  } finally {
    await app.close();
  }
}

async function historyOfCells(service: string, cells: ReturnType<typeof cellsOf>, effects: Parameters<typeof tagHistory>[1]) {
  const all = await Promise.all(
    cells.map(async ({ environment, target }) => {
      try {
        return await tagHistory({ environment, service, target }, effects);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        return { target: target.name, error };
      }
    }),
  );
  const closed = all.flatMap((found) => ('error' in found ? [found] : []));
  const versions = all
    .flatMap((found) => ('error' in found ? [] : found))
    .sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : b.version - a.version));
  return { versions, closed };
}
