/** Tasks before the rollouts of a wave: started once for a version, watched to their end, their logs told as they come. */
import { createHash } from 'node:crypto';
import { UserError } from '../errors/user-error.js';
import type { Cause } from '../model/cause.js';
import type { TaskHook, TaskState } from '../model/hooks.js';
import type { RolloutOutcome } from '../model/outcome.js';
import {
  hookContainer,
  hooksOf,
  judgeTask,
  logsOf,
  timedOut,
  toRunTaskInput,
  withLines,
  type RunTaskInput,
} from '../rollout/hooks.js';
import type { DeployPlan, PlannedRollout } from '../rollout/plan.js';
import type { HookEvent } from './hook-event.js';
import { refuseMoved } from './moved.js';
import { applyStack, registerDefinition } from './prepare.js';
import type { RolloutContext } from './rollout.js';
import { TaskPoller, type Follow } from './task-poller.js';

/**
 * Runs the tasks of a wave, those of its rollouts side by side, those of one rollout in order.
 * @returns `bad`: how the rollouts end whose tasks did not go well; none where all did
 */
export async function runBefore(
  plan: DeployPlan,
  wave: number,
  contextOf: (rollout: PlannedRollout) => RolloutContext,
): Promise<{ bad: Map<PlannedRollout, RolloutOutcome>; bugs: unknown[] }> {
  const bugs: unknown[] = [];
  const pollers = new Map<string, TaskPoller>();
  const ended = new Map<PlannedRollout, RolloutOutcome>();
  await Promise.all(
    plan.waves[wave]!.rollouts.map(async (rollout) => {
      const hooks = hooksOf(plan, rollout).before;
      if (hooks.length === 0) return;
      const context = contextOf(rollout);
      const key = `${rollout.target.name} ${rollout.cluster}`;
      const { effects } = context;
      const poller = pollers.get(key) ?? new TaskPoller(effects.at(rollout.target), rollout.cluster, effects.clock);
      pollers.set(key, poller);
      const { from, to } = rollout;
      const id = { service: rollout.service.name, target: rollout.target.name };
      const bad = await runAll(rollout, hooks, context, poller).catch((bug: unknown): Cause => {
        bugs.push(bug);
        return { code: 'Bug', message: String(bug), advice: 'Report it: this is a mistake in baf.' };
      });
      if (bad === 'cancelled') ended.set(rollout, { ...id, status: 'cancelled', from, to });
      else if (bad) ended.set(rollout, { ...id, status: 'failed', from, to, cause: bad });
    }),
  );
  return { bad: ended, bugs };
}

type Bad = Cause | 'cancelled';

async function runAll(
  rollout: PlannedRollout,
  hooks: readonly TaskHook[],
  context: RolloutContext,
  poller: TaskPoller,
): Promise<Bad | null> {
  try {
    await refuseMoved(rollout, context);
    const outputs = await applyStack(rollout, context);
    const { definition, service } = await registerDefinition(rollout, context, outputs);
    for (const hook of hooks) {
      const input = toRunTaskInput(hook, rollout.cluster, service, definition, rollout.service.name);
      const bad = await new TaskRun(hook, input, definition.raw, rollout, context, poller).run();
      if (bad) return bad;
    }
    return null;
  } catch (error) {
    if (context.signal.aborted) return 'cancelled';
    if (!(error instanceof UserError)) throw error;
    return { code: error.code, message: error.message, advice: error.nextSteps[0] ?? 'Run the same command again.' };
  }
}

/** Between two attempts to start a task for which there was no room. */
const NO_ROOM_MS = 15_000;
/** The last lines may come after the task's end. */
const LATE_LINES_MS = 5_000;

class TaskRun {
  private readonly lines: string[] = [];
  private readonly id: { service: string; target: string };

  constructor(
    private readonly hook: TaskHook,
    private readonly input: RunTaskInput,
    private readonly definition: Readonly<Record<string, unknown>>,
    private readonly rollout: PlannedRollout,
    private readonly context: RolloutContext,
    private readonly poller: TaskPoller,
  ) {
    this.id = { service: rollout.service.name, target: rollout.target.name };
  }

