/** Whether the credentials outlast a deploy. Pure. */
import { ExitCode, UserError } from '../errors/user-error.js';
import { renewable, type Base } from './way.js';

export interface Outlook {
  readonly base: Base;
  /** Earliest known end of what cannot be had anew; null where there is none, or it is not known. */
  readonly endsAt: Date | null;
}

/** Milliseconds: what it takes for certain (bakes), and the longest that its own limits let it take. */
export interface TimeBudget {
  readonly leastMs: number;
  readonly mostMs: number;
}

/** A warning, or null; throws where the deploy cannot end in time. */
export function checkOutlast({ base, endsAt }: Outlook, { leastMs, mostMs }: TimeBudget, now: number): string | null {
  if (endsAt === null) return null;
  const left = endsAt.getTime() - now;
  if (left >= mostMs) return null;
  const minutes = (ms: number): string => `${Math.max(0, Math.round(ms / 60_000))} minutes`;
  const fix = fixOf(base);
  if (left < leastMs)
    throw new UserError('CredentialsTooShort', {
      message: `The credentials end in ${minutes(left)} (${endsAt.toISOString()}), and this deploy takes at least ${minutes(leastMs)}: they cannot be renewed.`,
      nextSteps: [fix],
      exitCode: ExitCode.denied,
    });
  return `The credentials end in ${minutes(left)} (${endsAt.toISOString()}) and cannot be renewed; this deploy may take up to ${minutes(mostMs)}. ${fix}`;
}

function fixOf(base: Base): string {
  if (!renewable(base))
    return "Raise the role's MaxSessionDuration (baf asks for as much as it gives), or lower --timeout: a GitLab token cannot be had twice.";
  if (base.kind === 'sdk' && base.from === 'environment')
    return 'Get fresh session keys, or use credentials that renew themselves: a profile, single sign-on, web identity.';
  return 'Sign in again first: baf login.';
}
