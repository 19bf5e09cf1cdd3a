/** Where a shared load balancer is reached. */
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { LoadBalancerGateway } from '../engine/effects.js';
import { explainAwsError } from './errors.js';

export function createLoadBalancerGateway(
  client: () => Promise<ElasticLoadBalancingV2Client>,
  where: string,
): LoadBalancerGateway {
  return {
    async addressOf(listenerArn) {
      try {
        const { DescribeLoadBalancersCommand } = await import('./sdk/elbv2.js');
        const { LoadBalancers = [] } = await (
          await client()
        ).send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [balancerOf(listenerArn)] }));
        return LoadBalancers[0]?.DNSName ?? null;
      } catch (error) {
        throw explainAwsError(error, 'elasticloadbalancing:DescribeLoadBalancers', where);
      }
    },
  };
}

/** `...:listener/app/name/<balancer>/<listener>` belongs to `...:loadbalancer/app/name/<balancer>`. */
export const balancerOf = (listenerArn: string): string =>
  listenerArn.replace(':listener/', ':loadbalancer/').split('/').slice(0, 4).join('/');
