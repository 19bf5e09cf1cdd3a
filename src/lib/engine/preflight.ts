/** Pre-flight: looks around every rollout that would change something, all at once, and lets src/lib/preflight judge. */
import type { BafEvent } from '../model/event.js';
import { countOutcomes, type OutcomeCounts, type PreflightFinding } from '../model/finding.js';
import type { Target } from '../model/target.js';
import { known, type CheckId, type Known } from '../preflight/finding.js';
import { judgePlanned, type Observed } from '../preflight/judge.js';
import { needsOf, type Needs, type Planned } from '../preflight/needs.js';
import { roleOf, type RoleFact } from '../preflight/roles.js';
import type { DeployPlan, PlannedRollout } from '../rollout/plan.js';
import type { Effects } from './effects.js';
import { attempt } from './attempt.js';
import { observeSecrets } from './preflight-secrets.js';

export interface Preflight {
  /** In the order of the plan, and of the checks. */
  readonly findings: readonly PreflightFinding[];
  readonly counts: OutcomeCounts;
}

interface Item {
  readonly rollout: PlannedRollout;
  readonly planned: Planned;
  readonly needs: Needs;
}

/** Reads only. What could not be looked at is a finding (`skipped`), never an error. */
export async function* preflight(
  plan: DeployPlan,
  checks: ReadonlySet<CheckId>,
  effects: Effects,
): AsyncGenerator<BafEvent, Preflight> {
  const changing = checks.size === 0 ? [] : plan.waves.flatMap((wave) => wave.rollouts).filter((r) => r.action !== 'unchanged');
  const items = changing.map(itemOf);
  if (items.length === 0) return { findings: [], counts: countOutcomes([]) };
  const now = () => effects.clock.now();
  const targets = [...new Map(items.map(({ rollout }) => [rollout.target.name, rollout.target])).values()];
  yield { type: 'preflight.started', at: now(), rollouts: items.length, targets: targets.map((t) => t.name) };
  const roles = new Map<string, Promise<Known<RoleFact | null>>>();
  const found = await Promise.all(
    targets.map((target) =>
      judgeTarget(
        target,
        items.filter((item) => item.rollout.target.name === target.name),
        checks,
        effects,
        roles,
        plan.alarms?.[target.name] ?? known([]),
      ),
    ),
  );
  const findings = found.flat();
  const counts = countOutcomes(findings);
  yield { type: 'preflight.ended', at: now(), findings: findings.filter((f) => f.outcome !== 'ok'), counts };
  return { findings, counts };
}

function itemOf(rollout: PlannedRollout): Item {
  const planned: Planned = {
    account: rollout.target.accountId,
    region: rollout.target.region,
    cluster: rollout.cluster,
    taskDefinition: rollout.rendered.taskDefinition,
    service: rollout.rendered.service,
    stackTemplate: rollout.stack?.template ?? null,
    stackOutputs: rollout.stackOutputs,
    tasks: rollout.tasks,
    creates: rollout.action === 'create',
    alarms: rollout.service.deploy.alarms,
  };
  return { rollout, planned, needs: needsOf(planned) };
}

async function judgeTarget(
  target: Target,
  items: readonly Item[],
  checks: ReadonlySet<CheckId>,
  effects: Effects,
  roles: Map<string, Promise<Known<RoleFact | null>>>,
  alarms: Known<readonly string[]>,
): Promise<PreflightFinding[]> {
  const around = effects.at(target).surroundings();
  const all = <T>(of: (needs: Needs) => readonly T[]): T[] => [...new Set(items.flatMap(({ needs }) => of(needs)))];
  const list = async (id: CheckId, names: string[], ask: (names: string[]) => Promise<string[]>): Promise<Known<string[]>> =>
    checks.has(id) && names.length > 0 ? attempt(() => ask(names)) : known([]);
  // Roles are the account's: its other regions need not ask again.
  const role = (arn: string): Promise<Known<RoleFact | null>> => {
    const { account, name } = roleOf(arn, target.accountId);
    const key = `${account}/${name}`;
    const there =
      roles.get(key) ?? (account === target.accountId ? attempt(() => around.role(name)) : Promise.resolve(known(null)));
    roles.set(key, there);
    return there;
  };
  const arns = all(({ executionRole, taskRole }) => [
    ...(executionRole !== null && checks.has('execution-role') ? [executionRole] : []),
    ...(taskRole !== null && checks.has('task-role') ? [taskRole] : []),
  ]);
  const asksImages = checks.has('image') || checks.has('architecture');
  const images = new Map(items.flatMap(({ needs }) => needs.images.map(({ image, ecr }) => [image, ecr] as const)));
  const providers = new Map(
    items
      .filter(({ needs }) => !needs.onFargate && checks.has('capacity'))
      .map(({ needs, planned }) => [`${planned.cluster} ${needs.capacityProviders?.join(',') ?? '*'}`, { needs, planned }]),
  );
  const cluster = items[0]!.planned.cluster;
  const asksCluster = checks.has('cluster') || (checks.has('quota') && items.some(({ planned }) => planned.creates));
  const [imageFacts, roleFacts, secrets, logGroups, clusterFact, subnets, securityGroups, targetGroups, capacities] =
    await Promise.all([
      mapAll(
        asksImages ? [...images] : [],
        async ([image, ecr]) => [image, ecr && (await attempt(() => around.image(ecr)))] as const,
      ),
      mapAll(arns, async (arn) => [arn, await role(arn)] as const),
      checks.has('secrets')
        ? observeSecrets(
            items.map(({ needs }) => needs),
            target,
            around,
          )
        : [],
      list(
        'log-group',
        all((n) => n.logGroups),
        around.logGroups,
      ),
      asksCluster ? attempt(() => around.cluster(cluster)) : known(null),
      list(
        'subnets',
        all((n) => n.subnets),
        around.subnets,
      ),
      list(
        'security-groups',
        all((n) => n.securityGroups),
        around.securityGroups,
      ),
      list(
        'target-group',
        all((n) => n.targetGroups),
        around.targetGroups,
      ),
      mapAll(
        [...providers],
        async ([key, { needs, planned }]) =>
          [key, await attempt(() => around.capacity(planned.cluster, needs.capacityProviders))] as const,
      ),
    ]);
  const capacity = new Map(capacities);
  const seenImages = new Map(imageFacts.filter((entry): entry is [string, NonNullable<(typeof entry)[1]>] => entry[1] !== null));
  return items.flatMap(({ rollout, planned, needs }, index) => {
    const seen: Observed = {
      images: seenImages,
      roles: new Map(roleFacts),
      secrets: secrets[index] ?? [],
      logGroups,
      cluster: clusterFact,
      subnets,
      securityGroups,
      targetGroups,
      alarms,
      capacity: capacity.get(`${planned.cluster} ${needs.capacityProviders?.join(',') ?? '*'}`) ?? null,
    };
    return judgePlanned(planned, needs, seen, checks).map((finding) => ({
      ...finding,
      service: rollout.service.name,
      target: target.name,
    }));
  });
}

const mapAll = <T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<R[]> => Promise.all(items.map(act));
