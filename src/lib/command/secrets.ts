/** `baf ssm secrets ls | get | set | unset | rotate-check`: no value is printed, but by `get --show` on a terminal. */
import type { AppFlags } from '../app.js';
import { parseDuration } from '../config/checks.js';
import { checkRotation } from '../engine/service-values.js';
import { observeSecrets } from '../engine/settings.js';
import { ExitCode, UserError } from '../errors/user-error.js';
import { homeOf } from '../model/home.js';
import { showSecrets } from '../output/guard.js';
import { renderRotation, renderSecrets } from '../output/settings-view.js';
import { keepSecret } from '../redaction/secrets.js';
import { checkKey, checkValue } from '../settings/check-value.js';
import { MANAGED, secretName, secretsPath, type StoreName } from '../settings/names.js';
import { viewOf } from './settings.js';
import { atPlace, deniedWarnings, exitOf, keysRead, type Done, type Place } from './settings-place.js';
import { writeAll, type Targeted, type WriteFlags } from './settings-write.js';
import { readValue } from './value-input.js';

type ViewFlags = AppFlags & { readonly 'no-color': boolean };

/** Secrets Manager is asked where a service reads from it, or where it is named: not everybody has rights there. */
async function observe(place: Place, store: StoreName | undefined) {
  const managed = keysRead(place, 'secrets', (e, s) => MANAGED + secretsPath(e, s, 'secretsmanager'));
  const stores: StoreName[] = store ? [store] : managed.length > 0 ? ['ssm', 'secretsmanager'] : ['ssm'];
  const wanted = [
    ...keysRead(place, 'secrets', secretsPath).map((w) => ({ ...w, store: 'ssm' as const })),
    ...managed.map((w) => ({ ...w, store: 'secretsmanager' as const })),
  ];
  const services = [...new Set(place.environments.flatMap((e) => place.servicesIn(e.name).map((s) => s.name)))];
  return observeSecrets({ services, wanted, cells: place.cells, stores }, place.app.effects);
}

export const listSecrets = (
  services: readonly string[],
  flags: ViewFlags & { readonly env?: string[] | undefined; readonly store?: StoreName | undefined },
): Promise<Done> =>
  atPlace({ services, env: flags.env ?? [] }, flags, async (place) => {
    const { secrets, denied } = await observe(place, flags.store);
    return {
      json: { secrets },
      text: renderSecrets(secrets, viewOf(flags), place.app.effects.clock.now()),
      warnings: deniedWarnings(denied),
      exitCode: exitOf(denied, place.cells),
    };
  });

export const getSecret = (
  service: string,
  key: string,
  flags: ViewFlags & {
    readonly env: string;
    readonly target?: string | undefined;
    readonly store: StoreName;
    readonly show: boolean;
    readonly json?: boolean | undefined;
  },
  terminal: { readonly isTTY?: boolean | undefined } = process.stdout,
): Promise<Done> => {
  checkKey(key, { secret: true, store: flags.store });
  if (flags.show && (terminal.isTTY !== true || flags.json))
    throw new UserError('NotATerminal', {
      message: 'A secret is shown on a terminal only, not in JSON, a file or a pipe.',
      nextSteps: [`To give it to a program: baf ssm exec ${service} --env ${flags.env} -- COMMAND`],
      exitCode: ExitCode.refused,
    });
  const targets = flags.target === undefined ? undefined : [flags.target];
  return atPlace({ services: [service], env: [flags.env], targets }, flags, async (place) => {
    const { secrets, denied } = await observe(place, flags.store);
    const rows = secrets.filter((s) => s.key === key);
    if (!rows.some((s) => s.state === 'set') && denied.length === 0)
      throw new UserError('SecretMissing', {
        message: `${service} has no secret ${key} in ${flags.env}.`,
        nextSteps: [`baf ssm secrets set ${service} ${key} --env ${flags.env}`],
        exitCode: ExitCode.failed,
      });
    const base = { json: { secrets: rows }, warnings: deniedWarnings(denied), exitCode: exitOf(denied, place.cells) };
    if (!flags.show) return { ...base, text: renderSecrets(rows, viewOf(flags), place.app.effects.clock.now()) };
    const name = secretName(flags.env, service, key, flags.store);
    const shown = await Promise.all(
      place.cells.map(async ({ target }) => {
        const [stored] = await place.app.effects.at(target).values[flags.store].read([name]);
        return { target: target.name, value: stored?.value ?? null };
      }),
    );
    showSecrets(process.stdout);
    const values = [...new Set(shown.map((s) => s.value))];
    const text = values.length === 1 ? (values[0] ?? '-') : shown.map((s) => `${s.target}\t${s.value ?? '-'}`).join('\n');
    return { ...base, text };
  });
};

