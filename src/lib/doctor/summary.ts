/** All findings as numbers, and as an exit code of the contract. */
import { ExitCode } from '../errors/user-error.js';
import { countOutcomes, type OutcomeCounts } from '../model/finding.js';
import { CHECKS, type CheckId, type Finding } from './finding.js';

export type Summary = OutcomeCounts;

export const summarize = (findings: readonly Finding[]): Summary => countOutcomes(findings);

/** In the order of the checks; those of one check as they came. */
export const inOrder = (findings: readonly Finding[]): Finding[] =>
  (Object.keys(CHECKS) as CheckId[]).flatMap((id) => findings.filter((f) => f.id === id));

/**
 * 2 where the set-up is wrong (machine, files, an offer that is nowhere), 3 where nobody is authenticated (clock, AWS files,
 * keys, login, or no target's role), 5 where some targets fail; the first that holds. Warnings are 0.
 */
export function exitCodeOf(findings: readonly Finding[]): number {
  const wrong = findings.filter((f) => f.outcome === 'problem');
  const of = (...groups: string[]): boolean => wrong.some((f) => groups.includes(CHECKS[f.id].group));
  if (of('machine', 'project')) return ExitCode.usage;
  if (of('identity')) return ExitCode.denied;
  if (wrong.length === 0) return ExitCode.done;
  const everywhere = (id: CheckId): boolean => {
    const asked = findings.filter((f) => f.id === id && f.outcome !== 'skipped');
    return asked.length > 0 && asked.every((f) => f.outcome === 'problem');
  };
  if (everywhere('role')) return ExitCode.denied;
  return everywhere('offer') ? ExitCode.usage : ExitCode.partial;
}
