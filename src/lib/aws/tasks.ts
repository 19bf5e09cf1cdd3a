/** The only place that runs single tasks: RunTask, DescribeTasks, StopTask. */
import type { ECSClient, RunTaskCommandInput, Task } from '@aws-sdk/client-ecs';
import type { TaskGateway } from '../engine/effects.js';
import type { TaskState } from '../model/hooks.js';
import { explainAwsError } from './errors.js';

const MOST_TASKS = 100;

export function createTaskGateway(client: () => Promise<ECSClient>, where: string): TaskGateway {
  const sdk = () => import('./sdk/ecs.js');
  const call = async <T>(name: string, act: () => Promise<T>): Promise<T> => {
    try {
      return await act();
    } catch (error) {
      throw explainAwsError(error, `ecs:${name}`, where);
    }
  };
  return {
    run: (input, clientToken) =>
      call('RunTask', async () => {
        const { tasks = [], failures = [] } = await (
          await client()
        ).send(new (await sdk()).RunTaskCommand({ ...(input as unknown as RunTaskCommandInput), clientToken }));
        const [task] = tasks;
        const reason = failures.map((f) => [f.reason, f.detail].filter(Boolean).join(': ')).join(', ') || 'no reason given';
        return task ? { task: toTaskState(task) } : { task: null, reason };
      }),
    async describe(cluster, ids) {
      const pages: string[][] = [];
      for (let at = 0; at < ids.length; at += MOST_TASKS) pages.push(ids.slice(at, at + MOST_TASKS));
      const answers = await Promise.all(
        pages.map((tasks) =>
          call('DescribeTasks', async () => (await client()).send(new (await sdk()).DescribeTasksCommand({ cluster, tasks }))),
        ),
      );
      return answers.flatMap((answer) => (answer.tasks ?? []).map(toTaskState));
    },
    async stop(cluster, task, reason) {
      await call('StopTask', async () => (await client()).send(new (await sdk()).StopTaskCommand({ cluster, task, reason })));
    },
  };
}

const toTaskState = (task: Task): TaskState => ({
  id: (task.taskArn ?? '').split('/').at(-1)!,
  createdAt: task.createdAt?.getTime() ?? null,
  status: task.lastStatus ?? '',
  stopCode: task.stopCode ?? null,
  stoppedReason: task.stoppedReason ?? null,
  containers: (task.containers ?? []).map((c) => ({
    name: c.name ?? '',
    exitCode: c.exitCode ?? null,
    reason: c.reason ?? null,
    runtimeId: c.runtimeId ?? null,
  })),
});
