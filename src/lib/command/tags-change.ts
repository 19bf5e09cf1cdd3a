/** Carries out planned changes of deploy tags for `set`, `promote`, `rollback` and `import`: guards, question, writes, ledger. */
import type { App } from '../app.js';
import type { Effects } from '../engine/effects.js';
import { planTags, type WantedTag } from '../engine/plan-tags.js';
import { pinnedError, readPins, refusing } from '../engine/pins.js';
import { writeTags, type Ledger } from '../engine/write-tags.js';
import { ExitCode, UserError } from '../errors/user-error.js';
import { homeOf } from '../model/home.js';
import type { LockKind } from '../model/lock.js';
import type { Environment } from '../model/platform.js';
import type { TagChange, TagOutcome } from '../model/tag-change.js';
import type { Target } from '../model/target.js';
import { shouldColor } from '../output/style.js';
import { renderChanges } from '../output/tag-changes-view.js';
import type { AuditRecord } from '../tags/audit.js';
import { tagParameter } from '../tags/names.js';
import { parseTagValue } from '../tags/value.js';
import { confirm } from './confirm.js';
import { openGuard, warnFrozen, type GuardFlags } from './guards.js';
import { showProgress, type ProgressFlags } from './progress.js';

export interface ChangeFlags extends GuardFlags, ProgressFlags {
  readonly yes: boolean;
  readonly 'no-input': boolean;
}

export interface ChangeRequest {
  readonly environment: Environment;
  readonly targets: readonly Target[];
  readonly wanted: readonly WantedTag[];
  readonly record: Omit<AuditRecord, 'by' | 'version' | 'id' | 'from'>;
  /** `Promote ui from staging to prod`, for the question. */
  readonly what: string;
  /** A pinned service is left out instead of refusing everything. */
  readonly leavePinned?: boolean;
  /** What another has written since is not overwritten. */
  readonly decidedAt?: number;
  /** Only show what would be written. */
  readonly plan?: boolean;
  /** Called under the lock before the first tag is written; not where none is. */
  readonly before?: (effects: Effects) => Promise<void>;
}

export interface Changed extends Ledger {
  readonly changes: readonly TagChange[];
  /** Whether it was only planned. */
  readonly planned: boolean;
  readonly interrupted: 'SIGINT' | 'SIGTERM' | null;
}

/** Throws (exit 4) where a guard refuses, before anything is written. */
export async function changeTags(app: App, request: ChangeRequest, flags: ChangeFlags): Promise<Changed> {
  const { environment } = request;
  const services = [...new Set(request.wanted.map((w) => w.service.name))];
  const kind = kinds[request.record.op];
  const change = { environment, services, kind, deploy: null, lastsMs: 0 };
  const guard = request.plan ? await warnFrozen(app, change, flags) : await openGuard(app, change, flags);
  const { wanted, left } = await withoutPinned(app, request);
  const { targets, decidedAt } = request;
  const planned = await planTags(
    { environment: environment.name, targets, wanted, ...(decidedAt === undefined ? {} : { decidedAt }) },
    app.effects,
  );
  const missing = planned.filter((c) => c.cause?.code === 'ImageMissing');
  if (missing.length > 0)
    throw new UserError('ImageMissing', {
      message: firstLines(missing.map((c) => c.cause!.message)),
      nextSteps: ['Push the image first, or check the tag.'],
      exitCode: ExitCode.refused,
    });
  const changes = [...planned, ...left];
  if (!guard) return { changes, outcomes: [], notes: [], planned: true, interrupted: null };
  const todo = planned.filter((c) => c.action === 'write');
  if (todo.length > 0) await ask(request, changes, flags);
  const writes = { environment: environment.name, changes, record: { ...request.record, ...guard.note } };
  const { result, interrupted } = await showProgress(flags, app.effects.clock.now, (signal) =>
    todo.length === 0
      ? writeTags(writes, app.effects, signal)
      : guard.run(whatOf(todo), signal, async function* (effects, ends) {
          await request.before?.(effects);
          return yield* writeTags(writes, effects, ends);
        }),
  );
  return { ...result, changes, planned: false, interrupted };
}

const kinds = {
  deploy: 'deploy',
  set: 'set',
  rollback: 'rollback',
  promote: 'promote',
  import: 'set',
  restore: 'set',
} as const satisfies Record<AuditRecord['op'], LockKind>;

/** `ui 1.4.0, catalog 1.3.0`, for those who wait for the lock. */
function whatOf(todo: readonly TagChange[]): string {
  const names = [...new Set(todo.map((c) => `${c.service} ${c.to}`))];
  return names.slice(0, 3).join(', ') + (names.length > 3 ? ` and ${names.length - 3} more` : '');
}

