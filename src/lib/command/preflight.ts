/** Pre-flight of a command: shown while it runs, and a refusal where something is wrong. */
import type { App } from '../app.js';
import { preflight, type Preflight } from '../engine/preflight.js';
import { ExitCode, UserError } from '../errors/user-error.js';
import type { CheckId } from '../preflight/finding.js';
import type { DeployPlan } from '../rollout/plan.js';
import type { ProgressFlags } from './progress.js';
import { whileReading } from './reading.js';

export async function checkPlan(
  plan: DeployPlan,
  checks: ReadonlySet<CheckId>,
  app: Pick<App, 'effects'>,
  flags: ProgressFlags,
): Promise<Preflight> {
  return whileReading(flags, app.effects.clock, () => preflight(plan, checks, app.effects));
}

/** The `preflight` part of the JSON: what is fine is counted only. */
export const preflightJson = ({ findings, counts }: Preflight): object => ({
  counts,
  findings: findings.filter((f) => f.outcome !== 'ok'),
});

/** @throws UserError `PreflightFailed` with all findings, exit 4 */
export function refuseProblems(found: Preflight): void {
  const wrong = found.findings.filter((f) => f.outcome === 'problem');
  if (wrong.length === 0) return;
  const ids = [...new Set(wrong.map((f) => f.id))];
  const of = (id: string): string => {
    const first = wrong.find((f) => f.id === id)!;
    const more = wrong.filter((f) => f.id === id).length - 1;
    return `${first.service} in ${first.target}: ${first.message}${more > 0 ? ` (and ${more} more)` : ''}`;
  };
  throw new UserError('PreflightFailed', {
    message: `Pre-flight found ${wrong.length} problem${wrong.length === 1 ? '' : 's'}; nothing was touched. ${ids.map(of).join('; ')}`,
    nextSteps: [
      ...new Set(ids.map((id) => wrong.find((f) => f.id === id)!.fix).filter((fix) => fix !== null)),
      `If a check is wrong: ${ids.map((id) => `--skip-checks ${id}`).join(' ')}`,
    ],
    exitCode: ExitCode.refused,
    details: preflightJson(found),
  });
}
