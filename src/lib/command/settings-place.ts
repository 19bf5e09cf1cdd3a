/** What the commands about settings and secrets share: files read, the app open, services and cells chosen. */
import { openApp, readFiles, type App, type AppFlags } from '../app.js';
import type { Cell, Wanted } from '../engine/settings.js';
import { ExitCode } from '../errors/user-error.js';
import type { Environment } from '../model/platform.js';
import type { ServiceSpec } from '../model/service.js';
import { filterWaves, findEnvironment, selectServices } from './select.js';

export interface Done {
  readonly json: object;
  readonly text: string;
  readonly exitCode: number;
  readonly warnings: string[];
}

export interface Place {
  readonly app: App;
  readonly environments: readonly Environment[];
  readonly cells: readonly Cell[];
  /** The services of an environment, as they are there. */
  servicesIn(environment: string): ServiceSpec[];
}

/** `env` none: all environments. Names are checked before anything is opened. */
export async function atPlace<T>(
  request: {
    readonly services: readonly string[];
    readonly env: readonly string[];
    readonly targets?: readonly string[] | undefined;
  },
  flags: AppFlags,
  act: (place: Place) => Promise<T>,
): Promise<T> {
  const read = await readFiles(flags);
  const { project, platform } = read;
  const environments =
    request.env.length > 0 ? request.env.map((name) => findEnvironment(platform, name)) : Object.values(platform.environments);
  const servicesIn = (environment: string): ServiceSpec[] => selectServices({ project }, request.services, environment);
  for (const { name } of environments) servicesIn(name);
  const cells = environments.flatMap((e) =>
    filterWaves(e, request.targets ?? []).flatMap((w) => w.targets.map((target) => ({ environment: e.name, target }))),
  );
  const app = await openApp(flags, read);
  try {
    return await act({ app, environments, cells, servicesIn });
  } finally {
    await app.close();
  }
}

/** The keys that services read from one of their own trees, by what `baf.yaml` says. */
export function keysRead(
  place: Place,
  of: 'settings' | 'secrets',
  path: (environment: string, service: string) => string,
): Wanted[] {
  return place.environments.flatMap(({ name: environment }) =>
    place.servicesIn(environment).flatMap((spec) => {
      const own = `${path(environment, spec.name)}/`;
      const references = Object.values(spec[of]).filter((ref) => ref.startsWith(own));
      return [...new Set(references)].map((ref) => ({ service: spec.name, environment, key: ref.slice(own.length) }));
    }),
  );
}

export const exitOf = (denied: readonly string[], cells: readonly Cell[]): number =>
  denied.length === 0 ? ExitCode.done : denied.length >= cells.length ? ExitCode.denied : ExitCode.partial;

export const deniedWarnings = (denied: readonly string[]): string[] => denied.map((target) => `${target}: access denied`);
