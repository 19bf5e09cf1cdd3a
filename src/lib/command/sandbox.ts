/** `baf sandbox start | status | reset | calls`. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openSandbox, readFiles, type AppFlags, type ServeOptions } from '../app.js';
import { ExitCode, UserError } from '../errors/user-error.js';
import { confirm } from './confirm.js';

type Flags = AppFlags & { readonly yes: boolean; readonly 'no-input': boolean };
interface Done {
  readonly json: object;
  readonly text: string;
}

async function open(flags: AppFlags, serve?: ServeOptions) {
  const { project, platform } = await readFiles(flags);
  return { project, platform, sandbox: await openSandbox(project, platform, flags, serve) };
}

interface ServeFlags extends AppFlags {
  readonly port: number;
  readonly latency: number;
  readonly throttle: boolean;
  readonly 'strict-images'?: boolean | undefined;
  readonly 'stale-reads': number;
  readonly fleet?: string | undefined;
  readonly 'enforce-iam': boolean;
}

/** `services=110,targets=4`. */
function parseFleet(text: string): { services: number; targets: number } {
  const wrong = (what: string) =>
    new UserError('FleetInvalid', {
      message: `--fleet ${text}: ${what}.`,
      nextSteps: ['e.g. --fleet services=110,targets=4'],
    });
  const given = new Map(text.split(',').map((part) => part.split('=', 2) as [string, string | undefined]));
  for (const key of given.keys())
    if (key !== 'services' && key !== 'targets') throw wrong(`${key} is neither services nor targets`);
  const number = (key: string, most: number): number => {
    const value = given.get(key) ?? '';
    if (!/^[1-9]\d*$/.test(value) || Number(value) > most)
      throw wrong(`${key} is a number from 1 to ${most}, not ${value || 'nothing'}`);
    return Number(value);
  };
  return { services: number('services', 999), targets: number('targets', 200) };
}

/** Serves until SIGINT or SIGTERM; the first line on stdout comes once it listens. */
export async function serveSandbox(flags: ServeFlags, json: boolean): Promise<void> {
  const { platform, sandbox } = await open(flags, {
    port: flags.port,
    latencyMs: flags.latency,
    throttle: flags.throttle,
    ...(flags['strict-images'] === undefined ? {} : { strictImages: flags['strict-images'] }),
    readsTrailMs: flags['stale-reads'],
    fleet: flags.fleet === undefined ? null : parseFleet(flags.fleet),
  });
  if (sandbox.attached) {
    await sandbox.close();
    throw new UserError('SandboxRunning', {
      message: `The sandbox of this project is served at ${sandbox.endpoint} already.`,
      nextSteps: ['Use that endpoint, or stop the other process.'],
      exitCode: ExitCode.refused,
    });
  }
  if (flags['enforce-iam']) await sandbox.ask('iam', 'on');
  const region = Object.values(platform.environments)[0]?.waves[0]?.targets[0]?.region ?? 'us-east-1';
  const accounts = Object.values(platform.accounts);
  if (json) process.stdout.write(JSON.stringify({ sandbox: { endpoint: sandbox.endpoint, region, accounts } }) + '\n');
  else process.stdout.write(`sandbox at ${sandbox.endpoint} (region ${region}, accounts ${accounts.join(', ')})\n`);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  await sandbox.close();
}

export async function sandboxStatus(flags: Flags): Promise<Done> {
  const { project, platform, sandbox } = await open(flags);
  try {
    const time = new Date(sandbox.now()).toISOString();
    const status = {
      endpoint: sandbox.attached ? sandbox.endpoint : null,
      serving: sandbox.attached,
      time,
      speed: sandbox.speed,
      state: join(project.dir, '.baf', 'sandbox'),
      accounts: platform.accounts,
    };
    const served = sandbox.attached ? `served at ${sandbox.endpoint}` : 'not served now (baf sandbox start)';
    return {
      json: { sandbox: status },
      text: `sandbox of ${project.name}: ${served}\ntime ${time}, ${sandbox.speed} times the wall clock's speed\naccounts ${Object.entries(
        platform.accounts,
      )
        .map(([alias, id]) => `${alias} ${id}`)
        .join(', ')}`,
    };
  } finally {
    await sandbox.close();
  }
}

export async function sandboxReset(flags: Flags): Promise<Done> {
  const { project, sandbox } = await open(flags);
  await sandbox.close();
  if (sandbox.attached)
    throw new UserError('SandboxRunning', {
      message: `The sandbox is served at ${sandbox.endpoint}.`,
      nextSteps: ['Stop that process first.'],
      exitCode: ExitCode.refused,
    });
  await confirm("Throw the sandbox's state away?", flags, 'Resetting the sandbox');
  await rm(join(project.dir, '.baf', 'sandbox'), { recursive: true, force: true });
  return { json: { reset: true }, text: 'The sandbox is empty again.' };
}

interface CallCount {
  service: string;
  operation: string;
  account: string;
  region: string;
  count: number;
  throttled: number;
  failed: number;
}

const trouble = ({ failed, throttled }: CallCount): string => {
  const parts = [...(failed ? [`${failed} failed`] : []), ...(throttled ? [`${throttled} throttled`] : [])];
  return parts.length > 0 ? `  (${parts.join(', ')})` : '';
};

export async function sandboxCalls(flags: Flags): Promise<Done> {
  const { sandbox } = await open(flags);
  try {
    const { calls } = JSON.parse(await sandbox.ask('calls')) as { calls: CallCount[] };
    const lines = calls.map(
      (c) => `${String(c.count).padStart(6)}  ${c.service}:${c.operation}  ${c.account}/${c.region}${trouble(c)}`,
    );
    return { json: { calls }, text: lines.join('\n') || 'No calls yet.' };
  } finally {
    await sandbox.close();
  }
}
