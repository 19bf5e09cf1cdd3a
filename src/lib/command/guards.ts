/** What a change of an environment has to pass: freeze, access, and the lock under which it is made. */
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { checkReason } from '../access/rules.js';
import type { App, AppFlags } from '../app.js';
import { parseDuration } from '../config/checks.js';
import type { Effects } from '../engine/effects.js';
import { fence } from '../engine/fence.js';
import { checkFrozen, describeFreeze, observeFreezes } from '../engine/freeze.js';
import { takeLock, type LockRequest } from '../engine/lock.js';
import type { HeldLock } from '../engine/lock-held.js';
import { EventQueue } from '../engine/queue.js';
import { UserError } from '../errors/user-error.js';
import { blocking } from '../freezes/state.js';
import type { Contender } from '../locks/ticket.js';
import { LEASE_MS } from '../locks/times.js';
import type { BafEvent } from '../model/event.js';
import { homeOf } from '../model/home.js';
import type { LockKind } from '../model/lock.js';
import type { Environment } from '../model/platform.js';
import { ciRun } from '../system/ci-run.js';
import { thisMachine } from '../system/machine.js';
import type { AuditNote } from '../tags/audit.js';
import { needAccess } from './access-guard.js';

export interface GuardFlags extends AppFlags {
  readonly 'lock-wait'?: string | undefined;
  readonly 'override-freeze'?: boolean | undefined;
  readonly reason?: string | undefined;
}

export interface Change {
  readonly environment: Environment;
  readonly services: readonly string[];
  readonly kind: LockKind;
  /** Id of the deploy, or null. */
  readonly deploy: string | null;
  /** How long it may take, milliseconds. */
  readonly lastsMs: number;
}

export interface Guard {
  /** For the audit records of what is changed. */
  readonly note: AuditNote;
  /**
   * Runs `work` under the lock: waits for it, if that was asked for, and gives it back in every case. The effects that
   * `work` gets check the lock before each write; its signal ends when the lock is lost. `what` is shown to those who wait.
   */
  run<R>(
    what: string | null,
    signal: AbortSignal,
    work: (effects: Effects, signal: AbortSignal, lock: HeldLock) => AsyncGenerator<BafEvent, R>,
  ): AsyncGenerator<BafEvent, R>;
}

/** Throws (exit 4) where the environment is frozen or closed to this person; nothing is touched yet. */
export async function openGuard(app: App, change: Change, flags: GuardFlags): Promise<Guard> {
  const waitMs = lockWait(flags);
  const reason = flags.reason === undefined ? null : checkReason(flags.reason);
  if (flags['override-freeze'] && reason === null)
    throw new UserError('ReasonMissing', {
      message: '--override-freeze needs a reason: it is recorded.',
      nextSteps: ['Add --reason "..."'],
    });
  const access = needAccess(app, change.environment, flags, change.lastsMs);
  // Both are read at once; that it is frozen is said first.
  access.catch(() => undefined);
  const overrode = await passFreezes(app, change, flags);
  await access;
  const note: AuditNote = { ...(reason === null ? {} : { reason }), ...(overrode.length > 0 ? { overrode: 'freeze' } : {}) };
  return {
    note,
    run: (what, signal, work) => runLocked(app, change, flags, { what, waitMs, reason, overrode }, signal, work),
  };
}

/** The freezes that it was let through; throws where it is not. */
async function passFreezes(app: App, { environment, services }: Change, flags: GuardFlags): Promise<string[]> {
  const freezes = await observeFreezes(environment, services, app.effects);
  if (!flags['override-freeze']) checkFrozen(environment.name, services, freezes);
  return blocking(freezes, services).map(describeFreeze);
}

/** For what only looks: says that a change would be refused. */
export async function warnFrozen(app: App, { environment, services }: Pick<Change, 'environment' | 'services'>, flags: AppFlags) {
  const freezes = await observeFreezes(environment, services, app.effects);
  for (const frozen of blocking(freezes, services)) flags.notify?.(describeFreeze(frozen));
}

/** Milliseconds; `0` and nothing do not wait. */
export function lockWait(flags: GuardFlags): number {
  const text = flags['lock-wait'] ?? '0';
  return text === '0' ? 0 : parseDuration(text, '--lock-wait');
}

export function contenderOf(app: App, about: Pick<Contender, 'kind' | 'deploy' | 'what' | 'reason'>): Contender {
  const machine = thisMachine();
  return {
    by: app.actor,
    run: ciRun(process.env),
    since: new Date(app.effects.clock.now()).toISOString(),
    nonce: randomUUID(),
    machine: machine.id,
    pid: machine.pid,
    ...about,
  };
}

/** After a wait as long as this, what held before is asked again. */
const AGAIN_MS = 10_000;

async function* runLocked<R>(
  app: App,
  change: Change,
  flags: GuardFlags,
  asked: {
    readonly what: string | null;
    readonly waitMs: number;
    readonly reason: string | null;
    readonly overrode: readonly string[];
  },
  signal: AbortSignal,
  work: (effects: Effects, signal: AbortSignal, lock: HeldLock) => AsyncGenerator<BafEvent, R>,
): AsyncGenerator<BafEvent, R> {
  const { effects } = app;
  const { environment, services, kind, deploy } = change;
  const startedAt = effects.clock.now();
  const request: LockRequest = {
    place: { environment: environment.name, home: homeOf(environment) },
    services,
    contender: contenderOf(app, { kind, deploy, what: asked.what, reason: asked.reason }),
    waitMs: asked.waitMs,
    forMs: null,
  };
  const said = new EventQueue<BafEvent>();
  const taking = takeLock(request, thisMachine(), effects, (event) => said.push(event), signal).finally(() => said.close());
  taking.catch(() => undefined);
  yield* said;
  const lock = await taking.catch((error: unknown) => {
    throw signal.aborted ? interrupted(signal) : error;
  });
  let freed = false;
  try {
    if (effects.clock.now() - startedAt > AGAIN_MS) await passFreezes(app, change, flags);
    if (asked.overrode.length > 0)
      yield { type: 'freeze.overridden', at: effects.clock.now(), freezes: asked.overrode, reason: asked.reason ?? '' };
    const either = AbortSignal.any([signal, lock.lost]);
    setMaxListeners(0, either);
    return yield* work(fence(effects, lock), either, lock);
  } finally {
    freed = await lock.release();
    const at = effects.clock.now();
    if (lock.loss) yield { type: 'lock.lost', at, environment: environment.name, ...lock.loss };
    else if (!freed) yield { type: 'lock.kept', at, services: lock.services, untilAt: at + LEASE_MS };
  }
}

const interrupted = (signal: AbortSignal): UserError =>
  new UserError('Interrupted', {
    message: 'Stopped waiting for the lock: nothing was touched.',
    nextSteps: ['Run the same command again.'],
    exitCode: (signal.reason as Error).message === 'SIGTERM' ? 143 : 130,
  });
