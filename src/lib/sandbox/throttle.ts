/** Token buckets as AWS keeps them, for each account and region; times are sandbox time. */
export interface Bucket {
  /** Calls at once. */
  readonly burst: number;
  /** Calls a second after that. */
  readonly refill: number;
}

/**
 * `operations` share a bucket. Those of ECS are in its documentation, and so are SSM's shared 40 reads and 3 writes a second;
 * the buckets for history and deletion are estimates, because AWS publishes none.
 */
const rules: Readonly<Record<string, readonly (Bucket & { readonly name: string; readonly operations: RegExp })[]>> = {
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
    { name: 'read', burst: 40, refill: 40, operations: /^GetParameter(s|sByPath)?$/ },
    { name: 'history', burst: 10, refill: 10, operations: /^(GetParameterHistory|DescribeParameters)$/ },
    { name: 'write', burst: 3, refill: 3, operations: /^(PutParameter|LabelParameterVersion|UnlabelParameterVersion)$/ },
    { name: 'delete', burst: 5, refill: 5, operations: /^DeleteParameters?$/ },
  ],
};

export interface Throttle {
  /** Whether a call may pass; takes a token when it may. */
  take(where: string, service: string, operation: string, now: number): boolean;
}

export function createThrottle(): Throttle {
  const levels = new Map<string, { tokens: number; at: number }>();
  return {
    take(where, service, operation, now) {
      const rule = rules[service]?.find((r) => r.operations.test(operation));
      if (!rule) return true;
      const key = `${where}/${service}/${rule.name}`;
      const level = levels.get(key) ?? { tokens: rule.burst, at: now };
      level.tokens = Math.min(rule.burst, level.tokens + (Math.max(0, now - level.at) / 1000) * rule.refill);
      level.at = now;
      levels.set(key, level);
      if (level.tokens < 1) return false;
      level.tokens -= 1;
      return true;
    },
  };
}

export const noThrottle: Throttle = { take: () => true };
