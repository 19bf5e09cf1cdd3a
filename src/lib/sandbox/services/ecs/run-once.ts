/** Client tokens of RunTask: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/ECS_Idempotency.html */
import { AwsError, type Cell, type Operation } from '../../service.js';
import { arnOf, clusterOf, lastPart, own, slice } from './state.js';
import { showTask } from './task-view.js';

/** Runs each token once: asked again, it gives what was started then. */
export const once =
  (run: Operation): Operation =>
  ({ clientToken, ...input }: { cluster?: string; clientToken?: string }, context) => {
    if (clientToken === undefined) return run(input, context);
    if (!/^[!-~]{1,64}$/.test(clientToken))
      throw new AwsError(
        'InvalidParameterException',
        'clientToken must have 1 to 64 characters, each in the range of 33 to 126.',
      );
    const { cell, now } = context;
    const state = slice(cell);
    const runs = (state.runs ??= {});
    const key = `${clusterOf(cell, input.cluster)} ${clientToken}`;
    for (const [other, { tasks, at }] of Object.entries(runs)) if (isOver(cell, tasks, at, now)) delete runs[other];
    const request = JSON.stringify(input);
    const before = own(runs, key);
    if (!before) {
      const answer = run(input, context) as { tasks: { taskArn: string }[] };
      // What started nothing is asked anew.
      if (answer.tasks.length > 0) runs[key] = { request, tasks: answer.tasks.map((t) => lastPart(t.taskArn)), at: now };
      return answer;
    }
    const arns = before.tasks.map((id) => arnOf(cell, `task/${clusterOf(cell, input.cluster)}/${id}`));
    if (before.request !== request)
      throw new AwsError(
        'ConflictException',
        'The provided clientToken is already in use with a different RunTask request.',
        400,
        {
          resourceIds: arns,
        },
      );
    const tasks = before.tasks.map((id, index) => {
      const task = own(state.tasks, id);
      // Of tasks that have stopped it tells no more than that.
      if (!task || task.status === 'STOPPED') return { taskArn: arns[index], lastStatus: 'STOPPED', desiredStatus: 'STOPPED' };
      return showTask(cell, task, now);
    });
    return { tasks, failures: [] };
  };

const TOKEN_MS = 24 * 3_600_000;
/** A token is good for a day at most, and for an hour after its last task has stopped: for as long as that is shown. */
const isOver = (cell: Cell, tasks: readonly string[], at: number, now: number): boolean =>
  now - at > TOKEN_MS || tasks.every((id) => own(slice(cell).tasks, id) === undefined);
