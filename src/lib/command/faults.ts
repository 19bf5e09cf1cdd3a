/** `baf sandbox fault ...`: from flags to the server of the sandbox and back. */
import { openSandbox, readFiles, type AppFlags } from '../app.js';
import { durationMs, parseDuration } from '../config/checks.js';
import { ExitCode, UserError } from '../errors/user-error.js';
import type { CallFaultKind, FaultRequest, FaultRow, ImageOutcome } from '../model/faults.js';
import type { Platform } from '../model/platform.js';
import { findTarget } from './select.js';

interface Done {
  readonly json: object;
  readonly text: string;
}

/** What the server answers: the row of a fault, nothing, or the name it does not know. */
interface Answer {
  readonly row?: FaultRow | null;
  readonly unknown?: string;
  readonly nearest?: string | null;
}

async function ask(flags: AppFlags, path: string, make: (platform: Platform) => object): Promise<string> {
  const { project, platform } = await readFiles(flags);
  const body = JSON.stringify(make(platform));
  const sandbox = await openSandbox(project, platform, flags);
  try {
    return await sandbox.ask(path, body);
  } finally {
    await sandbox.close();
  }
}

async function apply(flags: AppFlags, make: (platform: Platform) => FaultRequest): Promise<FaultRow | null> {
  const answer = JSON.parse(await ask(flags, 'fault', make)) as Answer;
  if (answer.unknown !== undefined)
    throw new UserError('OperationUnknown', {
      message: `The embedded AWS knows no ${answer.unknown}.`,
      nextSteps: [
        ...(answer.nearest ? [`Did you mean: ${answer.nearest}`] : []),
        'SERVICE:OPERATION as AWS writes them, e.g. ecs:UpdateService; SERVICE:* for all of a service, * for every call.',
      ],
    });
  return answer.row ?? null;
}

const said = (row: FaultRow): string =>
  `${row.id === row.subject ? '' : `${row.id}  `}${row.subject}: ${row.effect}${row.left === null ? '' : `, ${row.left} ${row.left === 1 ? 'time' : 'times'}`}`;

export async function faultImage(image: string, flags: AppFlags & { readonly outcome: ImageOutcome }): Promise<Done> {
  if (!/^[a-z0-9][a-z0-9._/-]*:[\w][\w.-]{0,127}$/.test(image))
    throw new UserError('ImageInvalid', {
      message: `${image} is not REPOSITORY:TAG.`,
      nextSteps: ['e.g. baf sandbox fault image retail-store-sample-ui:1.5.0 --outcome exits'],
    });
  const { outcome } = flags;
  await apply(flags, () => ({ fault: 'image', image, outcome }));
  return { json: { fault: { image, outcome } }, text: `Containers of ${image}: ${outcome}.` };
}

interface CallFlags extends AppFlags {
  readonly kind: CallFaultKind;
  readonly times?: number | undefined;
  readonly rate?: string | undefined;
  readonly seed?: number | undefined;
  readonly target?: string | undefined;
}

export async function faultCall(operation: string, flags: CallFlags): Promise<Done> {
  const rate = flags.rate === undefined ? 1 : Number(flags.rate);
  if (!(rate > 0 && rate <= 1))
    throw new UserError('RateInvalid', {
      message: `--rate ${flags.rate} is not a chance: above 0, and at most 1.`,
      nextSteps: ['e.g. --rate 0.05 for one call in twenty'],
    });
  const row = await apply(flags, (platform) => ({
    fault: 'call',
    operation,
    kind: flags.kind,
    times: flags.times ?? (flags.rate === undefined ? 1 : null),
    rate,
    seed: flags.seed ?? 1,
    target: flags.target === undefined ? null : place(platform, flags.target, 2),
  }));
  return { json: { fault: row }, text: said(row!) };
}

export async function faultCapacity(flags: AppFlags & { readonly target: string; readonly tasks: number }): Promise<Done> {
  const row = await apply(flags, (platform) => ({
    fault: 'capacity',
    target: place(platform, flags.target, 3),
    tasks: flags.tasks,
  }));
  return { json: { fault: row }, text: said(row!) };
}

export async function faultZone(zone: string, flags: AppFlags): Promise<Done> {
  if (zone.split('/').length !== 3)
    throw new UserError('ZoneInvalid', {
      message: `${zone} is not ACCOUNT/REGION/ZONE.`,
      nextSteps: ['e.g. baf sandbox fault zone shop-prod/eu-west-1/eu-west-1a'],
    });
  return faultCapacity({ ...flags, target: zone, tasks: 0 });
}

export async function faultCredentials(flags: AppFlags): Promise<Done> {
  await apply(flags, () => ({ fault: 'credentials' }));
  return { json: { fault: { fault: 'credentials' } }, text: 'Every role session handed out so far has expired.' };
}

export async function faultClock(flags: AppFlags & { readonly skew: string }): Promise<Done> {
  const sign = flags.skew.startsWith('-') ? -1 : 1;
  const amount = flags.skew.replace(/^[-+]/, '');
  const skewMs = /^0[smhd]?$/.test(amount) ? 0 : sign * (parseDuration(amount, '--skew'), durationMs(amount));
  const row = await apply(flags, () => ({ fault: 'clock', skewMs }));
  return { json: { fault: row }, text: said(row!) };
}

export async function listFaults(flags: AppFlags): Promise<Done> {
  const { faults } = JSON.parse(await ask(flags, 'faults', () => ({}))) as { faults: FaultRow[] };
  return { json: { faults }, text: faults.map(said).join('\n') || 'No faults.' };
}

export async function clearFaults(id: string | undefined, flags: AppFlags): Promise<Done> {
  const { cleared } = JSON.parse(await ask(flags, 'faults/clear', () => ({ id: id ?? null }))) as { cleared: number };
  if (id !== undefined && cleared === 0)
    throw new UserError('FaultUnknown', {
      message: `There is no fault ${id}.`,
      nextSteps: ['baf sandbox fault ls shows them.'],
      exitCode: ExitCode.usage,
    });
  return { json: { cleared }, text: cleared === 1 ? 'One fault cleared.' : `${cleared} faults cleared.` };
}

/** `account/region[/zone]` with the account's id, from an alias or an id of the platform. */
function place(platform: Platform, text: string, most: 2 | 3): string {
  const [account, region, zone] = text.split('/');
  const target = findTarget(platform, most === 3 && zone !== undefined ? `${account}/${region}` : text);
  if (zone !== undefined && !new RegExp(`^${region}[a-f]$`).test(zone))
    throw new UserError('ZoneInvalid', {
      message: `${zone} is no zone of ${region}.`,
      nextSteps: [`Zones: ${['a', 'b', 'c'].map((letter) => region + letter).join(', ')}`],
    });
  return [target.accountId, region, zone].filter(Boolean).join('/');
}
