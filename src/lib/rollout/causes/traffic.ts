/** What ECS says when it cannot move traffic, or a lifecycle hook is in its way: `statusReason` of a service deployment, and events. */
import { pattern, type Family } from './pattern.js';

export const traffic: Family = {
  name: 'traffic',
  patterns: [
    pattern(
      'TrafficRoleDenied',
      'failure',
      /ECS Infrastructure Role|not authorized to perform: elasticloadbalancing:/i,
      'ECS may not change the load balancer. Ask the platform team: the infrastructure role has to trust ecs.amazonaws.com and carry AmazonECSInfrastructureRolePolicyForLoadBalancers.',
    ),
    pattern(
      'TrafficMisrouted',
      'failure',
      /invalid networking configuration/i,
      'The listener rules do not lead to the two target groups of the service as ECS expects; the message names what it found. Undo what was changed by hand (one group has all the weight before a rollout), or ask the platform team; then deploy again.',
    ),
    pattern(
      'HookNotInvoked',
      'failure',
      /lifecycle hook[^]*(unable to assume|unable to invoke|not authorized to perform: lambda)/i,
      'ECS may not call the function of a lifecycle hook: its role has to trust ecs.amazonaws.com and allow lambda:InvokeFunction on it.',
    ),
    pattern(
      'HookFunctionFailed',
      'failure',
      /lifecycle hook[^]*(returned FAILED|unable to parse the response)/i,
      'The function of a lifecycle hook did not let the version pass: the message names it, and its log in CloudWatch Logs says why. It has to answer with a hookStatus in time.',
    ),
    pattern(
      'StoppedByHand',
      'symptom',
      /because the user requested it/i,
      'Somebody stopped it: CloudTrail says who (StopServiceDeployment). Ask them, then deploy again.',
    ),
    pattern(
      'NoWayBack',
      'symptom',
      /No rollback candidate was found/i,
      'ECS has no earlier version to go back to. Look at the stopped tasks and the events before it: they say why this one failed.',
    ),
  ],
};
