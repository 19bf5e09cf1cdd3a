/** Reads what the platform offers in a target from SSM parameters under /baf/platform/. */
import type { SsmGateway } from '../engine/effects.js';
import { ExitCode, UserError } from '../errors/user-error.js';
import type { PlatformOffer } from '../model/offer.js';

const path = '/baf/platform';
const keys = {
  vpcId: 'vpc-id',
  subnetIds: 'subnet-ids',
  cluster: 'cluster',
  listenerArn: 'listener-arn',
  loadBalancerSecurityGroupId: 'load-balancer-security-group-id',
  executionRoleArn: 'execution-role-arn',
  taskRoleArn: 'task-role-arn',
  namespace: 'namespace',
} as const;

/** Only services whose traffic ECS moves need it: it is asked for, and its absence told, when one does. */
const infrastructureRole = `${path}/ecs-infrastructure-role-arn`;

export async function readInfrastructureRole(ssm: SsmGateway): Promise<string | null> {
  const [found] = await ssm.get([infrastructureRole]);
  return found?.value ?? null;
}

const taskBoundary = `${path}/task-boundary-arn`;

/** One call: ten names are what it takes. */
export async function readOffer(ssm: SsmGateway, environment: string, where: string): Promise<PlatformOffer> {
  const domainName = `${path}/${environment}/domain`;
  const found = new Map(
    (await ssm.get([...Object.values(keys).map((key) => `${path}/${key}`), domainName, taskBoundary])).map((p) => [
      p.name,
      p.value,
    ]),
  );
  const missing = [...Object.values(keys).map((key) => `${path}/${key}`), domainName].filter((name) => !found.has(name));
  if (missing.length > 0)
    throw new UserError('PlatformOfferMissing', {
      message: `${where} lacks the platform's parameters ${missing.join(', ')}.`,
      nextSteps: ["The platform's infrastructure code publishes them (docs/platform.md)."],
      exitCode: ExitCode.usage,
      details: { missing },
    });
  const value = (key: keyof typeof keys) => found.get(`${path}/${keys[key]}`)!;
  return {
    vpcId: value('vpcId'),
    subnetIds: value('subnetIds')
      .split(',')
      .map((id) => id.trim()),
    cluster: value('cluster'),
    listenerArn: value('listenerArn'),
    loadBalancerSecurityGroupId: value('loadBalancerSecurityGroupId'),
    executionRoleArn: value('executionRoleArn'),
    taskRoleArn: value('taskRoleArn'),
    infrastructureRoleArn: null,
    ...(found.has(taskBoundary) ? { taskBoundaryArn: found.get(taskBoundary)! } : {}),
    namespace: value('namespace'),
    domain: found.get(domainName)!,
  };
}
