/** Opens a project's sandbox: serves it, or joins the process that serves it already. One process at a time owns the state. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ExitCode, UserError } from '../errors/user-error.js';
import { ask } from './ask.js';
import type { Sandbox } from './dispatch.js';
import type { Fleet } from './fleet.js';
import type { SeededTarget } from './seed.js';
import type { Serving } from './server.js';
import { takeServerLock } from './server-lock.js';
import { CREDENTIALS, type ServerFile, joinServer } from './join.js';

export interface SandboxOptions {
  /** Folder of the state, `.baf/sandbox` of the project. */
  readonly dir: string;
  /** Alias -> account id. */
  readonly accounts: Readonly<Record<string, string>>;
  readonly targets: readonly SeededTarget[];
  readonly repositories: readonly string[];
  /** Paths of parameters that services read as secrets. */
  readonly secrets?: readonly string[];
  readonly region: string;
  readonly speed: number;
  readonly port?: number;
  /** Milliseconds (wall clock) that every answer takes at least: the way to AWS and back. */
  readonly latencyMs?: number;
  /** AWS's limits on calls a second (default), or none. */
  readonly throttle?: boolean;
  /** For how long reads trail writes, in milliseconds of sandbox time; default 1000. */
  readonly readsTrailMs?: number;
  /** Whether only images that were pushed are there; kept in the state. */
  readonly strictImages?: boolean;
  /** Services that are there already. */
  readonly fleet?: Fleet | null;
}

export interface OpenSandbox {
  readonly endpoint: string;
  readonly speed: number;
  /** Where role sessions of this sandbox are kept between commands. */
  readonly credentialsDir: string;
  /** Whether another process serves it. */
  readonly attached: boolean;
  /** What a user should know, e.g. of a state that could not be read. */
  readonly warning: string | null;
  /** Sandbox time, milliseconds since the epoch. */
  now(): number;
  /** One of baf's own questions to the server: `calls`, `fault`. */
  ask(path: string, body?: string): Promise<string>;
  close(): Promise<void>;
}

/** A second, as ECS's documentation of RunTask lets one expect. */
const READS_TRAIL_MS = 1_000;

const SEEDED_BEFORE_MS = 60_000;

export async function startSandbox(options: SandboxOptions): Promise<OpenSandbox> {
  mkdirSync(options.dir, { recursive: true });
  const lock = join(options.dir, 'server.lock');
  const deadline = Date.now() + 15_000;
  for (;;) {
    const joined = await joinServer(options);
    if (joined) return joined;
    if (takeServerLock(lock)) return own(options, lock);
    if (Date.now() > deadline)
      throw new UserError('SandboxBusy', {
        message: `Another process (${readFileSync(lock, 'utf8').trim()}) holds the sandbox in ${options.dir} and does not answer.`,
        nextSteps: ['Stop that process, then run the command again.'],
        exitCode: ExitCode.refused,
      });
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function own(options: SandboxOptions, lock: string): Promise<OpenSandbox> {
  // Loaded by the process that serves only: who joins starts faster without them.
  const [
    { allServices },
    { manualClock, runningClock },
    { createWorld },
    { openStore },
    { seed },
    { serve },
    { createThrottle, noThrottle },
    { replay },
    { hasHighThroughput },
  ] = await Promise.all([
    import('./services/index.js'),
    import('./clock.js'),
    import('./state.js'),
    import('./store.js'),
    import('./seed.js'),
    import('./server.js'),
    import('./throttle.js'),
    import('./replay.js'),
    import('./services/ssm/settings.js'),
  ]);
  const store = openStore(options.dir, Date.now);
  // Sessions of a state that is gone are unknown to the new one.
  if (Object.keys(store.state.sessions).length === 0) rmSync(join(options.dir, CREDENTIALS), { recursive: true, force: true });
  const accounts = Object.values(options.accounts);
  store.state.accounts = [...new Set([...store.state.accounts, ...accounts])];
  if (options.strictImages !== undefined) store.state.strictImages = options.strictImages;
  const clock = runningClock(store.state, options.speed, Date.now);
  const world = createWorld(store.state, { readsTrailMs: options.readsTrailMs ?? READS_TRAIL_MS });
  const paysForMore = (where: string, service: string): boolean =>
    service === 'ssm' && hasHighThroughput(world.cell(...(where.split('/') as [string, string])));
  const sandbox: Sandbox = {
    store,
    world,
    services: allServices,
    clock,
    throttle: options.throttle === false ? noThrottle : createThrottle(paysForMore),
    defaultAccount: accounts[0] ?? '000000000000',
    defaultRegion: options.region,
  };
  replay(sandbox);
  // What the platform team has made is older than any command: no read trails it. It is saved whole when it is done.
  const quiet = { ...sandbox, store: { ...store, note: () => undefined } };
  seed({ ...quiet, clock: manualClock(clock.now() - SEEDED_BEFORE_MS) }, options.targets, options.repositories, options.secrets);
  if (options.fleet) (await import('./fleet.js')).seedFleet(quiet, options.fleet, options.targets);
  store.save(clock.now());
  let serving: Serving;
  try {
    serving = await serve(sandbox, options.port ?? 0, options.latencyMs);
  } catch (error) {
    rmSync(lock, { force: true });
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new UserError('PortTaken', {
      message: `Port ${options.port} is taken.`,
      nextSteps: ['Choose another with --port, or leave it out for a free one.'],
      exitCode: ExitCode.refused,
    });
  }
  const file = join(options.dir, 'server.json');
  writeFileSync(
    `${file}.tmp`,
    JSON.stringify({
      endpoint: serving.endpoint,
      nonce: serving.nonce,
      pid: process.pid,
      standing: options.port === undefined ? null : { sandboxNow: clock.now(), wallNow: Date.now(), speed: options.speed },
    } satisfies ServerFile),
  );
  renameSync(`${file}.tmp`, file);
  return {
    endpoint: serving.endpoint,
    speed: options.speed,
    credentialsDir: join(options.dir, CREDENTIALS),
    attached: false,
    warning: store.warning,
    now: clock.now,
    ask: (path, body) => ask(serving.endpoint, path, body),
    async close() {
      // Commands that joined meanwhile are served to their end.
      while (serving.guests().length > 0) await new Promise((resolve) => setTimeout(resolve, 100));
      rmSync(file, { force: true });
      await serving.close();
      store.save(clock.now());
      rmSync(lock, { force: true });
    },
  };
}