export const setSecret = (
  service: string,
  key: string,
  flags: WriteFlags & {
    readonly env: string;
    readonly targets?: string[] | undefined;
    readonly file?: string | undefined;
    readonly store: StoreName;
    readonly 'kms-key'?: string | undefined;
  },
): Promise<Done> => {
  checkKey(key, { secret: true, store: flags.store });
  const what = `${key} of ${service}`;
  return atPlace({ services: [service], env: [flags.env], targets: flags.targets }, flags, async (place) => {
    const value = await readValue({ argument: null, file: flags.file, secret: true, what, noInput: flags['no-input'] });
    keepSecret(value);
    checkValue(value, what, flags.store);
    const entries = [{ service, key, name: secretName(flags.env, service, key, flags.store), value }];
    return writeAll(place, { entries, store: flags.store, op: 'set', kmsKey: flags['kms-key'] }, `Set the secret ${what}`, flags);
  });
};

export const unsetSecret = (
  service: string,
  key: string,
  flags: Targeted & { readonly store: StoreName; readonly force: boolean },
): Promise<Done> => {
  checkKey(key, { secret: true, store: flags.store });
  return atPlace({ services: [service], env: [flags.env], targets: flags.targets }, flags, async (place) => {
    const name = secretName(flags.env, service, key, flags.store);
    const reference = flags.store === 'secretsmanager' ? MANAGED + name : name;
    const [spec] = place.servicesIn(flags.env);
    // A part of a managed secret is named by what follows its name.
    const variables = Object.entries(spec!.secrets).filter(([, ref]) => ref === reference || ref.startsWith(`${reference}:`));
    if (variables.length > 0 && !flags.force)
      throw new UserError('SecretInUse', {
        message: `${service} reads ${key} in ${flags.env} (${variables.map(([v]) => v).join(', ')}): without it its tasks cannot start.`,
        nextSteps: [`Take it out of baf.yaml and deploy ${service} first, or add --force.`],
        exitCode: ExitCode.refused,
      });
    const entries = [{ service, key, name, value: null }];
    const done = await writeAll(
      place,
      { entries, store: flags.store, op: 'set' },
      `Remove the secret ${key} of ${service}`,
      flags,
      'always',
    );
    const back = `AWS keeps it for thirty days: baf exec-with TARGET -- aws secretsmanager restore-secret --secret-id ${name}`;
    return flags.store === 'secretsmanager' && done.text.includes(': removed')
      ? { ...done, text: `${done.text}\n${back}` }
      : done;
  });
};

export const rotateCheck = (
  services: readonly string[],
  flags: ViewFlags & { readonly env: string; readonly 'max-age': string; readonly 'exit-code': boolean },
): Promise<Done> => {
  const maxAgeMs = parseDuration(flags['max-age'], '--max-age');
  return atPlace({ services, env: [flags.env] }, flags, async ({ app, cells, environments, servicesIn }) => {
    const [environment] = environments;
    const stagingsIn = environment!.stagings ? homeOf(environment!) : null;
    const services = servicesIn(flags.env);
    const request = { project: app.project.name, environment: flags.env, services, stagingsIn, maxAgeMs };
    const secrets = await checkRotation({ ...request, targets: cells.map((c) => c.target) }, app.effects);
    const denied = [...new Set(secrets.filter((s) => s.state === 'denied').map((s) => s.target))];
    const found = secrets.some((s) => s.state !== 'current' && s.state !== 'denied');
    const exit = exitOf(denied, cells);
    return {
      json: { secrets },
      text: renderRotation(secrets, viewOf(flags)),
      warnings: deniedWarnings(denied),
      exitCode: flags['exit-code'] && found ? ExitCode.differences : exit,
    };
  });
};
