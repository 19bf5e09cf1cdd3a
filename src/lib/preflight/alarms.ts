/** CloudWatch alarms that a rollout is to be watched by: one that is not there, or cannot be seen, would watch nothing. */
import { ok, problem, type Finding, type Known } from './finding.js';

/** @param seen those of `wanted` that are there */
export function judgeAlarms(wanted: readonly string[], seen: Known<readonly string[]>): Finding | null {
  if (wanted.length === 0) return null;
  if (!seen.known)
    return problem(
      'alarms',
      `${wanted.join(', ')} cannot be watched: ${seen.why}`,
      'Allow the role of this target cloudwatch:DescribeAlarms (docs/policies/baf-deploy.json).',
    );
  const missing = wanted.filter((name) => !seen.value.includes(name));
  if (missing.length === 0) return ok('alarms', `${wanted.join(', ')} there`);
  return problem(
    'alarms',
    `there is no alarm ${missing.join(', ')}`,
    'Create it there, or correct the name: deploy.alarms in baf.yaml, or alarms of the environment in the platform file. It has to be in every target.',
  );
}
