/** Settings that ECS refuses, or with which a rollout cannot end; and things that are not there. */
import { pattern, type Family } from './pattern.js';

export const configuration: Family = {
  name: 'configuration',
  patterns: [
    pattern(
      'DeploymentDeadlock',
      'deadlock',
      /unable to stop or start tasks during a deployment because of the service deployment configuration/i,
      'No task may stop and none may start. Raise maximumPercent to 200, or lower minimumHealthyPercent, under `deploy` in baf.yaml.',
    ),
    pattern(
      'TargetGroupMissing',
      'failure',
      /target group \S+ does not exist/i,
      "The target group is gone. Deploy again: the service's stack makes it.",
    ),
    pattern(
      'TaskSizeInvalid',
      'failure',
      /Invalid 'cpu' setting|No Fargate configuration exists/i,
      'Fargate has no task of that size. Take a pair that it has, for instance cpu 256 with memory 512, 1024 or 2048.',
    ),
    pattern(
      'ArnInvalid',
      'failure',
      /Invalid arn syntax/i,
      'Something that has to be an ARN is not one; a FireLens file in S3 is given as arn:aws:s3:::bucket/key, and Fargate takes only files of the image.',
    ),
    pattern(
      'LoadBalancerContainer',
      'failure',
      /Load balancer container name or port changed|The container \S+ does not exist in the task definition/i,
      'The load balancer of the service names a container and a port that the new task definition does not have: keep both, or change them together.',
    ),
    pattern(
      'LongArnsOff',
      'failure',
      /new ARN and resource ID format must be enabled/i,
      'Ask the platform team to switch on long ARNs of ECS in this account (aws ecs put-account-setting-default).',
    ),
    pattern(
      'PlatformVersionTooOld',
      'failure',
      /PlatformTaskDefinitionIncompatibility/i,
      'The task definition needs a newer Fargate: set platformVersion to LATEST in the template, or leave it out.',
    ),
    pattern(
      'ServiceNotActive',
      'failure',
      /ServiceNotActive/i,
      'The service is being deleted. Wait until it is gone, then deploy again: baf makes it anew.',
    ),
    pattern(
      'ClusterMissing',
      'failure',
      /ClusterNotFound/i,
      'The cluster that the platform names is not in this account and region. Ask the platform team.',
    ),
    pattern(
      'ServiceMissing',
      'failure',
      /ServiceNotFound|service\/\S+ is MISSING/i,
      'There is no such service in this cluster. Check environment and target; a deploy makes it.',
    ),
    pattern('ResourceMissing', 'failure', /^MISSING$/i, 'What was asked for is not there: check its name, account and region.'),
    pattern('ResourceInactive', 'failure', /^INACTIVE$/i, 'It was there and is deleted or drained: deploy again.'),
  ],
};