/** What pins forbid: an error, or lines that say so. */
async function withoutPinned(app: App, request: ChangeRequest): Promise<{ wanted: readonly WantedTag[]; left: TagChange[] }> {
  const { environment, wanted } = request;
  const place = { environment: environment.name, home: homeOf(environment) };
  const names = wanted.map((w) => ({ service: w.service.name, tag: w.tag }));
  const against = refusing(await readPins(place, [...new Set(names.map((n) => n.service))], app.effects), names);
  if (against.length === 0) return { wanted, left: [] };
  const error = pinnedError(environment.name, against);
  const isPinned = (w: WantedTag): boolean => against.some((pin) => pin.service === w.service.name && pin.tag !== w.tag);
  if (!request.plan && (!request.leavePinned || wanted.every(isPinned))) throw error;
  const held = wanted.filter(isPinned);
  const tags = await Promise.all(request.targets.map((target) => tagsNow(environment.name, held, target, app.effects)));
  const left = held.flatMap((w) =>
    request.targets.map((target, index): TagChange => {
      const [message] = pinnedError(
        environment.name,
        against.filter((p) => p.service === w.service.name),
      ).message.split('\n');
      const cause = {
        code: 'Pinned',
        message: message!,
        advice: `baf ssm tags unpin ${w.service.name} --env ${environment.name}`,
      };
      return {
        service: w.service.name,
        target,
        from: tags[index]!.get(w.service.name) ?? null,
        to: w.tag,
        value: w.tag,
        expected: 0,
        action: 'blocked',
        cause,
      };
    }),
  );
  return { wanted: wanted.filter((w) => !isPinned(w)), left };
}

/** By service; of one that refuses us nothing is known. */
async function tagsNow(
  environment: string,
  wanted: readonly WantedTag[],
  target: Target,
  effects: Effects,
): Promise<Map<string, string>> {
  const names = new Map(wanted.map((w) => [tagParameter(environment, w.service.name), w.service.name]));
  const found = await effects
    .at(target)
    .ssm.get([...names.keys()])
    .catch(() => []);
  return new Map(found.map((p) => [names.get(p.name)!, parseTagValue(p.value).tag]));
}

/** A protected environment always asks; another one asks where there is somebody to ask. */
async function ask(request: ChangeRequest, changes: readonly TagChange[], flags: ChangeFlags): Promise<void> {
  const { environment } = request;
  if (flags.yes) return;
  if (!environment.protected && (!process.stdin.isTTY || flags['no-input'])) return;
  const color = shouldColor(process.stderr, process.env, !flags['no-color']);
  process.stderr.write(renderChanges(changes, { color, columns: process.stderr.columns ?? 1000 }) + '\n');
  await confirm(
    `${request.what}?`,
    flags,
    environment.protected ? `${environment.name} is protected` : 'This changes deploy tags',
  );
}

const SHOWN = 5;

function firstLines(lines: readonly string[]): string {
  const more = lines.length - SHOWN;
  return [...lines.slice(0, SHOWN), ...(more > 0 ? [`... and ${more} more`] : [])].join('\n');
}

/** 0 all is as wanted; 5 some of it; otherwise by why none is. */
export function exitCodeOfChange({ outcomes, planned, interrupted }: Changed): number {
  if (interrupted) return interrupted === 'SIGINT' ? 130 : 143;
  const bad = outcomes.filter((o) => o.status !== 'written' && o.status !== 'unchanged');
  if (planned || bad.length === 0) return ExitCode.done;
  if (bad.length < outcomes.length) return ExitCode.partial;
  if (bad.every((o) => o.cause?.code === 'AccessDenied')) return ExitCode.denied;
  return bad.every((o) => o.status === 'refused') ? ExitCode.refused : ExitCode.failed;
}

export const statusOfChange = (changed: Changed): string => {
  if (changed.planned) return 'planned';
  const { outcomes } = changed;
  const good = outcomes.filter((o) => o.status === 'written' || o.status === 'unchanged').length;
  if (good < outcomes.length) return good > 0 ? 'partial' : 'failed';
  return outcomes.some((o) => o.status === 'written') ? 'succeeded' : 'unchanged';
};

/** The ledger for JSON; of a plan, what would be done. */
export const ledgerJson = (changed: Changed): (Omit<TagOutcome, 'status'> & { status: string })[] =>
  changed.planned
    ? changed.changes.map(({ service, target, from, to, expected, action, cause }) => ({
        ...{ service, target: target.name, from, to, version: expected === 0 ? null : expected },
        status: action,
        ...(cause ? { cause } : {}),
      }))
    : [...changed.outcomes];