  async run(): Promise<Bad | null> {
    const startedAt = this.now();
    const found = await this.start(startedAt + this.hook.timeoutMs);
    if ('code' in found) return this.failed(found);
    const { task, ran } = found;
    const resumed = task.createdAt !== null && task.createdAt < startedAt - LATE_LINES_MS;
    const { name: hook, kind } = this.hook;
    this.emit({ type: 'hook.started', moment: 'before', hook, kind, detail: `task ${task.id}`, resumed: ran || resumed });
    if (ran) return this.succeeded(`ran before, as task ${task.id}`);
    const place = logsOf(this.definition, hookContainer(this.input), task.id);
    return this.watch(task, place && { ...place, next: null }, (resumed ? task.createdAt! : startedAt) + this.hook.timeoutMs);
  }

  /**
   * Each token follows from the hook, its version and what came of the token before: whoever runs the same deploy again, here
   * or elsewhere, asks with the same ones, and finds the task that is there already instead of starting another. ECS keeps a
   * token for as long as its task runs, and an hour more.
   * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/ECS_Idempotency.html
   */
  private async start(until: number): Promise<{ task: TaskState; ran: boolean } | Cause> {
    const { tasks } = this.context.effects.at(this.rollout.target);
    let token = hash(JSON.stringify([this.hook.name, this.input]));
    for (;;) {
      const started = await tasks.run(this.input, token);
      if (started.task && started.task.status !== 'STOPPED') return { task: started.task, ran: false };
      if (started.task) {
        // It had ended before: of one that ended well nothing is left to do, any other is run anew.
        const [ended] = await tasks.describe(this.input.cluster, [started.task.id]);
        if (ended && judgeTask(this.hook, ended, hookContainer(this.input)).kind === 'succeeded')
          return { task: ended, ran: true };
        token = hash(`${token} ${started.task.id}`);
        continue;
      }
      if (this.now() + NO_ROOM_MS > until)
        return {
          code: 'NoCapacity',
          message: `${this.hook.name} could not be started: ${started.reason}.`,
          advice: 'There is no room for another task: run the same command again later, or raise the quota or capacity.',
        };
      await this.context.effects.clock.sleep(NO_ROOM_MS, this.context.signal);
      token = hash(`${token} ${started.reason}`);
    }
  }

  private async watch(first: TaskState, follow: Follow | null, deadline: number): Promise<Bad | null> {
    const { signal, effects } = this.context;
    const stopped = new Promise<null>((resolve) =>
      signal.aborted ? resolve(null) : signal.addEventListener('abort', () => resolve(null), { once: true }),
    );
    for (;;) {
      const seen = await Promise.race([this.poller.next(first.id, follow), stopped]);
      if (!seen || signal.aborted) {
        this.end('cancelled', `task ${first.id} goes on; the same command takes it up again`);
        return 'cancelled';
      }
      this.tell(seen.lines);
      const verdict = seen.task ? judgeTask(this.hook, seen.task, hookContainer(this.input)) : null;
      if (verdict && verdict.kind !== 'wait') {
        if (verdict.kind === 'succeeded') return this.succeeded();
        await effects.clock.sleep(LATE_LINES_MS);
        this.tell(await this.poller.lines(follow));
        return this.failed(withLines(verdict.cause, this.lines));
      }
      if (this.now() >= deadline) {
        await effects.at(this.rollout.target).tasks.stop(this.input.cluster, first.id, `baf: no end after ${this.seconds()} s`);
        return this.failed(withLines(timedOut(this.hook, this.seconds()), this.lines));
      }
    }
  }

  private tell(lines: readonly string[]): void {
    for (const text of lines) this.emit({ type: 'hook.output', hook: this.hook.name, text });
    this.lines.push(...lines);
    this.lines.splice(0, this.lines.length - 50);
  }
  private succeeded(detail?: string): null {
    this.end('succeeded', detail);
    return null;
  }
  private failed(cause: Cause): Cause {
    this.end('failed', cause.message);
    return cause;
  }
  private end(status: 'succeeded' | 'failed' | 'cancelled', detail?: string): void {
    this.emit({ type: 'hook.ended', moment: 'before', hook: this.hook.name, status, ...(detail ? { detail } : {}) });
  }
  private emit(event: HookEvent): void {
    this.context.emit({ ...event, at: this.now(), ...this.id });
  }
  private now(): number {
    return this.context.effects.clock.now();
  }
  private seconds(): number {
    return Math.round(this.hook.timeoutMs / 1000);
  }
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
