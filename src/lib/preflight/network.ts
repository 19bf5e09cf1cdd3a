/** What a service is put into and is not made by its own stack: cluster, subnets, security groups, target groups, log groups. */
import { ok, problem, unknown, type CheckId, type Finding, type Known } from './finding.js';

export interface ClusterFact {
  readonly active: boolean;
  readonly services: number;
}

export function judgeCluster(name: string, seen: Known<ClusterFact | null>): Finding {
  if (!seen.known) return unknown('cluster', `whether the cluster ${name} is there is not known: ${seen.why}`);
  if (seen.value?.active) return ok('cluster', `${name} is there`);
  return problem(
    'cluster',
    seen.value === null ? `there is no cluster ${name}` : `the cluster ${name} is not active`,
    'Create it, or correct /baf/platform/cluster there (docs/platform.md).',
  );
}

const KINDS = {
  subnets: { one: 'subnet', fix: 'Correct /baf/platform/subnet-ids there, or the template.' },
  'security-groups': { one: 'security group', fix: 'Create it, or correct the template.' },
  'target-group': { one: 'target group', fix: 'Create it, or correct the template.' },
  'log-group': { one: 'log group', fix: 'Create it, let the stack make it, or set awslogs-create-group in the template.' },
} as const satisfies Partial<Record<CheckId, { one: string; fix: string }>>;

/** @param seen those of `wanted` that are there */
export function judgeThere(id: keyof typeof KINDS, wanted: readonly string[], seen: Known<readonly string[]>): Finding | null {
  if (wanted.length === 0) return null;
  const { one, fix } = KINDS[id];
  if (!seen.known) return unknown(id, `whether the ${one} ${wanted.join(', ')} is there is not known: ${seen.why}`);
  const missing = wanted.filter((name) => !seen.value.includes(name));
  if (missing.length === 0) return ok(id, `${wanted.join(', ')} there`);
  return problem(id, `there is no ${one} ${missing.join(', ')}`, fix);
}
