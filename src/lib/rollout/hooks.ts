/** Which hooks a rollout has, what they ask of AWS, and what their ends mean. Pure. */
import type { Cause } from '../model/cause.js';
import type { CommandHook, Hooks, TaskHook, TaskState } from '../model/hooks.js';
import { NO_HOOKS } from '../model/hooks.js';
import { findingOfTask } from './causes/index.js';
import type { DeployPlan, PlannedRollout } from './plan.js';

/**
 * The hooks that will run in a rollout. Tasks before it belong to a new version: where the service has its task definition
 * already (a deploy that was cut off later than this, or a change of settings only) there are none.
 */
export function hooksOf(plan: Pick<DeployPlan, 'waves'>, rollout: PlannedRollout): Hooks {
  if (rollout.action === 'unchanged') return NO_HOOKS;
  const { before, after } = rollout.service.hooks;
  const isNew = rollout.action === 'create' || rollout.changes.includes('task definition');
  const first = plan.waves.find((wave) => wave.rollouts.length > 0)?.rollouts[0]?.target.name;
  return { before: isNew ? before.filter((hook) => !hook.once || rollout.target.name === first) : [], after };
}

type Values = Readonly<Record<string, unknown>>;

export interface RunTaskInput {
  readonly cluster: string;
  readonly taskDefinition: string;
  readonly startedBy: string;
  readonly overrides: { readonly containerOverrides: readonly { readonly name: string; readonly command: readonly string[] }[] };
  readonly [setting: string]: unknown;
}

/** Where and how the service's own tasks run, as RunTask takes it too. */
const SHARED = ['launchType', 'capacityProviderStrategy', 'platformVersion', 'networkConfiguration'];

/**
 * The input of RunTask, without its token. It is the same for every run of the same hook of the same version: with the same
 * token ECS refuses any other.
 * @param service as the template renders it
 * @param definition the task definition's ARN, and the whole of it
 */
export function toRunTaskInput(
  hook: TaskHook,
  cluster: string,
  service: Values,
  definition: { readonly arn: string; readonly raw: Values },
  serviceName: string,
): RunTaskInput {
  return {
    cluster,
    taskDefinition: definition.arn,
    count: 1,
    ...Object.fromEntries(SHARED.filter((key) => service[key] !== undefined).map((key) => [key, service[key]])),
    startedBy: `baf-before-${serviceName}`.replace(/[^\w/.-]/g, '-').slice(0, 36),
    overrides: { containerOverrides: [{ name: containerOf(definition.raw, serviceName).name, command: [...hook.command] }] },
  };
}

interface Container {
  readonly name: string;
  readonly logConfiguration?: { readonly logDriver?: string; readonly options?: Readonly<Record<string, string>> };
}

/** The application's own container: the one with the service's name, or the first. */
function containerOf(definition: Values, serviceName: string): Container {
  const containers = (definition['containerDefinitions'] ?? []) as Container[];
  return containers.find(({ name }) => name === serviceName) ?? containers[0] ?? { name: serviceName };
}

/** Name of the container whose command is another, and its exit code is the hook's. */
export const hookContainer = (input: RunTaskInput): string => input.overrides.containerOverrides[0]!.name;

/** Log group and stream of a task's container; null where its logs do not go to CloudWatch. */
export function logsOf(definition: Values, container: string, taskId: string): { group: string; stream: string } | null {
  const all = (definition['containerDefinitions'] ?? []) as Container[];
  const { logDriver, options } = all.find(({ name }) => name === container)?.logConfiguration ?? {};
  const group = options?.['awslogs-group'];
  const prefix = options?.['awslogs-stream-prefix'];
  return logDriver === 'awslogs' && group && prefix ? { group, stream: `${prefix}/${container}/${taskId}` } : null;
}

export type TaskVerdict = { kind: 'wait' } | { kind: 'succeeded' } | { kind: 'failed'; cause: Cause };

/** A task that is told to stop may end with 0, and has not done its work. */
const INTERRUPTIONS: ReadonlySet<string> = new Set(['UserInitiated', 'SpotInterruption', 'TerminationNotice']);

/** @param container whose exit code counts */
export function judgeTask(hook: TaskHook, task: TaskState, container: string): TaskVerdict {
  if (task.status !== 'STOPPED') return { kind: 'wait' };
  const own = task.containers.find(({ name }) => name === container);
  const interrupted = INTERRUPTIONS.has(task.stopCode ?? '');
  if (own?.exitCode === 0 && !interrupted) return { kind: 'succeeded' };
  const known = findingOfTask({ ...task, startedBy: '' });
  if (interrupted && own?.exitCode != null)
    return {
      kind: 'failed',
      cause: {
        code: 'HookInterrupted',
        message: `${hook.name} was stopped before it had ended: ${task.stoppedReason ?? task.stopCode} (exit code ${own.exitCode}).`,
        advice: `Find out who or what stopped it, and how far ${hook.name} came; the same command runs it anew.`,
      },
    };
  if (own?.exitCode == null) {
    const reason = known?.message ?? ([task.stoppedReason, own?.reason].filter(Boolean).join(': ') || 'no reason given');
    return {
      kind: 'failed',
      cause: {
        code: 'HookNotStarted',
        message: `${hook.name} did not run: ${reason}`,
        advice:
          known?.advice && known.code !== 'ContainerExited'
            ? known.advice
            : 'Make the task start, then run the same command again.',
      },
    };
  }
  const why = known?.code === 'OutOfMemory' ? ` (${own.reason ?? 'out of memory'})` : '';
  return {
    kind: 'failed',
    cause: {
      code: 'HookFailed',
      message: `${hook.name} ended with exit code ${own.exitCode}${why}.`,
      advice: known?.code === 'OutOfMemory' ? known.advice : `Correct what ${hook.name} does, then run the same command again.`,
    },
  };
}

const LAST_LINES = 3;
const LINE_LENGTH = 200;

/** The cause with the last lines that were written. */
export function withLines(cause: Cause, lines: readonly string[]): Cause {
  const last = lines
    .filter((line) => line.trim() !== '')
    .slice(-LAST_LINES)
    .map((line) => (line.length > LINE_LENGTH ? `${line.slice(0, LINE_LENGTH - 1)}…` : line));
  return last.length === 0 ? cause : { ...cause, message: `${cause.message} Its last lines: ${last.join(' | ')}` };
}

export const timedOut = (hook: TaskHook, seconds: number): Cause => ({
  code: 'HookTimeout',
  message: `${hook.name} had not ended after ${seconds} s, and was stopped.`,
  advice: `Give it more time (timeout: in baf.yaml), or find out what it waits for; then run the same command again.`,
});

export const commandCause = (hook: CommandHook, how: string): Cause => ({
  code: 'CheckFailed',
  message: `${hook.name} ${how}.`,
  advice: 'The new version is steady and a check of it failed: read what it wrote, fix it, deploy again.',
});

/** What a command is told, over the environment of baf itself. */
export const commandEnvironment = (rollout: PlannedRollout, environment: string, url: string): Record<string, string> => ({
  BAF_SERVICE: rollout.service.name,
  BAF_TAG: rollout.to.tag,
  BAF_ENVIRONMENT: environment,
  BAF_TARGET: rollout.target.name,
  BAF_URL: url,
});
