/** What a hook's task is judged to be. */
import { expect, it } from 'vitest';
import type { TaskHook, TaskState } from '../../../src/lib/model/hooks.js';
import { judgeTask } from '../../../src/lib/rollout/hooks.js';

const migrate = { name: 'migrate' } as TaskHook;
const ended = (stopCode: string | null, exitCode: number | null, stoppedReason = 'Essential container in task exited') =>
  ({
    ...{ id: '1', createdAt: 0, status: 'STOPPED', stopCode, stoppedReason },
    containers: [{ name: 'app', exitCode, reason: null, runtimeId: null }],
  }) as TaskState;

it.each([
  ['EssentialContainerExited', 0, null],
  ['EssentialContainerExited', 3, 'HookFailed'],
  ['TaskFailedToStart', null, 'HookNotStarted'],
  // Told to stop, a program may end with 0: its work is not done.
  ['UserInitiated', 0, 'HookInterrupted'],
  ['UserInitiated', 143, 'HookInterrupted'],
  ['SpotInterruption', 0, 'HookInterrupted'],
  ['UserInitiated', null, 'HookNotStarted'],
] as const)('a task that ended by %s with exit code %s', (stopCode, exitCode, code) => {
  const verdict = judgeTask(migrate, ended(stopCode, exitCode), 'app');
  expect(verdict.kind === 'failed' ? verdict.cause.code : null).toBe(code);
});

it('says who stopped a task', () => {
  const verdict = judgeTask(migrate, ended('UserInitiated', 0, 'ana stopped it'), 'app');
  expect(verdict).toMatchObject({
    cause: { message: 'migrate was stopped before it had ended: ana stopped it (exit code 0).' },
  });
});
