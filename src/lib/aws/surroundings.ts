/** What pre-flight asks of AWS around a service: roles, secrets, network, cluster. The clients are loaded when first asked. */
import type { Surroundings } from '../engine/surroundings.js';
import type { Target } from '../model/target.js';
import type { Decision } from '../preflight/secrets.js';
import { keepSecret } from '../redaction/secrets.js';
import type { Clients } from './clients.js';
import { capacityOf } from './cluster-capacity.js';
import { findImage } from './ecr.js';
import { awsCode, explainAwsError } from './errors.js';

export function createSurroundings(clients: Clients, target: Target): Surroundings {
  const where = target.name;
  const ec2 = clients(target, async (c) => new (await import('./sdk/ec2.js')).EC2Client(c));
  const ecs = clients(target, async (c) => new (await import('./sdk/ecs.js')).ECSClient(c));
  const elb = clients(target, async (c) => new (await import('./sdk/elbv2.js')).ElasticLoadBalancingV2Client(c));
  const iam = clients(target, async (c) => new (await import('./sdk/iam.js')).IAMClient(c));
  const logs = clients(target, async (c) => new (await import('./sdk/logs.js')).CloudWatchLogsClient(c));
  const secrets = clients(target, async (c) => new (await import('./sdk/secrets-manager.js')).SecretsManagerClient(c));
  const ssm = clients(target, async (c) => new (await import('./sdk/ssm.js')).SSMClient(c));
  /** `missing`: codes that mean that it is not there. */
  const call = async <T>(name: string, missing: RegExp | null, act: () => Promise<T>): Promise<T | null> => {
    try {
      return await act();
    } catch (error) {
      if (missing?.test(awsCode(error))) return null;
      throw explainAwsError(error, name, where);
    }
  };
  /** AWS refuses a whole list for one name in it: then each is asked by itself. */
  const those = async (
    names: readonly string[],
    name: string,
    missing: RegExp,
    ask: (some: string[]) => Promise<(string | undefined)[]>,
  ): Promise<string[]> => {
    const all = await call(name, missing, () => ask([...names]));
    if (all !== null) return all.filter((id) => id !== undefined);
    if (names.length < 2) return [];
    return (await Promise.all(names.map((one) => those([one], name, missing, ask)))).flat();
  };
  return {
    image: ({ account, region, repository, id }) => {
      const client = clients({ ...target, region }, async (c) => new (await import('./sdk/ecr.js')).ECRClient(c));
      return findImage(client, where, repository, id, account);
    },
    role: (RoleName) =>
      call('iam:GetRole', /^NoSuchEntity/, async () => {
        const { Role } = await (await iam()).send(new (await import('./sdk/iam.js')).GetRoleCommand({ RoleName }));
        return { trust: decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '') };
      }),
    decisions: async (PolicySourceArn, action, resources) => {
      const { SimulatePrincipalPolicyCommand } = await import('./sdk/iam.js');
      const found = new Map<string, Decision>();
      let Marker: string | undefined;
      do {
        const input = { PolicySourceArn, ActionNames: [action], ResourceArns: [...resources], Marker };
        const page = (await call('iam:SimulatePrincipalPolicy', null, async () =>
          (await iam()).send(new SimulatePrincipalPolicyCommand(input)),
        ))!;
        for (const { EvalResourceName, EvalDecision } of page.EvaluationResults ?? [])
          found.set(EvalResourceName ?? '', (EvalDecision as Decision | undefined) ?? null);
        Marker = page.IsTruncated ? page.Marker : undefined;
      } while (Marker);
      return resources.map((arn) => found.get(arn) ?? null);
    },
    parameters: async (names) => {
      const { DescribeParametersCommand } = await import('./sdk/ssm.js');
      const pages: Promise<string[]>[] = [];
      for (let at = 0; at < names.length; at += 50)
        pages.push(
          (async () => {
            const found: string[] = [];
            let NextToken: string | undefined;
            do {
              const ParameterFilters = [{ Key: 'Name', Option: 'Equals', Values: names.slice(at, at + 50) }];
              const page = (await call('ssm:DescribeParameters', null, async () =>
                (await ssm()).send(new DescribeParametersCommand({ ParameterFilters, MaxResults: 50, NextToken })),
              ))!;
              found.push(...(page.Parameters ?? []).map((p) => p.Name ?? ''));
              NextToken = page.NextToken;
            } while (NextToken);
            return found;
          })(),
        );
      return (await Promise.all(pages)).flat();
    },
    async secret(SecretId, keys) {
      const sdk = await import('./sdk/secrets-manager.js');
      const described = await call('secretsmanager:DescribeSecret', /^ResourceNotFound/, async () =>
        (await secrets()).send(new sdk.DescribeSecretCommand({ SecretId })),
      );
      if (described === null) return null;
      const versions = Object.entries(described.VersionIdsToStages ?? {});
      const fact = {
        stages: versions.flatMap(([, stages]) => stages),
        versions: versions.map(([id]) => id),
        deleted: described.DeletedDate !== undefined,
      };
      if (!keys || fact.deleted) return { ...fact, keys: null };
      try {
        const { SecretString } = await (await secrets()).send(new sdk.GetSecretValueCommand({ SecretId }));
        return { ...fact, keys: { known: true, value: keysOf(SecretString) } };
      } catch (error) {
        if (/^ResourceNotFound/.test(awsCode(error))) return { ...fact, keys: { known: true, value: [] } };
        return { ...fact, keys: { known: false, why: explainAwsError(error, 'secretsmanager:GetSecretValue', where).message } };
      }
    },
    async logGroups(names) {
      const { DescribeLogGroupsCommand } = await import('./sdk/logs.js');
      const found = await Promise.all(
        names.map(async (logGroupNamePrefix) => {
          const page = (await call('logs:DescribeLogGroups', null, async () =>
            (await logs()).send(new DescribeLogGroupsCommand({ logGroupNamePrefix })),
          ))!;
          // The group of that very name is the first of those that begin with it.
          return (page.logGroups ?? []).map((group) => group.logGroupName ?? '').filter((name) => name === logGroupNamePrefix);
        }),
      );
      return found.flat();
    },
    subnets: (ids) =>
      those(ids, 'ec2:DescribeSubnets', /^InvalidSubnet/, async (SubnetIds) => {
        const { DescribeSubnetsCommand } = await import('./sdk/ec2.js');
        return ((await (await ec2()).send(new DescribeSubnetsCommand({ SubnetIds }))).Subnets ?? []).map((s) => s.SubnetId);
      }),
    securityGroups: (ids) =>
      those(ids, 'ec2:DescribeSecurityGroups', /^InvalidGroup/, async (GroupIds) => {
        const { DescribeSecurityGroupsCommand } = await import('./sdk/ec2.js');
        const { SecurityGroups = [] } = await (await ec2()).send(new DescribeSecurityGroupsCommand({ GroupIds }));
        return SecurityGroups.map((g) => g.GroupId);
      }),
    targetGroups: (arns) =>
      those(arns, 'elasticloadbalancing:DescribeTargetGroups', /^TargetGroupNotFound/, async (TargetGroupArns) => {
        const { DescribeTargetGroupsCommand } = await import('./sdk/elbv2.js');
        const { TargetGroups = [] } = await (await elb()).send(new DescribeTargetGroupsCommand({ TargetGroupArns }));
        return TargetGroups.map((g) => g.TargetGroupArn);
      }),
    cluster: (name) =>
      call('ecs:DescribeClusters', /^ClusterNotFound/, async () => {
        const { DescribeClustersCommand } = await import('./sdk/ecs.js');
        const { clusters = [] } = await (await ecs()).send(new DescribeClustersCommand({ clusters: [name] }));
        const found = clusters[0];
        return found ? { active: found.status === 'ACTIVE', services: found.activeServicesCount ?? 0 } : null;
      }),
    capacity: async (cluster, providers) =>
      (await call('ecs:DescribeContainerInstances', null, async () => capacityOf(await ecs(), cluster, providers)))!,
  };
}

/** Every value in it is a secret, and so is the whole. */
function keysOf(text: string | undefined): string[] | 'not JSON' {
  keepSecret(text);
  try {
    const value: unknown = JSON.parse(text ?? '');
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'not JSON';
    for (const part of Object.values(value)) if (typeof part === 'string') keepSecret(part);
    return Object.keys(value);
  } catch {
    return 'not JSON';
  }
}
