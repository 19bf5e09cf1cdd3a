/** The tasks of a service that run now, and since when. */
import type { ECSClient } from '@aws-sdk/client-ecs';
import type { RunningTask } from '../model/stored-value.js';
import { explainAwsError } from './errors.js';

export async function findRunningTasks(
  client: () => Promise<ECSClient>,
  where: string,
  cluster: string,
  serviceName: string,
): Promise<RunningTask[]> {
  const { ListTasksCommand, DescribeTasksCommand } = await import('./sdk/ecs.js');
  try {
    const ecs = await client();
    const found: RunningTask[] = [];
    let nextToken: string | undefined;
    do {
      const page = await ecs.send(new ListTasksCommand({ cluster, serviceName, desiredStatus: 'RUNNING', nextToken }));
      const arns = page.taskArns ?? [];
      if (arns.length > 0) {
        const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: arns }));
        for (const task of tasks)
          if (task.createdAt) found.push({ id: task.taskArn!.split('/').at(-1)!, createdAt: task.createdAt.getTime() });
      }
      nextToken = page.nextToken;
    } while (nextToken);
    return found;
  } catch (error) {
    if (error instanceof Error && error.name === 'ServiceNotFoundException') return [];
    throw explainAwsError(error, 'ecs:ListTasks', where);
  }
}
