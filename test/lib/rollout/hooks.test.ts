/** What a hook's task, or an answer to a check, is judged to be. */
import { expect, it } from 'vitest';
import type { HttpHook, TaskHook, TaskState } from '../../../src/lib/model/hooks.js';
import { judgeAnswer, judgeTask, smokeCause } from '../../../src/lib/rollout/hooks.js';

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

it.each([
  [{ status: 200, body: 'all ok' }, null, null],
  [{ status: 503, body: '' }, 'answered with status 503, not 200', /look at its logs/],
  [{ status: 302, body: '', location: '/login' }, 'answered with status 302 (to /login), not 200', /Redirects are not followed/],
  [{ status: 200, body: 'lost' }, 'answered with no "ok" in 4 characters', /look at its logs/],
  [new Error('gave no answer (within 2 s)'), 'gave no answer (within 2 s)', /look at its logs/],
  [new Error('gave no answer (DEPTH_ZERO_SELF_SIGNED_CERT)'), 'gave no answer (DEPTH_ZERO_SELF_SIGNED_CERT)', /certificate/],
])('an answer %j', (answer, wrong, advice) => {
  const hook = { name: 'GET /health', status: 200, contains: 'ok', retries: 1 } as HttpHook;
  expect(judgeAnswer(hook, answer)).toBe(wrong);
  if (wrong === null) return;
  const cause = smokeCause(hook, 'https://ui/health', wrong);
  expect(cause).toMatchObject({ message: `GET /health failed: https://ui/health ${wrong}, 2 times.` });
  expect(cause.advice).toMatch(advice!);
});
