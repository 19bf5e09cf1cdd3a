/** Tasks that ended through no fault of their own: places taken away, people, schedulers. */
import { pattern, type Family } from './pattern.js';

export const host: Family = {
  name: 'host',
  patterns: [
    pattern(
      'Interrupted',
      'waiting',
      /SpotInterruption|Spot Task was interrupted/i,
      'AWS took the Spot capacity back; the service replaces the task. A base of on-demand tasks keeps it serving.',
    ),
    pattern(
      'HostTerminated',
      'waiting',
      /TerminationNotice|Host EC2 \(instance [^)]*\) (stopped|terminated)/i,
      'The instance below the task went away; the service replaces it. Instances are to be drained before they stop: tell the platform team when they were not.',
    ),
    pattern(
      'HostReplaced',
      'waiting',
      /InfrastructureHealth|maintenance on the underlying infrastructure/i,
      'AWS replaces the machine below the task, and the service the task: nothing to do.',
    ),
    pattern(
      'StoppedByUser',
      'waiting',
      /UserInitiated|Task stopped by user/i,
      'Somebody stopped the task (StopTask); CloudTrail says who. The service replaces it.',
    ),
    pattern('ReplacedByDeployment', 'progress', /Scaling activity initiated by|ServiceSchedulerInitiated/i),
    pattern(
      'TasksProtected',
      'waiting',
      /number of protected tasks/i,
      'Tasks that are protected from scale-in keep the rollout from ending. It goes on when they are done; or take their protection away.',
    ),
    pattern(
      'Throttled',
      'waiting',
      /operations are being throttled/i,
      'AWS slows ECS down in this account. It goes on by itself; when it happens often, ask the platform team for higher limits.',
    ),
  ],
};
