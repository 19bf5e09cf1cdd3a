/** `baf ssm settings set | unset | copy`: written to every target of an environment, under its freezes and locks. */
import { exitOfWrites, observeSettings, writeValues, type Entry, type WriteRequest } from '../engine/settings.js';
import { ExitCode, UserError } from '../errors/user-error.js';
import type { WriteResult } from '../model/setting-row.js';
import { checkKey, checkValue } from '../settings/check-value.js';
import { short } from '../output/settings-view.js';
import { settingParameter } from '../settings/names.js';
import { confirm } from './confirm.js';
import { openGuard, type GuardFlags } from './guards.js';
import { showProgress, type ProgressFlags } from './progress.js';
import { atPlace, type Done, type Place } from './settings-place.js';
import { readValue } from './value-input.js';

export interface WriteFlags extends GuardFlags, ProgressFlags {
  readonly yes: boolean;
  readonly 'no-input': boolean;
}
export type Targeted = WriteFlags & { readonly env: string; readonly targets?: string[] | undefined };

/**
 * Guards, asks where the environment is protected, writes, and tells what became of it. Tasks that start read what is
 * written, also those that autoscaling starts: a freeze holds it up, and it does not happen in the middle of a deploy.
 */
export async function writeAll(
  place: Place,
  request: Omit<WriteRequest, 'targets' | 'environment' | 'note'>,
  question: string,
  flags: WriteFlags,
  asks: 'if protected' | 'always' = 'if protected',
): Promise<Done> {
  const environment = place.environments.at(-1)!;
  const targets = place.cells.filter((c) => c.environment === environment.name).map((c) => c.target);
  const services = [...new Set(request.entries.map((e) => e.service))];
  const { effects } = place.app;
  const guard = await openGuard(place.app, { environment, services, kind: 'set', deploy: null, lastsMs: 0 }, flags);
  if (environment.protected || asks === 'always')
    await confirm(
      `${question} in ${environment.name} (${targets.map((t) => t.name).join(', ')})?`,
      flags,
      environment.protected ? `${environment.name} is protected` : 'This cannot be undone',
    );
  const whole = { ...request, environment: environment.name, targets, note: guard.note };
  const { result: writes, interrupted } = await showProgress(flags, effects.clock.now, (signal) =>
    guard.run(question, signal, (fenced, ends) => writeValues(whole, fenced, ends)),
  );
  const exitCode = interrupted ? (interrupted === 'SIGINT' ? 130 : 143) : exitOfWrites(writes);
  const failed = writes.filter((w) => w.status === 'failed');
  return {
    json: { writes },
    text: [
      ...writes.map(lineOf),
      ...(writes.some((w) => w.status === 'written')
        ? ['Tasks read it when they start: those that run keep what they have.']
        : []),
    ].join('\n'),
    warnings: [
      ...failed.map((w) => `${w.target}: ${w.error!.message}`),
      ...(failed.length > 0 ? ['Run the same command again: it writes only what is missing.'] : []),
    ],
    exitCode,
  };
}

const lineOf = ({ service, key, target, status, version }: WriteResult): string =>
  `${key} of ${service} in ${target}: ${status === 'unchanged' && version === null ? 'unchanged' : status}${version === null ? '' : ` (version ${version})`}`;

export const setSetting = async (
  service: string,
  key: string,
  argument: string | null,
  flags: Targeted & { readonly file?: string | undefined },
): Promise<Done> => {
  checkKey(key, { secret: false });
  const what = `${key} of ${service}`;
  return atPlace({ services: [service], env: [flags.env], targets: flags.targets }, flags, async (place) => {
    const text = await readValue({ argument, file: flags.file, secret: false, what, noInput: flags['no-input'] });
    const value = checkValue(text, what);
    const entries: Entry[] = [{ service, key, name: settingParameter(flags.env, service, key), value }];
    return writeAll(place, { entries, store: 'settings', op: 'set' }, `Set ${what}`, flags);
  });
};

