import { expect, it } from 'vitest';
import { causeOf } from '../../../src/lib/rollout/causes.js';
import type { StoppedTask } from '../../../src/lib/model/observed.js';

const task = (part: Partial<StoppedTask>, exitCode: number | null = null, reason: string | null = null): StoppedTask => ({
  id: 't1',
  startedBy: 'ecs-svc/2',
  stopCode: 'EssentialContainerExited',
  stoppedReason: 'Essential container in task exited',
  containers: [{ name: 'ui', exitCode, reason }],
  ...part,
});

it.each([
  ['ContainerExited', task({}, 1)],
  ['OutOfMemory', task({}, 137, 'OutOfMemoryError: Container killed due to memory usage')],
  ['ImageNotPulled', task({ stopCode: 'TaskFailedToStart', stoppedReason: 'CannotPullContainerError: not found' })],
  [
    'HealthCheckFailed',
    task({ stopCode: 'ServiceSchedulerInitiated', stoppedReason: 'Task failed ELB health checks in (target-group arn)' }),
  ],
  [
    'ResourceInitialization',
    task({ stopCode: 'TaskFailedToStart', stoppedReason: 'ResourceInitializationError: unable to pull secrets' }),
  ],
])('%s', (code, stopped) => expect(causeOf([stopped])?.code).toBe(code));

it('names the exit code, and takes no benign stop for a cause', () => {
  expect(causeOf([task({}, 1)])?.message).toBe('Essential container in task exited (exit code 1)');
  expect(
    causeOf([
      task({ stopCode: 'ServiceSchedulerInitiated', stoppedReason: 'Scaling activity initiated by (deployment ecs-svc/1)' }),
    ]),
  ).toBeNull();
});

it('says once what both the task and its container say', () => {
  const text = 'CannotPullContainerError: not found';
  const stopped = task({ stopCode: 'TaskFailedToStart', stoppedReason: text }, null, text);
  expect(causeOf([stopped])?.message).toBe(text);
});
