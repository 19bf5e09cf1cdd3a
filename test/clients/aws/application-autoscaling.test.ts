import { expect, it } from 'vitest';
import { withAws } from '../aws.js';

const target = '--service-namespace ecs --scalable-dimension ecs:service:DesiredCount --resource-id service/shop/ui';
const network = { awsvpcConfiguration: { subnets: ['subnet-0a1b2c3d4e5f60718'] } };

withAws('application-autoscaling', 8, (aws) => {
  it('keeps the bounds and policies of a service', async () => {
    await aws('ecs create-cluster --cluster-name shop').gives({ cluster: { clusterName: 'shop' } });
    await aws(
      'ecs register-task-definition --family ui --network-mode awsvpc --cpu 256 --memory 512 --requires-compatibilities FARGATE --container-definitions',
      [{ name: 'ui', image: 'public.ecr.aws/shop/ui:1' }],
    ).gives({ taskDefinition: { revision: 1 } });
    await aws(
      'ecs create-service --cluster shop --service-name ui --task-definition ui --desired-count 0 --launch-type FARGATE --network-configuration',
      network,
    ).gives({
      service: { serviceName: 'ui' },
    });
    await aws(`application-autoscaling register-scalable-target ${target} --min-capacity 2 --max-capacity 6`).gives({
      ScalableTargetARN: expect.stringMatching(/^arn:aws:(application-)?autoscaling:/),
    });
    await aws('application-autoscaling describe-scalable-targets --service-namespace ecs --resource-ids service/shop/ui').gives({
      ScalableTargets: [
        { ResourceId: 'service/shop/ui', MinCapacity: 2, MaxCapacity: 6, ScalableDimension: 'ecs:service:DesiredCount' },
      ],
    });
    await aws(
      `application-autoscaling put-scaling-policy ${target} --policy-name cpu --policy-type TargetTrackingScaling --target-tracking-scaling-policy-configuration`,
      {
        TargetValue: 60,
        PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' },
      },
    ).gives({ PolicyARN: expect.stringMatching(/^arn:aws:(application-)?autoscaling:/) });
    await aws('application-autoscaling describe-scaling-policies --service-namespace ecs').gives({
      ScalingPolicies: [
        { PolicyName: 'cpu', PolicyType: 'TargetTrackingScaling', TargetTrackingScalingPolicyConfiguration: { TargetValue: 60 } },
      ],
    });
    await aws(`application-autoscaling delete-scaling-policy ${target} --policy-name cpu`).isSilent();
    await aws(`application-autoscaling delete-scaling-policy ${target} --policy-name cpu`).isRefused('ObjectNotFoundException');
    await aws(`application-autoscaling deregister-scalable-target ${target}`).isSilent();
    await aws('application-autoscaling describe-scalable-targets --service-namespace ecs').gives({ ScalableTargets: [] });
    await aws(`application-autoscaling register-scalable-target ${target} --min-capacity 6 --max-capacity 2`).isRefused(
      'ValidationException',
    );
    await aws(
      `application-autoscaling register-scalable-target ${target.replace('ecs ', 'zoo ')} --min-capacity 1 --max-capacity 2`,
    ).isRefused('ValidationException', /serviceNamespace/);
    await aws(
      'application-autoscaling get-predictive-scaling-forecast --service-namespace ecs --resource-id x --scalable-dimension ecs:service:DesiredCount --policy-name x --start-time 2026-11-19T00:00:00Z --end-time 2026-11-20T00:00:00Z',
    ).isRefused('UnknownOperationException');
  });
});
