/** A fleet to try things on: many services, steady, in many targets, each with its task definition and deploy tag. */
import { formatAudit } from '../tags/audit.js';
import { advanceTo } from './advance.js';
import { manualClock } from './clock.js';
import type { Sandbox } from './dispatch.js';
import { callerOf, seed, type SeededTarget } from './seed.js';

export interface Fleet {
  /** Services in each target. */
  readonly services: number;
  /** Targets: the platform's first, then accounts that are made up. */
  readonly targets: number;
  /** Begins the names in ECS, e.g. `retail-store`: `<project>-<environment>-service-001`. */
  readonly project: string;
}

/** How long before now the fleet was deployed, in sandbox time. */
const AGE_MS = 30 * 60_000;

/** Adds what of the fleet is not there; returns its targets. */
export function seedFleet(sandbox: Sandbox, fleet: Fleet, platform: readonly SeededTarget[]): readonly SeededTarget[] {
  const targets = targetsOf(fleet, platform);
  const { state } = sandbox.store;
  state.accounts = [...new Set([...state.accounts, ...targets.map((t) => t.account)])];
  const now = sandbox.clock.now();
  const before: Sandbox = { ...sandbox, clock: manualClock(Math.max(now - AGE_MS, 0)) };
  const names = Array.from({ length: fleet.services }, (_, i) => `service-${String(i + 1).padStart(3, '0')}`);
  // What the platform team has made is older still: no read of it trails.
  seed({ ...sandbox, clock: manualClock(Math.max(now - 2 * AGE_MS, 0)) }, targets, names);
  for (const target of targets) seedServices(before, fleet.project, target, names);
  advanceTo(now, sandbox.services, sandbox.world);
  sandbox.store.mark(targets);
  return targets;
}

function targetsOf({ targets }: Fleet, platform: readonly SeededTarget[]): SeededTarget[] {
  const known = new Map(platform.map((t) => [`${t.account}/${t.region}`, t]));
  const made = Array.from({ length: Math.max(0, targets - known.size) }, (_, i): SeededTarget => ({
    account: String(900_000_000_001 + Math.floor(i / 2)),
    region: i % 2 === 0 ? 'eu-west-1' : 'us-east-1',
    environment: 'prod',
    domain: 'prod.fleet.example',
  }));
  return [...known.values(), ...made].slice(0, targets);
}

function seedServices(sandbox: Sandbox, project: string, target: SeededTarget, names: readonly string[]): void {
  const { state } = sandbox.store;
  const call = callerOf(sandbox, target);
  const place = `${target.account}/${target.region}`;
  const subnets = String(
    (call('ssm', 'GetParameter', { Name: '/baf/platform/subnet-ids' })['Parameter'] as { Value: string }).Value,
  );
  for (const name of names) {
    const key = `${place}/fleet/${name}`;
    if (state.seeded.includes(key)) continue;
    const family = `${project}-${target.environment}-${name}`;
    const { taskDefinition } = call('ecs', 'RegisterTaskDefinition', {
      family,
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '512',
      containerDefinitions: [{ name: 'app', image: imageOf(target, name), essential: true }],
    }) as { taskDefinition: { taskDefinitionArn: string } };
    call('ecs', 'CreateService', {
      cluster: 'baf',
      serviceName: family,
      taskDefinition: taskDefinition.taskDefinitionArn,
      desiredCount: 2,
      launchType: 'FARGATE',
      networkConfiguration: { awsvpcConfiguration: { subnets: subnets.split(',') } },
    });
    const Name = `/baf/tags/${target.environment}/${name}`;
    const Description = formatAudit({ by: 'platform', op: 'deploy', version: 1 });
    call('ssm', 'PutParameter', { Name, Value: '1.0.0', Type: 'String', Description, Overwrite: true });
    call('ssm', 'LabelParameterVersion', { Name, Labels: ['live'] });
    state.seeded.push(key);
  }
}

const imageOf = ({ account, region }: SeededTarget, name: string): string =>
  `${account}.dkr.ecr.${region}.amazonaws.com/${name}:1.0.0`;
