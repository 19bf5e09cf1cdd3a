/** Checks of load balancers and containers that fail. */
import { pattern, type Family } from './pattern.js';

export const health: Family = {
  name: 'health',
  patterns: [
    pattern(
      'HealthPathNotFound',
      'failure',
      /failed with these codes: \[40[45]\]/i,
      'The application has no page under the health path. Set `health` in baf.yaml to one that answers 200.',
    ),
    pattern(
      'HealthPathDenied',
      'failure',
      /failed with these codes: \[40[13]\]/i,
      'The health path asks for a login. Set `health` in baf.yaml to one that answers 200 to anybody.',
    ),
    pattern(
      'HealthCheckTimeout',
      'failure',
      /unhealthy in[^]*Request timed out|Target\.Timeout/i,
      'Nothing answered in time. The application has to listen on 0.0.0.0 and on `port` of baf.yaml; if it does, the security group keeps the load balancer out, or it is too slow.',
    ),
    pattern(
      'AppNotAnswering',
      'failure',
      /failed with these codes: \[50[234]\]/i,
      'What answers has nothing behind it yet. Read the log; when the application only needs longer to start, raise healthCheckGracePeriodSeconds in the template.',
    ),
    pattern(
      'HealthCheckBadStatus',
      'failure',
      /failed with these codes|Target\.ResponseCodeMismatch/i,
      'The health path answers with an error: read the log of the application at that time.',
    ),
    pattern(
      'TargetsNotRegistered',
      'failure',
      /failed to register targets/i,
      'The target group does not fit the tasks: network mode awsvpc needs target type ip. Correct the template.',
    ),
    pattern(
      'ContainerCheckFailed',
      'failure',
      /failed container health checks/i,
      'The check inside of the container fails, whatever a load balancer finds: the template makes it of `port` and `health` in baf.yaml. Try its command in the image (docker run; is its program there, curl or wget?); where the application starts slowly, raise its startPeriod in the template.',
    ),
    pattern(
      'HealthCheckFailed',
      'failure',
      /failed ELB health checks|is unhealthy in|Health checks failed|Target\.FailedHealthChecks/i,
      'The load balancer found it unhealthy. Check path and port in baf.yaml, how long the application takes to start, its log, and the security group.',
    ),
  ],
};