export const unsetSetting = (service: string, key: string, flags: Targeted & { readonly force: boolean }): Promise<Done> => {
  checkKey(key, { secret: false });
  return atPlace({ services: [service], env: [flags.env], targets: flags.targets }, flags, (place) => {
    const name = settingParameter(flags.env, service, key);
    const [spec] = place.servicesIn(flags.env);
    const variables = Object.entries(spec!.settings).filter(([, ref]) => ref === name);
    if (variables.length > 0 && !flags.force)
      throw new UserError('SettingInUse', {
        message: `${service} reads ${key} in ${flags.env} (${variables.map(([v]) => v).join(', ')}): without it its tasks cannot start.`,
        nextSteps: [`Take it out of baf.yaml and deploy ${service} first, or add --force.`],
        exitCode: ExitCode.refused,
      });
    return writeAll(
      place,
      { entries: [{ service, key, name, value: null }], store: 'settings', op: 'set' },
      `Remove ${key} of ${service}`,
      flags,
    );
  });
};

export interface PlannedValue {
  readonly service: string;
  readonly key: string;
  /** What the targets have, ` | ` between values that differ. */
  readonly from: string;
  readonly to: string;
}

export const planLine = ({ service, key, from, to }: PlannedValue): string =>
  `${from === to ? '=' : '~'} ${key} of ${service}: ${from === to ? short(to) : `${short(from)} -> ${short(to)}`}`;

export const copySettings = (
  services: readonly string[],
  flags: WriteFlags & { readonly from: string; readonly to: string; readonly key?: string[] | undefined; readonly plan: boolean },
): Promise<Done> => {
  for (const key of flags.key ?? []) checkKey(key, { secret: false });
  if (flags.from === flags.to)
    throw new UserError('Usage', { message: `--from and --to are both ${flags.to}.`, nextSteps: ['Name two environments.'] });
  return atPlace({ services, env: [flags.from, flags.to] }, flags, async (place) => {
    const names = place.servicesIn(flags.from).map((s) => s.name);
    const cells = place.cells;
    const { settings, denied } = await observeSettings({ services: names, wanted: [], cells }, place.app.effects);
    const source = settings.filter((r) => r.environment === flags.from && (!flags.key || flags.key.includes(r.key)));
    const closed = cells.filter((c) => c.environment === flags.from && denied.includes(c.target.name)).map((c) => c.target.name);
    if (closed.length > 0)
      throw new UserError('AccessDenied', {
        message: `The settings of ${flags.from} cannot be read in ${closed.join(', ')}.`,
        nextSteps: ['baf accounts shows what you may assume.'],
        exitCode: ExitCode.denied,
      });
    const missing = (flags.key ?? []).filter((key) => !source.some((r) => r.key === key && r.value !== null));
    if (missing.length > 0 || source.length === 0)
      throw new UserError('SettingMissing', {
        message: `${flags.from} has no setting ${missing.join(', ') || `of ${names.join(', ')}`}.`.replace('  ', ' '),
        nextSteps: [`baf ssm settings ls --env ${flags.from}`],
      });
    const uneven = [...new Set(source.filter((r) => r.state !== 'same').map((r) => `${r.key} of ${r.service}`))];
    if (uneven.length > 0)
      throw new UserError('SettingUneven', {
        message: `The targets of ${flags.from} do not agree on ${uneven.join(', ')}: there is no one value to copy.`,
        nextSteps: ['Set it there first, or name other keys: --key KEY'],
        exitCode: ExitCode.refused,
      });
    const entries = [...new Map(source.map((r) => [`${r.service}/${r.key}`, r])).values()].map((r): Entry => ({
      service: r.service,
      key: r.key,
      name: settingParameter(flags.to, r.service, r.key),
      value: checkValue(r.value!, `${r.key} of ${r.service}`),
    }));
    const now = (e: Entry): string => {
      const values = settings
        .filter((r) => r.environment === flags.to && r.service === e.service && r.key === e.key)
        .map((r) => r.value);
      return [...new Set(values.length > 0 ? values : [null])].map((v) => v ?? 'none').join(' | ');
    };
    const plan = entries.map((e) => ({ service: e.service, key: e.key, from: now(e), to: e.value! }));
    if (flags.plan) return { json: { plan }, text: plan.map(planLine).join('\n'), warnings: [], exitCode: ExitCode.done };
    const ask = `Copy ${entries.length} settings from ${flags.from} (${plan.filter((p) => p.from !== p.to).length} differ)`;
    return writeAll(place, { entries, store: 'settings', op: 'copy', from: flags.from }, ask, flags);
  });
};
