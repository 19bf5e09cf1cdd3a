import { describe, expect, it } from 'vitest';
import type { StoppedTask } from '../../../../src/lib/model/observed.js';
import { failedContainers, findingOfTarget, findingOfTask, mostTelling } from '../../../../src/lib/rollout/causes/index.js';
import { logPlaces } from '../../../../src/lib/rollout/log-places.js';

const task = (part: Partial<StoppedTask>, exitCode: number | null = null, reason: string | null = null): StoppedTask => ({
  id: 't1',
  startedBy: 'ecs-svc/2',
  stopCode: 'EssentialContainerExited',
  stoppedReason: 'Essential container in task exited',
  containers: [{ name: 'ui', exitCode, reason }],
  ...part,
});
const notStarted = (stoppedReason: string) => task({ stopCode: 'TaskFailedToStart', stoppedReason });
const secret = notStarted(
  'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secrets from ssm: invalid ssm parameters: /app/key',
);

describe('a stopped task', () => {
  it.each([
    ['ContainerExited', task({}, 1)],
    ['ContainerFinished', task({}, 0)],
    ['ContainerKilled', task({}, 137)],
    ['CommandNotFound', task({}, 127)],
    ['OutOfMemory', task({}, 137, 'OutOfMemoryError: Container killed due to memory usage')],
    ['ImageNotFound', notStarted('CannotPullContainerError: not found')],
    ['ResourceInitialization', notStarted('ResourceInitializationError: something new')],
    ['SecretMissing', secret],
    ['Unknown', notStarted('SomethingNewError: that nobody has seen')],
    ['TaskFailedToStart', notStarted('')],
    [
      'HealthCheckFailed',
      task({ stopCode: 'ServiceSchedulerInitiated', stoppedReason: 'Task failed ELB health checks in (target-group arn)' }, 137),
    ],
  ])('%s', (code, stopped) => expect(findingOfTask(stopped)?.code).toBe(code));

  it('names the exit code, and is no failure where it was replaced', () => {
    expect(findingOfTask(task({}, 1))?.message).toBe('Essential container in task exited (exit code 1)');
    const replaced = 'Scaling activity initiated by (deployment ecs-svc/1)';
    expect(findingOfTask(task({ stopCode: 'ServiceSchedulerInitiated', stoppedReason: replaced }, 143))).toBeNull();
  });
  it('says once what both the task and its container say', () => {
    const text = 'CannotPullContainerError: not found';
    expect(findingOfTask(task({ stopCode: 'TaskFailedToStart', stoppedReason: text }, null, text))?.message).toBe(text);
  });
  it('that nobody understands is shown whole, without advice', () => {
    const text = 'SomethingNewError: that nobody has seen';
    expect(findingOfTask(notStarted(text))).toMatchObject({ code: 'Unknown', message: text, advice: '' });
  });
});

describe('the containers that failed', () => {
  const names = (...containers: [string, number | null, string?][]) =>
    failedContainers(
      task({ containers: containers.map(([name, exitCode, reason]) => ({ name, exitCode, reason: reason ?? null })) }),
    ).map((c) => c.name);
  it('are those that ended by themselves, not those that were stopped because of it', () => {
    expect(names(['ui', 143], ['proxy', 1])).toEqual(['proxy']);
    expect(names(['ui', 137], ['proxy', 0], ['agent', 1])).toEqual(['agent']);
    expect(names(['ui', 1], ['proxy', 2])).toEqual(['ui', 'proxy']);
    expect(names(['ui', 1], ['proxy', 137, 'OutOfMemoryError: killed'])).toEqual(['proxy', 'ui']);
    expect(names(['ui', null], ['proxy', 0])).toEqual(['proxy']);
    expect(names()).toEqual([]);
  });
  it('are named where there are several', () => {
    const stopped = (...containers: [string, number, string?][]) =>
      findingOfTask(
        task({
          stoppedReason: 'Essential container in task exited',
          containers: containers.map(([name, exitCode, reason]) => ({ name, exitCode, reason: reason ?? null })),
        }),
      )!.message;
    expect(stopped(['ui', 1])).toBe('Essential container in task exited (exit code 1)');
    expect(stopped(['ui', 143], ['proxy', 1])).toBe('Essential container in task exited: proxy (exit code 1)');
    expect(stopped(['ui', 143], ['proxy', 137, 'OutOfMemoryError: killed'])).toBe(
      'Essential container in task exited: proxy: OutOfMemoryError: killed (exit code 137)',
    );
  });
  it('write to their own streams', () => {
    const options = (more: object) => ({ logDriver: 'awslogs', options: { 'awslogs-group': '/g', ...more } });
    const definition = {
      containerDefinitions: [
        { name: 'ui', logConfiguration: options({ 'awslogs-stream-prefix': 'ecs' }) },
        { name: 'proxy', logConfiguration: options({}) },
        { name: 'agent', logConfiguration: { logDriver: 'awsfirelens', options: {} } },
        { name: 'quiet' },
      ],
    };
    const containers = [{ name: 'proxy', exitCode: 1, reason: null, runtimeId: 'abc-1' }];
    expect(logPlaces(definition, task({ containers }))).toEqual([
      { container: 'ui', group: '/g', stream: 'ecs/ui/t1' },
      { container: 'proxy', group: '/g', stream: 'abc-1' },
    ]);
  });
});

describe('the most telling of several', () => {
  const telling = (...tasks: StoppedTask[]) => mostTelling(tasks.flatMap((t) => findingOfTask(t) ?? []))?.code;
  it('is what names the cause, before what only says that it failed', () => {
    expect(telling(notStarted(''), notStarted(''), secret)).toBe('SecretMissing');
    expect(telling(task({ stopCode: 'SpotInterruption', stoppedReason: 'Your Spot Task was interrupted.' }), task({}, 1))).toBe(
      'ContainerExited',
    );
  });
  it('is of the family that is seen most, and the precise one of it', () => {
    expect(telling(secret, task({}, 1), task({}, 137, 'OutOfMemoryError: killed'))).toBe('OutOfMemory');
    expect(telling()).toBeUndefined();
  });
  it('has the words of the task and of its target', () => {
    const failed = task({
      stopCode: 'ServiceSchedulerInitiated',
      stoppedReason: 'Task failed ELB health checks in (target-group arn)',
    });
    const target = findingOfTarget({
      target: '10.0.0.4:8080',
      state: 'unhealthy',
      reason: 'Target.ResponseCodeMismatch',
      description: 'Health checks failed with these codes: [404]',
    });
    expect(mostTelling([findingOfTask(failed)!, target!])).toMatchObject({
      code: 'HealthPathNotFound',
      task: failed,
      message:
        'Task failed ELB health checks in (target-group arn); 10.0.0.4:8080 is unhealthy: Health checks failed with these codes: [404] (Target.ResponseCodeMismatch)',
    });
  });
});
