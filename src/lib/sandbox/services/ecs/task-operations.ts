/** Tasks: stop, list, describe, protect; how they start is in run-task.ts. */
import { AwsError, type Cell, type Operation } from '../../service.js';
import { trailing, unseen, writes } from '../../trailing.js';
import { pageOf } from './paging.js';
import { wake } from './agenda.js';
import { named, say } from './events.js';
import { once } from './run-once.js';
import {
  invalid,
  arnOf,
  atMost,
  clusterOf,
  findService,
  isPending,
  lastPart,
  own,
  serviceOfTask,
  slice,
  type Task,
} from './state.js';
import { stopTask } from './tasks.js';
import { showTask } from './task-view.js';
import { run, startOn } from './run-task.js';

function needTask(cell: Cell, cluster: string, reference: string): Task {
  const task = own(slice(cell).tasks, lastPart(reference));
  if (!task || task.cluster !== cluster) throw invalid('The referenced task was not found.');
  return task;
}

/** Tasks by id or ARN, and failures of those that are not in the cluster. */
function find(
  cell: Cell,
  cluster: string,
  references: readonly string[],
  seen: (task: Task) => boolean = () => true,
): { found: Task[]; failures: object[] } {
  const found: Task[] = [];
  const failures: object[] = [];
  for (const reference of references) {
    const task = own(slice(cell).tasks, lastPart(reference));
    if (task?.cluster === cluster && seen(task)) found.push(task);
    else failures.push({ arn: arnOf(cell, `task/${cluster}/${lastPart(reference)}`), reason: 'MISSING' });
  }
  return { found, failures };
}

interface Listing {
  cluster?: string;
  serviceName?: string;
  desiredStatus?: string;
  startedBy?: string;
  family?: string;
  containerInstance?: string;
  launchType?: string;
  maxResults?: number;
  nextToken?: string;
}

const DEFAULT_PROTECTION_MINUTES = 120;
const showProtection = (cell: Cell, task: Task, now: number): object => {
  const until = task.protectedUntil !== null && now < task.protectedUntil ? task.protectedUntil : null;
  return {
    taskArn: arnOf(cell, `task/${task.cluster}/${task.id}`),
    protectionEnabled: until !== null,
    ...(until === null ? {} : { expirationDate: new Date(until) }),
  };
};

export const taskOperations: Readonly<Record<string, Operation>> = {
  RunTask: once(run),
  StartTask: startOn,
  StopTask(input: { cluster?: string; task: string; reason?: string }, context) {
    const { cell, now, world } = context;
    const task = needTask(cell, clusterOf(cell, input.cluster), input.task);
    if (task.stoppingAt === null) {
      writes(context, task.id, () => showTask(cell, task, now));
      const service = serviceOfTask(cell, task);
      const pending = isPending(task);
      stopTask(cell, task, 'UserInitiated', input.reason ?? 'Task stopped by user', now);
      if (service && service.status !== 'INACTIVE') {
        say(world, service, now, pending ? 'stopped 1 pending tasks.' : `has stopped 1 running tasks: ${named([task])}.`);
        service.steady = false;
        wake(cell, service, now + 1_000);
      }
    }
    return { task: showTask(cell, task, now) };
  },
  ListTasks(input: Listing, context) {
    const { cell } = context;
    const cluster = clusterOf(cell, input.cluster);
    if (input.serviceName && !findService(cell, cluster, input.serviceName))
      throw new AwsError('ServiceNotFoundException', 'Service not found.');
    const stopped = input.desiredStatus === 'STOPPED';
    const service = input.serviceName ? lastPart(input.serviceName) : null;
    const instance = input.containerInstance ? lastPart(input.containerInstance) : null;
    const all = Object.values(slice(cell).tasks).filter(
      (t) =>
        t.cluster === cluster &&
        !unseen(context, t.createdAt) &&
        (t.stoppingAt !== null && !trailing(context, t.id)) === stopped &&
        (service === null || t.service === service) &&
        (!input.startedBy || t.startedBy === input.startedBy) &&
        (!input.family || t.taskDefinition.includes(`/${input.family}:`)) &&
        (instance === null || t.instance === instance) &&
        (!input.launchType || t.launchType === input.launchType),
    );
    // The newest first: what went wrong last is on the first page.
    const { items, token } = pageOf(all.reverse(), input, 100);
    return { taskArns: items.map((t) => arnOf(cell, `task/${t.cluster}/${t.id}`)), nextToken: token };
  },
  DescribeTasks(input: { cluster?: string; tasks: string[]; include?: string[] }, context) {
    const { cell, now } = context;
    atMost(input.tasks, 100, 'Tasks');
    const { found, failures } = find(cell, clusterOf(cell, input.cluster), input.tasks, (t) => !unseen(context, t.createdAt));
    const tags = input.include?.includes('TAGS') ?? false;
    return {
      tasks: found.map((t) => ({ ...(trailing(context, t.id) ?? showTask(cell, t, now)), ...(tags ? {} : { tags: [] }) })),
      failures,
    };
  },
  GetTaskProtection(input: { cluster: string; tasks?: string[] }, { cell, now }) {
    atMost(input.tasks ?? [], 100, 'Tasks');
    const { found, failures } = find(cell, clusterOf(cell, input.cluster), input.tasks ?? []);
    return { protectedTasks: found.map((t) => showProtection(cell, t, now)), failures };
  },
  UpdateTaskProtection(
    input: { cluster: string; tasks: string[]; protectionEnabled: boolean; expiresInMinutes?: number },
    { cell, now },
  ) {
    atMost(input.tasks, 10, 'Tasks');
    const minutes = input.expiresInMinutes ?? DEFAULT_PROTECTION_MINUTES;
    if (minutes < 1 || minutes > 2880) throw invalid('expiresInMinutes must be between 1 and 2880.');
    const { found, failures } = find(cell, clusterOf(cell, input.cluster), input.tasks);
    const able = found.filter((t) => t.service !== null);
    for (const task of able) {
      task.protectedUntil = input.protectionEnabled ? now + minutes * 60_000 : null;
      const service = serviceOfTask(cell, task)!;
      service.stuck = false;
      wake(cell, service, task.protectedUntil ?? now + 1_000);
    }
    return {
      protectedTasks: able.map((t) => showProtection(cell, t, now)),
      failures: [
        ...failures,
        ...found
          .filter((t) => t.service === null)
          .map((t) => ({
            arn: arnOf(cell, `task/${t.cluster}/${t.id}`),
            reason: 'TASK_NOT_VALID',
            detail: 'The task does not belong to a service.',
          })),
      ],
    };
  },
};
