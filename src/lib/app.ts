/** The only place that wires the parts together: files, platform, sandbox, clients, clock. */
import { userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findPlatformRef, readPlatform } from './config/platform.js';
import { readProject, type Project } from './config/project.js';
import type { Aws, Caller } from './aws/clients.js';
import type { Effects } from './engine/effects.js';
import { UserError } from './errors/user-error.js';
import type { Platform } from './model/platform.js';
import type { Target } from './model/target.js';
import { createChecks } from './system/checks.js';
import { createClock } from './system/clock.js';
import { files } from './system/files.js';

export interface AppFlags {
  readonly dir: string;
  readonly platform?: string | undefined;
  readonly sandbox: boolean;
  readonly speed?: number | undefined;
  readonly 'no-input'?: boolean;
  /** Tells the user what is not an error. */
  readonly notify?: ((text: string) => void) | undefined;
}

export interface App {
  readonly project: Project;
  readonly platform: Platform;
  readonly effects: Effects;
  /** The same, without what was remembered of images and of what the platform offers: for what looks anew after a wait. */
  fresh(): Effects;
  /** Sessions, for those who call AWS themselves. */
  readonly aws: Pick<Aws, 'credentials' | 'way' | 'outlook'> & { caller(): Promise<Caller> };
  /** Where the sandbox is served, and whether it goes on when this command ends; null for AWS. */
  readonly endpoint: { readonly url: string; readonly stands: boolean } | null;
  /** Folders in which templates are looked for: the project's own first. */
  readonly templateDirs: readonly string[];
  readonly actor: string;
  close(): Promise<void>;
}

/** How many times faster than the wall clock the embedded AWS runs unless told otherwise. */
const DEFAULT_SPEED = 10;

export const wantsSandbox = (flags: { sandbox: boolean }): boolean =>
  flags.sandbox || /^(1|true|yes)$/i.test(process.env['BAF_SANDBOX'] ?? '');

/** `read` is what the command has read already. */
export async function openApp(flags: AppFlags, read?: ReadFiles): Promise<App> {
  const { project, platform } = read ?? (await readFiles(flags));
  const actor = whoActs();
  const notify = flags.notify ?? (() => {});
  const sandbox = wantsSandbox(flags) ? await openSandbox(project, platform, flags) : null;
  const clock = sandbox ? createClock(sandbox.speed, () => sandbox.now()) : createClock();
  const { createClients } = await import('./aws/clients.js');
  const { createGateways } = await import('./aws/gateways.js');
  const aws = createClients({
    endpoint: sandbox?.endpoint ?? null,
    sessions: async () => {
      const { openIdentity } = await import('./app-identity.js');
      const first = { accountId: firstAccount(platform), region: firstRegion(platform) };
      return openIdentity({ project, platform, actor, first, sandbox, notify, clock, flags });
    },
  });
  const fresh = (): Effects => ({
    at: createGateways(aws.clients, clock),
    clock,
    actor,
    checks: createChecks(project.dir, sandbox?.endpoint ?? null),
  });
  return {
    project,
    platform,
    effects: fresh(),
    fresh,
    aws: { ...aws, caller: () => aws.caller(firstAccount(platform)) },
    endpoint: sandbox ? { url: sandbox.endpoint, stands: sandbox.attached } : null,
    templateDirs: templateDirs(project),
    actor,
    close: async () => sandbox?.close(),
  };
}

export interface ReadFiles {
  readonly project: Project;
  readonly platform: Platform;
}

export async function readFiles(flags: AppFlags): Promise<ReadFiles> {
  const project = await readProject(resolve(flags.dir), files);
  const ref = findPlatformRef({ flag: flags.platform, env: process.env, project });
  const platform = await readPlatform(ref, { files, readSsm: readSsmParameter });
  return { project, platform };
}

/**
 * For what the platform file alone is enough: outside of a project, where that file is named (`--platform`, BAF_PLATFORM),
 * a project without services stands in, called after the platform.
 */
