/** What ECS says about a deployment as a whole. */
import { pattern, type Family } from './pattern.js';

export const deployment: Family = {
  name: 'deployment',
  patterns: [
    pattern(
      'AlarmTriggered',
      'failure',
      /alarm detected|because of one or more active alarms/i,
      'An alarm of the deployment went off. Look at the alarm and its metric at that time (CloudWatch, history of the alarm), fix the cause, deploy another tag.',
    ),
    pattern(
      'PauseTimedOut',
      'failure',
      /lifecycle hooks?(\(s\))? timed out/i,
      'It was paused, and nobody let it go on in time. Deploy again, and type `baf continue` while it is paused; deploy.pause.timeout in baf.yaml says how long it waits.',
    ),
    pattern(
      'HookRefused',
      'failure',
      /lifecycle hooks?(\(s\))? failed/i,
      'Somebody sent it back while it was paused (`baf continue --back`), or a lifecycle hook of the service did: ask who, then deploy again.',
    ),
    pattern(
      'RollingBack',
      'symptom',
      /rolling back to deployment/i,
      'The new version failed and ECS goes back. Look at the first failed task: it says why.',
    ),
    pattern(
      'CircuitBreaker',
      'symptom',
      /circuit breaker|deployment failed: tasks? failed to start|SERVICE_DEPLOYMENT_FAILED/i,
      'Too many tasks failed to start. The stopped tasks say why, and their logs: ECS shows them for an hour (console: Tasks, stopped; or aws ecs list-tasks --desired-status STOPPED, then describe-tasks).',
    ),
    pattern(
      'TasksKeepFailing',
      'symptom',
      /unable to consistently start tasks|SERVICE_TASK_START_IMPAIRED/i,
      'Tasks stop again and again, and ECS waits longer each time. The stopped tasks say why (ECS shows them for an hour); a deploy of another tag begins without the waiting.',
    ),
    pattern('TaskFailedToStart', 'symptom', /TaskFailedToStart/i, 'The task never ran: its stopped reason says why.'),
    pattern(
      'DeploymentCompleted',
      'progress',
      /deployment completed|deployment ecs-svc\/\S+ completed|SERVICE_DEPLOYMENT_COMPLETED/i,
    ),
    pattern('DeploymentInProgress', 'progress', /deployment ecs-svc\/\S+ in progress|SERVICE_DEPLOYMENT_IN_PROGRESS/i),
    pattern('Steady', 'progress', /has reached a steady state|STEADY_STATE/i),
    pattern('TasksStarted', 'progress', /has started \d+ tasks/i),
    pattern('TasksStopped', 'progress', /stopped \d+ (running|pending) tasks/i),
    pattern('TargetsDeregistered', 'progress', /deregistered \d+ (targets|instances)/i),
    pattern('TargetsRegistered', 'progress', /registered \d+ (targets|instances)/i),
    pattern('ConnectionsDraining', 'progress', /begun draining connections/i),
  ],
};
