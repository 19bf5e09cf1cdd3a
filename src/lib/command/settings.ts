/** `baf ssm settings ls | get | diff | history`: settings over services, environments and targets. */
import type { AppFlags } from '../app.js';
import { observeSettings } from '../engine/settings.js';
import { ExitCode, UserError } from '../errors/user-error.js';
import { renderDifferences, renderHistory, renderSettings } from '../output/settings-view.js';
import { shouldColor } from '../output/style.js';
import { parseRecord } from '../settings/audit.js';
import { checkKey } from '../settings/check-value.js';
import { differences } from '../settings/compare.js';
import { settingParameter, settingsPath } from '../settings/names.js';
import { atPlace, deniedWarnings, exitOf, keysRead, type Done, type Place } from './settings-place.js';

type ViewFlags = AppFlags & { readonly 'no-color': boolean };

export const viewOf = (flags: { 'no-color': boolean }) => ({
  color: shouldColor(process.stdout, process.env, !flags['no-color']),
  columns: process.stdout.columns ?? 1000,
});

const observe = (place: Place) =>
  observeSettings(
    {
      services: [...new Set(place.environments.flatMap((e) => place.servicesIn(e.name).map((s) => s.name)))],
      wanted: keysRead(place, 'settings', settingsPath),
      cells: place.cells,
    },
    place.app.effects,
  );

export const listSettings = (
  services: readonly string[],
  flags: ViewFlags & { readonly env?: string[] | undefined },
): Promise<Done> =>
  atPlace({ services, env: flags.env ?? [] }, flags, async (place) => {
    const { settings, denied } = await observe(place);
    return {
      json: { settings },
      text: renderSettings(settings, viewOf(flags)),
      warnings: deniedWarnings(denied),
      exitCode: exitOf(denied, place.cells),
    };
  });

export const getSetting = (service: string, key: string, flags: AppFlags & { readonly env: string }): Promise<Done> => {
  checkKey(key, { secret: false });
  return atPlace({ services: [service], env: [flags.env] }, flags, async (place) => {
    const { settings, denied } = await observe(place);
    const rows = settings.filter((row) => row.key === key);
    const open = rows.filter((row) => row.state !== 'denied');
    const values = [...new Set(open.map((row) => row.value))];
    if (values.every((value) => value === null) && denied.length < place.cells.length)
      throw new UserError('SettingMissing', {
        message: `${service} has no setting ${key} in ${flags.env}.`,
        nextSteps: [
          `baf ssm settings set ${service} ${key} VALUE --env ${flags.env}`,
          `baf ssm settings ls ${service} --env ${flags.env}`,
        ],
        exitCode: ExitCode.failed,
      });
    const text = values.length === 1 ? values[0]! : open.map((row) => `${row.target}\t${row.value ?? '-'}`).join('\n');
    return { json: { settings: rows }, text, warnings: deniedWarnings(denied), exitCode: exitOf(denied, place.cells) };
  });
};

export const diffSettings = (
  from: string,
  to: string,
  services: readonly string[],
  flags: ViewFlags & { readonly 'exit-code': boolean },
): Promise<Done> =>
  atPlace({ services, env: [from, to] }, flags, async (place) => {
    const { settings, denied } = await observe(place);
    const found = differences(settings, from, to);
    const exit = exitOf(denied, place.cells);
    return {
      json: { diff: { from, to, differences: found } },
      text: renderDifferences(found, from, to, viewOf(flags)),
      warnings: deniedWarnings(denied),
      exitCode: flags['exit-code'] && found.length > 0 ? ExitCode.differences : exit,
    };
  });

/** One version of a setting in one target. `by` is whom baf recorded, else whom AWS names. */
export interface HistoryRow {
  readonly target: string;
  readonly version: number;
  readonly value: string;
  readonly at: string;
  readonly by: string | null;
  readonly op: string | null;
  /** It was not written by baf, or not at the version that baf expected. */
  readonly foreign: boolean;
}

export const settingHistory = (
  service: string,
  key: string,
  flags: ViewFlags & { readonly env: string; readonly targets?: string[] | undefined },
): Promise<Done> => {
  checkKey(key, { secret: false });
  return atPlace({ services: [service], env: [flags.env], targets: flags.targets }, flags, async ({ app, cells }) => {
    const name = settingParameter(flags.env, service, key);
    const parts = await Promise.all(
      cells.map(async ({ target }) => {
        try {
          const versions = await app.effects.at(target).ssm.history(name);
          return versions.toReversed().map((v): HistoryRow => {
            const record = parseRecord(v.description);
            return {
              target: target.name,
              version: v.version,
              value: v.value,
              at: new Date(v.updatedAt).toISOString(),
              by: record?.by ?? v.updatedBy,
              op: record?.op ?? null,
              foreign: record?.version !== v.version,
            };
          });
        } catch (error) {
          if (!(error instanceof UserError) || error.exitCode !== ExitCode.denied) throw error;
          return null;
        }
      }),
    );
    const denied = cells.filter((_, index) => parts[index] === null).map(({ target }) => target.name);
    const history = parts.flatMap((part) => part ?? []);
    if (history.length === 0 && denied.length === 0)
      throw new UserError('SettingMissing', {
        message: `${service} has no setting ${key} in ${flags.env}, and Parameter Store keeps no history of what was removed.`,
        nextSteps: [`baf ssm settings ls ${service} --env ${flags.env}`],
        exitCode: ExitCode.failed,
      });
    return {
      json: { history },
      text: renderHistory(history, viewOf(flags)),
      warnings: deniedWarnings(denied),
      exitCode: exitOf(denied, cells),
    };
  });
};
