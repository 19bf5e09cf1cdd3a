/** What is left on the instances of an ECS cluster. */
import type { ECSClient, Resource } from '@aws-sdk/client-ecs';
import type { CapacityFact } from '../preflight/capacity.js';

/** @param providers null for all instances of the cluster */
export async function capacityOf(client: ECSClient, cluster: string, providers: readonly string[] | null): Promise<CapacityFact> {
  const { DescribeCapacityProvidersCommand, DescribeContainerInstancesCommand, ListContainerInstancesCommand } =
    await import('./sdk/ecs.js');
  const left: { cpu: number; memory: number }[] = [];
  let nextToken: string | undefined;
  do {
    const page = await client.send(new ListContainerInstancesCommand({ cluster, status: 'ACTIVE', nextToken }));
    const containerInstances = page.containerInstanceArns ?? [];
    if (containerInstances.length > 0) {
      const answer = await client.send(new DescribeContainerInstancesCommand({ cluster, containerInstances }));
      for (const one of answer.containerInstances ?? [])
        if (one.agentConnected !== false && (providers === null || providers.includes(one.capacityProviderName ?? '')))
          left.push({ cpu: valueOf(one.remainingResources, 'CPU'), memory: valueOf(one.remainingResources, 'MEMORY') });
    }
    nextToken = page.nextToken;
  } while (nextToken);
  if (!providers?.length) return { grows: false, left };
  const answer = await client.send(new DescribeCapacityProvidersCommand({ capacityProviders: [...providers] }));
  const grows = (answer.capacityProviders ?? []).some((p) => p.autoScalingGroupProvider?.managedScaling?.status === 'ENABLED');
  return { grows, left };
}

const valueOf = (resources: readonly Resource[] | undefined, name: string): number =>
  resources?.find((r) => r.name === name)?.integerValue ?? 0;