export async function readFilesOrPlatform(flags: AppFlags): Promise<ReadFiles & { readonly standIn: boolean }> {
  try {
    return { ...(await readFiles(flags)), standIn: false };
  } catch (error) {
    if (!(error instanceof UserError && error.code === 'ProjectMissing')) throw error;
    const named = flags.platform || process.env['BAF_PLATFORM'];
    if (!named) {
      const nextSteps = [
        ...error.nextSteps,
        'or name the platform file, which is enough here: --platform FILE (or BAF_PLATFORM)',
      ];
      throw new UserError(error.code, { message: error.message, nextSteps });
    }
    const platform = await readPlatform(named, { files, readSsm: readSsmParameter });
    const project = { name: platform.name, dir: resolve(flags.dir), file: platform.source, platformRef: null, services: {} };
    return { project, platform, standIn: true };
  }
}

export const templateDirs = (project: { dir: string } | null): string[] => [
  ...(project ? [join(project.dir, 'templates')] : []),
  join(packageRoot(), 'templates'),
];

/** What `baf sandbox start` asks for besides. */
export interface ServeOptions {
  readonly port?: number;
  readonly latencyMs?: number;
  readonly throttle?: boolean;
  readonly strictImages?: boolean;
  readonly readsTrailMs?: number;
  readonly fleet?: { readonly services: number; readonly targets: number } | null;
}

export async function openSandbox(project: Project, platform: Platform, flags: AppFlags, serve: ServeOptions = {}) {
  const { startSandbox } = await import('./sandbox/start.js');
  const targets = Object.values(platform.environments).flatMap((e) =>
    e.waves.flatMap((w) =>
      w.targets.map((t) => ({
        account: t.accountId,
        region: t.region,
        environment: e.name,
        domain: e.stagings?.domain ?? `${e.name}.${platform.name}.example`,
      })),
    ),
  );
  const sandbox = await startSandbox({
    dir: join(project.dir, '.baf', 'sandbox'),
    accounts: platform.accounts,
    targets,
    repositories: Object.values(project.services).map((s) => s.image),
    secrets: parametersOf(project),
    region: firstRegion(platform),
    speed: flags.speed ?? DEFAULT_SPEED,
    ...serve,
    fleet: serve.fleet ? { ...serve.fleet, project: project.name } : null,
  });
  if (sandbox.warning) flags.notify?.(sandbox.warning);
  return sandbox;
}

const parametersOf = (project: Project): string[] => [
  ...new Set(
    Object.values(project.services)
      .flatMap((s) => [s.secrets ?? {}, ...Object.values(s.environments ?? {}).map((e) => e.secrets ?? {})])
      .flatMap((secrets) => Object.values(secrets))
      .filter((reference) => typeof reference === 'string')
      .filter((reference) => !reference.startsWith('arn:')),
  ),
];

export const targetsOf = (platform: Platform, environment: string): Target[] =>
  platform.environments[environment]?.waves.flatMap((w) => w.targets) ?? [];

/** Where chains start, and who `whoami` is, where the platform names no account. */
const firstAccount = (platform: Platform): string =>
  Object.values(platform.environments)[0]?.waves[0]?.targets[0]?.accountId ?? Object.values(platform.accounts)[0] ?? '';

const firstRegion = (platform: Platform): string =>
  Object.values(platform.environments)[0]?.waves[0]?.targets[0]?.region ?? 'us-east-1';

/** A CI run names itself, a person is the login name. */
function whoActs(): string {
  const { GITHUB_ACTOR, GITLAB_USER_LOGIN, BAF_ACTOR } = process.env;
  return BAF_ACTOR ?? GITHUB_ACTOR ?? GITLAB_USER_LOGIN ?? userInfo().username;
}

/** The folder with package.json and templates: above the bundle, or above src in development. */
export function packageRoot(): string {
  let dir = typeof __dirname === 'string' ? __dirname : dirname(fileURLToPath(import.meta.url));
  while (!/[\\/](dist|src)$/.test(dir) && dir !== dirname(dir)) dir = dirname(dir);
  return dirname(dir);
}

export async function readSsmParameter(name: string): Promise<string> {
  const { readParameter } = await import('./aws/parameter.js');
  return readParameter(name);
}
