/** All checks of one planned service over what was observed around it. */
import { CHECK_IDS, type CheckId, type Finding, type Known } from './finding.js';
import { judgeAlarms } from './alarms.js';
import { judgeCapacity, taskSize, type CapacityFact } from './capacity.js';
import { judgeArchitecture, judgeImage, type ImageFact } from './image.js';
import type { Needs, Planned } from './needs.js';
import { judgeCluster, judgeThere, type ClusterFact } from './network.js';
import { judgeProgress } from './progress.js';
import { judgeQuota } from './quota.js';
import { judgeNoExecutionRole, judgeRole, type RoleFact } from './roles.js';
import { judgeSecret, type SecretSeen } from './secrets.js';
import { judgeSize } from './size.js';

/** What was observed, by the names in {@link Needs}; null: it was not asked, because its check is not made. */
export interface Observed {
  readonly images: ReadonlyMap<string, Known<ImageFact | null>>;
  readonly roles: ReadonlyMap<string, Known<RoleFact | null>>;
  readonly secrets: readonly SecretSeen[];
  readonly logGroups: Known<readonly string[]>;
  readonly cluster: Known<ClusterFact | null>;
  readonly subnets: Known<readonly string[]>;
  readonly securityGroups: Known<readonly string[]>;
  readonly targetGroups: Known<readonly string[]>;
  readonly alarms: Known<readonly string[]>;
  readonly capacity: Known<CapacityFact> | null;
}

/** In the order of the checks. */
export function judgePlanned(planned: Planned, needs: Needs, seen: Observed, checks: ReadonlySet<CheckId>): Finding[] {
  const role = (id: 'execution-role' | 'task-role', arn: string | null): Finding | null =>
    arn === null
      ? null
      : judgeRole(id, arn, planned.account, seen.roles.get(arn) ?? { known: false, why: 'it was not asked for' });
  const there = !planned.creates && (planned.tasks?.running ?? 0) > 0;
  const made: Record<CheckId, () => (Finding | null)[]> = {
    image: () => needs.images.map(({ image }) => judgeImage(image, seen.images.get(image) ?? null)),
    architecture: () => needs.images.map(({ image }) => judgeArchitecture(image, seen.images.get(image) ?? null, needs.platform)),
    'execution-role': () => [
      needs.executionRole === null ? judgeNoExecutionRole(needs.reasons) : role('execution-role', needs.executionRole),
    ],
    'task-role': () => [role('task-role', needs.taskRole)],
    secrets: () => seen.secrets.map(judgeSecret),
    'log-group': () => [judgeThere('log-group', needs.logGroups, seen.logGroups)],
    cluster: () => [judgeCluster(planned.cluster, seen.cluster)],
    subnets: () => [judgeThere('subnets', needs.subnets, seen.subnets)],
    'security-groups': () => [judgeThere('security-groups', needs.securityGroups, seen.securityGroups)],
    'target-group': () => [judgeThere('target-group', needs.targetGroups, seen.targetGroups)],
    alarms: () => [judgeAlarms(needs.alarms, seen.alarms)],
    size: () => [judgeSize(planned.taskDefinition, needs.onFargate)],
    progress: () => [needs.rolling === null ? null : judgeProgress(needs.rolling, there)],
    capacity: () => [judgeCapacity(taskSize(planned.taskDefinition), needs.bounds, there, seen.capacity)],
    quota: () => [
      judgeQuota({
        definition: planned.taskDefinition,
        bounds: needs.bounds,
        subnets: needs.subnets.length,
        securityGroups: needs.securityGroups.length,
        targetGroups: needs.targetGroups.length,
        creates: planned.creates,
        cluster: seen.cluster,
      }),
    ],
  };
  return CHECK_IDS.filter((id) => checks.has(id)).flatMap((id) => made[id]().filter((f) => f !== null));
}
