/** ECS's limits that can be told without asking more. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html */
import { boundsOf, type Bounds } from './progress.js';
import type { ClusterFact } from './network.js';
import { ok, problem, type Finding, type Known } from './finding.js';

const TASKS_PER_SERVICE = 5_000;
const SERVICES_PER_CLUSTER = 5_000;
const CONTAINERS = 10;
const DEFINITION_BYTES = 65_536;
const SUBNETS = 16;
const SECURITY_GROUPS = 5;
const TARGET_GROUPS = 5;

export interface Quantities {
  readonly definition: Readonly<Record<string, unknown>>;
  readonly bounds: Bounds;
  readonly subnets: number;
  readonly securityGroups: number;
  readonly targetGroups: number;
  /** Whether the service is to be made. */
  readonly creates: boolean;
  readonly cluster: Known<ClusterFact | null>;
}

export function judgeQuota(of: Quantities): Finding {
  const containers = ((of.definition['containerDefinitions'] ?? []) as unknown[]).length;
  const bytes = new TextEncoder().encode(JSON.stringify(of.definition)).length;
  const services = of.creates && of.cluster.known && of.cluster.value ? of.cluster.value.services + 1 : 0;
  const over = [
    over1(boundsOf(of.bounds).upper, TASKS_PER_SERVICE, 'tasks of one service during the rollout'),
    over1(services, SERVICES_PER_CLUSTER, 'services in the cluster'),
    over1(containers, CONTAINERS, 'containers in the task definition'),
    over1(bytes, DEFINITION_BYTES, 'bytes of the task definition'),
    over1(of.subnets, SUBNETS, 'subnets'),
    over1(of.securityGroups, SECURITY_GROUPS, 'security groups'),
    over1(of.targetGroups, TARGET_GROUPS, 'target groups'),
  ].filter((text) => text !== null);
  if (over.length === 0) return ok('quota', 'within the limits of ECS');
  return problem(
    'quota',
    `more than ECS takes: ${over.join('; ')}`,
    'Take less, or ask AWS for more where the limit can be raised.',
  );
}

const over1 = (count: number, most: number, what: string): string | null =>
  count > most ? `${count} ${what}, at most ${most}` : null;
