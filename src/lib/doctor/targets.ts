/** Each target: whether its role can be had, and whether the platform offers there what a service needs. */
import { ok, problem, skipped, type Finding, type Trouble } from './finding.js';

/** @param trouble why it could not be had; null where it could */
export const judgeRole = (target: string, trouble: Trouble | null): Finding =>
  trouble === null
    ? ok('role', 'role assumed', target)
    : problem('role', trouble.message, trouble.nextSteps.join(' ') || 'Check the trust policy of the role.', target);

/** Whose role is there and may not read is let in by the platform's own code, not by another login. */
const LET_IN = "Let the platform's role call ssm:GetParameters on /baf/platform/* there (docs/platform.md).";

/** @param asked false where the role could not be had */
export function judgeOffer(target: string, asked: boolean, trouble: Trouble | null): Finding {
  if (!asked) return skipped('offer', 'not asked without the role', target);
  if (trouble === null) return ok('offer', 'all of /baf/platform is there', target);
  const fix = trouble.code === 'AccessDenied' ? LET_IN : trouble.nextSteps.join(' ') || 'Run it again.';
  return problem('offer', trouble.message.replace(`${target} lacks`, 'lacks'), fix, target);
}
