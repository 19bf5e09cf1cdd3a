/** What a platform team's infrastructure code leaves in a target, so that a deploy finds it: done once for each target. */
import { perform, type Sandbox } from './dispatch.js';
import { seedRoles } from './seed-roles.js';
import { networkIds, seedNetwork } from './seed-network.js';
import type { SandboxService } from './service.js';

export interface SeededTarget {
  readonly account: string;
  readonly region: string;
  readonly environment: string;
  readonly domain: string;
}

export function seed(
  sandbox: Sandbox,
  targets: readonly SeededTarget[],
  repositories: readonly string[],
  secrets: readonly string[] = [],
): boolean {
  const { state } = sandbox.store;
  const done = new Set(state.seeded);
  const once = (key: string, act: () => void): boolean => {
    if (done.has(key)) return false;
    act();
    done.add(key);
    state.seeded.push(key);
    return true;
  };
  let changed = false;
  for (const target of targets) {
    const call = callerOf(sandbox, target);
    const base = `${target.account}/${target.region}`;
    changed = once(`${base}/network`, () => seedNetwork(sandbox, target)) || changed;
    changed = once(base, () => seedTarget(target, call)) || changed;
    changed = once(`${target.account}/roles`, () => seedRoles(sandbox, target.account, call)) || changed;
    for (const name of secrets) changed = once(`${base}/parameter ${name}`, () => seedParameter(call, name)) || changed;
    changed =
      once(`${base}/${target.environment}=${target.domain}`, () => {
        call('ssm', 'PutParameter', parameter(`/baf/platform/${target.environment}/domain`, target.domain));
      }) || changed;
    for (const repositoryName of repositories.filter((name) => !name.split('/')[0]!.includes('.')))
      changed = once(`${base}/${repositoryName}`, () => call('ecr', 'CreateRepository', { repositoryName })) || changed;
  }
  return changed;
}

type Call = (service: string, operation: string, input: object) => Record<string, unknown>;

export function callerOf(sandbox: Sandbox, { account, region }: SeededTarget): Call {
  return (name, operation, input) => {
    const service = sandbox.services.find((s): s is SandboxService => s.name === name)!;
    const arn = `arn:aws:iam::${account}:role/platform`;
    return perform(sandbox, service, operation, input, { account, region, arn }) as Record<string, unknown>;
  };
}

const parameter = (Name: string, Value: string): object => ({ Name, Value, Type: 'String', Overwrite: true });

/** A parameter that a project reads as a secret; one that is there already stays. */
function seedParameter(call: Call, name: string): void {
  const Name = name.includes('/') ? `/${name.replace(/^\//, '')}` : name;
  const { Parameters = [] } = call('ssm', 'GetParameters', { Names: [Name] }) as { Parameters?: object[] };
  if (Parameters.length === 0) call('ssm', 'PutParameter', { Name, Value: `sandbox value of ${name}`, Type: 'SecureString' });
}

/** The platform's certificate; which one it is makes no difference here. */
const CERTIFICATE = '0b0f5a4e-7f0c-4a57-9c39-2f6a5d1e8b10';

function seedTarget(target: SeededTarget, call: Call): void {
  const { account } = target;
  const { vpc, subnets, balancerGroup } = networkIds(target);
  call('ecs', 'CreateCluster', { clusterName: 'baf' });
  const balancers = call('elasticloadbalancing', 'CreateLoadBalancer', {
    Name: 'baf',
    Subnets: subnets,
    SecurityGroups: [balancerGroup],
    Scheme: 'internet-facing',
    Type: 'application',
  })['LoadBalancers'] as { LoadBalancerArn: string }[];
  const listeners = call('elasticloadbalancing', 'CreateListener', {
    LoadBalancerArn: balancers[0]!.LoadBalancerArn,
    Protocol: 'HTTPS',
    Port: 443,
    Certificates: [{ CertificateArn: `arn:aws:acm:${target.region}:${account}:certificate/${CERTIFICATE}` }],
    DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }],
  })['Listeners'] as { ListenerArn: string }[];
  const offer: Record<string, string> = {
    'vpc-id': vpc,
    'subnet-ids': subnets.join(','),
    cluster: 'baf',
    'listener-arn': listeners[0]!.ListenerArn,
    'load-balancer-security-group-id': balancerGroup,
    'execution-role-arn': `arn:aws:iam::${account}:role/baf-task-execution`,
    'task-role-arn': `arn:aws:iam::${account}:role/baf-task`,
    'ecs-infrastructure-role-arn': `arn:aws:iam::${account}:role/baf-ecs-infrastructure`,
    namespace: 'baf',
  };
  for (const [key, value] of Object.entries(offer)) call('ssm', 'PutParameter', parameter(`/baf/platform/${key}`, value));
}
