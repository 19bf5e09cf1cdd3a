/** Token buckets as AWS keeps them, for each account and region; times are sandbox time. */
export interface Bucket {
  /** Calls at once. */
  readonly burst: number;
  /** Calls a second after that. */
  readonly refill: number;
}

interface Rule extends Bucket {
  readonly name: string;
  readonly operations: RegExp;
  /** Whether every operation has a bucket of its own; else they share one. */
  readonly each?: boolean;
  /** What an account that pays for more has. */
  readonly high?: Bucket;
}

/**
 * Those of ECS, EC2, CloudWatch Logs and SSM's reads and writes are in the documentation, the portal of single sign-on's is
 * what its users measure, CloudFormation's what they are told of (five a second; the burst is an estimate); SSM's for history and deletion are estimates, because AWS publishes none.
 */
const rules: Readonly<Record<string, readonly Rule[]>> = {
  ecs: [
    { name: 'cluster-modify', burst: 20, refill: 1, operations: /^(Create|Update|Delete|Put)(Cluster|CapacityProvider)\w*$/ },
    { name: 'cluster-read', burst: 50, refill: 20, operations: /^(Describe|List)(Clusters|CapacityProviders)$/ },
    { name: 'definition-modify', burst: 20, refill: 1, operations: /^(Register|Deregister)TaskDefinition$/ },
    { name: 'definition-delete', burst: 5, refill: 1, operations: /^DeleteTaskDefinitions$/ },
    { name: 'definition-read', burst: 50, refill: 20, operations: /^(DescribeTaskDefinition|ListTaskDefinition\w*)$/ },
    { name: 'run', burst: 100, refill: 40, operations: /^(RunTask|StartTask|StopTask|ExecuteCommand)$/ },
    { name: 'task-read', burst: 100, refill: 20, operations: /^(Describe|List)(Tasks|ContainerInstances)$/ },
    { name: 'service-modify', burst: 50, refill: 5, operations: /^(Create|Update|Delete)Service$/ },
    { name: 'service-read', burst: 100, refill: 20, operations: /^(Describe|List)Services(ByNamespace)?$/ },
    { name: 'deployment-read', burst: 50, refill: 20, operations: /^(Describe|List)ServiceDeployments$/ },
    { name: 'revision-read', burst: 50, refill: 20, operations: /^DescribeServiceRevisions$/ },
    { name: 'tag-modify', burst: 20, refill: 10, operations: /^(Tag|Untag)Resource$/ },
    { name: 'tag-read', burst: 50, refill: 20, operations: /^ListTagsForResource$/ },
  ],
  ssm: [
    {
      name: 'read',
      burst: 40,
      refill: 40,
      operations: /^GetParameter(s|sByPath)?$/,
      high: { burst: 10_000, refill: 10_000 },
    },
    { name: 'history', burst: 10, refill: 10, operations: /^(GetParameterHistory|DescribeParameters)$/ },
    {
      name: 'write',
      burst: 3,
      refill: 3,
      operations: /^(PutParameter|LabelParameterVersion|UnlabelParameterVersion)$/,
      high: { burst: 10, refill: 10 },
    },
    { name: 'delete', burst: 5, refill: 5, operations: /^DeleteParameters?$/ },
  ],
  ec2: [
    { name: 'read', burst: 100, refill: 20, operations: /^(Describe|Get|List|Search)/, each: true },
    { name: 'write', burst: 50, refill: 5, operations: /./, each: true },
  ],
  logs: [
    { name: 'filter', burst: 5, refill: 5, operations: /^FilterLogEvents$/ },
    { name: 'read', burst: 25, refill: 25, operations: /^(GetLogEvents|DescribeLogStreams)$/, each: true },
  ],
  cloudformation: [{ name: 'look', burst: 10, refill: 5, operations: /^DescribeStacks$/ }],
  awsssoportal: [{ name: 'portal', burst: 20, refill: 20, operations: /^(ListAccounts|ListAccountRoles|GetRoleCredentials)$/ }],
};

export interface Throttle {
  /** Whether a call may pass; takes a token when it may. */
  take(where: string, service: string, operation: string, now: number): boolean;
}

/** `paysForMore`: whether an account has more of a service's calls, e.g. SSM's high throughput. */
export function createThrottle(paysForMore: (where: string, service: string) => boolean = () => false): Throttle {
  const levels = new Map<string, { tokens: number; at: number }>();
  return {
    take(where, service, operation, now) {
      const rule = rules[service]?.find((r) => r.operations.test(operation));
      if (!rule) return true;
      const key = `${where}/${service}/${rule.name}${rule.each ? `/${operation}` : ''}`;
      const { burst, refill } = rule.high && paysForMore(where, service) ? rule.high : rule;
      const level = levels.get(key) ?? { tokens: burst, at: now };
      level.tokens = Math.min(burst, level.tokens + (Math.max(0, now - level.at) / 1000) * refill);
      level.at = now;
      levels.set(key, level);
      if (level.tokens < 1) return false;
      level.tokens -= 1;
      return true;
    },
  };
}

export const noThrottle: Throttle = { take: () => true };
