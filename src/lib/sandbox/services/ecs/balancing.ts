/** A deployment's load balancers: the target groups its tasks use. */
import type { Deployment } from './state.js';

export interface LoadBalancer {
  targetGroupArn?: string;
  containerName?: string;
  containerPort?: number;
  advancedConfiguration?: {
    alternateTargetGroupArn?: string;
    productionListenerRule?: string;
    testListenerRule?: string;
  };
}

export const balancersOf = (settings: Readonly<Record<string, unknown>>): LoadBalancer[] =>
  (settings['loadBalancers'] as LoadBalancer[] | undefined) ?? [];

/** The target group of a load balancer that a deployment in this slot uses. */
export const groupIn = (balancer: LoadBalancer, slot: 0 | 1): string | undefined =>
  (slot === 1 ? balancer.advancedConfiguration?.alternateTargetGroupArn : undefined) ?? balancer.targetGroupArn;

export const groupsOf = (deployment: Deployment): { group: string; port: number }[] =>
  balancersOf(deployment.settings).flatMap((balancer) => {
    const group = groupIn(balancer, deployment.slot);
    return group ? [{ group, port: balancer.containerPort ?? 80 }] : [];
  });
