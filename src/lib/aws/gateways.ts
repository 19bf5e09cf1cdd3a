/** The gateways of one target, made when first asked for. */
import type { TargetGateways } from '../engine/effects.js';
import type { Clock } from '../model/clock.js';
import type { PlatformOffer } from '../model/offer.js';
import type { Target } from '../model/target.js';
import { createCloudFormationEngine } from '../stacks/cloudformation/engine.js';
import type { Surroundings } from '../engine/surroundings.js';
import type { ImageFact } from '../preflight/image.js';
import { createSurroundings } from './surroundings.js';
import type { Clients } from './clients.js';
import { createAlarmGateway } from './alarms.js';
import { createCloudFormationGateway } from './cloudformation.js';
import { findImage } from './ecr.js';
import { createEcsGateway } from './ecs.js';
import { createTargetGroupGateway } from './elbv2.js';
import { createEventGateway } from './eventbridge.js';
import { createIamGateway } from './iam.js';
import { createLoadBalancerGateway } from './load-balancers.js';
import { createLogsGateway } from './logs.js';
import { readInfrastructureRole, readOffer } from './offer.js';
import { createScalingGateway } from './scaling.js';
import { createPacer } from './pacer.js';
import { IMAGES, STACK_LOOKS, WRITES } from './paces.js';
import { createParameterStore } from './parameter-store.js';
import { findRunningTasks } from './running-tasks.js';
import { createSecretStore } from './secrets-manager.js';
import { createSsmGateway } from './ssm.js';
import { createTaskGateway } from './tasks.js';

export function createGateways(clients: Clients, clock: Clock): (target: Target) => TargetGateways {
  const known = new Map<string, TargetGateways>();
  return (target) => {
    const there = known.get(target.name);
    if (there) return there;
    const where = target.name;
    const reader = clients(target, async (c) => new (await import('./sdk/ssm.js')).SSMClient(c));
    const writer = clients(target, async (c) => new (await import('./sdk/ssm.js')).SSMClient({ ...c, maxAttempts: 1 }));
    const pacer = createPacer(WRITES, clock);
    const ssm = createSsmGateway(reader, writer, where, clock, pacer);
    const ecs = clients(target, async (c) => new (await import('./sdk/ecs.js')).ECSClient(c));
    const ecsWriter = clients(target, async (c) => new (await import('./sdk/ecs.js')).ECSClient({ ...c, maxAttempts: 1 }));
    const managed = clients(target, async (c) => new (await import('./sdk/secrets-manager.js')).SecretsManagerClient(c));
    const ecr = clients(target, async (c) => new (await import('./sdk/ecr.js')).ECRClient(c));
    const cloudformation = clients(target, async (c) => new (await import('./sdk/cloudformation.js')).CloudFormationClient(c));
    const offers = new Map<string, Promise<PlatformOffer>>();
    const infrastructureRole = new Map<'', Promise<string | null>>();
    const images = new Map<string, Promise<ImageFact | null>>();
    const looksAtImages = createPacer(IMAGES, clock);
    let around: Surroundings | null = null;
    const gateways: TargetGateways = {
      ecs: createEcsGateway(ecs, ecsWriter, where, clock),
      tasks: createTaskGateway(ecs, where),
      loadBalancers: createLoadBalancerGateway(
        clients(target, async (c) => new (await import('./sdk/elbv2.js')).ElasticLoadBalancingV2Client(c)),
        where,
      ),
      ssm,
      logs: createLogsGateway(clients(target, async (c) => new (await import('./sdk/logs.js')).CloudWatchLogsClient(c))),
      alarms: createAlarmGateway(
        clients(target, async (c) => new (await import('./sdk/cloudwatch.js')).CloudWatchClient(c)),
        where,
      ),
      scaling: createScalingGateway(
        clients(target, async (c) => new (await import('./sdk/application-auto-scaling.js')).ApplicationAutoScalingClient(c)),
        where,
      ),
      events: createEventGateway(
        clients(target, async (c) => new (await import('./sdk/eventbridge.js')).EventBridgeClient({ ...c, maxAttempts: 1 })),
        where,
      ),
      targetGroups: createTargetGroupGateway(
        clients(target, async (c) => new (await import('./sdk/elbv2.js')).ElasticLoadBalancingV2Client(c)),
        where,
      ),
      stacks: createCloudFormationEngine(
        createCloudFormationGateway(cloudformation, where),
        clock,
        createPacer(STACK_LOOKS, clock),
      ),
      rolePolicies: createIamGateway(
        clients(target, async (c) => new (await import('./sdk/iam.js')).IAMClient(c)),
        where,
      ),
      values: {
        settings: createParameterStore({ reader, writer, where, clock, pacer, type: 'String' }),
        ssm: createParameterStore({ reader, writer, where, clock, pacer, type: 'SecureString' }),
        secretsmanager: createSecretStore(managed, where),
      },
      runningTasks: (cluster, service) => findRunningTasks(ecs, where, cluster, service),
      offer: (environment) => remember(offers, environment, () => readOffer(ssm, environment, where)),
      infrastructureRole: () => remember(infrastructureRole, '', () => readInfrastructureRole(ssm)),
      imageDigest: async (repository, tag) =>
        (
          await remember(images, `${repository}:${tag}`, () =>
            looksAtImages.run(() => findImage(ecr, where, repository, { tag })),
          )
        )?.digest ?? null,
      surroundings() {
        if (around) return around;
        const made = createSurroundings(clients, target);
        // What the plan has asked for already is not asked again.
        around = {
          ...made,
          image: (reference) =>
            reference.account === target.accountId && reference.region === target.region && reference.id.tag !== undefined
              ? remember(images, `${reference.repository}:${reference.id.tag}`, () => made.image(reference))
              : made.image(reference),
        };
        return around;
      },
    };
    known.set(target.name, gateways);
    return gateways;
  };
}

function remember<K extends string, T>(held: Map<K, Promise<T>>, key: K, make: () => Promise<T>): Promise<T> {
  const value = held.get(key) ?? make();
  held.set(key, value);
  value.catch(() => held.delete(key));
  return value;
}
