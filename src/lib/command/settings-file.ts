/** `baf ssm settings export | import` and `baf ssm secrets import`: all values of a service at once, from a file or stdin. */
import { observeSettings, type Entry } from '../engine/settings.js';
import { ExitCode, UserError } from '../errors/user-error.js';
import { keepSecret } from '../redaction/secrets.js';
import { checkKey, checkValue } from '../settings/check-value.js';
import { secretName, settingParameter, type StoreName } from '../settings/names.js';
import { parseValues } from '../settings/values-file.js';
import type { AppFlags } from '../app.js';
import { atPlace, deniedWarnings, exitOf, type Done } from './settings-place.js';
import { planLine, writeAll, type Targeted } from './settings-write.js';
import { readAll } from './value-input.js';

const countText = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

export const exportSettings = (service: string, flags: AppFlags & { readonly env: string }): Promise<Done> =>
  atPlace({ services: [service], env: [flags.env] }, flags, async ({ app, cells }) => {
    const { settings, denied } = await observeSettings({ services: [service], wanted: [], cells }, app.effects);
    const uneven = [...new Set(settings.filter((r) => r.state === 'differs' || r.state === 'missing').map((r) => r.key))];
    if (uneven.length > 0)
      throw new UserError('SettingUneven', {
        message: `The targets of ${flags.env} do not agree on ${uneven.join(', ')}: there is no one value to write down.`,
        nextSteps: [`baf ssm settings ls ${service} --env ${flags.env} shows them.`],
        exitCode: ExitCode.refused,
      });
    const values = Object.fromEntries(settings.flatMap((r) => (r.value === null ? [] : [[r.key, r.value]])));
    const ends = { warnings: deniedWarnings(denied), exitCode: exitOf(denied, cells) };
    return { json: { settings: values }, text: JSON.stringify(values, null, 2), ...ends };
  });

export const importSettings = (service: string, file: string, flags: Targeted & { readonly plan: boolean }): Promise<Done> =>
  atPlace({ services: [service], env: [flags.env], targets: flags.targets }, flags, async (place) => {
    const values = parseValues(await readAll(file), file === '-' ? 'stdin' : file);
    const entries = [...values].map(([key, value]): Entry => {
      checkKey(key, { secret: false });
      return { service, key, name: settingParameter(flags.env, service, key), value: checkValue(value, `${key} of ${service}`) };
    });
    if (!flags.plan) {
      const what = `Write ${countText(entries.length, 'setting')} of ${service}`;
      return writeAll(place, { entries, store: 'settings', op: 'set' }, what, flags);
    }
    const { settings, denied } = await observeSettings(
      { services: [service], wanted: entries.map(({ key }) => ({ service, environment: flags.env, key })), cells: place.cells },
      place.app.effects,
    );
    const plan = entries.map(({ key, value }) => {
      const seen = settings.filter((r) => r.key === key && r.state !== 'denied').map((r) => r.value ?? 'none');
      return { service, key, from: [...new Set(seen)].join(' | '), to: value! };
    });
    const ends = { warnings: deniedWarnings(denied), exitCode: exitOf(denied, place.cells) };
    return { json: { plan }, text: plan.map(planLine).join('\n'), ...ends };
  });

export const importSecrets = (
  service: string,
  file: string,
  flags: Targeted & { readonly store: StoreName; readonly 'kms-key'?: string | undefined },
): Promise<Done> =>
  atPlace({ services: [service], env: [flags.env], targets: flags.targets }, flags, async (place) => {
    const text = await readAll(file);
    keepSecret(text);
    const values = parseValues(text, file === '-' ? 'stdin' : file);
    for (const value of values.values()) keepSecret(value);
    const entries = [...values].map(([key, value]): Entry => {
      checkKey(key, { secret: true, store: flags.store });
      checkValue(value, `${key} of ${service}`, flags.store);
      return { service, key, name: secretName(flags.env, service, key, flags.store), value };
    });
    const what = `Write ${countText(entries.length, 'secret')} of ${service}`;
    return writeAll(place, { entries, store: flags.store, op: 'set', kmsKey: flags['kms-key'] }, what, flags);
  });
