/** The only place that calls Elastic Load Balancing. */
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { TargetGroupGateway } from '../engine/effects.js';
import { explainAwsError } from './errors.js';

export function createTargetGroupGateway(client: () => Promise<ElasticLoadBalancingV2Client>, where: string): TargetGroupGateway {
  return {
    async health(TargetGroupArn) {
      try {
        const { DescribeTargetHealthCommand } = await import('./sdk/elbv2.js');
        const { TargetHealthDescriptions = [] } = await (
          await client()
        ).send(new DescribeTargetHealthCommand({ TargetGroupArn }));
        return TargetHealthDescriptions.map(({ Target, TargetHealth }) => ({
          target: `${Target?.Id ?? ''}:${Target?.Port ?? ''}`,
          state: TargetHealth?.State ?? '',
          reason: TargetHealth?.Reason ?? null,
          description: TargetHealth?.Description ?? null,
        }));
      } catch (error) {
        throw explainAwsError(error, 'elasticloadbalancing:DescribeTargetHealth', where);
      }
    },
  };
}
