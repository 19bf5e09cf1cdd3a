/** Why a lock cannot be taken, in words. */
import { ExitCode, UserError } from '../errors/user-error.js';
import type { LockHolder } from '../model/lock.js';

/** Who has it, and who goes first. */
export interface Obstacles {
  readonly holders: readonly (LockHolder & { readonly service: string; readonly overAt: number })[];
  readonly ahead: readonly (LockHolder & { readonly services: readonly string[] })[];
}

/** The refusal, with whom it is about and what to do. */
export function busyError(
  {
    environment,
    services,
    waitMs,
  }: { readonly environment: string; readonly services: readonly string[]; readonly waitMs: number },
  { holders, ahead }: Obstacles,
): UserError {
  const [first] = holders;
  const held = holders.map((h) => `${h.service} in ${environment} is locked by ${describe(h)}.`);
  const waiting = ahead.map((a) => `${describe(a)} waits for ${a.services.join(', ')} before you.`);
  const nobody = `The lock of ${services.join(', ')} in ${environment} was taken by somebody else a moment ago.`;
  const gone = waitMs > 0 ? ['It was not free in time.'] : [];
  return new UserError('LockBusy', {
    message: [...(held.length + waiting.length > 0 ? [...held, ...waiting] : [nobody]), ...gone].join('\n'),
    nextSteps: [
      waitMs > 0 ? 'Wait longer: --lock-wait 1h' : 'Wait in line: --lock-wait 10m',
      ...(first?.deploy && first.kind !== 'hand' ? [`See how it goes: baf watch ${first.deploy} --env ${environment}`] : []),
      ...(first?.run ? [`See what it does: ${first.run}`] : []),
      ...(first?.kind === 'hand' ? [`Ask ${first.by}, or take it away: baf unlock ${first.service} --env ${environment}`] : []),
      `baf lock ls --env ${environment} shows all locks`,
    ],
    exitCode: ExitCode.refused,
    details: {
      environment,
      locks: holders.map(({ overAt, ...holder }) => ({ ...holder, until: new Date(overAt).toISOString() })),
      ahead,
    },
  });
}

/** `ana: deploy d-1 of ui 1.4.0, since 2026-11-21 10:40 UTC`, by hand with the reason. */
export function describe(holder: LockHolder): string {
  const what = holder.what ? ` of ${holder.what}` : '';
  const doing =
    holder.kind === 'hand'
      ? `by hand (${holder.reason ?? 'no reason'})`
      : `${holder.kind}${holder.deploy ? ` ${holder.deploy}` : ''}${what}`;
  return `${holder.by}: ${doing}, since ${minuteOf(holder.since)}`;
}

export const minuteOf = (iso: string): string => `${iso.slice(0, 16).replace('T', ' ')} UTC`;
